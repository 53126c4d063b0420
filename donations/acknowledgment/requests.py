"""Room: acknowledgment. Documents asked for wait in the clerk's second tray until they are numbered or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import ColumnElement, Select, case, delete, exists, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from donations.acknowledgment.news import has_news
from donations.donors import identity_of, leader_of
from donations.tables import DocumentRequest, Donor, DonorIdentity, Receipt, ReceiptEvent

RequestKind = Literal["annual_statement", "gift_receipt", "follow_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDocument:
    """One request as the clerk reads it; `gift_id` where it is about one gift."""

    id: int
    kind: RequestKind
    donor_id: int
    year: int
    gift_id: int | None


def request_statement(session: Session, *, donor_id: int, year: int, now: datetime) -> None:
    """Ask the clerk for a donor's statement; asked twice before it is answered is asked once."""
    leader_id = leader_of(session, donor_id)
    _ask(session, [{"kind": "annual_statement", "donor_id": leader_id, "year": year, "requested_at": now}])


def request_statements(session: Session, *, year: int, now: datetime) -> int:
    """Ask the clerk for every statement of a tax year that is missing or no longer tells what stands.

    Returns how many donors have a receipt in that year; rows joined into one identity are one donor. Whose papers did
    not change since their statement is not asked for again, so a run that is repeated costs little.
    """
    receipted = _receipted(year).subquery()
    wanted = select(receipted.c.id).where(~_has_fresh_statement(receipted.c.id, year))
    for donors in (wanted, _joined_away(year)):
        _ask_each(session, donors, year, now)
    return count_receipted(session, year)


def request_next_statements(session: Session, *, year: int, after: int, limit: int, now: datetime) -> int | None:
    """Ask as `request_statements` does, for the next donors by their ids only.

    Returns the last donor looked at, None once none is left: a caller that notes it goes on from there.
    """
    donor_id = identity_of(Receipt.donor_id)
    ids = session.scalars(_receipted(year).where(donor_id > after).order_by(donor_id).limit(limit)).all()
    if not ids:
        _ask_each(session, _joined_away(year), year, now)
        return None
    donors = select(Donor.id).where(Donor.id.in_(ids), ~_has_fresh_statement(Donor.id, year))
    _ask_each(session, donors, year, now)
    return ids[-1]


def count_receipted(session: Session, year: int) -> int:
    """Return how many donors have a receipt in a tax year; rows joined into one identity are one donor."""
    return session.scalar(select(func.count()).select_from(_receipted(year).subquery())) or 0


def count_requested_statements(session: Session, year: int) -> int:
    """Return how many statements of a tax year wait for the clerk."""
    waiting = select(func.count()).where(DocumentRequest.kind == "annual_statement", DocumentRequest.year == year)
    return session.scalar(waiting) or 0


def _receipted(year: int) -> Select[int]:
    """Choose the rows that lead the identities with a receipt in the year."""
    return (
        select(identity_of(Receipt.donor_id).label("id"))
        .where(Receipt.kind == "gift_receipt", Receipt.tax_year == year)
        .distinct()
    )


def _ask_each(session: Session, donors: Select[int], year: int, now: datetime) -> None:
    (donor_id,) = donors.subquery().c
    rows = select(
        literal("annual_statement"), donor_id, literal(year), literal(now, DocumentRequest.requested_at.type)
    ).where(donor_id.is_not(None))  # SQLite takes ON CONFLICT after a bare FROM for a join.
    names = ("kind", "donor_id", "year", "requested_at")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(DocumentRequest).from_select(names, rows).on_conflict_do_nothing())


def _has_fresh_statement(donor_id: ColumnElement[int] | InstrumentedAttribute[int], year: int) -> ColumnElement[bool]:
    """Return whether a donor has a statement of the year after whose issue nothing of theirs changed."""
    statement, later = aliased(Receipt), aliased(Receipt)
    return (
        select(statement.number)
        .outerjoin(later, later.replaces == statement.number)
        .where(
            statement.donor_id == donor_id,
            statement.tax_year == year,
            statement.kind == "annual_statement",
            later.number.is_(None),
            ~has_news(statement, year),
        )
        .exists()
    )


def _joined_away(year: int) -> Select[int]:
    """Choose the rows that another leads now and whose own statement of the year still stands: it is to be void."""
    later = aliased(Receipt)
    is_void = exists().where(ReceiptEvent.number == Receipt.number, ReceiptEvent.kind == "void")
    return (
        select(Receipt.donor_id)
        .join(DonorIdentity, DonorIdentity.donor_id == Receipt.donor_id)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(Receipt.kind == "annual_statement", Receipt.tax_year == year, later.number.is_(None), ~is_void)
    )


def request_receipt(session: Session, *, gift_id: int, donor_id: int, year: int, now: datetime) -> None:
    """Ask the clerk once more for the receipt of a gift that was refused when it was filed."""
    _ask(
        session,
        [{"kind": "gift_receipt", "gift_id": gift_id, "donor_id": donor_id, "year": year, "requested_at": now}],
    )


def request_follow_up(session: Session, *, gift_id: int, donor_id: int, year: int, now: datetime) -> None:
    """Ask the clerk to see what the documents of a gift must say now that money of it moved."""
    _ask(
        session,
        [{"kind": "follow_up", "gift_id": gift_id, "donor_id": donor_id, "year": year, "requested_at": now}],
    )


def read_requests(session: Session, limit: int) -> list[AskedDocument]:
    """Return the oldest requests, those about money that moved first: a statement then tells what they changed."""
    in_turn = (case((DocumentRequest.kind == "follow_up", 0), else_=1), DocumentRequest.id)
    rows = session.scalars(select(DocumentRequest).order_by(*in_turn).limit(limit))
    return [
        AskedDocument(
            id=row.id, kind=cast("RequestKind", row.kind), donor_id=row.donor_id, year=row.year, gift_id=row.gift_id
        )
        for row in rows
    ]


def forget_requests(session: Session, asked: Sequence[AskedDocument]) -> None:
    """Take answered requests off the tray; what was refused may be asked for again."""
    if asked:
        session.execute(delete(DocumentRequest).where(DocumentRequest.id.in_([request.id for request in asked])))


def _ask(session: Session, rows: Sequence[dict[str, object]]) -> None:
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgresql.insert(DocumentRequest).on_conflict_do_nothing(), rows)
    else:
        session.execute(sqlite.insert(DocumentRequest).on_conflict_do_nothing(), rows)
