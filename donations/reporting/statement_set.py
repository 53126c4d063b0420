"""Room: reporting. Which statements of a year stand, how each reaches its donor, and what is missing by reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from donations.acknowledgment import GatheredStatement, gather_statement
from donations.donors import identity_of
from donations.errors import BrokenInvariantError
from donations.tables import Donor, FrozenFacts, OutboxRow, Printed, Receipt, ReceiptEvent
from receipts.facts import AnnualStatement, thaw

Way = Literal["mail", "print"]
_KIND = "annual_statement"
_LETTERS = ("mail_receipt", "mail_statement", "mail_notice", "mail_void")
_REFUSED = "MailRefusedError"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStatement:
    """A statement that stands: the newest of its donor and year, not void."""

    number: str
    place: tuple[int, int]
    """Year and n of its number: where the next page begins."""
    donor_id: int
    donor_reference: str
    amount_cents: int
    name: str
    address_lines: tuple[str, ...]
    email: str
    way: Way
    """`print` for a donor without an e-mail address, or whose last letter was refused for good."""
    replaces: str | None
    letter: str | None
    """The state of its own letter: waiting, leased, done, parked; None if none is owed."""
    file: str | None


def read_due(
    session: Session, year: int, *, refused: frozenset[int], after: tuple[int, int] | None, limit: int
) -> Sequence[DueStatement]:
    """Return the statements that stand, in the order of their numbers, from a place on."""
    later = aliased(Receipt)
    letter = select(OutboxRow.state).where(OutboxRow.key == "mail/statement/" + Receipt.number).scalar_subquery()
    chosen = (
        select(
            Receipt.number,
            Receipt.year,
            Receipt.n,
            Receipt.donor_id,
            Receipt.amount_cents,
            Receipt.replaces,
            Donor.reference,
            Donor.email,
            FrozenFacts.facts,
            Printed.file,
            letter.label("letter"),
        )
        .join(Donor, Donor.id == Receipt.donor_id)
        .join(FrozenFacts, FrozenFacts.number == Receipt.number)
        .outerjoin(Printed, Printed.number == Receipt.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(Receipt.kind == _KIND, Receipt.tax_year == year, later.number.is_(None), ~is_void())
        .order_by(Receipt.year, Receipt.n)
        .limit(limit)
    )
    if after is not None:
        chosen = chosen.where(or_(Receipt.year > after[0], and_(Receipt.year == after[0], Receipt.n > after[1])))
    return [_due(row, refused) for row in session.execute(chosen)]


def _due(row: Any, refused: frozenset[int]) -> DueStatement:  # noqa: ANN401  A row of the statement above.
    document = thaw(row.facts.encode())
    if not isinstance(document, AnnualStatement):
        raise BrokenInvariantError(f"{row.number} is numbered as a statement and is of another kind")
    return DueStatement(
        number=row.number,
        place=(row.year, row.n),
        donor_id=row.donor_id,
        donor_reference=row.reference,
        amount_cents=row.amount_cents,
        name=document.donor.name,
        address_lines=document.donor.address_lines,
        email=row.email,
        way="print" if not row.email or row.donor_id in refused else "mail",
        replaces=row.replaces,
        letter=row.letter,
        file=row.file,
    )


def read_gone(session: Session, year: int) -> Iterator[str]:
    """Yield the statements of a year that no longer stand: replaced or void."""
    later = aliased(Receipt)
    yield from session.scalars(
        select(Receipt.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(Receipt.kind == _KIND, Receipt.tax_year == year, or_(later.number.is_not(None), is_void()))
    )


def count_printed(session: Session, year: int) -> int:
    """Return how many donors' statements of a year are printed."""
    later = aliased(Receipt)
    return int(
        session.scalar(
            select(func.count())
            .select_from(Receipt)
            .join(Printed, Printed.number == Receipt.number)
            .outerjoin(later, later.replaces == Receipt.number)
            .where(Receipt.kind == _KIND, Receipt.tax_year == year, later.number.is_(None))
        )
        or 0
    )


def list_failures(session: Session, year: int) -> Iterator[tuple[str, str | None, str]]:
    """Yield (donor's reference, number, reason) of what is missing: a statement, its print, its letter."""
    yield from _unissued(session, year)
    later = aliased(Receipt)
    work = aliased(OutboxRow)
    rows = session.execute(
        select(Donor.reference, Receipt.number, work.kind, work.state, work.last_refusal)
        .join(Donor, Donor.id == Receipt.donor_id)
        .join(work, and_(work.subject == Receipt.number, work.kind.in_(("print", "mail_statement"))))
        .outerjoin(later, later.replaces == Receipt.number)
        .where(Receipt.kind == _KIND, Receipt.tax_year == year, later.number.is_(None), ~is_void())
        .outerjoin(Printed, Printed.number == Receipt.number)
        .where(work.state != "done", or_(work.kind == "mail_statement", Printed.number.is_(None)))
        .order_by(Receipt.year, Receipt.n, work.id)
    )
    for row in rows:
        what = "print" if row.kind == "print" else "letter"
        why = f"its {what} waits to be tried again" if row.state != "parked" else f"its {what} needs a person"
        yield row.reference, row.number, f"{why} ({row.last_refusal})" if row.last_refusal else why


def _unissued(session: Session, year: int) -> Iterator[tuple[str, str | None, str]]:
    statement = aliased(Receipt)
    donor_id = identity_of(Receipt.donor_id)
    has_one = exists().where(statement.donor_id == donor_id, statement.tax_year == year, statement.kind == _KIND)
    without = select(donor_id).where(Receipt.kind == "gift_receipt", Receipt.tax_year == year, ~has_one)
    donors = session.execute(select(Donor.id, Donor.reference).where(Donor.id.in_(without)).order_by(Donor.id)).all()
    for donor in donors:
        if isinstance(gather_statement(session, donor.id, year), GatheredStatement):
            yield donor.reference, None, "the statement was refused; see the clerk's list of refusals"


def is_void() -> ColumnElement[bool]:
    """Return whether a document was voided."""
    return exists().where(ReceiptEvent.number == Receipt.number, ReceiptEvent.kind == "void")


def read_refused(session: Session) -> frozenset[int]:
    """Return the donors whose letter was refused for good, and none after it was taken."""
    bounced = (
        select(Receipt.donor_id)
        .join(OutboxRow, OutboxRow.subject == Receipt.number)
        .where(OutboxRow.state == "parked", OutboxRow.last_refusal == _REFUSED, OutboxRow.kind.in_(_LETTERS))
    )
    donors = session.scalars(bounced.distinct()).all()
    if not donors:
        return frozenset()
    last = (
        select(Receipt.donor_id, func.max(OutboxRow.id).label("id"))
        .join(OutboxRow, OutboxRow.subject == Receipt.number)
        .where(Receipt.donor_id.in_(bounced), OutboxRow.kind.in_(_LETTERS))
        .where(OutboxRow.state.in_(("done", "parked")))
        .group_by(Receipt.donor_id)
        .subquery()
    )
    found = select(last.c.donor_id).join(OutboxRow, OutboxRow.id == last.c.id).where(OutboxRow.state == "parked")
    return frozenset(session.scalars(found))
