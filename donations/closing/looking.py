"""Room: closing. The dry run of a year's end: each kind of obstacle counted by one query, with a few examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from donations.acknowledgment import is_root_receipt, is_taken_out, list_missing_numbers
from donations.bank.agreeing import agreements
from donations.bank.months import list_months
from donations.clock import day_in_zone
from donations.closing.obstacle import EXAMPLES_MAX, KINDS, Obstacle, YearEnd, obstacle
from donations.closing.stand import Stand, earlier_open_years, stand_of
from donations.donors import identity_of, likely_pairs
from donations.errors import FieldRefusedError
from donations.invariants import audit, broken_hard_invariants
from donations.reconciliation import list_suspense
from donations.reporting import TieOut, tie_out
from donations.settings import Settings
from donations.tables import (
    Batch,
    BatchLine,
    CheckoutAttempt,
    Contact,
    Dispute,
    Donor,
    Gift,
    GiftSettlement,
    Purchase,
    Receipt,
    entry,
    tray,
)

_ENDED_DISPUTES: Final = ("won", "lost", "warning_closed", "prevented")
_CALENDAR: Final = "01-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Year:
    number: int
    new_year: datetime
    """The instant at which the next year begins where the organisation is."""

    @property
    def days(self) -> tuple[date, date]:
        return date(self.number, 1, 1), date(self.number, 12, 31)


def look_at_year(session: Session, settings: Settings, year: int, *, now: datetime) -> YearEnd:
    """Return what keeps a calendar year from its close; raises `FieldRefusedError` for another fiscal year."""
    if settings.organisation.fiscal_year_start != _CALENDAR:
        raise FieldRefusedError("Only a fiscal year that begins on January 1 can be looked at.", field="year")
    looked = _Year(number=year, new_year=datetime(year + 1, 1, 1, tzinfo=settings.zone))
    tied = tie_out(session, year)
    stand = stand_of(session, year)
    if stand.is_closed:
        return YearEnd(
            year=year, closed=True, obstacles=(), totals=_totals(tied, stand), book_sha256=stand.book_sha256
        )
    found = [
        *_counted(session, looked),
        *_documents(session, looked, tied),
        *_book(session, looked),
    ]
    if day_in_zone(now, settings.zone) <= looked.days[1]:
        found.append(obstacle("year_not_over", year, 1, ()))
    found.extend(_if_any("earlier_year_open", looked, map(str, earlier_open_years(session, year))))
    order = list(KINDS)
    found.sort(key=lambda one: order.index(one.kind))
    return YearEnd(
        year=year,
        closed=False,
        obstacles=tuple(found),
        totals=_totals(tied, stand),
        book_sha256=stand.book_sha256,
    )


def _counted(session: Session, year: _Year) -> Iterator[Obstacle]:
    """Yield what one query finds: its count in the database, and the first few references."""
    queries = {
        "tray": select(entry.c.source_key).join(tray, tray.c.entry_id == entry.c.id).order_by(entry.c.id),
        "batch_open": _batches(year),
        "purchase_draft": _drafts(year),
        "gift_without_receipt": _without_receipt(year),
        "uncleared_debit": _uncleared(year),
        "dispute_open": _disputed(year),
        "statement_missing": _without_statement(year),
        "missing_address": _without_address(year),
    }
    for kind, query in queries.items():
        count = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        if count:
            yield obstacle(kind, year.number, count, session.scalars(query.limit(EXAMPLES_MAX)))


def _drafts(year: _Year) -> Select[str]:
    is_waiting = (Purchase.state == "drafted", Purchase.bought_on <= year.days[1])
    return select(Purchase.reference).where(*is_waiting).order_by(Purchase.id)


def _batches(year: _Year) -> Select[str]:
    given_on = func.coalesce(BatchLine.postmarked_on, BatchLine.received_on)
    is_of_year = exists().where(BatchLine.batch_id == Batch.id, given_on <= year.days[1])
    return (
        select(Batch.reference)
        .where(Batch.state == "open", or_(Batch.opened_at < year.new_year, is_of_year))
        .order_by(Batch.id)
    )


def _without_statement(year: _Year) -> Select[str]:
    """Choose the identities with a receipt of the year that never had its statement."""
    has_one = exists().where(
        Receipt.donor_id == Donor.id, Receipt.tax_year == year.number, Receipt.kind == "annual_statement"
    )
    gave = select(identity_of(Receipt.donor_id)).where(
        Receipt.kind == "gift_receipt", Receipt.tax_year == year.number
    )
    return select(Donor.reference).where(Donor.id.in_(gave), ~has_one).order_by(Donor.id)


def _without_receipt(year: _Year) -> Select[str]:
    has_receipt = exists().where(is_root_receipt(), Receipt.gift_id == GiftSettlement.gift_id)
    return (
        select(Gift.reference)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .where(
            GiftSettlement.gift_on.between(*year.days),
            # A sponsor's grant gets thanks and is never receipted (R23).
            GiftSettlement.method != "donor_advised_fund",
            ~has_receipt,
            ~is_taken_out(),
        )
        .order_by(Gift.id)
    )


def _uncleared(year: _Year) -> Select[str]:
    has_come = exists().where(GiftSettlement.gift_id == CheckoutAttempt.gift_id)
    is_on_its_way = (CheckoutAttempt.outcome == "processing", CheckoutAttempt.asked_at < year.new_year)
    began = select(CheckoutAttempt.gift_id).where(*is_on_its_way, ~has_come)
    return select(Gift.reference).where(Gift.id.in_(began)).order_by(Gift.id)


def _disputed(year: _Year) -> Select[str]:
    is_open = (Dispute.status.not_in(_ENDED_DISPUTES), Dispute.created_at < year.new_year)
    return select(Dispute.id).where(*is_open).order_by(Dispute.created_at, Dispute.id)


def _without_address(year: _Year) -> Select[str]:
    donor_id = identity_of(GiftSettlement.donor_id)
    gave = select(donor_id).where(GiftSettlement.gift_on.between(*year.days))
    has_address = (
        select(donor_id)
        .join(Contact, Contact.gift_id == GiftSettlement.gift_id)
        .where(Contact.address_line1.is_not(None))
    )
    return select(Donor.reference).where(Donor.id.in_(gave), Donor.id.not_in(has_address)).order_by(Donor.id)


def _documents(session: Session, year: _Year, tied: TieOut) -> Iterator[Obstacle]:
    """Yield missing numbers, likely duplicates, and what keeps the tie-out from 0.00 (two errors may cancel out)."""
    yield from _if_any("receipt_gap", year, list_missing_numbers(session, year=year.number))
    untied = [each.reference for each in tied.untied]
    if untied or tied.difference_cents:
        yield obstacle("tie_out", year.number, max(len(untied), 1), untied)
    pairs = likely_pairs(session, shown=EXAMPLES_MAX)
    if pairs.count:
        yield obstacle("likely_duplicate", year.number, pairs.count, (" and ".join(pair) for pair in pairs.examples))


def _book(session: Session, year: _Year) -> Iterator[Obstacle]:
    """Yield broken rules, money in suspense since the year or longer, and what the bank does not agree with."""
    last = year.days[1]
    broken = broken_hard_invariants(audit(session, checks_file=False))
    yield from _if_any("invariant_broken", year, [check.id for check in broken])
    waiting = [str(one["key"]) for one in list_suspense(session) if one["since"] <= last]
    yield from _if_any("suspense", year, waiting)
    agreed = agreements(session, last)
    unsaid = [one.account for one in agreed if one.difference_cents is None]
    differing = [one.account for one in agreed if one.difference_cents or one.unmatched_lines]
    yield from _if_any("bank_assertion_missing", year, unsaid)
    yield from _if_any("bank_differs", year, differing)
    months = [one for one in list_months(session, last) if one.last_day.year == year.number and one.state == "open"]
    yield from _if_any("month_open", year, sorted(one.name for one in months))


def _if_any(kind: str, year: _Year, found: Iterable[str]) -> Iterator[Obstacle]:
    references = list(found)
    if references:
        yield obstacle(kind, year.number, len(references), references)


def _totals(tied: TieOut, stand: Stand) -> dict[str, int]:
    return {
        "documents_cents": tied.a_cents,
        "without_document_cents": tied.b_cents,
        "timing_cents": tied.c_cents,
        "returns_of_other_years_cents": tied.d_cents,
        "ledger_cents": tied.e_cents,
        "difference_cents": tied.difference_cents,
        **{f"to_{net_assets}_cents": cents for net_assets, cents in stand.carried.items()},
    }
