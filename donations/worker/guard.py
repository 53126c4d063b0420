"""Room: worker. The night watch of `admission`: alarms of an attack, checkouts that are ended, rows that are old."""

from __future__ import annotations

import structlog

from donations import admission, tributes
from donations.errors import StripeAwayError, StripeRefusedError
from donations.worker.workshop import Workshop

_log = structlog.get_logger()


def stand_guard(shop: Workshop) -> int:
    """Do what the declines of the last hours ask for and return how much was done; mostly it only looks."""
    now = shop.clock.now()
    with shop.database.read() as session:
        has_news, has_old = admission.has_changed(session, now), admission.has_old(session, now)
        has_ungiven = tributes.has_ungiven(session, now=now)
        tried = admission.checkouts_to_end(session, now)
    done = shop.database.write(lambda session: admission.watch(session, now)) if has_news else 0
    done += shop.database.write(lambda session: admission.forget(session, now)) if has_old else 0
    done += shop.database.write(lambda session: tributes.forget_ungiven(session, now=now)) if has_ungiven else 0
    return done + sum(_end(shop, checkout_id) for checkout_id in tried)


def _end(shop: Workshop, checkout_id: str) -> bool:
    """End one checkout at Stripe; its own event then tells us that it is over."""
    try:
        shop.payments.end_checkout(checkout_id)
    except StripeAwayError:
        return False
    except StripeRefusedError:
        _log.info("checkout_was_over", object=checkout_id)
    shop.database.write(lambda session: admission.note_ended(session, checkout_id))
    return True
