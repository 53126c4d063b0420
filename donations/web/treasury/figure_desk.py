"""Room: web. The charts of the treasury's first page: the ledger's months, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.clock import day_in_zone
from donations.database import Database
from donations.money import format_dollars
from donations.ports import Clock
from donations.reporting.figures import FEE_COVER, FEES, GIFTS
from donations.reporting.monthly import MonthBook, MonthSums, last_months
from donations.reporting.promise import CASH
from donations.settings import Settings
from donations.spending import AverageCost
from donations.tables import clothing_fund
from donations.web.charts import Chart, Series, draw_bars

_RETURNS: Final = ("income:refunds", "income:chargebacks")
_YEAR: Final = 12
_SUSPENSE: Final = "liabilities:suspense"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresDesk:
    """Draws what the book says of the last twelve months."""

    database: Database
    clock: Clock
    settings: Settings
    sums: MonthSums = field(default_factory=MonthSums)

    def charts(self) -> tuple[Chart, ...]:
        """Return the charts of gifts, of the pool and of the fees, each from one reading of the book."""
        now = self.clock.now()
        today = day_in_zone(now, self.settings.zone)
        with self.database.read() as session:
            book = self.sums.read(session, now=now)
            return gifts_chart(book, today), pool_chart(book, _designated(session)), fees_chart(book, today)


def gifts_chart(book: MonthBook, today: date) -> Chart:
    """Return gifts less returns by month beside the same month a year before, both funds together."""
    months = last_months(today, _YEAR)
    now = tuple(_given(book, month) for month in months)
    before = tuple(_given(book, month.replace(year=month.year - 1)) for month in months)
    this, last = format_dollars(sum(now)), format_dollars(sum(before))
    told = f"{this} in the last twelve months, {last} in the twelve before them."
    return draw_bars(
        "gifts-by-month",
        "Gifts by month",
        told,
        _names(months),
        (Series(name="These twelve months", cents=now), Series(name="A year before", cents=before)),
    )


def pool_chart(book: MonthBook, designated_cents: int) -> Chart:
    """Return what the children's pool received, what of it is designated, and what was spent, since the beginning."""
    received = -book.total_debit("children", GIFTS, *_RETURNS)
    spent = book.total_debit("children", "expense:clothing")
    figures = (received, designated_cents, spent)
    labels = ("Received", "Designated", "Spent")
    told = ", ".join(f"{label.lower()} {format_dollars(cents)}" for label, cents in zip(labels, figures, strict=True))
    return draw_bars(
        "pool",
        "The Children's Clothing Fund since the beginning",
        f"{told[:1].upper()}{told[1:]}.",
        labels,
        (Series(name="Dollars", cents=figures),),
    )


def fees_chart(book: MonthBook, today: date) -> Chart:
    """Return the fees that operations paid by month beside what it received to pay them with."""
    months = last_months(today, _YEAR)
    fees = tuple(book.debit(month, "operations", *FEES) for month in months)
    received = tuple(book.credit(month, "operations", GIFTS, FEE_COVER, *_RETURNS) for month in months)
    left = book.total_debit("operations", *CASH, _SUSPENSE)
    told = (
        f"Operations paid {format_dollars(sum(fees))} in fees in twelve months and received "
        f"{format_dollars(sum(received))}; it now has {format_dollars(left)} to pay fees with."
    )
    series = (Series(name="Fees paid", cents=fees), Series(name="Received by operations", cents=received))
    return draw_bars("fees", "Fees and what operations received", told, _names(months), series)


def cost_chart(costs: Mapping[date, AverageCost], asked_cents: int) -> Chart | None:
    """Return what a set cost by month beside what donors are asked for; None where nothing was bought."""
    months = tuple(sorted(costs))
    if not months:
        return None
    series = (
        Series(name="Cost of a set", cents=tuple(costs[month].average_cents for month in months)),
        Series(name="Donors are asked for", cents=(asked_cents,) * len(months)),
    )
    asked = format_dollars(asked_cents)
    told = f"The average bill for one clothing fund in each month that had one; donors are asked for {asked}."
    return draw_bars("cost", "What a set cost, by month", told, _names(months), series)


def _given(book: MonthBook, month: date) -> int:
    return sum(book.credit(month, fund, GIFTS, *_RETURNS) for fund in ("children", "operations"))


def _names(months: tuple[date, ...]) -> tuple[str, ...]:
    return tuple(f"{month:%b} {month:%y}" for month in months)


def _designated(session: Session) -> int:
    return int(session.scalar(select(func.sum(clothing_fund.c.designated_cents))) or 0)
