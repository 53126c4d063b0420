"""Room: entrance. What is past its time is removed: ended sign-ins, links that open nothing, tries and answers.

Members, their keys and everything they did stay; the audit log names them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from donations.entrance.challenges import CHALLENGE_LIFE
from donations.staff.desk import IDLE, LIFE
from donations.tables import SpentChallenge, StaffLink, StaffSession, StaffTry

KEPT: Final = timedelta(days=1)
"""So long after its end a sign-in or a link still stands, for whoever looks into a complaint."""


def forget_stale(session: Session, *, now: datetime) -> int:
    """Remove what ended more than a day ago and return how many rows that was; what still opens a door stays."""
    past = now - KEPT
    ended = or_(StaffSession.ended_at < past, StaffSession.seen_at < past - IDLE, StaffSession.began_at < past - LIFE)
    gone = session.scalars(delete(StaffSession).where(ended).returning(StaffSession.token_hash)).all()
    spent = or_(StaffLink.used_at < past, StaffLink.expires_at < past)
    links = session.scalars(delete(StaffLink).where(spent).returning(StaffLink.id)).all()
    session.execute(delete(StaffTry).where(StaffTry.at < past))
    session.execute(delete(SpentChallenge).where(SpentChallenge.at < past - CHALLENGE_LIFE))
    return len(gone) + len(links)
