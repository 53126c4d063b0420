"""Room: staff. The desk at the treasury's door: members, their roles, and the browsers they are signed in on."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from donations import tokens
from donations.audit_log import Actor
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.ports import Clock
from donations.staff.permissions import Action, Right, Role, permits
from donations.tables import Staff, StaffRole, StaffSession

Way = Literal["key", "code"]
IDLE: Final = timedelta(minutes=15)
LIFE: Final = timedelta(hours=8)
STEP_UP_FRESH: Final = timedelta(minutes=5)
_SEEN_STEP: Final = timedelta(minutes=1)
"""A sign of life is written once a minute, not with every page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the staff, and the roles they hold."""

    id: int
    reference: str
    name: str
    email: str
    roles: tuple[Role, ...]

    @property
    def actor(self) -> Actor:
        """Return who the audit log says it was."""
        return Actor(reference=self.reference, staff_id=self.id)

    def may(self, action: Action, right: Right) -> bool:
        """Tell whether any role of theirs holds this right."""
        return permits(self.roles, action, right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A member who is in, by one browser's sign-in."""

    member: Member
    session_hash: str
    began_at: datetime
    stepped_up_at: datetime | None
    way: Way

    def may_make_a_key(self, now: datetime) -> bool:
        """Tell whether keys and codes of their own may be changed: a fresh key, or just in by link and code."""
        return self.is_fresh(now) or (self.way == "code" and now - self.began_at <= STEP_UP_FRESH)

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether a key was proved so lately that money, exports and roles may be touched."""
        return self.stepped_up_at is not None and now - self.stepped_up_at <= STEP_UP_FRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDesk:
    """Who may enter, and who is in."""

    database: Database
    clock: Clock

    def who_is_in(self, token: str) -> Entered | None:
        """Return the member behind a session cookie; None once it is idle for 15 minutes, 8 hours old or ended."""
        now, token_hash = self.clock.now(), tokens.hash_token(token)
        with self.database.read() as session:
            found = session.get(StaffSession, token_hash)
            if found is None or found.ended_at is not None:
                return None
            if now - found.seen_at > IDLE or now - found.began_at > LIFE:
                return None
            member = read_member(session, found.staff_id)
            entered = (
                None
                if member is None
                else Entered(
                    member=member,
                    session_hash=token_hash,
                    began_at=found.began_at,
                    stepped_up_at=found.stepped_up_at,
                    way=cast("Way", found.way),
                )
            )
            is_stale = now - found.seen_at >= _SEEN_STEP
        if entered is not None and is_stale:
            self.database.write(lambda session: _see(session, token_hash, now))
        return entered

    def begin_session(self, staff_id: int, *, with_key: bool) -> str:
        """Return the value of a new session cookie; its SHA-256 alone is kept."""
        now = self.clock.now()
        proved_at = now if with_key else None
        return self.database.write(
            lambda session: open_session(session, staff_id, way="key", stepped_up_at=proved_at, now=now)
        )

    def end_session(self, session_hash: str) -> None:
        """End one sign-in; ended twice is once."""
        now = self.clock.now()
        self.database.write(
            lambda session: session.execute(
                update(StaffSession)
                .where(StaffSession.token_hash == session_hash, StaffSession.ended_at.is_(None))
                .values(ended_at=now)
            )
        )

    def list_members(self) -> list[Member]:
        """Return everyone who may enter."""
        with self.database.read() as session:
            ids = session.scalars(select(Staff.id).where(Staff.is_active == 1).order_by(Staff.id)).all()
            return [member for id_ in ids if (member := read_member(session, id_)) is not None]


def open_session(  # noqa: PLR0913  # A sign-in is all of these facts.
    session: Session,
    staff_id: int,
    *,
    way: Way,
    now: datetime,
    stepped_up_at: datetime | None = None,
    began_at: datetime | None = None,
) -> str:
    """Return the value of a new session cookie; its SHA-256 alone is kept. A renewed one keeps when it began."""
    token = secrets.token_hex(32)
    row = StaffSession(
        token_hash=tokens.hash_token(token),
        staff_id=staff_id,
        began_at=began_at or now,
        seen_at=now,
        stepped_up_at=stepped_up_at,
        way=way,
    )
    session.add(row)
    session.flush()
    return token


def end_sessions(session: Session, staff_id: int, *, now: datetime, but: str | None = None) -> int:
    """End every sign-in of a member, or all but one; return how many ended."""
    ended = session.scalars(
        update(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffSession.token_hash != (but or ""),
        )
        .values(ended_at=now)
        .returning(StaffSession.token_hash)
    ).all()
    return len(ended)


def add_member(session: Session, *, name: str, email: str, roles: Sequence[Role], now: datetime) -> Member:
    """Write a member down with their roles; the same address twice is refused."""
    folded = email.casefold()
    if session.scalar(select(Staff.id).where(Staff.email == folded)) is not None:
        raise FieldRefusedError("This address belongs to a member of the staff already.", field="email")
    row = Staff(
        reference=tokens.draw_reference("s"),
        name=name,
        email=folded,
        is_active=1,
        invited_at=now,
        handle=secrets.token_urlsafe(32),
    )
    session.add(row)
    session.flush()
    session.add_all(StaffRole(staff_id=row.id, role=role, granted_at=now) for role in roles)
    session.flush()
    return Member(id=row.id, reference=row.reference, name=name, email=folded, roles=tuple(sorted(roles)))


def read_member(session: Session, staff_id: int) -> Member | None:
    """Return an active member; None for one who was revoked."""
    row = session.get(Staff, staff_id)
    if row is None or not row.is_active:
        return None
    roles = session.scalars(select(StaffRole.role).where(StaffRole.staff_id == staff_id).order_by(StaffRole.role))
    return Member(
        id=row.id,
        reference=row.reference,
        name=row.name,
        email=row.email,
        roles=cast("tuple[Role, ...]", tuple(roles)),
    )


def count_members(session: Session) -> int:
    """Return how many people may enter: with fewer than two, an operator's command may act alone."""
    return session.scalar(select(func.count()).select_from(Staff).where(Staff.is_active == 1)) or 0


def _see(session: Session, token_hash: str, now: datetime) -> None:
    session.execute(update(StaffSession).where(StaffSession.token_hash == token_hash).values(seen_at=now))
