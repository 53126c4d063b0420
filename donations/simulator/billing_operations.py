"""Room: simulator. The part of Stripe's API by which others than our checkout bill: prices, cards, invoices."""

from __future__ import annotations

from collections.abc import Callable

from donations.simulator import catalogue, invoice_acts, kept_cards, subscription_begins
from donations.simulator.calls import Call, Operation, readable
from donations.simulator.store import Drawer, Json

_METHOD, _INVOICE = "/v1/payment_methods/{id}", "/v1/invoices/{id}"


def _new(name: str, path: str, params: str, answer: str, act: Callable[..., Json]) -> Operation:
    """Return an operation that makes an object; its act is asked with the parameters."""

    def ask(drawer: Drawer, call: Call) -> Json:
        return act(drawer, call.params)

    return Operation(name=name, verb="post", path=path, params=params, answer=answer, act=ask)


def _on_one(name: str, way: str, params: str, answer: str, act: Callable[..., Json]) -> Operation:
    """Return an operation on one object; its act is asked with the id in the address and the parameters."""
    verb, _, path = way.partition(" ")

    def ask(drawer: Drawer, call: Call) -> Json:
        return act(drawer, call.object_id, call.params)

    return Operation(name=name, verb=verb, path=path, params=params, answer=answer, act=ask)


def _on_invoice(name: str, path: str, params: str, act: Callable[..., Json]) -> Operation:
    return _on_one(f"invoices.{name}", f"post {_INVOICE}{path}", f"Invoice{params}Params", "Invoice", act)


def _on_method(name: str, path: str, params: str, act: Callable[..., Json]) -> Operation:
    way = f"post {_METHOD}{path}"
    return _on_one(f"payment_methods.{name}", way, f"PaymentMethod{params}Params", "PaymentMethod", act)


BILLING_OPERATIONS: tuple[Operation, ...] = (
    _new("prices.create", "/v1/prices", "PriceCreateParams", "Price", catalogue.create_price),
    _on_one("prices.update", "post /v1/prices/{id}", "PriceUpdateParams", "Price", catalogue.update_price),
    _on_one("products.update", "post /v1/products/{id}", "ProductUpdateParams", "Product", catalogue.update_product),
    _on_one(
        "products.delete", "delete /v1/products/{id}", "ProductDeleteParams", "Product", catalogue.delete_product
    ),
    _new(
        "payment_methods.create",
        "/v1/payment_methods",
        "PaymentMethodCreateParams",
        "PaymentMethod",
        kept_cards.create_method,
    ),
    _on_method("attach", "/attach", "Attach", kept_cards.attach_method),
    _on_method("detach", "/detach", "Detach", kept_cards.detach_method),
    _on_method("update", "", "Update", kept_cards.update_method),
    _new(
        "invoiceitems.create", "/v1/invoiceitems", "InvoiceItemCreateParams", "InvoiceItem", invoice_acts.create_item
    ),
    _on_one(
        "invoiceitems.delete",
        "delete /v1/invoiceitems/{id}",
        "InvoiceItemDeleteParams",
        "InvoiceItem",
        invoice_acts.delete_item,
    ),
    *readable("invoiceitems", "invoiceitem", "InvoiceItem"),
    _new("invoices.create", "/v1/invoices", "InvoiceCreateParams", "Invoice", invoice_acts.create_invoice),
    _on_invoice("update", "", "Update", invoice_acts.update_invoice),
    _on_one("invoices.delete", f"delete {_INVOICE}", "InvoiceDeleteParams", "Invoice", invoice_acts.delete_invoice),
    _on_invoice("finalize", "/finalize", "FinalizeInvoice", invoice_acts.finalize_invoice),
    _on_invoice("send", "/send", "SendInvoice", invoice_acts.send_invoice),
    _on_invoice("void", "/void", "VoidInvoice", invoice_acts.void_invoice),
    _on_invoice("mark_uncollectible", "/mark_uncollectible", "MarkUncollectible", invoice_acts.give_up_invoice),
    _on_invoice("pay", "/pay", "Pay", invoice_acts.pay_invoice),
    _new(
        "subscriptions.create",
        "/v1/subscriptions",
        "SubscriptionCreateParams",
        "Subscription",
        subscription_begins.create_subscription,
    ),
)
