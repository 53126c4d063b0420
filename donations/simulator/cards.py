"""Room: simulator. The cards kept for monthly gifts: whose they are, and how their bank will answer next."""

from __future__ import annotations

from collections.abc import Mapping

from donations.simulator import pledge_shapes
from donations.simulator.events import tell
from donations.simulator.refusals import StateRefusal, StripeRefusal, no_such
from donations.simulator.store import Drawer, Json

AUTHENTICATE = "authentication_required"
"""The word by which a simulated bank asks for the donor's own yes (3-D Secure) instead of declining."""

TEST_CARDS: Mapping[str, tuple[str, str | None]] = {
    "visa": ("4242", None),
    "mastercard": ("4444", None),
    "chargeCustomerFail": ("0341", "generic_decline"),
    "threeDSecure2Required": ("3220", AUTHENTICATE),
}
"""Stripe's test cards that can be kept: last four digits, and how their bank answers; `pm_card_…` or `tok_…`."""


def keep_card(drawer: Drawer, customer: Json, *, details: Json | None = None, at: int) -> tuple[Json, list[str]]:
    """Attach a new means of payment to a customer as the one to be charged: it and the events told.

    Without details it is a good card; to a bank account belongs the donor's mandate.
    """
    kept = pledge_shapes.card_details("4242") if details is None else details
    card = drawer.put(pledge_shapes.payment_method(customer["id"], kept, now=at, email=customer["email"]))
    if is_account(card):
        drawer.put(pledge_shapes.mandate(card))
    settings = customer["invoice_settings"]
    before = {"invoice_settings": {"default_payment_method": settings["default_payment_method"]}}
    customer["invoice_settings"] = settings | {"default_payment_method": card["id"]}
    drawer.put(customer)
    return card, [
        tell(drawer, "payment_method.attached", card, at=at),
        tell(drawer, "customer.updated", customer, previous=before, at=at),
    ]


def is_account(card: Json) -> bool:
    """Return whether it is a bank account, whose debits take days."""
    return bool(card["type"] == "us_bank_account")


def change_mandate(drawer: Drawer, card: Json, status: str, *, at: int) -> list[str]:
    """Let a bank account's mandate become `active`, `inactive` or `pending`; returns the events."""
    term = ("json_extract(body, '$.payment_method') = ?", [card["id"]])
    return [
        tell(drawer, "mandate.updated", drawer.put(mandate | {"status": status}), at=at)
        for mandate in drawer.page("mandate", [term], limit=1)
    ]


def order_answer(drawer: Drawer, card: Json, code: str | None, *, times: int = -1) -> Json:
    """Let a card's bank answer with a code the next `times` times it is asked (-1: from now on); None is yes."""
    return drawer.put(card | {"_answer": None if code is None else {"code": code, "times": times}})


def take_answer(drawer: Drawer, card: Json) -> str | None:
    """Ask a card's bank once: None for yes, else the code by which it declines."""
    ordered = card.get("_answer")
    if ordered is None or ordered["times"] == 0:
        return None
    if ordered["times"] > 0:
        drawer.put(card | {"_answer": ordered | {"times": ordered["times"] - 1}})
    return str(ordered["code"])


def renew_card(drawer: Drawer, card: Json, *, last4: str = "5556", at: int) -> list[str]:
    """Let the card network give a card new numbers, as when it expired; bank accounts keep theirs."""
    if "card" not in card:
        return []
    before = {"card": {"exp_year": card["card"]["exp_year"], "last4": card["card"]["last4"]}}
    newer = card["card"] | {"exp_year": card["card"]["exp_year"] + 4, "last4": last4}
    renewed = drawer.put(card | {"card": newer, "_answer": None})
    return [tell(drawer, "payment_method.automatically_updated", renewed, previous=before, at=at)]


def card_of(drawer: Drawer, pledged: Json) -> Json | None:
    """Return the card a subscription is charged to: its own, else its customer's; None where there is none."""
    own = pledged["default_payment_method"]
    if own is not None:
        return drawer.get("payment_method", own)
    customer = drawer.get("customer", pledged["customer"]) or {}
    kept = customer.get("invoice_settings", {}).get("default_payment_method")
    return None if kept is None else drawer.get("payment_method", kept)


def attach(drawer: Drawer, method_id: str, customer_id: str, *, param: str = "id") -> Json:
    """Attach a means of payment, by id or by a test card's name, and tell it."""
    known = drawer.get("payment_method", method_id)
    if known is None:
        known = made_of(drawer, method_id.removeprefix("pm_card_"), method_id, param=param)
    if known["customer"] not in {None, customer_id}:
        message = "The payment method you provided has already been attached to a customer."
        raise StateRefusal(400, message, param="payment_method")
    kept = drawer.put(known | {"customer": customer_id})
    tell(drawer, "payment_method.attached", kept)
    return kept


def method_of(drawer: Drawer, method_id: str, customer_id: str, *, param: str) -> Json:
    """Return a customer's own means of payment; refused as Stripe does when it is not theirs."""
    known = drawer.get("payment_method", method_id)
    if known is None:
        raise no_such("PaymentMethod", method_id, param=param)
    if known["customer"] != customer_id:
        message = f"The customer does not have a payment method with the ID {method_id}."
        raise StripeRefusal(400, message, code="resource_missing", param=param)
    return known


def made_of(drawer: Drawer, name: str, asked: str, *, param: str) -> Json:
    """Make a card of a test card's name, written as `asked`; its bank always answers as that card's does."""
    if name == asked or name not in TEST_CARDS:
        raise no_such("PaymentMethod", asked, param=param)
    last4, code = TEST_CARDS[name]
    made = pledge_shapes.payment_method(None, pledge_shapes.card_details(last4), now=drawer.epoch, email=None)
    return order_answer(drawer, drawer.put(made), code)
