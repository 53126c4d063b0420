"""Room: worker. Told events are worked off: fetch what Stripe knows now, then book whatever is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from donations import inbox, leases, reconciliation, settlement
from donations.errors import BrokenInvariantError, HouseClosedError, StripeAwayError
from donations.inbox import Told
from donations.ports import Family
from donations.worker.workshop import Workshop

_BATCH = 50
_PASSING = (StripeAwayError, HouseClosedError, OperationalError)
_log = structlog.get_logger()


def work_off_inbox(shop: Workshop) -> int:
    """Work off one batch of due events and return how many were touched."""
    claimed_at = shop.clock.now()
    with shop.database.read() as session:
        if not inbox.is_due(session, now=claimed_at):
            return 0
    told = shop.database.write(lambda session: inbox.claim(session, now=claimed_at, limit=_BATCH))
    waiting = {event.lease.row_id: event for event in told}
    while waiting:
        if not leases.is_fresh(claimed_at, now=shop.clock.now()):
            _lay_back(shop, waiting.values())
            break
        event = waiting.pop(next(iter(waiting)))
        for done in _work_off(shop, event, waiting.values()):
            del waiting[done.lease.row_id]
    return len(told)


def _lay_back(shop: Workshop, told: Iterable[Told]) -> None:
    """Lay back all that was not begun while the lease was fresh, in one commit: time does not make it fresh again."""
    shop.database.write(lambda session: [inbox.give_back(session, event.lease) for event in told])


def converge(shop: Workshop, object_type: str, object_id: str) -> None:
    """Fetch what Stripe knows now about an object and book whatever is missing of it, at once."""
    family = _fetch(shop, object_type, object_id)
    if family is not None:
        shop.database.write(lambda session: settlement.settle_family(session, family, shop.books()))


def _work_off(shop: Workshop, told: Told, others: Iterable[Told]) -> list[Told]:
    """Work one event off, and return the others that were worked off with it.

    What Stripe said after an event was claimed holds what the event told: where several events are about members of
    one family, it is fetched and settled once. Only if that is committed are the others done with.
    """
    try:
        family = _fetch(shop, told.object_type, told.object_id)
        covered = [] if family is None else [other for other in others if other.object_id in family.covers]
        shop.database.write(lambda session: _settle(session, shop, (told, *covered), family))
    except _PASSING as fault:
        _later(shop, told, fault)
    except Exception as fault:  # noqa: BLE001  Whatever it is, one event must never stop the others.
        _for_a_person(shop, told, fault)
    else:
        return covered
    return []


def _fetch(shop: Workshop, object_type: str, object_id: str) -> Family | None:
    """Ask the network, outside any transaction; of a payout, first settle every row that the book does not know."""
    asked_at = shop.clock.now()
    family = shop.payments.fetch_family(object_type, object_id)
    family = None if family is None else replace(family, asked_at=asked_at)
    payout = None if family is None else family.payout
    if payout is None or not payout.rows:
        return family
    with shop.database.read() as session:
        unknown = settlement.find_unbooked_rows(session, payout)
    for row_id in unknown:
        behind = shop.payments.fetch_family("balance_transaction", row_id)
        if behind is not None:
            shop.database.write(partial(_settle_unheard, shop=shop, family=behind))
    return family


def _settle(session: Session, shop: Workshop, told: Sequence[Told], family: Family | None) -> None:
    """Settle the family of the first of these events, which covers all of them, and finish each."""
    now = shop.clock.now()
    if family is not None:
        if told[0].origin == "sweep":
            _settle_unheard(session, shop, family)
        else:
            settlement.settle_family(session, family, shop.books())
    for event in told:
        inbox.finish(session, event.lease, now=now)


def _settle_unheard(session: Session, shop: Workshop, family: Family) -> None:
    """Settle a family nobody told us of, and write down each fact of it whose webhook never came."""
    missed = reconciliation.find_missing(session, reconciliation.facts_of(family))
    books = shop.books()
    settlement.settle_family(session, family, books)
    reconciliation.record_healed(session, missed, now=books.now)


def _later(shop: Workshop, told: Told, fault: Exception) -> None:
    name, now = type(fault).__name__, shop.clock.now()
    _log.warning("event_postponed", object=told.object_id, type=told.type, fault=name)
    shop.database.write(lambda session: inbox.postpone(session, told.lease, fault=name, now=now))


def _for_a_person(shop: Workshop, told: Told, fault: Exception) -> None:
    name = type(fault).__name__
    broken = isinstance(fault, BrokenInvariantError)
    _log.error("event_parked", object=told.object_id, type=told.type, fault=name, broken_invariant=broken)
    shop.database.write(lambda session: inbox.park(session, told.lease, fault=name))
