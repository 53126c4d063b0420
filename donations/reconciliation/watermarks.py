"""Room: reconciliation. How far each stream was swept, and whose turn it is to sweep."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from donations.database import insert_once
from donations.tables import Watermark, metadata


def read_mark(session: Session, stream: str) -> datetime | None:
    """Return how far a stream was swept, or None if it never was."""
    return session.scalar(select(Watermark.swept_to).where(Watermark.stream == stream))


def move_mark(session: Session, stream: str, swept_to: datetime) -> None:
    """Note how far a stream was swept; it never moves back."""
    if not _write_first(session, stream, swept_to):
        session.execute(
            update(Watermark)
            .where(Watermark.stream == stream, Watermark.swept_to < swept_to)
            .values(swept_to=swept_to)
        )


def take_turn(session: Session, stream: str, *, now: datetime, every: timedelta) -> bool:
    """Take the turn if `every` has passed since the last; of several workers one is told True."""
    if _write_first(session, stream, now):
        return True
    last = session.scalars(select(Watermark.swept_to).where(Watermark.stream == stream).with_for_update()).one()
    if now - last < every:
        return False
    session.execute(update(Watermark).where(Watermark.stream == stream).values(swept_to=now))
    return True


def _write_first(session: Session, stream: str, swept_to: datetime) -> bool:
    values = {"stream": stream, "swept_to": swept_to}
    return insert_once(session, metadata.tables["watermark"], values, key=("stream",))
