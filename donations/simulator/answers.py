"""Room: simulator. How Stripe answers: lists in pages, fields expanded on request, objects without our side notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from donations.simulator.refusals import StripeRefusal, no_such
from donations.simulator.store import Drawer, Json, shown

PAGE_MAX = 100
TYPES_MAX = 20
_PAGING = ("limit", "starting_after", "ending_before", "expand")
_CURSORS = {"starting_after": "<", "ending_before": ">"}
_HIDDEN = {("balance_transaction", "payout"): "_payout"}
"""Filters that are no field of what they filter."""
_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_EXPANDABLE = {
    "checkout.session": ("payment_intent", "customer", "invoice", "subscription"),
    "payment_intent": ("latest_charge",),
    "charge": ("balance_transaction", "failure_balance_transaction", "payment_intent"),
    "refund": ("balance_transaction", "charge", "failure_balance_transaction", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "payout": ("balance_transaction", "failure_balance_transaction"),
    "radar.early_fraud_warning": ("charge", "payment_intent"),
    "review": ("charge", "payment_intent"),
    "balance_transaction": ("source",),
    "price": ("product",),
    "subscription": ("customer", "default_payment_method", "latest_invoice"),
    "invoice": ("customer",),
    "invoice_payment": ("invoice",),
}


def list_of(drawer: Drawer, kind: str, params: Mapping[str, Any], url: str) -> Json:
    """Return a page of the objects that the filters ask for, newest first, with Stripe's cursors."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= PAGE_MAX:
        raise StripeRefusal(400, "Invalid integer: limit must be between 1 and 100", param="limit")
    is_backwards = "ending_before" in params
    if is_backwards and "starting_after" in params:
        raise StripeRefusal(400, "Only one of starting_after and ending_before is allowed.", param="ending_before")
    terms = [_term(kind, name, value) for name, value in params.items() if name not in _PAGING]
    terms += [_beside(drawer, kind, name, params[name]) for name in _CURSORS if name in params]
    found = drawer.page(kind, terms, limit=limit + 1, oldest_first=is_backwards)
    data = found[:limit][::-1] if is_backwards else found[:limit]
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": url}


def expand(drawer: Drawer, answer: Json, paths: Sequence[str]) -> Json:
    """Return the answer as shown, with the fields of each dotted path expanded, four deep at most."""
    plain = shown(answer)
    if plain["object"] == "list":
        inner = [path.removeprefix("data.") for path in paths]
        _refuse_paths(path for path in paths if not path.startswith("data."))
        return plain | {"data": [expand(drawer, item, inner) for item in answer["data"]]}
    for path in paths:
        _refuse_paths([path] if path.count(".") >= 4 else [])  # noqa: PLR2004 (Stripe's own depth.)
        field, _, rest = path.partition(".")
        plain[field] = _expanded(drawer, answer, field, rest)
    return plain


def _expanded(drawer: Drawer, answer: Json, field: str, rest: str) -> Json | None:
    if (answer["object"], field) == ("checkout.session", "line_items"):
        url = f"/v1/checkout/sessions/{answer['id']}/line_items"
        lines = {"object": "list", "data": answer["_lines"], "has_more": False, "url": url}
        return expand(drawer, lines, [rest] if rest else [])
    value = answer.get(field)
    if field not in _EXPANDABLE.get(answer["object"], ()) and not (isinstance(value, dict) and "object" in value):
        _refuse_paths([field])
    if value is None:
        return None
    whole = drawer.find(value) if isinstance(value, str) else value
    return None if whole is None else expand(drawer, whole, [rest] if rest else [])


def _refuse_paths(paths: Any) -> None:  # noqa: ANN401
    for path in paths:
        raise StripeRefusal(400, f"This property cannot be expanded ({path}).", param="expand")


def _term(kind: str, name: str, value: Any) -> tuple[str, list[Any]]:  # noqa: ANN401
    if name == "delivery_success":
        owed = "EXISTS (SELECT 1 FROM delivery WHERE event_id = object.id AND state != 'delivered')"
        return (f"NOT {owed}" if value else owed), []
    if name == "_since":
        return "json_extract(body, '$.created') >= ?", [value]
    if name == "types":
        if len(value) > TYPES_MAX:
            raise StripeRefusal(400, f"You may filter by at most {TYPES_MAX} types.", param="types")
        return f"json_extract(body, '$.type') IN ({', '.join('?' * len(value))})", list(value)
    name = _HIDDEN.get((kind, name), name)
    if isinstance(value, dict):
        signs = [(_SIGNS[sign], bound) for sign, bound in value.items() if sign in _SIGNS]
        return " AND ".join(f"json_extract(body, '$.{name}') {sign} ?" for sign, _ in signs), [b for _, b in signs]
    return f"json_extract(body, '$.{name}') = ?", [value]


def _beside(drawer: Drawer, kind: str, name: str, cursor: str) -> tuple[str, list[Any]]:
    row = drawer.sql.execute("SELECT seq FROM object WHERE id = ? AND type = ?", (cursor, kind)).fetchone()
    if row is None:
        raise no_such(kind, cursor, param=name)
    return f"seq {_CURSORS[name]} ?", [row[0]]
