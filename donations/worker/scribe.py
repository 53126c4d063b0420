"""Room: worker. The scribe chains what everybody did, and carries the chain's end out of the database every day."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import audit_log, filing, outbox
from donations.audit_log import Head
from donations.clock import day_in_zone
from donations.tables import Staff, StaffRole
from donations.worker.workshop import Workshop

_BATCH = 1000
_REGISTER = "audit-heads.txt"


def chain_acts(shop: Workshop) -> int:
    """Link acts that wait, tell the register and once a day the treasurers; return how many were linked."""
    with shop.database.read() as session:
        if not audit_log.has_unchained(session):
            return 0
    keys, now = shop.settings.secret_keys, shop.clock.now()
    day = day_in_zone(now, shop.settings.zone)

    def link(session: Session) -> tuple[int, Head | None]:
        if not filing.try_clerks_lock(session):
            return 0, None
        before = audit_log.head_of(session)
        head = audit_log.chain(session, keys, _BATCH)
        if head is None:
            return 0, None
        for id_ in _treasurers(session):
            key, subject = f"mail/audit-head/{day}.{id_}", f"{head.position} {id_}"
            outbox.owe(session, key=key, kind="mail_audit_head", subject=subject, due_at=now)
        return head.position - (0 if before is None else before.position), head

    linked, head = shop.database.write(link)
    if head is not None:
        note_head(shop.settings.registers, head)
    return linked


def note_head(folder: Path, head: Head) -> None:
    """Append an end of the chain to the register outside the database."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _REGISTER).open("a", encoding="ascii") as register:
        register.write(f"{head.position} {head.hash}\n")


def read_heads(folder: Path) -> list[Head]:
    """Return every end of the chain the register knows; a line a crash left unfinished is passed over."""
    try:
        lines = (folder / _REGISTER).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    pairs = (line.split(" ") for line in lines)
    return [
        Head(position=int(pair[0]), hash=pair[1])
        for pair in pairs
        if len(pair) == 2 and pair[0].isdecimal() and len(pair[1]) == 64  # noqa: PLR2004  # A position and a SHA-256.
    ]


def _treasurers(session: Session) -> list[int]:
    chosen = select(Staff.id).join(StaffRole, StaffRole.staff_id == Staff.id)
    return list(
        session.scalars(
            chosen.where(StaffRole.role == "treasurer", Staff.is_active == 1, Staff.joined_at.is_not(None))
        )
    )
