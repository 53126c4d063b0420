"""Room: simulator. What Stripe's API does with invoices that are written by hand, and with what they add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import invoice_shapes, invoices
from donations.simulator.answers import expand
from donations.simulator.calls import check_metadata
from donations.simulator.cards import card_of, method_of
from donations.simulator.customers import customer_of
from donations.simulator.events import tell
from donations.simulator.invoices import DAY, DRAFT_SECONDS
from donations.simulator.refusals import CardRefusal, StateRefusal, StripeRefusal, no_such
from donations.simulator.store import Drawer, Json
from donations.simulator.subscription_changes import subscription_of

_ITEM = frozenset({"amount", "currency", "customer", "description", "expand", "metadata"})
_INVOICE = frozenset(
    {
        "auto_advance",
        "collection_method",
        "currency",
        "customer",
        "days_until_due",
        "description",
        "expand",
        "metadata",
        "pending_invoice_items_behavior",
    }
)
_CHANGED = frozenset({"auto_advance", "description", "expand", "metadata"})


def create_item(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    """Write down something that a customer's next invoice asks for, in whole US cents."""
    _hold_to(params, _ITEM)
    for name in ("customer", "amount"):
        if name not in params:
            raise StripeRefusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    customer_of(drawer, params["customer"], param="customer")
    if params.get("currency", "usd") != "usd":
        raise StripeRefusal(400, "The simulated Stripe invoices US dollars.", param="currency")
    check_metadata(params)
    made = invoice_shapes.invoice_item({"currency": "usd", **params}, now=drawer.epoch)
    tell(drawer, "invoiceitem.created", drawer.put(made | {"_waits": True}))
    return expand(drawer, made, params.get("expand", ()))


def delete_item(drawer: Drawer, item_id: str, _: Mapping[str, Any]) -> Json:
    """Forget what no invoice has asked for yet, or only a draft."""
    known = drawer.get("invoiceitem", item_id)
    if known is None:
        raise no_such("invoiceitem", item_id)
    if known["invoice"] is not None:
        raise StateRefusal(400, "The simulated Stripe deletes items that wait for an invoice only.")
    drawer.sql.execute("DELETE FROM object WHERE id = ?", (item_id,))
    tell(drawer, "invoiceitem.deleted", known)
    return {"id": item_id, "object": "invoiceitem", "deleted": True}


def create_invoice(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    """Draft an invoice for a customer, with the items that wait where they are asked for."""
    _hold_to(params, _INVOICE)
    if "customer" not in params:
        raise StripeRefusal(400, "You must provide a customer.", code="parameter_missing", param="customer")
    owner = customer_of(drawer, params["customer"], param="customer")
    is_sent = params.get("collection_method") == "send_invoice"
    if "days_until_due" in params and not is_sent:
        message = "You can only set `days_until_due` if the invoice's collection method is `send_invoice`."
        raise StripeRefusal(400, message, param="days_until_due")
    if is_sent and "days_until_due" not in params:
        message = "You must pass `days_until_due` when `collection_method` is `send_invoice`."
        raise StripeRefusal(400, message, param="days_until_due")
    check_metadata(params)
    includes = params.get("pending_invoice_items_behavior", "exclude") == "include"
    items = _waiting_items(drawer, owner["id"]) if includes else []
    billed = invoice_shapes.loose_invoice(owner, items, now=drawer.epoch) | {
        "auto_advance": params.get("auto_advance", False),
        "collection_method": params.get("collection_method", "charge_automatically"),
        "description": params.get("description"),
        "due_date": drawer.epoch + params["days_until_due"] * DAY if is_sent else None,
        "metadata": dict(params.get("metadata", {})),
    }
    if billed["auto_advance"]:
        billed["automatically_finalizes_at"] = drawer.epoch + DRAFT_SECONDS
        drawer.plan(drawer.epoch + DRAFT_SECONDS, "invoice_finalizes", billed["id"])
    for item in items:
        drawer.put(item | {"invoice": billed["id"], "_waits": False})
    tell(drawer, "invoice.created", drawer.put(billed | {"_subscription": None}))
    return expand(drawer, billed, params.get("expand", ()))


def update_invoice(drawer: Drawer, invoice_id: str, params: Mapping[str, Any]) -> Json:
    """Write what is said of an invoice; what it asks for stays."""
    _hold_to(params, _CHANGED)
    billed = _invoice(drawer, invoice_id)
    check_metadata(params)
    billed |= {name: params[name] for name in ("auto_advance", "description") if name in params}
    billed["metadata"] = {**billed["metadata"], **params.get("metadata", {})}
    tell(drawer, "invoice.updated", drawer.put(billed))
    return expand(drawer, billed, params.get("expand", ()))


def delete_invoice(drawer: Drawer, invoice_id: str, _: Mapping[str, Any]) -> Json:
    """Forget a draft that was written by hand; what it asked for waits for the next one."""
    billed = _invoice(drawer, invoice_id)
    if billed["status"] != "draft" or billed["parent"] is not None:
        message = "You can only delete draft invoices."
        raise StateRefusal(400, message, code="invoice_not_editable")
    for item in drawer.page("invoiceitem", [("json_extract(body, '$.invoice') = ?", [invoice_id])], limit=-1):
        drawer.put(item | {"invoice": None, "_waits": True})
    drawer.sql.execute("DELETE FROM object WHERE id = ?", (invoice_id,))
    tell(drawer, "invoice.deleted", billed)
    return {"id": invoice_id, "object": "invoice", "deleted": True}


def finalize_invoice(drawer: Drawer, invoice_id: str, params: Mapping[str, Any]) -> Json:
    """Make a draft an open invoice; one that asks for nothing is paid by it."""
    billed = _invoice(drawer, invoice_id)
    _finalize(drawer, billed)
    if billed["amount_due"] == 0:
        invoices.attempt(drawer, billed, at=drawer.epoch)
    return _shown(drawer, invoice_id, params)


def send_invoice(drawer: Drawer, invoice_id: str, params: Mapping[str, Any]) -> Json:
    """Send an invoice to be paid by its customer; a draft is finalised first. No mail ever leaves."""
    billed = _invoice(drawer, invoice_id)
    if billed["collection_method"] != "send_invoice":
        message = "You can only manually send an invoice if its collection method is `send_invoice`."
        raise StateRefusal(400, message)
    if billed["customer_email"] is None:
        raise StateRefusal(400, "Missing email. In order to send invoices, the customer must have a valid email.")
    if billed["status"] == "draft":
        _finalize(drawer, billed)
    tell(drawer, "invoice.sent", billed)
    return _shown(drawer, invoice_id, params)


def void_invoice(drawer: Drawer, invoice_id: str, params: Mapping[str, Any]) -> Json:
    """Void an invoice that was finalised and not paid."""
    billed = _of_status(drawer, invoice_id, ("open", "uncollectible"), "void")
    invoices.close(drawer, billed, "void", at=drawer.epoch)
    return _shown(drawer, invoice_id, params)


def give_up_invoice(drawer: Drawer, invoice_id: str, params: Mapping[str, Any]) -> Json:
    """Mark an open invoice as one that will never be paid."""
    billed = _of_status(drawer, invoice_id, ("open",), "mark uncollectible")
    invoices.close(drawer, billed, "uncollectible", at=drawer.epoch)
    return _shown(drawer, invoice_id, params)


def pay_invoice(drawer: Drawer, invoice_id: str, params: Mapping[str, Any]) -> Json:
    """Try an invoice now, on the card asked for or on file; a draft written by hand is finalised first.

    A card that is declined, or waits for the donor's own yes, is told as a card error, and what was tried stays.
    """
    _hold_to(params, frozenset({"expand", "payment_method"}))
    billed = _invoice(drawer, invoice_id)
    if billed["status"] == "paid":
        raise StateRefusal(400, "Invoice is already paid", code="invoice_already_paid")
    asked = None
    if "payment_method" in params:
        asked = method_of(drawer, params["payment_method"], billed["customer"], param="payment_method")
    if billed["status"] == "draft" and billed["parent"] is None:
        _finalize(drawer, billed)
    if billed["status"] != "open":
        raise StateRefusal(400, "The simulated Stripe pays open invoices only.")
    if asked is None and card_of(drawer, subscription_of(drawer, billed) or billed) is None:
        message = "There is no `default_payment_method` set on this Customer or Invoice."
        raise StateRefusal(400, message, code="resource_missing")
    invoices.attempt(drawer, billed, at=drawer.epoch, asked=asked)
    _refuse_unpaid(drawer, _invoice(drawer, invoice_id))
    return _shown(drawer, invoice_id, params)


def _refuse_unpaid(drawer: Drawer, billed: Json) -> None:
    payment = invoices.payment_of(drawer, billed)
    intent = {} if payment is None else drawer.get("payment_intent", payment["_payment_intent"]) or {}
    if billed["status"] == "paid" or intent.get("status") == "processing":
        return
    if intent.get("status") == "requires_action":
        message = "This payment requires additional user action before it can be completed successfully."
        raise CardRefusal({"type": "card_error", "code": _ACTION, "message": message})
    raise CardRefusal(dict(intent["last_payment_error"]))


_ACTION = "invoice_payment_intent_requires_action"


def _finalize(drawer: Drawer, billed: Json) -> None:
    if billed["status"] != "draft":
        message = f"Invoice is already finalized, you can't re-finalize a {billed['status']} invoice."
        raise StateRefusal(400, message, code="invoice_not_editable")
    invoices.finalize(drawer, billed, at=drawer.epoch)


def _waiting_items(drawer: Drawer, customer_id: str) -> list[Json]:
    waits: tuple[str, list[Any]] = ("json_extract(body, '$._waits')", [])
    owned = ("json_extract(body, '$.customer') = ?", [customer_id])
    return drawer.page("invoiceitem", (owned, waits), limit=-1, oldest_first=True)


def _of_status(drawer: Drawer, invoice_id: str, statuses: tuple[str, ...], act: str) -> Json:
    billed = _invoice(drawer, invoice_id)
    if billed["status"] not in statuses:
        message = f"You can only {act} an invoice that is {' or '.join(statuses)}; this one is {billed['status']}."
        raise StateRefusal(400, message)
    return billed


def _invoice(drawer: Drawer, invoice_id: str) -> Json:
    billed = drawer.get("invoice", invoice_id)
    if billed is None:
        raise no_such("invoice", invoice_id)
    return billed


def _shown(drawer: Drawer, invoice_id: str, params: Mapping[str, Any]) -> Json:
    return expand(drawer, _invoice(drawer, invoice_id), params.get("expand", ()))


def _hold_to(params: Mapping[str, Any], played: frozenset[str]) -> None:
    for name in params:
        if name not in played:
            raise StripeRefusal(400, f"The simulated Stripe does not play {name}.", param=name)
