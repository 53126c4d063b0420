"""What tests of held gifts share: a gift is held, its charge comes, its donor answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import earmarks
from donations.consent import ConsentDesk
from donations.database import Database
from donations.earmarks import Hold
from donations.settlement import settle_charge
from donations.tables import Gift, GiftReview
from tests.clerk_room import NOON
from tests.giving_room import ORIGIN, FakeClock, books, charge
from tests.simulation.world import simulated_settings


def hold(book: Database, reference: str, memo: str) -> None:
    """Hold a promised gift for its memo."""
    asked = Hold(reference=reference, reason=None, memo=memo)
    book.write(lambda session: earmarks.hold_gift(session, asked, now=NOON))


def settle_charge_of(book: Database, reference: str) -> None:
    """Tell that charge ch_1 of the $103.30 succeeded."""
    told = charge(1, gift=reference, amount_cents=10_330)
    book.write(lambda session: settle_charge(session, told, books()))


def agree(book: Database, reference: str, *, after: timedelta = timedelta()) -> None:
    """Let the donor agree to the pool."""
    desk(book, after=after).record(reference, agrees=True, by="donor")


def ask_back(book: Database, reference: str) -> None:
    """Let the donor have the money back."""
    desk(book).record(reference, agrees=False, by="donor")


def desk(book: Database, *, after: timedelta = timedelta()) -> ConsentDesk:
    """Return the desk of held gifts, so long after noon."""
    return ConsentDesk(
        database=book,
        clock=FakeClock(NOON + after),
        settings=simulated_settings(book.url, Path("unused")),
        origin=ORIGIN,
    )


def review_of(session: Session, reference: str) -> GiftReview:
    """Return a held gift's row."""
    chosen = select(GiftReview).join(Gift, Gift.id == GiftReview.gift_id).where(Gift.reference == reference)
    return session.scalars(chosen).one()
