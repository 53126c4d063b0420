"""Room: entrance. Links mailed to a member: opened they change nothing, used they are good once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from donations import outbox, tokens
from donations.outbox import Kind
from donations.tables import Staff, StaffLink

LinkKind = Literal["invitation", "entry"]
LINK_LIFE: Final[dict[LinkKind, timedelta]] = {"invitation": timedelta(hours=72), "entry": timedelta(minutes=15)}
_LETTERS: Final[dict[LinkKind, Kind]] = {"invitation": "mail_staff_invitation", "entry": "mail_staff_link"}


def send_link(  # noqa: PLR0913  # A link is all of these facts.
    session: Session,
    keys: Sequence[bytes],
    staff_id: int,
    kind: LinkKind,
    *,
    now: datetime,
    device: str | None = None,
) -> str:
    """Owe a member a new link and return its id; an older one of the same kind opens nothing any more."""
    end_links(session, staff_id, kind, now=now)
    id_ = tokens.draw_hex_token()
    row = StaffLink(
        id=id_,
        token_hash=tokens.hash_token(tokens.derive_token(keys, "staff-link", id_)),
        staff_id=staff_id,
        kind=kind,
        device=None if device is None else tokens.hash_token(device),
        made_at=now,
        expires_at=now + LINK_LIFE[kind],
    )
    session.add(row)
    session.flush()
    outbox.owe(session, key=f"mail/staff-{kind}/{id_}", kind=_LETTERS[kind], subject=id_, due_at=now)
    return id_


def link_token(session: Session, keys: Sequence[bytes], id_: str, *, now: datetime) -> tuple[str, Staff] | None:
    """Return the token of a link and whom it is for, as its letter is written; None once it opens nothing."""
    row = session.get(StaffLink, id_)
    if row is None or row.used_at is not None or row.expires_at <= now:
        return None
    for key in keys:
        token = tokens.derive_token([key], "staff-link", id_)
        if tokens.hash_token(token) == row.token_hash:
            return token, session.get_one(Staff, row.staff_id)
    return None


def find_link(session: Session, token: str, kind: LinkKind, *, now: datetime) -> StaffLink | None:
    """Return a link that still opens; "used", "expired" and "never was" are the same None."""
    return session.scalars(
        select(StaffLink).where(
            StaffLink.token_hash == tokens.hash_token(token),
            StaffLink.kind == kind,
            StaffLink.used_at.is_(None),
            StaffLink.expires_at > now,
        )
    ).one_or_none()


def spend_link(session: Session, link: StaffLink, *, now: datetime) -> bool:
    """Use a link up; of two at once one is told False."""
    spent = session.scalars(
        update(StaffLink)
        .where(StaffLink.id == link.id, StaffLink.used_at.is_(None))
        .values(used_at=now)
        .returning(StaffLink.id)
    ).one_or_none()
    return spent is not None


def end_links(session: Session, staff_id: int, kind: LinkKind | None = None, *, now: datetime) -> None:
    """Let links of a member open nothing any more."""
    open_ones = update(StaffLink).where(StaffLink.staff_id == staff_id, StaffLink.used_at.is_(None))
    if kind is not None:
        open_ones = open_ones.where(StaffLink.kind == kind)
    session.execute(open_ones.values(used_at=now))
