"""Room: visits. Sign-ins of donors: a random cookie whose SHA-256 alone is kept; 30 idle minutes, 12 hours."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from donations import tokens
from donations.tables import DonorSession

IDLE: Final = timedelta(minutes=30)
LIFE: Final = timedelta(hours=12)
_SEEN_STEP: Final = timedelta(minutes=1)
"""A sign of life is written once a minute, not with every page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A donor who is in, by one browser's sign-in."""

    account_id: int
    session_hash: str
    seen_at: datetime


def begin_session(session: Session, account_id: int, *, now: datetime) -> str:
    """Return the value of a new session cookie; its SHA-256 alone is kept."""
    token = secrets.token_hex(32)
    row = DonorSession(token_hash=tokens.hash_token(token), account_id=account_id, began_at=now, seen_at=now)
    session.add(row)
    session.flush()
    return token


def find_session(session: Session, token: str, *, now: datetime) -> Visit | None:
    """Return who is in by a cookie; None once it is idle for 30 minutes, 12 hours old or ended."""
    found = session.get(DonorSession, tokens.hash_token(token))
    if found is None or found.ended_at is not None or now - found.seen_at > IDLE or now - found.began_at > LIFE:
        return None
    return Visit(account_id=found.account_id, session_hash=found.token_hash, seen_at=found.seen_at)


def is_seen_lately(visit: Visit, *, now: datetime) -> bool:
    """Tell whether its last sign of life is young enough not to be written again."""
    return now - visit.seen_at < _SEEN_STEP


def see(session: Session, visit: Visit, *, now: datetime) -> None:
    """Write a sign of life down."""
    session.execute(update(DonorSession).where(DonorSession.token_hash == visit.session_hash).values(seen_at=now))


def end_session(session: Session, visit: Visit, *, now: datetime) -> None:
    """End one sign-in; ended twice is once."""
    session.execute(
        update(DonorSession)
        .where(DonorSession.token_hash == visit.session_hash, DonorSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_sessions(session: Session, account_id: int, *, now: datetime) -> None:
    """End every sign-in of an account."""
    session.execute(
        update(DonorSession)
        .where(DonorSession.account_id == account_id, DonorSession.ended_at.is_(None))
        .values(ended_at=now)
    )
