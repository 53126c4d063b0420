"""Room: simulator. The part of Stripe's API on which monthly gifts rest, from customers to the portal."""

from __future__ import annotations

from collections.abc import Callable

from donations.simulator import customers, portal, subscription_acts
from donations.simulator.calls import Call, Operation, readable
from donations.simulator.store import Drawer, Json

_SUBSCRIPTION, _CUSTOMER = "/v1/subscriptions/{id}", "/v1/customers/{id}"


def _on_one(name: str, way: str, params: str, answer: str, act: Callable[..., Json]) -> Operation:
    """Return an operation on one object; its act is asked with the id in the address and the parameters."""
    verb, _, path = way.partition(" ")

    def ask(drawer: Drawer, call: Call) -> Json:
        return act(drawer, call.object_id, call.params)

    return Operation(name=name, verb=verb, path=path, params=params, answer=answer, act=ask)


def _listing(folder: str, resource: str, act: Callable[..., Json]) -> Operation:
    """Return a list whose filters are not all fields of the objects themselves."""

    def ask(drawer: Drawer, call: Call) -> Json:
        return act(drawer, call.params, call.url)

    return Operation(
        name=f"{folder}.list",
        verb="get",
        path=f"/v1/{folder}",
        params=f"{resource}ListParams",
        answer=f"ListObject[{resource}]",
        act=ask,
    )


def _make_customer(drawer: Drawer, call: Call) -> Json:
    return customers.create_customer(drawer, call.params)


def _delete_customer(drawer: Drawer, call: Call) -> Json:
    return customers.delete_customer(drawer, call.object_id)


def _make_configuration(drawer: Drawer, call: Call) -> Json:
    return portal.create_configuration(drawer, call.params)


def _open_portal(drawer: Drawer, call: Call) -> Json:
    return portal.create_session(drawer, call.params, call.base_url)


PLEDGE_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="customers.create",
        verb="post",
        path="/v1/customers",
        params="CustomerCreateParams",
        answer="Customer",
        act=_make_customer,
    ),
    _on_one("customers.update", f"post {_CUSTOMER}", "CustomerUpdateParams", "Customer", customers.update_customer),
    Operation(
        name="customers.delete",
        verb="delete",
        path=_CUSTOMER,
        params="CustomerDeleteParams",
        answer="Customer",
        act=_delete_customer,
    ),
    _listing("customers", "Customer", customers.list_customers),
    readable("customers", "customer", "Customer")[0],
    *readable("prices", "price", "Price"),
    *readable("payment_methods", "payment_method", "PaymentMethod"),
    readable("mandates", "mandate", "Mandate")[0],
    _on_one(
        "subscriptions.update",
        f"post {_SUBSCRIPTION}",
        "SubscriptionUpdateParams",
        "Subscription",
        subscription_acts.update_subscription,
    ),
    _on_one(
        "subscriptions.cancel",
        f"delete {_SUBSCRIPTION}",
        "SubscriptionCancelParams",
        "Subscription",
        subscription_acts.cancel_subscription,
    ),
    _on_one(
        "subscriptions.pause",
        f"post {_SUBSCRIPTION}/pause",
        "SubscriptionPauseParams",
        "Subscription",
        subscription_acts.pause_subscription,
    ),
    _on_one(
        "subscriptions.resume",
        f"post {_SUBSCRIPTION}/resume",
        "SubscriptionResumeParams",
        "Subscription",
        subscription_acts.resume_subscription,
    ),
    _listing("subscriptions", "Subscription", subscription_acts.list_subscriptions),
    readable("subscriptions", "subscription", "Subscription")[0],
    _listing("invoices", "Invoice", subscription_acts.list_invoices),
    readable("invoices", "invoice", "Invoice")[0],
    _listing("invoice_payments", "InvoicePayment", subscription_acts.list_invoice_payments),
    readable("invoice_payments", "invoice_payment", "InvoicePayment")[0],
    Operation(
        name="billing_portal.configurations.create",
        verb="post",
        path="/v1/billing_portal/configurations",
        params="billing_portal.ConfigurationCreateParams",
        answer="billing_portal.Configuration",
        act=_make_configuration,
    ),
    *readable("billing_portal/configurations", "billing_portal.configuration", "billing_portal.Configuration"),
    Operation(
        name="billing_portal.sessions.create",
        verb="post",
        path="/v1/billing_portal/sessions",
        params="billing_portal.SessionCreateParams",
        answer="billing_portal.Session",
        act=_open_portal,
    ),
)
