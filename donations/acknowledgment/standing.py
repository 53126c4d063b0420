"""Room: acknowledgment. What became of a number: its chain to the one that stands now, and a reason for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from donations import archive
from donations.archive import Status
from donations.clock import day_in_zone
from donations.tables import FrozenFacts, Receipt, ReceiptEvent, book
from receipts.numbers import format_number
from receipts.rules import us

_PAGE = 500
_NUMBERS = 10_000
_SAID_OF = {"void": "void", "replaced": "replaced", "disputed": "hold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One document of a chain: how it stands, since which day, and the class of the reason."""

    number: str
    issued_on: date
    status: Status
    reason: str | None = None
    changed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A document's whole chain, oldest first, and whether the personal data behind it are gone."""

    links: tuple[Link, ...]
    is_erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLine:
    """What became of one number of a series and year; `missing` must never be seen."""

    series: str
    year: int
    n: int
    number: str
    status: Status | Literal["missing"]
    reason: str | None = None
    changed_on: date | None = None
    replaced_by: str | None = None


def trace(session: Session, number: str) -> Trace:
    """Return the chain a number belongs to; raises `NotFoundError` for a number never given."""
    zone = _zone(session)
    receipt = archive.find_document(session, number)
    while receipt.replaces is not None:
        receipt = archive.find_document(session, receipt.replaces)
    links = [_link(session, receipt, zone)]
    while (later := session.scalar(select(Receipt).where(Receipt.replaces == receipt.number))) is not None:
        receipt = later
        links.append(_link(session, receipt, zone))
    return Trace(links=tuple(links), is_erased=session.get(FrozenFacts, number) is None)


def is_late(session: Session, number: str) -> bool:
    """Tell whether a document was issued after its donor's tax day: it may come too late (R2)."""
    receipt = archive.find_document(session, number)
    return us.comes_late(receipt.tax_year, receipt.issued_on)


def account_for_numbers(
    session: Session, *, series: str | None = None, year: int | None = None
) -> Iterator[NumberLine]:
    """Yield what became of every number from 1 on, in their order, without holding them all."""
    zone = _zone(session)
    place, expected = ("", 0, 0), 1
    while rows := _read_page(session, place, series=series, year=year):
        for receipt, replaced_by in rows:
            if (receipt.series, receipt.year) != place[:2]:
                expected = 1
            yield from (_missing(receipt.series, receipt.year, n) for n in range(expected, receipt.n))
            link = _link(session, receipt, zone)
            yield NumberLine(
                series=receipt.series,
                year=receipt.year,
                n=receipt.n,
                number=receipt.number,
                status=link.status,
                reason=link.reason,
                changed_on=link.changed_on,
                replaced_by=replaced_by,
            )
            place, expected = (receipt.series, receipt.year, receipt.n), receipt.n + 1


def list_missing_numbers(session: Session, *, year: int) -> Iterator[str]:
    """Yield the numbers of a year that no document has, in their order, read once and not held."""
    rows = session.execute(
        select(Receipt.series, Receipt.n).where(Receipt.year == year).order_by(Receipt.series, Receipt.n),
        execution_options={"yield_per": _NUMBERS},
    )
    series, expected = "", 1
    for row in rows:
        if row.series != series:
            series, expected = row.series, 1
        yield from (format_number(series, year, n) for n in range(expected, row.n))
        expected = row.n + 1


def _read_page(
    session: Session, after: tuple[str, int, int], *, series: str | None, year: int | None
) -> list[tuple[Receipt, str | None]]:
    later = aliased(Receipt)
    a_series, a_year, a_n = after
    chosen = (
        select(Receipt, later.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(
            (Receipt.series > a_series)
            | ((Receipt.series == a_series) & (Receipt.year > a_year))
            | ((Receipt.series == a_series) & (Receipt.year == a_year) & (Receipt.n > a_n))
        )
        .order_by(Receipt.series, Receipt.year, Receipt.n)
        .limit(_PAGE)
    )
    if series is not None:
        chosen = chosen.where(Receipt.series == series)
    if year is not None:
        chosen = chosen.where(Receipt.year == year)
    return [(receipt, replaced_by) for receipt, replaced_by in session.execute(chosen)]


def _missing(series: str, year: int, n: int) -> NumberLine:
    return NumberLine(series=series, year=year, n=n, number=format_number(series, year, n), status="missing")


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(session.execute(select(book.c.zone)).scalar_one())


def _link(session: Session, receipt: Receipt, zone: ZoneInfo) -> Link:
    """Return how a document stands; what happened last of the kind its status follows from says why."""
    status = archive.stand_of(session, receipt).status
    event = session.execute(
        select(ReceiptEvent.reason_code, ReceiptEvent.recorded_at)
        .where(ReceiptEvent.number == receipt.number, ReceiptEvent.kind == _SAID_OF.get(status, ""))
        .order_by(ReceiptEvent.id.desc())
        .limit(1)
    ).one_or_none()
    return Link(
        number=receipt.number,
        issued_on=receipt.issued_on,
        status=status,
        reason=None if event is None else event.reason_code,
        changed_on=None if event is None else day_in_zone(event.recorded_at, zone),
    )
