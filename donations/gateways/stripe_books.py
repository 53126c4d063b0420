"""Room: gateways. Stripe's own book: its balance, every row of it, and the events it still remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import stripe

from donations.clock import from_epoch
from donations.gateways.stripe_calls import PAGE, StripeCalls, read_facts
from donations.gateways.stripe_facts import balance_transaction
from donations.ports import BalanceTransaction, Ring, StripeBalance

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParamsCreated

_EVENTS: Final = "/v1/events"
TYPES_AT_ONCE = 20
"""Stripe filters its events by so many types at most."""


class StripeBooks:
    """Reads what Stripe holds and has told."""

    def __init__(self, client: stripe.StripeClient, calls: StripeCalls) -> None:
        self._client = client
        self._stripe = client.v1
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
        """Read the plain JSON of each page: an event holds a whole object, and we need its id alone.

        Made objects of the library's, the same page costs five times as much (measured).
        """
        asked: dict[str, Any] = {"created": {"gte": since}, "types": types, "limit": PAGE}
        has_more = True
        while has_more:
            page = self._calls.ask(partial(self._client.raw_request, "get", _EVENTS, **asked)).data
            rings, has_more = read_facts(partial(_rings, page))
            yield from rings
            if rings:
                asked["starting_after"] = rings[-1].event_id


def _balance(told: stripe.Balance) -> StripeBalance:
    return StripeBalance(
        available_cents=sum(part.amount for part in told.available if part.currency == "usd"),
        pending_cents=sum(part.amount for part in told.pending if part.currency == "usd"),
    )


def _rings(page: Mapping[str, Any]) -> tuple[list[Ring], bool]:
    rings = [_ring(event) for event in page["data"]]
    return rings, bool(rings and page["has_more"])


def _ring(event: Mapping[str, Any]) -> Ring:
    about = event["data"]["object"]
    return Ring(
        event_id=str(event["id"]),
        type=str(event["type"]),
        object_type=str(about["object"]),
        object_id=str(about["id"]),
        livemode=bool(event["livemode"]),
        created_at=from_epoch(event["created"]),
        api_version=event["api_version"],
    )
