"""Room: entrance. Members come and go: invited, their roles changed, revoked; each told to all the staff.

Asked by an admin and approved by another, these are carried out by the worker; while fewer than two people may enter,
the operator's command on the machine does them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from donations import audit_log, outbox
from donations.audit_log import Actor
from donations.entrance.links import end_links, send_link
from donations.errors import FieldRefusedError, NotFoundError
from donations.staff import ROLES, Role
from donations.staff.desk import add_member, count_members, end_sessions, read_member
from donations.tables import Staff, StaffLink, StaffPasskey, StaffRole

_TWO: Final = 2
NEEDED: Final[tuple[Role, ...]] = ("approver", "admin")
"""Roles of which the last holder stays, once two people may enter: without them nothing could be decided again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A member as the list shows them."""

    reference: str
    name: str
    email: str
    roles: tuple[Role, ...]
    state: str
    """`in`, `invited` or `revoked`."""
    keys: int
    invited_at: datetime
    joined_at: datetime | None


def list_all(session: Session) -> list[MemberRow]:
    """Return everybody who was ever invited, in that order."""
    counted = select(StaffPasskey.staff_id, func.count()).where(StaffPasskey.removed_at.is_(None))
    keys = {row[0]: row[1] for row in session.execute(counted.group_by(StaffPasskey.staff_id))}
    rows = session.scalars(select(Staff).order_by(Staff.id)).all()
    return [
        MemberRow(
            reference=row.reference,
            name=row.name,
            email=row.email,
            roles=_roles_of(session, row.id),
            state="revoked" if not row.is_active else "in" if row.joined_at else "invited",
            keys=keys.get(row.id, 0),
            invited_at=row.invited_at,
            joined_at=row.joined_at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Whom to let in, and as what."""

    name: str
    email: str
    roles: tuple[Role, ...]


def invite(session: Session, keys: Sequence[bytes], actor: Actor, wish: Invitation, *, now: datetime) -> str:
    """Invite somebody, or again who lost their keys, and return their reference; a letter brings the link."""
    refuse_roles(wish.roles)
    folded = wish.email.casefold()
    row = session.scalars(select(Staff).where(Staff.email == folded)).one_or_none()
    if row is None:
        member = add_member(session, name=wish.name, email=folded, roles=wish.roles, now=now)
        staff_id, reference = member.id, member.reference
    else:
        staff_id, reference = row.id, row.reference
        _welcome_back(session, row, wish, now)
    send_link(session, keys, staff_id, "invitation", now=now)
    _note(session, actor, "staff_invited", reference, now, roles=wish.roles)
    return reference


def invite_alone(session: Session, keys: Sequence[bytes], actor: Actor, wish: Invitation, *, now: datetime) -> str:
    """Invite by the operator's command, which may act alone only while fewer than two people may enter.

    Somebody who was invited and never came may be sent another link; that adds nobody.
    """
    known = session.scalars(select(Staff).where(Staff.email == wish.email.casefold(), Staff.is_active == 1))
    row = known.one_or_none()
    waits = row is not None and row.joined_at is None
    if not waits and count_members(session) >= _TWO:
        raise FieldRefusedError("Two people may enter: an admin asks for an invitation at /treasury/staff.")
    return invite(session, keys, actor, wish, now=now)


def change_roles(session: Session, actor: Actor, reference: str, roles: Sequence[Role], *, now: datetime) -> None:
    """Give a member these roles and no others; they must come in anew."""
    row = refuse_change(session, reference, roles)
    _set_roles(session, row.id, roles, now)
    end_sessions(session, row.id, now=now)
    _note(session, actor, "staff_roles_changed", row.reference, now, roles=roles)


def revoke(session: Session, actor: Actor, reference: str, *, now: datetime) -> str:
    """Let a member in no more and return their reference: sign-ins end at once, keys and links open nothing."""
    row = refuse_revoke(session, reference)
    session.execute(update(Staff).where(Staff.id == row.id).values(is_active=0, revoked_at=now))
    end_sessions(session, row.id, now=now)
    end_links(session, row.id, now=now)
    remove_keys(session, row.id, now=now)
    _note(session, actor, "staff_revoked", row.reference, now, roles=())
    return row.reference


def refuse_change(session: Session, reference: str, roles: Sequence[Role]) -> Staff:
    """Return the member whose roles may be changed so; raises what forbids it."""
    refuse_roles(roles)
    row = _find(session, reference)
    _refuse_last(session, row, keeps=roles)
    return row


def refuse_revoke(session: Session, reference: str) -> Staff:
    """Return the member who may be revoked; raises what forbids it."""
    row = _find(session, reference)
    _refuse_last(session, row, keeps=())
    return row


def refuse_roles(roles: Sequence[Role]) -> None:
    """Refuse no role at all, or one that does not exist."""
    if not roles:
        raise FieldRefusedError("Please choose at least one role.", field="roles")
    if any(role not in ROLES for role in roles):
        raise FieldRefusedError(f"Roles are {', '.join(ROLES)}.", field="roles")


def remove_keys(session: Session, staff_id: int, *, now: datetime) -> None:
    """Let no key of a member open anything any more."""
    session.execute(
        update(StaffPasskey)
        .where(StaffPasskey.staff_id == staff_id, StaffPasskey.removed_at.is_(None))
        .values(removed_at=now)
    )


def has_invitation(session: Session, staff_id: int, *, now: datetime) -> bool:
    """Tell whether an invitation of theirs still opens."""
    chosen = select(StaffLink.id).where(
        StaffLink.staff_id == staff_id,
        StaffLink.kind == "invitation",
        StaffLink.used_at.is_(None),
        StaffLink.expires_at > now,
    )
    return session.scalar(chosen.limit(1)) is not None


def _welcome_back(session: Session, row: Staff, wish: Invitation, now: datetime) -> None:
    """Let somebody we know in again: after a revocation with the roles now asked, else with those they hold."""
    if row.is_active:
        if set(_roles_of(session, row.id)) != set(wish.roles):
            raise FieldRefusedError(
                "This person is a member with other roles. Change their roles first, or invite them with the same.",
                field="roles",
            )
        return
    session.execute(
        update(Staff).where(Staff.id == row.id).values(is_active=1, revoked_at=None, joined_at=None, name=wish.name)
    )
    _set_roles(session, row.id, wish.roles, now)


def _find(session: Session, reference: str) -> Staff:
    folded = reference.casefold()
    found = session.scalars(
        select(Staff).where((Staff.reference == folded) | (Staff.email == folded), Staff.is_active == 1)
    ).one_or_none()
    if found is None:
        raise NotFoundError("There is no member of the staff by that name.", field="reference")
    return found


def _refuse_last(session: Session, row: Staff, *, keeps: Sequence[Role]) -> None:
    others = select(Staff.id).where(Staff.is_active == 1, Staff.id != row.id)
    if row.joined_at is None or session.scalar(others.limit(1)) is None:
        return
    for role in NEEDED:
        if role in keeps or role not in _roles_of(session, row.id):
            continue
        joined = others.join(StaffRole, StaffRole.staff_id == Staff.id).where(
            StaffRole.role == role, Staff.joined_at.is_not(None)
        )
        if session.scalar(joined.limit(1)) is None:
            raise FieldRefusedError(
                f"This is the last {role}: nothing could be decided any more. Make somebody else {role} first.",
                field="reference",
            )


def _roles_of(session: Session, staff_id: int) -> tuple[Role, ...]:
    rows = session.scalars(select(StaffRole.role).where(StaffRole.staff_id == staff_id).order_by(StaffRole.role))
    return cast("tuple[Role, ...]", tuple(rows))


def _set_roles(session: Session, staff_id: int, roles: Sequence[Role], now: datetime) -> None:
    session.execute(delete(StaffRole).where(StaffRole.staff_id == staff_id))
    session.add_all(StaffRole(staff_id=staff_id, role=role, granted_at=now) for role in sorted(set(roles)))
    session.flush()


def _note(  # noqa: PLR0913  # An act has its actor, subject, day and roles.
    session: Session, actor: Actor, act: str, reference: str, now: datetime, *, roles: Sequence[Role]
) -> None:
    audit_log.record(
        session, actor, act, at=now, subject=reference, facts={"roles": " ".join(sorted(roles))} if roles else {}
    )
    session.flush()
    tell_staff(session, act, reference, now=now)


def tell_staff(session: Session, act: str, subject: str, *, now: datetime) -> None:
    """Owe every member a letter on an act: who may enter, or what one person did alone."""
    ids = session.scalars(select(Staff.id).where(Staff.is_active == 1, Staff.joined_at.is_not(None)))
    for id_ in ids:
        member = read_member(session, id_)
        if member is not None and member.reference != subject:
            key = f"mail/staff-notice/{act}.{subject}.{member.reference}.{int(now.timestamp())}"
            outbox.owe(session, key=key, kind="mail_staff_notice", subject=f"{act} {subject} {id_}", due_at=now)
