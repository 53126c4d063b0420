"""What tests of the reports share: gifts on chosen days, fees, clothing bought, and reports of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.database import Database
from donations.filing import await_clerks_lock, file_entries
from donations.ports import PrintedDocument
from donations.reporting import Report, build_live, build_report, parse_period, publish_report
from donations.tables import clothing_fund, clothing_spend
from tests.clerk_room import NOON, Giving, organisation, settle_all

_NUMBERS = count(1)
LATER = datetime(2027, 2, 15, 20, 0, tzinfo=UTC)
DAYS = [date(2026, month, 10) for month in (1, 4, 7, 10, 11)]


def noon_of(day: date) -> datetime:
    """Return an instant of that day in Las Vegas and in UTC alike."""
    return datetime(day.year, day.month, day.day, 20, 0, tzinfo=UTC)


def give(book: Database, *days: date, cents: int = 13_000, fee_cover_cents: int = 0) -> None:
    """Settle one gift on each day."""
    first = next(_NUMBERS) * 1_000
    givings = [Giving(cents=cents, fee_cover_cents=fee_cover_cents, charged_at=noon_of(day)) for day in days]
    settle_all(book, *givings, first=first)


def take_fee(book: Database, day: date, cents: int, *, known_on: date | None = None) -> None:
    """Book a card fee, perhaps known only later."""
    fee = postings.stripe_fee(
        txn_id=f"txn_{next(_NUMBERS)}", fee_cents=cents, happened_at=noon_of(day), effective_on=day
    )
    assert fee is not None
    book.write(lambda session: ledger.post(session, fee, recorded_at=noon_of(known_on or day)))


def open_operations(book: Database, day: date, cents: int) -> None:
    """Give operations its opening balance."""
    opening = postings.opening_balance(
        day=day, fund="operations", account="assets:bank:operations", cents=cents, happened_at=noon_of(day)
    )
    book.write(lambda session: ledger.post(session, opening, recorded_at=noon_of(day)))


def clothe(book: Database, day: date, *queue_numbers: int, cents: int = 13_000) -> None:
    """Buy clothing for the clothing funds at these places of the queue."""
    bought = [
        postings.purchase(
            reference=f"bought-{next(_NUMBERS)}",
            children_cents=cents,
            operations_cents=0,
            paid_from="assets:bank:children",
            happened_at=noon_of(day),
            effective_on=day,
            actor="treasurer",
        )
        for _ in queue_numbers
    ]

    def write(session: Session) -> None:
        await_clerks_lock(session)
        for place, entry in zip(queue_numbers, bought, strict=True):
            posted = ledger.post(session, entry, recorded_at=noon_of(day))
            fund_id = session.scalars(select(clothing_fund.c.id).where(clothing_fund.c.queue_no == place)).one()
            spent = {"entry_id": posted.entry_id, "clothing_fund_id": fund_id, "cents": cents}
            session.execute(insert(clothing_spend).values(spent))
            file_entries(session, [(posted.entry_id, "purchase")])

    book.write(write)


def report_of(book: Database, period: str, *, now: datetime = NOON) -> Report:
    """Return the draft of a period."""
    with book.read() as session:
        return build_report(session, parse_period(period), organisation=organisation(), now=now)


def live_of(book: Database, *, now: datetime = NOON) -> Report:
    """Return what the public page shows."""
    with book.read() as session:
        return build_live(session, organisation=organisation(), now=now)


def publish(book: Database, period: str, *, now: datetime = LATER) -> Report:
    """Freeze the next edition of a period."""
    return book.write(
        lambda session: publish_report(session, parse_period(period), organisation=organisation(), now=now)
    )


def values(report: Report, names: Sequence[str]) -> list[int | None]:
    """Return figures' values."""
    return [report.figures[name].value for name in names]


class PaperPress:
    """Prints the facts themselves; nothing of a report's content depends on how it is printed."""

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:  # noqa: ARG002
        """Return the facts as if they were a PDF."""
        return PrintedDocument(pdf=facts, maker="paper")
