"""Room: gateways. Stripe's own book: its balance, every row of it, and the events it still remembers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import stripe

from donations.clock import from_epoch
from donations.gateways.stripe_calls import PAGE, StripeCalls, read_facts
from donations.gateways.stripe_facts import balance_transaction
from donations.ports import BalanceTransaction, Ring, StripeBalance

if TYPE_CHECKING:
    from stripe._v1_services import V1Services
    from stripe.params import BalanceTransactionListParamsCreated

TYPES_AT_ONCE = 20
"""Stripe filters its events by so many types at most."""


class StripeBooks:
    """Reads what Stripe holds and has told."""

    def __init__(self, services: V1Services, calls: StripeCalls) -> None:
        self._stripe = services
        self._calls = calls

    def balance(self) -> StripeBalance:
        """Return what Stripe says it holds now, in US cents; other currencies are exchanged before they count."""
        told = self._calls.ask(self._stripe.balance.retrieve)
        return read_facts(lambda: _balance(told))

    def rows(self, *, created_from: datetime, created_to: datetime | None) -> Iterator[BalanceTransaction]:
        """Yield every row created in that time, newest first, page by page."""
        created: BalanceTransactionListParamsCreated = {"gte": int(created_from.timestamp())}
        if created_to is not None:
            created["lte"] = int(created_to.timestamp())
        rows = self._stripe.balance_transactions
        for row in self._calls.pages(lambda: rows.list({"created": created, "limit": PAGE})):
            yield read_facts(partial(balance_transaction, row))

    def events(self, *, created_from: datetime, types: Sequence[str]) -> Iterator[Ring]:
        """Yield every event of these types since, in groups of as many types as Stripe takes at once."""
        wanted = sorted(set(types))
        since = int(created_from.timestamp())
        for first in range(0, len(wanted), TYPES_AT_ONCE):
            yield from self._events_of(since, wanted[first : first + TYPES_AT_ONCE])

    def _events_of(self, since: int, types: list[str]) -> Iterator[Ring]:
        events = self._stripe.events
        told = self._calls.pages(lambda: events.list({"created": {"gte": since}, "types": types, "limit": PAGE}))
        for event in told:
            yield read_facts(partial(_ring, event))


def _balance(told: stripe.Balance) -> StripeBalance:
    return StripeBalance(
        available_cents=sum(part.amount for part in told.available if part.currency == "usd"),
        pending_cents=sum(part.amount for part in told.pending if part.currency == "usd"),
    )


def _ring(event: stripe.Event) -> Ring:
    about = event.data.object
    return Ring(
        event_id=event.id,
        type=event.type,
        object_type=str(about["object"]),
        object_id=str(about["id"]),
        livemode=event.livemode,
        created_at=from_epoch(event.created),
        api_version=event.api_version,
    )
