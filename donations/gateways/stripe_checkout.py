"""Room: gateways. Checkouts at Stripe: opened under our key, found again after a fault; products are made on need.

Every key, amount and reference that goes out comes from the order; nothing about a child or a preference ever does.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from donations.clock import from_epoch
from donations.errors import StripeAwayError
from donations.gateways.stripe_calls import (
    AWAY,
    PAGE,
    MissingAtStripeError,
    ReplayedFaultError,
    StripeCalls,
    read_facts,
)
from donations.gateways.stripe_facts import checkout_facts
from donations.gateways.stripe_pledges import LOCALES, monthly_checkout
from donations.ports import CheckoutOrder, OpenCheckout

if TYPE_CHECKING:
    from stripe._v1_services import V1Services
    from stripe.checkout import Session
    from stripe.params import ProductCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

_PRODUCT_NAMES = {"children": "Gift to the Children's Clothing Fund", "operations": "Gift towards running costs"}
_LOOK_BACK = timedelta(hours=24)
"""Stripe lets a checkout stay open for 24 hours at most, so an open one is not older."""


class StripeCheckouts:
    """Opens hosted checkouts; `address` says whether Stripe asks for the payer's address."""

    def __init__(
        self, services: V1Services, calls: StripeCalls, instance: str, address: Literal["auto", "required"]
    ) -> None:
        self._stripe = services
        self._calls = calls
        self._instance = instance
        self._address = address
        self._products: dict[str, str] = {}
        self._products_lock = threading.Lock()

    @property
    def product_funds(self) -> Mapping[str, str]:
        """Return our product ids, each with its fund, whether they were made yet or not."""
        return {product_id(self._instance, fund): fund for fund in _PRODUCT_NAMES}

    def open(self, order: CheckoutOrder) -> OpenCheckout:
        """Open a checkout, or return the one already opened under the same key."""
        params = self._checkout_params(order)
        create = partial(self._stripe.checkout.sessions.create, params, {"idempotency_key": order.key})
        try:
            checkout = self._calls.ask(create)
        except ReplayedFaultError:
            checkout = self._find_checkout(order)
        except MissingAtStripeError:
            self._products.clear()  # Someone removed a product; the next try makes it anew.
            raise
        return read_facts(lambda: _open(checkout))

    def end(self, checkout_id: str) -> None:
        """End an open checkout; raises `StripeRefusedError` if it is over already."""
        self._calls.ask(lambda: self._stripe.checkout.sessions.expire(checkout_id))

    def _checkout_params(self, order: CheckoutOrder) -> SessionCreateParams:
        lines = [self._line("children", order.amount_cents)]
        if order.fee_cover_cents:
            lines.append(self._line("operations", order.fee_cover_cents))
        if order.frequency == "monthly":
            return monthly_checkout(order, lines, instance=self._instance, address=self._address)
        marks = {"almoner": self._instance, "gift": order.reference}
        return {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "submit_type": "donate",
            "line_items": lines,
            "client_reference_id": order.reference,
            "metadata": marks,
            "payment_intent_data": {"metadata": marks},
            "allowed_payment_method_types": ["card", "link", "us_bank_account"],
            "adaptive_pricing": {"enabled": False},
            "billing_address_collection": self._address,
            "customer_creation": "if_required",
            "customer_email": order.email,
            "locale": LOCALES[order.language],
            "expires_at": int(order.expires_at.timestamp()),
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
        }

    def _line(self, fund: str, cents: int) -> SessionCreateParamsLineItem:
        product = self.product(fund)
        return {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": cents, "product": product}}

    def product(self, fund: str) -> str:
        """Return the id of the fund's product at Stripe, made if it is not there; a known id is not asked twice."""
        with self._products_lock:
            if fund not in self._products:
                self._products[fund] = self._find_or_make_product(fund)
            return self._products[fund]

    def _product_id(self, fund: str) -> str:
        return f"almoner_{re.sub('[^A-Za-z0-9]', '_', self._instance)}_{fund}"

    def _find_or_make_product(self, fund: str) -> str:
        wanted = self._product_id(fund)
        try:
            return self._calls.ask(lambda: self._stripe.products.retrieve(wanted)).id
        except MissingAtStripeError:
            marks = {"almoner": self._instance, "fund": fund}
        params: ProductCreateParams = {"id": wanted, "name": _PRODUCT_NAMES[fund], "metadata": marks}
        key = f"product/{wanted}/1"
        return self._calls.ask(lambda: self._stripe.products.create(params, {"idempotency_key": key})).id

    def _find_checkout(self, order: CheckoutOrder) -> Session:
        """Look up what a faulted creation may have made: the open checkout of this very order, or still away."""
        since = int((order.expires_at - _LOOK_BACK).timestamp())
        sessions = self._stripe.checkout.sessions
        for checkout in self._calls.pages(lambda: sessions.list({"created": {"gte": since}, "limit": PAGE})):
            facts = read_facts(partial(checkout_facts, checkout))
            is_ours = (facts.instance, facts.gift or facts.pledge) == (self._instance, order.reference)
            if is_ours and checkout.expires_at == int(order.expires_at.timestamp()):
                return checkout
        raise StripeAwayError(AWAY)


def product_id(instance: str, fund: str) -> str:
    """Return the id under which an instance's product of a fund is kept at Stripe."""
    return f"almoner_{re.sub('[^A-Za-z0-9]', '_', instance)}_{fund}"


def _open(checkout: Session) -> OpenCheckout:
    if not checkout.url:
        raise ValueError("a checkout without an address")
    return OpenCheckout(checkout_id=checkout.id, url=checkout.url, expires_at=from_epoch(checkout.expires_at))
