"""docs/reference/api.md, written from the table of the JSON API and from what partners are told of."""

from __future__ import annotations

from donations.admission.figures import READINGS_A_MINUTE
from donations.partners import EVENTS
from donations.web.api.document import REFUSALS, ROOT
from donations.web.api.operations import OPERATIONS, Operation

_HEAD = """# The JSON API, and doorbells to partners

Written from `donations/web/api/operations.py` and `donations/partners/telling.py`; `python -m tests.house.pages`
writes it anew. The same, for programs: `GET /api/v1/openapi.json` (OpenAPI 3.1), with the shape of every answer.

It reads. No key moves money or opens a checkout, no answer names a donor or a single clothing fund, and no address
holds personal data. Amounts are integer cents, days are of the book's zone, instants are RFC 3339 UTC.

## Keys
`Authorization: Bearer almoner_` and 64 hex digits. An admin asks at `/treasury/api-keys`, an approver decides, and
the key is shown once to who asked, within three days; the house keeps its SHA-256. While fewer than two people may
enter, `almoner api-key make` makes one alone. Ending a key needs nobody else and holds at once. A key of scope
`treasury` reads all that one of scope `public` reads. Donors are masked for every key: names want a passkey proved
within five minutes.

## Questions
Each is a `GET`. A list takes `limit` and `cursor`, the `next` of the page before, which is null at the end. An
answer has an `ETag`; sent back as `If-None-Match` it is answered 304. A field that an address does not take is
refused.

| address | scope | answers | takes |
|---|---|---|---|"""

_DOORBELLS = """## Doorbells to partners
An admin says at `/treasury/partners` which https address is told of what. When it happens, in the same commit, a
doorbell is owed, and the worker rings:

```
POST <address>
Almoner-Signature: t=1795464000,v1=<HMAC-SHA256 of "<t>.<body>" with the secret, in hex>[,v1=…]
Content-Type: application/json

{"id":"e_…","type":"gift.settled","reference":"g_…","instant":"2026-11-23T20:00:00Z"}
```

| type | when | reference |
|---|---|---|"""

_RULES = """
| rule | |
|---|---|
| answer | any 2xx is taken; all else, and none within 10 s, is tried again: after 10 s, then longer, for three days |
| laid aside | then, or at once where the address may not be called; shown at `/treasury/tasks`, sent again by hand |
| repetition | a doorbell may come twice or out of order; the same happening always has the same `id` |
| address | https and a public host, no redirect; if any address it resolves to is private, nothing is called |
| this machine | only in simulated mode may a loopback address be told, also by http |
| secret | 64 hex digits, shown when it is made; derived from the house's secret key and kept nowhere |
| change | for a day after a change of the secret both sign, each its own `v1` |
| checking | HMAC of `t`, a full stop and the raw body, compared with each `v1`; refuse a `t` more than 300 s off |
"""


def api_page() -> str:
    """Return docs/reference/api.md."""
    statuses = [f"| {status} | {words} |" for status, words in REFUSALS.items()]
    events = [f"| `{name}` | {words} | {_about(name)} |" for name, words in EVENTS.items()]
    limits = READINGS_A_MINUTE
    return "\n".join(
        [
            _HEAD,
            *map(_row, OPERATIONS),
            f"| `{ROOT}/openapi.json` | – | the document for programs | – |",
            "",
            "## Refusals",
            "Each is a problem of RFC 9457 (`application/problem+json`) with `errors` that name their `field`.",
            "",
            "| status | when |",
            "|---|---|",
            *statuses,
            "",
            f"Limits: {limits['key']} requests a minute for a key, {limits['address']} for an address without;",
            "a wrong key counts for its address. 429 says `Retry-After`, 401 says `WWW-Authenticate`.",
            "",
            _DOORBELLS,
            *events,
            _RULES,
        ]
    )


def _row(one: Operation) -> str:
    takes = "; ".join(f"`{parameter.name}`: {parameter.meaning}" for parameter in one.parameters) or "–"
    return f"| `{ROOT}{one.path}` | {one.scope or '– (anyone)'} | {one.summary} | {takes} |"


def _about(name: str) -> str:
    return {"gift": "the gift's", "receipt": "the document's number", "report": "the period"}[name.partition(".")[0]]
