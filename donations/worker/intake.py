"""Room: worker. Told events are worked off: fetch what Stripe knows now, then book whatever is missing."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from donations import inbox, leases, settlement
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
    told = shop.database.write(lambda session: inbox.claim(session, now=claimed_at, limit=_BATCH))
    for event in told:
        if leases.is_fresh(claimed_at, now=shop.clock.now()):
            _work_off(shop, event)
        else:
            _lay_back(shop, event)
    return len(told)


def _lay_back(shop: Workshop, told: Told) -> None:
    shop.database.write(lambda session: inbox.give_back(session, told.lease))


def _work_off(shop: Workshop, told: Told) -> None:
    try:
        # The network is asked outside any transaction; the answer is booked in one.
        family = shop.payments.fetch_family(told.object_type, told.object_id)
        shop.database.write(lambda session: _settle(session, shop, told, family))
    except _PASSING as fault:
        _later(shop, told, fault)
    except Exception as fault:  # noqa: BLE001  Whatever it is, one event must never stop the others.
        _for_a_person(shop, told, fault)


def _settle(session: Session, shop: Workshop, told: Told, family: Family | None) -> None:
    books = shop.books()
    if family is not None:
        settlement.settle_family(session, family, books)
    inbox.finish(session, told.lease, now=books.now)


def _later(shop: Workshop, told: Told, fault: Exception) -> None:
    name, now = type(fault).__name__, shop.clock.now()
    _log.warning("event_postponed", object=told.object_id, type=told.type, fault=name)
    shop.database.write(lambda session: inbox.postpone(session, told.lease, fault=name, now=now))


def _for_a_person(shop: Workshop, told: Told, fault: Exception) -> None:
    name = type(fault).__name__
    broken = isinstance(fault, BrokenInvariantError)
    _log.error("event_parked", object=told.object_id, type=told.type, fault=name, broken_invariant=broken)
    shop.database.write(lambda session: inbox.park(session, told.lease, fault=name))
