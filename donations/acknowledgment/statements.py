"""Room: acknowledgment. Annual statements: gathered from the receipts themselves, so that they repeat them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from donations.acknowledgment.differences import sheet_of
from donations.acknowledgment.gifts import Refusal
from donations.acknowledgment.letterhead import Letterhead
from donations.acknowledgment.news import has_news
from donations.acknowledgment.yearbook import Yearbook, read_yearbook
from donations.donors import leader_of
from donations.errors import BrokenInvariantError
from donations.tables import Donor, FrozenFacts, Receipt, ReceiptEvent
from receipts import wording
from receipts.facts import (
    AnnualStatement,
    DocumentRefusedError,
    DonorFacts,
    StatementDifference,
    StatementNotice,
    StatementRow,
    thaw,
)
from receipts.wording import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredStatement:
    """The gifts of one donor in one tax year as their valid receipts tell them, in order of their days."""

    donor_id: int
    year: int
    donor: DonorFacts
    rows: tuple[StatementRow, ...]
    notices: tuple[StatementNotice, ...] = ()
    language: Language = "en"
    replaces: str | None
    """The statement that went out before and told other rows, if any."""
    replaces_total_cents: int | None = None
    """What the statement before came to; None where none stood."""
    differences: tuple[StatementDifference, ...] = ()

    @property
    def total_cents(self) -> int:
        """Return the sum of the rows."""
        return sum(row.amount_cents for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingLeft:
    """A statement went out, and none of its gifts stands any more: it is to be void."""

    number: str
    total_cents: int
    is_joined: bool
    """Another row leads the donor's identity now, and that one's statement lists the gifts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Previous:
    """The newest statement of a donor and year, and whether it is void."""

    document: AnnualStatement
    is_void: bool


def gather_statement(session: Session, donor_id: int, year: int) -> GatheredStatement | NothingLeft | None:
    """Return what a statement must say now; None if there is nothing to state, or the last one says just this."""
    book = read_yearbook(session, donor_id, year)
    previous = _read_newest_statement(session, donor_id, year)
    if not book.rows or book.donor is None:
        if previous is None or previous.is_void:
            return None
        return NothingLeft(
            number=previous.document.number,
            total_cents=previous.document.total_cents,
            is_joined=leader_of(session, donor_id) != donor_id,
        )
    if previous is None:
        return _gathered(book, book.donor, None)
    old = previous.document
    if not previous.is_void and (old.rows, old.notices, old.donor) == (book.rows, book.notices, book.donor):
        return None
    before = () if previous.is_void else old.rows
    return _gathered(book, book.donor, previous, sheet_of(session, book, before, told_at=old.issued_at))


def _gathered(
    book: Yearbook,
    donor: DonorFacts,
    previous: _Previous | None,
    differences: tuple[StatementDifference, ...] = (),
) -> GatheredStatement:
    before = None if previous is None else (0 if previous.is_void else previous.document.total_cents)
    return GatheredStatement(
        donor_id=book.donor_id,
        year=book.year,
        donor=donor,
        rows=book.rows,
        notices=book.notices,
        language=book.language,
        replaces=None if previous is None else previous.document.number,
        replaces_total_cents=before,
        differences=differences,
    )


def draft_statement(
    gathered: GatheredStatement, letterhead: Letterhead, *, number: str, token: str
) -> AnnualStatement | Refusal:
    """Return the statement under the number it would take, its total the sum of its rows, or why there is none."""
    try:
        return AnnualStatement(
            number=number,
            issued_at=letterhead.issued_at,
            issued_on=letterhead.issued_on,
            time_zone=letterhead.time_zone,
            issuer=letterhead.issuer,
            donor=gathered.donor,
            year=gathered.year,
            rows=gathered.rows,
            notices=gathered.notices,
            total_cents=gathered.total_cents,
            verify_url=letterhead.verify_url(token),
            simulated=letterhead.simulated,
            language=gathered.language,
            replaces=gathered.replaces,
            replaces_reason=_changed(gathered.language) if gathered.replaces else None,
            replaces_total_cents=gathered.replaces_total_cents,
            differences=gathered.differences,
        )
    except DocumentRefusedError as refused:
        return Refusal(gift_reference="", reasons=(refused.sentence,))


def _changed(language: Language) -> str:
    return wording.labels(language)["replaces_reason"]["gifts_changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedStatement:
    """A statement that went out and no longer tells what stands; cents before and now, 0 where nothing is left."""

    number: str
    donor_reference: str
    was_cents: int
    now_cents: int


def list_wanted_statements(session: Session, year: int) -> list[WantedStatement]:
    """Return the statements of a year that are to be corrected or void, as the facts stand now."""
    wanted = []
    for number, donor_id, reference, total in _read_doubtful(session, year):
        found = gather_statement(session, donor_id, year)
        if found is not None:
            now_cents = found.total_cents if isinstance(found, GatheredStatement) else 0
            wanted.append(
                WantedStatement(number=number, donor_reference=reference, was_cents=total, now_cents=now_cents)
            )
    return wanted


def _read_doubtful(session: Session, year: int) -> list[tuple[str, int, str, int]]:
    """Return the newest statements whose donor's papers of the year, or whose donor, changed after their issue."""
    later = aliased(Receipt)
    found = session.execute(
        select(Receipt.number, Receipt.donor_id, Donor.reference, Receipt.amount_cents)
        .join(Donor, Donor.id == Receipt.donor_id)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(
            Receipt.kind == "annual_statement",
            Receipt.tax_year == year,
            later.number.is_(None),
            has_news(Receipt, year),
        )
        .order_by(Receipt.year, Receipt.n)
    )
    return [(row.number, row.donor_id, row.reference, row.amount_cents) for row in found]


def _read_newest_statement(session: Session, donor_id: int, year: int) -> _Previous | None:
    later = aliased(Receipt)
    is_void = (
        select(ReceiptEvent.id).where(ReceiptEvent.number == Receipt.number, ReceiptEvent.kind == "void").exists()
    )
    found = session.execute(
        select(FrozenFacts.facts, is_void.label("is_void"))
        .join(Receipt, Receipt.number == FrozenFacts.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(
            Receipt.donor_id == donor_id,
            Receipt.tax_year == year,
            Receipt.kind == "annual_statement",
            later.number.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    document = thaw(found.facts.encode())
    if not isinstance(document, AnnualStatement):
        raise BrokenInvariantError("the frozen facts of a statement are of another kind")
    return _Previous(document=document, is_void=bool(found.is_void))
