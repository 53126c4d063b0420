"""Room: gateways. Stripe behind `ports.Payments`: hosted Checkout, and facts fetched by id.

Every key, amount and reference that goes out comes from the order; nothing about a child or a preference ever does.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

import stripe

from donations.clock import from_epoch
from donations.errors import SettingsRefusedError, StripeAwayError
from donations.gateways.breaker import Breaker
from donations.gateways.stripe_calls import AWAY, MissingAtStripeError, ReplayedFaultError, StripeCalls, read_facts
from donations.gateways.stripe_facts import balance_transaction, charge_facts, checkout_facts, id_of
from donations.ports import BalanceTransaction, CheckoutOrder, CheckoutPermit, Family, OpenCheckout

if TYPE_CHECKING:
    from stripe.checkout import Session
    from stripe.params import ProductCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

API_VERSION = "2026-10-28.endive"
SDK_SERIES = "16.1."
TIMEOUT_SECONDS = (3, 12)
RETRIES = 2
PAGE = 100

_PRODUCT_NAMES = {"children": "Gift to the Children's Clothing Fund", "operations": "Gift towards running costs"}
_LOOK_BACK = timedelta(hours=24)
"""Stripe lets a checkout stay open for 24 hours at most, so an open one is not older."""

_Item = TypeVar("_Item", bound=stripe.StripeObject)


class StripePayments:
    """Implements `ports.Payments` with the real SDK; `http_client` is where the simulated Stripe is plugged in.

    `instance` marks what is ours in Stripe's metadata. The two products are made on first need, under ids of ours.
    """

    def __init__(
        self,
        api_key: str,
        *,
        instance: str,
        http_client: stripe.HTTPClient | None = None,
        billing_address_required: bool = False,
        breaker: Breaker | None = None,
    ) -> None:
        _refuse_another_sdk()
        stripe.enable_telemetry = False
        logging.getLogger("stripe").setLevel(logging.WARNING)  # Its finer lines hold whole payloads.
        client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            http_client=http_client or stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=RETRIES,
        )
        self._stripe = client.v1
        self._instance = instance
        self._address: Literal["auto", "required"] = "required" if billing_address_required else "auto"
        self._calls = StripeCalls(breaker or Breaker())
        self._products: dict[str, str] = {}
        self._products_lock = threading.Lock()

    def open_checkout(self, order: CheckoutOrder, permit: CheckoutPermit) -> OpenCheckout:  # noqa: ARG002
        """Open a checkout, or return the one already opened under the same key.

        The permit is only shown: holding one proves that the choke point of `admission` was passed.
        """
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

    def end_checkout(self, checkout_id: str) -> None:
        """End an open checkout; raises `StripeRefusedError` if it is over already."""
        self._calls.ask(lambda: self._stripe.checkout.sessions.expire(checkout_id))

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        """Fetch the current facts around an object; None for a type on which no money hangs (yet).

        Raises `StripeRefusedError` when Stripe does not know the object: a person must see that.
        """
        fetchers: dict[str, Callable[[str], Family | None]] = {
            "checkout.session": self._family_of_checkout,
            "payment_intent": self._family_of_intent,
            "charge": self._family_of_charge,
            "balance_transaction": self._family_of_row,
        }
        fetch = fetchers.get(object_type)
        return None if fetch is None or not object_id else fetch(object_id)

    def list_balance_transactions(self, *, created_from: datetime) -> Iterator[BalanceTransaction]:
        """Yield every balance transaction created since, newest first, page by page."""
        since = int(created_from.timestamp())
        rows = self._stripe.balance_transactions
        for row in self._pages(lambda: rows.list({"created": {"gte": since}, "limit": PAGE})):
            yield read_facts(partial(balance_transaction, row))

    def _checkout_params(self, order: CheckoutOrder) -> SessionCreateParams:
        marks = {"almoner": self._instance, "gift": order.reference}
        lines = [self._line("children", order.amount_cents)]
        if order.fee_cover_cents:
            lines.append(self._line("operations", order.fee_cover_cents))
        return {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "submit_type": "donate",
            "line_items": lines,
            "client_reference_id": order.reference,
            "metadata": marks,
            "payment_intent_data": {"metadata": marks},
            # Bank debits settle days later and may come back; they are offered once that whole life is played.
            "allowed_payment_method_types": ["card", "link"],
            "adaptive_pricing": {"enabled": False},
            "billing_address_collection": self._address,
            "customer_creation": "if_required",
            "customer_email": order.email,
            "expires_at": int(order.expires_at.timestamp()),
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
        }

    def _line(self, fund: str, cents: int) -> SessionCreateParamsLineItem:
        product = self._product(fund)
        return {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": cents, "product": product}}

    def _product(self, fund: str) -> str:
        """Return the id of the fund's product at Stripe, made if it is not there; a known id is not asked twice."""
        with self._products_lock:
            if fund not in self._products:
                self._products[fund] = self._find_or_make_product(fund)
            return self._products[fund]

    def _find_or_make_product(self, fund: str) -> str:
        wanted = f"almoner_{re.sub('[^A-Za-z0-9]', '_', self._instance)}_{fund}"
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
        for checkout in self._pages(lambda: sessions.list({"created": {"gte": since}, "limit": PAGE})):
            facts = read_facts(partial(checkout_facts, checkout))
            is_ours = (facts.instance, facts.gift) == (self._instance, order.reference)
            if is_ours and checkout.expires_at == int(order.expires_at.timestamp()):
                return checkout
        raise StripeAwayError(AWAY)

    def _family_of_checkout(self, checkout_id: str) -> Family:
        checkout = self._calls.ask(lambda: self._stripe.checkout.sessions.retrieve(checkout_id))
        return self._family(checkout, id_of(checkout.payment_intent))

    def _family_of_intent(self, intent_id: str) -> Family:
        intent = self._calls.ask(lambda: self._stripe.payment_intents.retrieve(intent_id))
        return self._family(self._checkout_of(intent.id), intent.id)

    def _family_of_charge(self, charge_id: str) -> Family:
        charge = self._calls.ask(
            lambda: self._stripe.charges.retrieve(charge_id, {"expand": ["balance_transaction", "payment_intent"]})
        )
        intent_id = id_of(charge.payment_intent)
        if intent_id is None:
            return read_facts(lambda: Family(checkout=None, charges=(charge_facts(charge, None),)))
        return self._family(self._checkout_of(intent_id), intent_id)

    def _family_of_row(self, row_id: str) -> Family | None:
        """Follow a row of Stripe's book to its charge; rows of any other source lead nowhere yet."""
        row = self._calls.ask(lambda: self._stripe.balance_transactions.retrieve(row_id, {"expand": ["source"]}))
        source = row.source
        is_charge = isinstance(source, stripe.StripeObject) and source["object"] == "charge"
        return self._family_of_charge(str(id_of(source))) if is_charge else None

    def _checkout_of(self, intent_id: str) -> Session | None:
        sessions = self._stripe.checkout.sessions
        found = self._calls.ask(lambda: sessions.list({"payment_intent": intent_id, "limit": 1}))
        return found.data[0] if found.data else None

    def _family(self, checkout: Session | None, intent_id: str | None) -> Family:
        charges: list[stripe.Charge] = []
        if intent_id is not None:
            expand = ["data.balance_transaction", "data.payment_intent"]
            attempts = self._stripe.charges
            charges.extend(
                self._pages(lambda: attempts.list({"payment_intent": intent_id, "limit": PAGE, "expand": expand}))
            )
        return read_facts(
            lambda: Family(
                checkout=None if checkout is None else checkout_facts(checkout),
                charges=tuple(charge_facts(charge, checkout) for charge in charges),
            )
        )

    def _pages(self, first: Callable[[], stripe.ListObject[_Item]]) -> Iterator[_Item]:
        """Yield the items of every page; each page is its own call, so that each fault is told apart."""
        page = self._calls.ask(first)
        yield from page.data
        while page.has_more:
            page = self._calls.ask(page.next_page)
            yield from page.data


def _open(checkout: Session) -> OpenCheckout:
    if not checkout.url:
        raise ValueError("a checkout without an address")
    return OpenCheckout(checkout_id=checkout.id, url=checkout.url, expires_at=from_epoch(checkout.expires_at))


def _refuse_another_sdk() -> None:
    """Amounts are only trusted from the versions that the contract tests ran with."""
    if not stripe.VERSION.startswith(SDK_SERIES) or stripe.api_version != API_VERSION:
        raise SettingsRefusedError(
            f"stripe-python {stripe.VERSION} is installed; Almoner was proven with {SDK_SERIES}x and {API_VERSION}."
        )
