"""Room: simulator. What of Stripe's API is played here; every other address gets Stripe's own 404.

Each operation names the parameter class and the resource class of the installed SDK that it is checked against.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from donations.simulator import bank, shapes
from donations.simulator.answers import expand, list_of
from donations.simulator.refusals import StateRefusal, StripeRefusal, no_such, unknown_url
from donations.simulator.store import Drawer, Json

Params = Mapping[str, Any]
OPEN_SECONDS_MIN, OPEN_SECONDS_MAX = 30 * 60, 24 * 3600
CENTS_MIN, CENTS_MAX = 50, 99_999_999
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
        pattern = re.sub(r"\{[a-z_]+\}", "([^/]+)", self.path)
        found = re.fullmatch(pattern, path) if verb == self.verb else None
        return None if found is None else "".join(found.groups())

    def address(self, object_id: str) -> str:
        """Return the address of this operation on an object."""
        return re.sub(r"\{[a-z_]+\}", lambda _: object_id, self.path)


def find_operation(verb: str, path: str) -> tuple[Operation, str]:
    """Return the operation at an address and the id in it; raises Stripe's "Unrecognized request URL"."""
    for operation in OPERATIONS:
        object_id = operation.match(verb, path)
        if object_id is not None:
            return operation, object_id
    raise unknown_url(verb, path)


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


def _create_session(drawer: Drawer, call: Call) -> Json:
    params = call.params
    _check_session(drawer, params)
    lines = [_line(drawer, line) for line in params["line_items"]]
    cents = sum(line["amount_total"] for line in lines)
    if not CENTS_MIN <= cents <= CENTS_MAX:
        size = "small" if cents < CENTS_MIN else "large"
        raise StripeRefusal(400, f"The Checkout Session's total amount is too {size}.", code=f"amount_too_{size}")
    session = shapes.checkout_session(params, cents=cents, now=drawer.epoch, base_url=call.base_url)
    metadata = params.get("payment_intent_data", {}).get("metadata", {})
    drawer.put(session | {"_lines": lines, "_intent_metadata": metadata})
    drawer.plan(session["expires_at"], "expire", session["id"])
    return expand(drawer, session | {"_lines": lines}, params.get("expand", ()))


def _check_session(drawer: Drawer, params: Params) -> None:
    if params.get("mode") != "payment":
        raise StripeRefusal(400, "The simulated Stripe plays mode=payment only.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise StripeRefusal(400, "The simulated Stripe plays ui_mode=hosted_page only.", param="ui_mode")
    if not params.get("line_items"):
        raise StripeRefusal(400, "Missing required param: line_items.", code="parameter_missing", param="line_items")
    for name in ("success_url", "cancel_url"):
        if not re.match(r"https?://[^/\s]+", params.get(name, "")):
            raise StripeRefusal(400, "Not a valid URL", code="url_invalid", param=name)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", params.get("customer_email", "a@b")):
        raise StripeRefusal(400, "Invalid email address.", code="email_invalid", param="customer_email")
    open_for = params.get("expires_at", drawer.epoch + OPEN_SECONDS_MAX) - drawer.epoch
    if not OPEN_SECONDS_MIN <= open_for <= OPEN_SECONDS_MAX:
        message = "The `expires_at` timestamp must be 30 minutes to 24 hours from Checkout Session creation."
        raise StripeRefusal(400, message, param="expires_at")
    _check_metadata(params)


def _check_metadata(params: Params) -> None:
    """Hold metadata to Stripe's limits: 50 keys, 40 characters a key, 500 a value."""
    for place in (params, params.get("payment_intent_data", {})):
        metadata = place.get("metadata", {})
        longest = max((len(key) for key in metadata), default=0), max(map(len, metadata.values()), default=0)
        if len(metadata) > 50 or longest[0] > 40 or longest[1] > 500:  # noqa: PLR2004 (Stripe's limits, above.)
            raise StripeRefusal(400, "Metadata is too large.", param="metadata")


def _line(drawer: Drawer, line: Params) -> Json:
    data = line.get("price_data", {})
    if "product" not in data or "unit_amount" not in data or data["currency"] != "usd":
        raise StripeRefusal(400, "The simulated Stripe sells lines of price_data in usd.", param="line_items")
    bought = drawer.get("product", data["product"])
    if bought is None:
        raise no_such("product", data["product"], param="line_items[0][price_data][product]")
    return shapes.line_item(line, bought, now=drawer.epoch)


def _expire_session(drawer: Drawer, call: Call) -> Json:
    session = drawer.get("checkout.session", call.object_id)
    if session is None:
        raise no_such("checkout session", call.object_id)
    if session["status"] != "open":
        raise StateRefusal(400, f"This Checkout Session is {session['status']} and cannot be expired.")
    bank.expire(drawer, session, at=drawer.epoch)
    return expand(drawer, session, call.params.get("expand", ()))


def _list_lines(drawer: Drawer, call: Call) -> Json:
    session = drawer.get("checkout.session", call.object_id)
    if session is None:
        raise no_such("checkout session", call.object_id)
    return {"object": "list", "data": session["_lines"], "has_more": False, "url": call.url}


def _create_product(drawer: Drawer, call: Call) -> Json:
    if "id" in call.params and drawer.get("product", call.params["id"]) is not None:
        raise StateRefusal(400, "Product already exists.", code="resource_already_exists", param="id")
    _check_metadata(call.params)
    return drawer.put(shapes.product(call.params, now=drawer.epoch))


def _balance(drawer: Drawer, call: Call) -> Json:  # noqa: ARG001 (Every act has one shape.)
    rows = drawer.page("balance_transaction", (), limit=-1)
    ready = sum(row["net"] for row in rows if row["available_on"] <= drawer.epoch)
    waiting = sum(row["net"] for row in rows) - ready
    return {
        "object": "balance",
        "available": [_cents(ready)],
        "connect_reserved": [],
        "livemode": False,
        "pending": [_cents(waiting)],
    }


def _cents(cents: int) -> Json:
    return {"amount": cents, "currency": "usd", "source_types": {"card": cents}}


def _readable(folder: str, kind: str, resource: str) -> tuple[Operation, Operation]:
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


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="checkout.sessions.create",
        verb="post",
        path="/v1/checkout/sessions",
        params="checkout.SessionCreateParams",
        answer="checkout.Session",
        act=_create_session,
    ),
    Operation(
        name="checkout.sessions.expire",
        verb="post",
        path="/v1/checkout/sessions/{session}/expire",
        params="checkout.SessionExpireParams",
        answer="checkout.Session",
        act=_expire_session,
    ),
    Operation(
        name="checkout.sessions.line_items.list",
        verb="get",
        path="/v1/checkout/sessions/{session}/line_items",
        params="checkout.SessionLineItemListParams",
        answer="ListObject[LineItem]",
        act=_list_lines,
    ),
    Operation(
        name="products.create",
        verb="post",
        path="/v1/products",
        params="ProductCreateParams",
        answer="Product",
        act=_create_product,
    ),
    Operation(
        name="balance.retrieve",
        verb="get",
        path="/v1/balance",
        params="BalanceRetrieveParams",
        answer="Balance",
        act=_balance,
    ),
    *_readable("checkout/sessions", "checkout.session", "checkout.Session"),
    *_readable("payment_intents", "payment_intent", "PaymentIntent"),
    *_readable("charges", "charge", "Charge"),
    *_readable("balance_transactions", "balance_transaction", "BalanceTransaction"),
    *_readable("products", "product", "Product"),
    *_readable("events", "event", "Event"),
)
