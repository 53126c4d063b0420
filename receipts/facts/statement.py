"""Room: facts. The annual statement: every gift of a year with its own date and sentence, never a lone total (R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from receipts import wording
from receipts.facts.faults import Faults, year_of
from receipts.facts.parties import DonorFacts, GoodsServices, Issuer, StateDisclosure
from receipts.facts.receipt import DISCLOSURES_MAX
from receipts.numbers import YEAR_MAX, YEAR_MIN
from receipts.wording import Basis

ROWS_MAX = 1_000
"""As many as one child prints within its limits; a donor with more gifts in a year is a task for a person."""
RowStatus = Literal["valid", "disputed"]


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

    def __post_init__(self) -> None:
        """Refuse a row that does not say everything about its gift."""
        faults = Faults("statement row")
        faults.number("receipt_number", self.receipt_number, series="R")
        faults.day("gift_on", self.gift_on)
        faults.one_of("gift_on_basis", self.gift_on_basis, get_args(Basis))
        faults.cents("amount_cents", self.amount_cents)
        faults.cents("fee_cover_cents", self.fee_cover_cents, least=0)
        faults.unless(isinstance(self.goods_services, GoodsServices), "goods_services", "must be said")
        faults.one_of("status", self.status, get_args(RowStatus))
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
class AnnualStatement:
    """All gifts of one donor in one tax year; `total_cents` is the sum of its rows, to the cent."""

    number: str
    issued_at: datetime
    issued_on: date
    time_zone: str
    issuer: Issuer
    donor: DonorFacts
    year: int
    rows: tuple[StatementRow, ...]
    total_cents: int
    verify_url: str
    simulated: bool
    notices: tuple[StatementNotice, ...] = ()
    state_disclosures: tuple[StateDisclosure, ...] = ()
    replaces: str | None = None
    replaces_reason: str | None = None
    wording_version: str = wording.RECEIPT_VERSION

    def __post_init__(self) -> None:
        """Refuse a statement that a tax preparer could not tie out, naming every field."""
        faults = Faults("annual statement")
        _check_issue(faults, self)
        _check_rows(faults, self)
        faults.made_of("issuer", self.issuer, Issuer)
        faults.made_of("donor", self.donor, DonorFacts)
        faults.one_of("wording_version", self.wording_version, wording.RECEIPT_WORDINGS)
        faults.rows("state_disclosures", self.state_disclosures, StateDisclosure, bounds=(0, DISCLOSURES_MAX))
        faults.refuse()


def _check_issue(faults: Faults, statement: AnnualStatement) -> None:
    faults.instant(statement.issued_at, statement.issued_on)
    faults.number("number", statement.number, series="S", year=year_of(statement.issued_on))
    faults.text("time_zone", statement.time_zone)
    faults.verify_url(statement.verify_url)
    faults.made_of("simulated", statement.simulated, bool)
    if statement.replaces is not None:
        faults.number("replaces", statement.replaces, series="S")
        faults.unless(statement.replaces != statement.number, "replaces", "is the statement itself")
        faults.text("replaces_reason", statement.replaces_reason)


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
