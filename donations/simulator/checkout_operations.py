"""Room: simulator. Stripe's API for what is sold: checkout sessions and products."""

from __future__ import annotations

import re

from donations.simulator import bank, pledge_checkout, shapes
from donations.simulator.answers import expand
from donations.simulator.calls import Call, Operation, Params, check_metadata, readable
from donations.simulator.catalogue import priced_line
from donations.simulator.refusals import StateRefusal, StripeRefusal, no_such
from donations.simulator.store import Drawer, Json

OPEN_SECONDS_MIN, OPEN_SECONDS_MAX = 30 * 60, 24 * 3600
CENTS_MIN, CENTS_MAX = 50, 99_999_999


def _create_session(drawer: Drawer, call: Call) -> Json:
    params = {**call.params, "line_items": [priced_line(drawer, line) for line in call.params.get("line_items", ())]}
    _check_session(drawer, params)
    lines = [_line(drawer, line) for line in params["line_items"]]
    cents = sum(line["amount_total"] for line in lines)
    if not CENTS_MIN <= cents <= CENTS_MAX:
        size = "small" if cents < CENTS_MIN else "large"
        raise StripeRefusal(400, f"The Checkout Session's total amount is too {size}.", code=f"amount_too_{size}")
    session = shapes.checkout_session(params, cents=cents, now=drawer.epoch, base_url=call.base_url)
    metadata = params.get("payment_intent_data", {}).get("metadata", {})
    pledge = params.get("subscription_data", {}).get("metadata", {})
    drawer.put(session | {"_lines": lines, "_intent_metadata": metadata, "_pledge_metadata": pledge})
    drawer.plan(session["expires_at"], "expire", session["id"])
    return expand(drawer, session | {"_lines": lines}, params.get("expand", ()))


def _check_session(drawer: Drawer, params: Params) -> None:
    if params.get("mode") not in {"payment", "subscription"}:
        raise StripeRefusal(400, "The simulated Stripe plays mode=payment and mode=subscription.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise StripeRefusal(400, "The simulated Stripe plays ui_mode=hosted_page only.", param="ui_mode")
    if not params.get("line_items"):
        raise StripeRefusal(400, "Missing required param: line_items.", code="parameter_missing", param="line_items")
    pledge_checkout.check_modes(params)
    for name in ("success_url", "cancel_url"):
        if not re.match(r"https?://[^/\s]+", params.get(name, "")):
            raise StripeRefusal(400, "Not a valid URL", code="url_invalid", param=name)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", params.get("customer_email", "a@b")):
        raise StripeRefusal(400, "Invalid email address.", code="email_invalid", param="customer_email")
    open_for = params.get("expires_at", drawer.epoch + OPEN_SECONDS_MAX) - drawer.epoch
    if not OPEN_SECONDS_MIN <= open_for <= OPEN_SECONDS_MAX:
        message = "The `expires_at` timestamp must be 30 minutes to 24 hours from Checkout Session creation."
        raise StripeRefusal(400, message, param="expires_at")
    check_metadata(params)


def _line(drawer: Drawer, line: Params) -> Json:
    data = line.get("price_data", {})
    if "product" not in data or "unit_amount" not in data or data["currency"] != "usd":
        raise StripeRefusal(400, "The simulated Stripe sells lines of price_data in usd.", param="line_items")
    bought = drawer.get("product", data["product"])
    if bought is None:
        raise no_such("product", data["product"], param="line_items[0][price_data][product]")
    item = shapes.line_item(line, bought, now=drawer.epoch)
    if "_price" in line:
        return item | {"price": line["_price"]}
    return pledge_checkout.recurring_line(drawer, item, data) if "recurring" in data else item


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
    check_metadata(call.params)
    return drawer.put(shapes.product(call.params, now=drawer.epoch))


CHECKOUT_OPERATIONS: tuple[Operation, ...] = (
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
    *readable("checkout/sessions", "checkout.session", "checkout.Session"),
    *readable("products", "product", "Product"),
)
