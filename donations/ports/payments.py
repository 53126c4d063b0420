"""Room: ports. The card processor: what may be asked of it, and what it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from donations.ports.facts import BalanceTransaction, Family, RefundFacts, Ring, StripeBalance
from receipts.wording import Language

Frequency = Literal["once", "monthly"]
RefundReason = Literal["duplicate", "fraudulent", "requested_by_customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPermit:
    """Leave to make Stripe touch a card; built only by `admission`."""

    form_token_hash: str
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutOrder:
    """What a checkout must ask for; `key` is `checkout/<reference>/<attempt>`, the idempotency key at Stripe."""

    key: str
    reference: str
    """Of the gift; of the pledge where `frequency` is monthly."""
    frequency: Frequency = "once"
    amount_cents: int
    fee_cover_cents: int
    email: str
    language: Language = "en"
    """In which Stripe's page speaks."""
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCheckout:
    """A checkout that Stripe opened; `url` is a bearer secret: followed once, never stored, logged or mailed."""

    checkout_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What a refund must give back; `key` is `refund/<reference>/<attempt>`, the idempotency key at Stripe."""

    key: str
    reference: str
    charge_id: str
    amount_cents: int
    reason: RefundReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeOrder:
    """What shall change in a subscription; `key` is `change/<reference>`, the idempotency key at Stripe."""

    key: str
    subscription_id: str
    kind: Literal["amount", "day", "pause", "resume"]
    amount_cents: int = 0
    fee_cover_cents: int = 0
    until: datetime | None = None
    """When the next gift is due (`day`), or when a pause ends (`pause`)."""


class Payments(Protocol):
    """The card processor. Every method may raise `StripeAwayError` for a fault that may pass."""

    def open_checkout(self, order: CheckoutOrder, permit: CheckoutPermit) -> OpenCheckout:
        """Open a checkout, or return the one already opened under the same key."""
        ...

    def end_checkout(self, checkout_id: str) -> None:
        """End an open checkout, so that no card can be tried there; raises `StripeRefusedError` if it is over."""
        ...

    def open_portal(self, customer_id: str, permit: CheckoutPermit, *, return_url: str) -> str:
        """Open the customer portal (card, cancel) and return its address, a bearer secret followed once."""
        ...

    def cancel_pledge(self, subscription_id: str, *, key: str) -> None:
        """End a subscription now; one that has ended already is fine."""
        ...

    def change_pledge(self, order: PledgeOrder) -> None:
        """Change a subscription without charging anything now; one that stands so already is fine.

        Raises `StripeRefusedError` for one that has ended.
        """
        ...

    def make_refund(self, order: RefundOrder) -> RefundFacts:
        """Make a refund, or return the one already made for the same reference; raises `StripeRefusedError`."""
        ...

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        """Fetch the current facts around an object named by an event; None where no money can hang on it."""
        ...

    def fetch_balance(self) -> StripeBalance:
        """Return what Stripe says it holds now."""
        ...

    def list_balance_transactions(
        self, *, created_from: datetime, created_to: datetime | None = None
    ) -> Iterator[BalanceTransaction]:
        """Yield every balance transaction created in that time, both ends included, as Stripe pages them."""
        ...

    def list_events(self, *, created_from: datetime, types: Sequence[str]) -> Iterator[Ring]:
        """Yield every event of these types (any number) since, as far back as Stripe remembers (30 days)."""
        ...
