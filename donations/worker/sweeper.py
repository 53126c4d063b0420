"""Room: worker. Every quarter of an hour Stripe is asked what we missed; once a day, a week back."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from donations import reconciliation
from donations.entrance.forgetting import forget_stale
from donations.errors import HouseClosedError, NotFoundError, StripeAwayError, StripeRefusedError
from donations.reconciliation import Round, Swept
from donations.visits import forget_stale_visits
from donations.worker.archive_watch import watch_archive
from donations.worker.fund_watch import watch_operations
from donations.worker.news_watch import tell_of_month
from donations.worker.workshop import Workshop

EVERY = timedelta(minutes=15)
NIGHTLY = timedelta(days=1)
NIGHTLY_LOOK_BACK = timedelta(days=7)
_PASSING = (StripeAwayError, StripeRefusedError, HouseClosedError, OperationalError)
_OBJECT_TYPES = (
    "charge",
    "payment_intent",
    "checkout.session",
    "invoice",
    "subscription",
    "refund",
    "dispute",
    "payout",
    "balance_transaction",
)
_log = structlog.get_logger()


def sweep_now(shop: Workshop, *, look_back: timedelta | None = None) -> Swept:
    """Ask Stripe now; what was missed lies in the inbox afterwards."""
    return reconciliation.sweep(_round(shop), look_back=look_back)


def look_at(shop: Workshop, name: str) -> int:
    """Put one object into the inbox, by Stripe's id or our reference; return how many objects that are.

    Ids are opaque: what we have never heard of is asked of Stripe as each kind of object in turn. Raises
    `NotFoundError` if Stripe knows nothing by that name.
    """
    with shop.database.read() as session:
        found = reconciliation.find_objects(session, name)
    found = found or [(_ask_what_it_is(shop, name), name)]
    run = _round(shop)
    run.tell([run.ring(*one) for one in found])
    return len(found)


def _ask_what_it_is(shop: Workshop, object_id: str) -> str:
    for object_type in _OBJECT_TYPES:
        try:
            if shop.payments.fetch_family(object_type, object_id) is not None:
                return object_type
        except StripeRefusedError:
            continue
    raise NotFoundError("Stripe knows nothing by that name.", field="object")


def _round(shop: Workshop) -> Round:
    return Round(
        database=shop.database, payments=shop.payments, livemode=shop.settings.livemode, now=shop.clock.now()
    )


def sweep_when_due(shop: Workshop) -> int:
    """Sweep if a quarter of an hour has passed, one worker of all; return how much was put into the inbox.

    Stripe away is no reason to stop a round: the marks stand, and the next sweep asks from there.
    """
    now = shop.clock.now()
    if not shop.database.write(lambda session: reconciliation.take_turn(session, "turn", now=now, every=EVERY)):
        return 0
    nightly = shop.database.write(
        lambda session: reconciliation.take_turn(session, "nightly", now=now, every=NIGHTLY)
    )
    try:
        found = sweep_now(shop, look_back=NIGHTLY_LOOK_BACK if nightly else None).found
    except _PASSING as fault:
        _log.warning("sweep_postponed", fault=type(fault).__name__)
        found = 0
    watch_operations(shop.database, shop.settings, now)
    tell_of_month(shop.database, shop.settings, now)
    if nightly:
        watch_archive(shop)
        shop.database.write(lambda session: forget_stale(session, now=now) + forget_stale_visits(session, now=now))
    return found
