"""Room: gateways. Stripe behind `ports.Payments`: hosted Checkout, refunds, the portal, and facts fetched by id."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

import stripe

from donations.errors import SettingsRefusedError
from donations.gateways.breaker import Breaker
from donations.gateways.stripe_books import StripeBooks
from donations.gateways.stripe_calls import StripeCalls
from donations.gateways.stripe_checkout import StripeCheckouts
from donations.gateways.stripe_families import StripeFamilies
from donations.gateways.stripe_pledges import StripePledges
from donations.gateways.stripe_refunds import StripeRefunds
from donations.ports import (
    BalanceTransaction,
    CheckoutOrder,
    CheckoutPermit,
    Family,
    OpenCheckout,
    PledgeOrder,
    RefundFacts,
    RefundOrder,
    Ring,
    StripeBalance,
)

API_VERSION = "2026-10-28.endive"
SDK_SERIES = "16.1."
TIMEOUT_SECONDS = (3, 12)
RETRIES = 2


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
        services = client.v1
        address: Literal["auto", "required"] = "required" if billing_address_required else "auto"
        calls = StripeCalls(breaker or Breaker())
        self._checkouts = StripeCheckouts(services, calls, instance, address)
        products = self._checkouts.product_funds
        self._pledges = StripePledges(services=services, calls=calls, instance=instance, products=products)
        self._families = StripeFamilies(services, calls, self._pledges)
        self._refunds = StripeRefunds(services, calls, instance)
        self._books = StripeBooks(client, calls)

    def open_checkout(self, order: CheckoutOrder, permit: CheckoutPermit) -> OpenCheckout:  # noqa: ARG002
        """Open a checkout, or return the one already opened under the same key.

        The permit is only shown: holding one proves that the choke point of `admission` was passed.
        """
        return self._checkouts.open(order)

    def end_checkout(self, checkout_id: str) -> None:
        """End an open checkout; raises `StripeRefusedError` if it is over already."""
        self._checkouts.end(checkout_id)

    def open_portal(self, customer_id: str, permit: CheckoutPermit, *, return_url: str) -> str:  # noqa: ARG002
        """Open the customer portal and return its address, a bearer secret; the permit is only shown, as above."""
        return self._pledges.open_portal(customer_id, return_url=return_url)

    def cancel_pledge(self, subscription_id: str, *, key: str) -> None:
        """End a subscription now; one that has ended already is fine."""
        self._pledges.cancel(subscription_id, key=key)

    def change_pledge(self, order: PledgeOrder) -> None:
        """Change a subscription without charging anything now; one that stands so already is fine."""
        if order.fee_cover_cents:
            self._checkouts.product("operations")
        self._pledges.change(order)

    def make_refund(self, order: RefundOrder) -> RefundFacts:
        """Make a refund, or return the one already made for the same reference; raises `StripeRefusedError`."""
        return self._refunds.make(order)

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        """Fetch the current facts around an object; None for a type on which no money hangs.

        Raises `StripeRefusedError` when Stripe does not know the object: a person must see that.
        """
        return self._families.fetch(object_type, object_id)

    def fetch_balance(self) -> StripeBalance:
        """Return what Stripe says it holds now."""
        return self._books.balance()

    def list_balance_transactions(
        self, *, created_from: datetime, created_to: datetime | None = None
    ) -> Iterator[BalanceTransaction]:
        """Yield every balance transaction created in that time, both ends included, newest first, page by page."""
        return self._books.rows(created_from=created_from, created_to=created_to)

    def list_events(self, *, created_from: datetime, types: Sequence[str]) -> Iterator[Ring]:
        """Yield every event of these types (any number) since, as far back as Stripe remembers (30 days)."""
        return self._books.events(created_from=created_from, types=types)


def _refuse_another_sdk() -> None:
    """Amounts are only trusted from the versions that the contract tests ran with."""
    if not stripe.VERSION.startswith(SDK_SERIES) or stripe.api_version != API_VERSION:
        raise SettingsRefusedError(
            f"stripe-python {stripe.VERSION} is installed; Almoner was proven with {SDK_SERIES}x and {API_VERSION}."
        )
