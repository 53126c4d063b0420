"""Room: acknowledgment. Documents asked for wait in the clerk's second tray until they are numbered or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from donations.tables import DocumentRequest, Receipt

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
    _ask(session, [{"kind": "annual_statement", "donor_id": donor_id, "year": year, "requested_at": now}])


def request_statements(session: Session, *, year: int, now: datetime) -> int:
    """Ask the clerk for the statement of every donor with a receipt in that tax year; return how many donors."""
    donors = session.scalars(
        select(Receipt.donor_id).where(Receipt.kind == "gift_receipt", Receipt.tax_year == year).distinct()
    ).all()
    _ask(
        session,
        [
            {"kind": "annual_statement", "donor_id": donor_id, "year": year, "requested_at": now}
            for donor_id in sorted(donors)
        ],
    )
    return len(donors)


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
    """Return the oldest requests."""
    rows = session.scalars(select(DocumentRequest).order_by(DocumentRequest.id).limit(limit))
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
