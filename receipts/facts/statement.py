"""Room: facts. The annual statement: every gift of a year with its own date and sentence, never a lone total (R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from receipts.facts.exchange import GoodsServices
from receipts.facts.faults import Faults
from receipts.facts.issued import Issued, check_issued, check_replacing
from receipts.facts.presented import PresentedAmount
from receipts.numbers import YEAR_MAX, YEAR_MIN
from receipts.wording import Basis, DifferenceReason

ROWS_MAX = 1_000
"""As many as one child prints within its limits; a donor with more gifts in a year is a task for a person."""
RowStatus = Literal["valid", "disputed"]
_BASES, _STATUSES = get_args(Basis), get_args(RowStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One gift of the year, as its own receipt told it; a void or replaced receipt has no row."""

    receipt_number: str
    gift_on: date
    gift_on_basis: Basis
    amount_cents: int
    goods_services: GoodsServices
    status: RowStatus = "valid"
    fee_cover_cents: int = 0
    """The part of `amount_cents` that the donor gave to operations to cover the card fee."""
    presented: PresentedAmount | None = None
    """What the donor paid in another currency; `amount_cents` is then what reached us of it."""

    def __post_init__(self) -> None:
        """Refuse a row that does not say everything about its gift."""
        faults = Faults("statement row")
        faults.number("receipt_number", self.receipt_number, series="R")
        faults.day("gift_on", self.gift_on)
        faults.one_of("gift_on_basis", self.gift_on_basis, _BASES)
        faults.cents("amount_cents", self.amount_cents)
        faults.cents("fee_cover_cents", self.fee_cover_cents, least=0)
        faults.unless(isinstance(self.goods_services, GoodsServices), "goods_services", "must be said")
        faults.one_of("status", self.status, _STATUSES)
        if self.presented is not None:
            faults.made_of("presented", self.presented, PresentedAmount)
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementNotice:
    """Money returned in this year from a gift of an earlier one; told, never subtracted."""

    number: str
    original_number: str
    original_gift_on: date
    returned_cents: int
    returned_on: date

    def __post_init__(self) -> None:
        """Refuse a notice that does not name its gift."""
        faults = Faults("statement notice")
        faults.number("number", self.number, series="N")
        faults.number("original_number", self.original_number, series="R")
        faults.day("original_gift_on", self.original_gift_on)
        faults.cents("returned_cents", self.returned_cents)
        faults.day("returned_on", self.returned_on)
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDifference:
    """One row of the difference sheet: what the statement before said, what this one says, why, and since which day.

    `was_cents` None is a gift that was not on it, `now_cents` None one that is no longer; both the same amount is a
    row whose other facts changed.
    """

    receipt_number: str
    gift_on: date
    was_cents: int | None
    now_cents: int | None
    reason_code: DifferenceReason
    changed_on: date
    now_receipt_number: str | None = None
    """The receipt that stands now, where the one before was replaced."""

    def __post_init__(self) -> None:
        """Refuse a row that names no gift, or nothing on either side."""
        faults = Faults("statement difference")
        faults.number("receipt_number", self.receipt_number, series="R")
        faults.day("gift_on", self.gift_on)
        for name in ("was_cents", "now_cents"):
            if getattr(self, name) is not None:
                faults.cents(name, getattr(self, name))
        told = self.was_cents is not None or self.now_cents is not None
        faults.unless(told, "now_cents", "is missing on both sides")
        faults.one_of("reason_code", self.reason_code, get_args(DifferenceReason))
        faults.day("changed_on", self.changed_on)
        if self.now_receipt_number is not None:
            faults.number("now_receipt_number", self.now_receipt_number, series="R")
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualStatement(Issued):
    """All gifts of one donor in one tax year; `total_cents` is the sum of its rows, to the cent."""

    year: int
    rows: tuple[StatementRow, ...]
    total_cents: int
    notices: tuple[StatementNotice, ...] = ()
    replaces: str | None = None
    replaces_reason: str | None = None
    differences: tuple[StatementDifference, ...] = ()
    """The difference sheet of a corrected statement, row by row; its totals tie the two statements."""
    replaces_total_cents: int | None = None
    """The total that the statement before told; only on a corrected statement."""

    def __post_init__(self) -> None:
        """Refuse a statement that a tax preparer could not tie out, naming every field."""
        faults = Faults("annual statement")
        check_issued(faults, self, series="S")
        check_replacing(faults, number=self.number, replaces=self.replaces, reason=self.replaces_reason, series="S")
        _check_rows(faults, self)
        _check_differences(faults, self)
        faults.refuse()


def _check_rows(faults: Faults, statement: AnnualStatement) -> None:
    faults.rows("rows", statement.rows, StatementRow, bounds=(1, ROWS_MAX))
    faults.rows("notices", statement.notices, StatementNotice, bounds=(0, ROWS_MAX))
    faults.one_of("year", statement.year, range(YEAR_MIN, YEAR_MAX))
    faults.same_sum("total_cents", statement.total_cents, statement.rows)
    if "rows" in faults.wrong:
        return
    rows = statement.rows
    faults.unless({row.gift_on.year for row in rows} == {statement.year}, "rows", "hold a gift of another year")
    faults.unless(len({row.receipt_number for row in rows}) == len(rows), "rows", "name a receipt twice")


def _check_differences(faults: Faults, statement: AnnualStatement) -> None:
    differences = statement.differences
    faults.rows("differences", differences, StatementDifference, bounds=(0, ROWS_MAX))
    if statement.replaces_total_cents is None:
        faults.unless(not differences, "replaces_total_cents", "is missing")
        return
    faults.unless(statement.replaces, "replaces_total_cents", "needs a statement that is replaced")
    faults.cents("replaces_total_cents", statement.replaces_total_cents, least=0)
    if {"differences", "replaces_total_cents", "total_cents"} & faults.wrong.keys():
        return
    change = sum((row.now_cents or 0) - (row.was_cents or 0) for row in differences)
    ties = statement.replaces_total_cents + change == statement.total_cents
    faults.unless(ties, "differences", "do not lead from the total before to the total now")
