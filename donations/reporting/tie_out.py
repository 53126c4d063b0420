"""Room: reporting. The year's documents told against the year's book, and the book as Part VIII of Form 990.

Lines A to E and the lines of the form are those of the year-end rules; cents throughout. E is one sum over the
ledger, read apart from A to D, so that a document or a gift gone wrong shows as a difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session, aliased

from donations.postings import CHART
from donations.reporting.gift_entries import (
    FORM_LINES,
    GIFT_ACCOUNTS,
    INTEREST_ACCOUNTS,
    LOST_DISPUTES,
    SALE_ACCOUNTS,
    credited,
    in_year,
    is_loss_of,
    returned_gift_id,
)
from donations.reporting.sheets import Column
from donations.tables import Gift, GiftSettlement, Receipt, ReceiptEvent, entry, returned, transfer

TieLine = Literal["A", "B", "C", "D"]

_WITHOUT: Final = {
    "donor_advised_fund": "sponsor_grant",
    "in_kind": "in_kind_book_value",
    "stock": "in_kind_book_value",
}
"""Ways of giving whose cents no tax document ever tells."""
FORM_COLUMNS: Final = (Column(name="line"), Column(name="holds"), Column(name="amount", kind="cents"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TieRow:
    """One row behind a line: a gift's reference or an entry's key, why it stands there, and its cents (signed)."""

    line: TieLine
    reference: str
    reason: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Untied:
    """A gift whose documents and book disagree: what its live document says, what the book says for the year."""

    reference: str
    document_cents: int
    booked_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TieOut:
    """Lines A to E of a year, the rows behind them, and the gifts that keep the difference from being nothing."""

    year: int
    a_cents: int
    b_cents: int
    c_cents: int
    d_cents: int
    e_cents: int
    rows: tuple[TieRow, ...]
    untied: tuple[Untied, ...]

    @property
    def difference_cents(self) -> int:
        """Return A + B + C + D - E: nothing, in a year that can be closed."""
        return self.a_cents + self.b_cents + self.c_cents + self.d_cents - self.e_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEight:
    """Line 1 of Part VIII, gross of fees, net of returns; 1g is part of 1f and 1h; 3 and 7c are no gifts."""

    line_1c_cents: int
    line_1e_cents: int
    line_1f_cents: int
    line_1g_cents: int
    line_1h_cents: int
    line_3_cents: int = 0
    line_7c_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gift:
    reference: str
    is_of_year: bool
    is_booked_in_year: bool
    why_without: str
    booked_cents: int
    document_cents: int | None


def tie_out(session: Session, year: int) -> TieOut:
    """Return lines A to E of a year, with every row behind them in a fixed order."""
    # Two questions and a dictionary: joined, SQLite looks through all documents for each gift.
    documents = {row.gift_id: row.amount_cents for row in session.execute(_live_documents(year))}
    gifts = {row.id: _gift(row, year, documents.get(row.id)) for row in session.execute(_gifts(year))}
    back: dict[int, int] = {}
    rows: list[TieRow] = []
    for key, gift_id, reference, gift_on, cents in session.execute(_other_entries(year)):
        if gift_id is None:
            rows.append(TieRow(line="B", reference=key, reason="no_gift_record", cents=int(cents)))
        elif gift_on.year == year:
            back[gift_id] = back.get(gift_id, 0) + int(cents)
        else:
            rows.append(TieRow(line="D", reference=reference, reason="of_another_year", cents=int(cents)))
    for gift_id, reference, cents in session.execute(_late_entries(year)):
        back[gift_id] = back.get(gift_id, 0) + int(cents)
        rows.append(TieRow(line="C", reference=reference, reason="booked_after_the_year", cents=-int(cents)))
    untied: list[Untied] = []
    for gift_id, gift in gifts.items():
        rows.extend(_rows_of(gift, back.get(gift_id, 0)))
        untied.extend(_untied(gift, back.get(gift_id, 0)))
    return TieOut(
        year=year,
        a_cents=_sum(rows, "A"),
        b_cents=_sum(rows, "B"),
        c_cents=_sum(rows, "C"),
        d_cents=_sum(rows, "D"),
        e_cents=sum(_income(session, year).values()),
        rows=tuple(row for row in sorted(rows, key=lambda row: (row.line, row.reference)) if row.cents),
        untied=tuple(untied),
    )


def part_eight(session: Session, year: int) -> PartEight:
    """Return line 1 of Form 990, Part VIII, from the ledger alone."""
    income = _income(session, year)
    not_cash = sum(cents for path, cents in income.items() if FORM_LINES[path] == "1g")
    in_all = sum(income.values())
    return PartEight(
        line_1c_cents=0,
        line_1e_cents=0,
        line_1f_cents=in_all,
        line_1g_cents=not_cash,
        line_1h_cents=in_all,
        line_3_cents=sum(_credited_to(session, year, INTEREST_ACCOUNTS).values()),
        line_7c_cents=sum(_credited_to(session, year, SALE_ACCOUNTS).values()),
    )


def form_rows(form: PartEight, tie: TieOut) -> list[tuple[str, str, int]]:
    """Return the rows of the workpaper: the lines of the form, then the tie-out and its difference."""
    return [
        ("1c", "Fundraising events: this book has no account for them", form.line_1c_cents),
        ("1e", "Government grants: this book has no account for them", form.line_1e_cents),
        ("1f", "All other contributions, gross of fees, net of what went back", form.line_1f_cents),
        ("1g", "Noncash contributions included in line 1f", form.line_1g_cents),
        ("1h", "Total of lines 1a to 1f", form.line_1h_cents),
        ("3", "Investment income: interest of the bank", form.line_3_cents),
        ("7c", "Gain or loss on securities sold, before what brokers kept (bank charges)", form.line_7c_cents),
        ("A", "Live documents by gift date", tie.a_cents),
        ("B", "Gifts in the book without a live document", tie.b_cents),
        ("C", "Timing: given in one year, booked in another", tie.c_cents),
        ("D", "Returns of other years' gifts", tie.d_cents),
        ("E", "Gift accounts of the ledger, net of returns", tie.e_cents),
        ("difference", "A + B + C + D - E; must be 0.00", tie.difference_cents),
    ]


def _rows_of(gift: _Gift, back_cents: int) -> Iterable[TieRow]:
    if gift.is_of_year and gift.document_cents is not None:
        yield TieRow(line="A", reference=gift.reference, reason="document", cents=gift.document_cents)
    elif gift.is_of_year:
        standing = gift.booked_cents + back_cents
        yield TieRow(
            line="B",
            reference=gift.reference,
            reason=gift.why_without,
            cents=standing,
        )
    if gift.is_of_year and not gift.is_booked_in_year:
        yield TieRow(line="C", reference=gift.reference, reason="booked_in_another_year", cents=-gift.booked_cents)
    if gift.is_booked_in_year and not gift.is_of_year:
        yield TieRow(line="C", reference=gift.reference, reason="given_in_another_year", cents=gift.booked_cents)


def _untied(gift: _Gift, back_cents: int) -> Iterable[Untied]:
    standing = gift.booked_cents + back_cents
    if gift.is_of_year and gift.document_cents is not None and gift.document_cents != standing:
        yield Untied(reference=gift.reference, document_cents=gift.document_cents, booked_cents=standing)


def _sum(rows: Iterable[TieRow], line: TieLine) -> int:
    return sum(row.cents for row in rows if row.line == line)


def _income(session: Session, year: int) -> dict[str, int]:
    """Return what each gift account was credited in a year, net; yearly closing entries left out."""
    return _credited_to(session, year, GIFT_ACCOUNTS)


def _credited_to(session: Session, year: int, accounts: Collection[int]) -> dict[str, int]:
    paths = {account.number: account.path for account in CHART if account.number in accounts}
    found = dict.fromkeys(paths.values(), 0)
    for side, sign in ((transfer.c.credit_id, 1), (transfer.c.debit_id, -1)):
        chosen = (
            select(side, func.sum(transfer.c.cents))
            .join_from(transfer, entry, entry.c.id == transfer.c.entry_id)
            .where(side.in_(accounts), *in_year(year))
            .group_by(side)
        )
        for number, cents in session.execute(chosen):
            found[paths[number]] += sign * int(cents)
    return found


def _gifts(year: int) -> Select[Any]:
    """Choose the gifts given or booked in a year, and what their booking credited."""
    days = (date(year, 1, 1), date(year, 12, 31))
    return (
        select(
            Gift.id,
            Gift.reference,
            GiftSettlement.gift_on,
            entry.c.effective_on,
            GiftSettlement.donor_id,
            GiftSettlement.method,
            credited(),
        )
        .join_from(GiftSettlement, Gift, Gift.id == GiftSettlement.gift_id)
        .join(entry, entry.c.id == GiftSettlement.entry_id)
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(GiftSettlement.gift_on.between(*days) | entry.c.effective_on.between(*days))
        .group_by(Gift.id, GiftSettlement.gift_id, entry.c.id)
    )


def _live_documents(year: int) -> Select[int, int]:
    """Choose the live receipt of each gift given in a year."""
    later = aliased(Receipt)
    voided = select(literal(1)).where(ReceiptEvent.number == Receipt.number, ReceiptEvent.kind == "void").exists()
    return (
        select(GiftSettlement.gift_id, Receipt.amount_cents)
        .join(GiftSettlement, GiftSettlement.gift_id == Receipt.gift_id)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(
            Receipt.series == "R",
            Receipt.kind != "in_kind_acknowledgment",
            later.number.is_(None),
            ~voided,
            GiftSettlement.gift_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )


def _gift(row: Any, year: int, document_cents: int | None) -> _Gift:  # noqa: ANN401  # A row of `_gifts`.
    _, reference, gift_on, booked_on, donor_id, method, booked = row
    return _Gift(
        reference=reference,
        is_of_year=gift_on.year == year,
        is_booked_in_year=booked_on.year == year,
        why_without="unknown_donor" if donor_id is None else _WITHOUT.get(method, "no_document"),
        booked_cents=int(booked),
        document_cents=document_cents,
    )


def _other_entries(year: int) -> Select[Any]:
    """Choose the year's entries on gift accounts that settled no gift: mostly returns, with the gift they are of."""
    key, gift_id = entry.c.source_key, returned_gift_id()
    return (
        _returns(key, gift_id, Gift.reference, GiftSettlement.gift_on)
        .where(*in_year(year))
        .group_by(entry.c.id, key, gift_id, Gift.reference, GiftSettlement.gift_on)
    )


def _late_entries(year: int) -> Select[Any]:
    """Choose what is booked after the year and counts in it, as documents count it, of the year's gifts.

    What went back in the year and was told when its day was closed; a refund of the year that failed later.
    """
    days = (date(year, 1, 1), date(year, 12, 31))
    withdrawn, taken = aliased(returned), aliased(entry)
    undone, undone_return = aliased(entry), aliased(returned)
    lost_on = (
        select(func.max(func.coalesce(withdrawn.c.happened_on, taken.c.effective_on)))
        .join(taken, taken.c.id == withdrawn.c.entry_id)
        .where(withdrawn.c.gift_id == LOST_DISPUTES.c.gift_id, withdrawn.c.kind == "dispute")
        .scalar_subquery()
    )
    return (
        _returns(returned_gift_id(), Gift.reference)
        .outerjoin(undone, undone.c.id == entry.c.reverses)
        .outerjoin(undone_return, undone_return.c.entry_id == undone.c.id)
        .where(
            entry.c.effective_on > days[1],
            func.coalesce(
                undone_return.c.happened_on, undone.c.effective_on, returned.c.happened_on, lost_on
            ).between(*days),
            GiftSettlement.gift_on.between(*days),
        )
        .group_by(entry.c.id, returned_gift_id(), Gift.reference)
    )


def _returns(*columns: Any) -> Select[Any]:  # noqa: ANN401  # Columns of several types.
    """Choose columns, and the cents credited, of entries on gift accounts that settled no gift."""
    first = aliased(GiftSettlement)
    return (
        select(*columns, credited())
        .join_from(entry, transfer, transfer.c.entry_id == entry.c.id)
        .outerjoin(first, first.entry_id == entry.c.id)
        .outerjoin(returned, returned.c.entry_id == entry.c.id)
        .outerjoin(LOST_DISPUTES, is_loss_of(entry.c.source_key))
        .outerjoin(Gift, Gift.id == returned_gift_id())
        .outerjoin(GiftSettlement, GiftSettlement.gift_id == returned_gift_id())
        .where(
            first.gift_id.is_(None),
            transfer.c.credit_id.in_(GIFT_ACCOUNTS) | transfer.c.debit_id.in_(GIFT_ACCOUNTS),
        )
    )
