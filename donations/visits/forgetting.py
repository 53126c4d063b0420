"""Room: visits. What is past its time is removed: ended links with their addresses, and ended sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from donations.tables import DonorLink, DonorSession
from donations.visits.sessions import IDLE, LIFE

KEPT: Final = timedelta(days=1)
"""So long after its end a sign-in or a link still stands, for whoever looks into a complaint."""


def forget_stale_visits(session: Session, *, now: datetime) -> int:
    """Remove what ended more than a day ago and return how many rows that was."""
    past = now - KEPT
    ended = or_(DonorSession.ended_at < past, DonorSession.seen_at < past - IDLE, DonorSession.began_at < past - LIFE)
    sessions = session.scalars(delete(DonorSession).where(ended).returning(DonorSession.token_hash)).all()
    links = session.scalars(delete(DonorLink).where(DonorLink.expires_at < past).returning(DonorLink.id)).all()
    return len(sessions) + len(links)
