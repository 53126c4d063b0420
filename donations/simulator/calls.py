"""Room: simulator. One call to Stripe's API as it is believed, and one operation that answers it.

Each operation names the parameter class and the resource class of the installed SDK that it is checked against.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from donations.simulator.answers import expand, list_of
from donations.simulator.refusals import StripeRefusal, no_such
from donations.simulator.store import Drawer, Json

Params = Mapping[str, Any]
EVENTS_KEPT_SECONDS = 30 * 86_400
"""Stripe tells of an event for 30 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One believed request: the id in its address (or ""), its parameters, the address, and where pay pages are."""

    object_id: str
    params: Params
    url: str
    base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One verb on one address; `params` and `answer` are dotted names below `stripe.params` and `stripe`."""

    name: str
    verb: str
    path: str
    params: str
    answer: str
    act: Callable[[Drawer, Call], Json]

    def match(self, verb: str, path: str) -> str | None:
        """Return the id in the address ("" where it has none), or None if this is another operation's address."""
        found = _pattern(self.path).fullmatch(path) if verb == self.verb else None
        return None if found is None else "".join(found.groups())

    def address(self, object_id: str) -> str:
        """Return the address of this operation on an object."""
        return re.sub(r"\{[a-z_]+\}", lambda _: object_id, self.path)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[a-z_]+\}", "([^/]+)", path))


def readable(folder: str, kind: str, resource: str) -> tuple[Operation, Operation]:
    """Return the retrieve and the list of a kind of object: a folder of the API, `object`, and its SDK class."""
    name, path = folder.replace("/", "."), f"/v1/{folder}"
    module, _, klass = resource.rpartition(".")
    prefix = f"{module}.{klass}" if module else klass
    return (
        Operation(
            name=f"{name}.retrieve",
            verb="get",
            path=f"{path}/{{id}}",
            params=f"{prefix}RetrieveParams",
            answer=resource,
            act=partial(_retrieve, kind),
        ),
        Operation(
            name=f"{name}.list",
            verb="get",
            path=path,
            params=f"{prefix}ListParams",
            answer=f"ListObject[{resource}]",
            act=partial(_list, kind),
        ),
    )


def check_metadata(params: Params) -> None:
    """Hold metadata to Stripe's limits: 50 keys, 40 characters a key, 500 a value."""
    for place in (params, params.get("payment_intent_data", {})):
        metadata = place.get("metadata", {})
        longest = max((len(key) for key in metadata), default=0), max(map(len, metadata.values()), default=0)
        if len(metadata) > 50 or longest[0] > 40 or longest[1] > 500:  # noqa: PLR2004 (Stripe's limits, above.)
            raise StripeRefusal(400, "Metadata is too large.", param="metadata")


def _retrieve(kind: str, drawer: Drawer, call: Call) -> Json:
    found = drawer.get(kind, call.object_id)
    if found is None or _is_forgotten(drawer, found):
        raise no_such(kind.replace(".", " ").replace("_", " "), call.object_id)
    return expand(drawer, _current(drawer, found), call.params.get("expand", ()))


def _list(kind: str, drawer: Drawer, call: Call) -> Json:
    kept = {"_since": drawer.epoch - EVENTS_KEPT_SECONDS} if kind == "event" else {}
    page = list_of(drawer, kind, {**call.params, **kept}, call.url)
    page["data"] = [_current(drawer, item) for item in page["data"]]
    return expand(drawer, page, call.params.get("expand", ()))


def _is_forgotten(drawer: Drawer, thing: Json) -> bool:
    return bool(thing["object"] == "event" and thing["created"] < drawer.epoch - EVENTS_KEPT_SECONDS)


def _current(drawer: Drawer, thing: Json) -> Json:
    """Balance transactions become available by the mere passing of time."""
    if thing["object"] == "balance_transaction" and thing["available_on"] <= drawer.epoch:
        return thing | {"status": "available"}
    return thing
