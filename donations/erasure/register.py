"""Room: erasure. The register outside the database: who was erased, by blind ids, applied again after a restore.

One line an id: the instant of the wish, a space, 64 hex digits. It is only ever added to.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.audit_log import Actor
from donations.clock import from_rfc3339, to_rfc3339
from donations.erasure.asking import ask_erasure
from donations.erasure.blind import blind_id, every_address, every_donor
from donations.erasure.facts import Person
from donations.erasure.finding import find_person
from donations.errors import BrokenInvariantError
from donations.ports import Files
from donations.settings import Settings
from donations.tables import DocumentErasure, Donor, Erasure, ErasureSubject, Printed

REGISTER: Final = "erasures.txt"
_ACTOR: Final = Actor(reference="register")
_LINE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Whose blind ids the book can tell: the instant of the last wish by id, and what each id is of."""

    asked: dict[str, datetime]
    keys: Sequence[bytes]

    def when(self, text: str) -> datetime | None:
        """Return when the owner of a text asked to be erased, under any active key."""
        return max((at for key in self.keys if (at := self.asked.get(blind_id(key, text)))), default=None)


def note_erasure(registers: Path, lines: Sequence[str]) -> None:
    """Add lines to the register, synced, unless they stand there; told twice they stand once."""
    registers.mkdir(parents=True, exist_ok=True)
    file = registers / REGISTER
    known = set(file.read_text(encoding="ascii").splitlines()) if file.exists() else set()
    fresh = [line for line in lines if line not in known]
    if not fresh:
        return
    with file.open("a", encoding="ascii") as register:
        register.write("".join(f"{line}\n" for line in fresh))
        register.flush()
        os.fsync(register.fileno())


def lines_of(session: Session, reference: str) -> list[str]:
    """Return the lines that the register holds of one wish."""
    wish = session.scalars(select(Erasure).where(Erasure.reference == reference)).one()
    return [f"{to_rfc3339(wish.asked_at)} {blind}" for blind in wish.blind_ids.splitlines()]


def reapply(session: Session, settings: Settings, *, now: datetime) -> int:
    """Erase again whom the register names and a restored book still knows; return how many wishes that made.

    What was promised after a wish stays: its donor came back. Applied twice, the second changes nothing.
    """
    known = _Known(asked=_read(settings.registers), keys=settings.secret_keys)
    made = 0
    addresses = [(at, email) for email, text in every_address(session) if (at := known.when(text))]
    donors = [(at, id_) for id_, text in every_donor(session) if (at := known.when(text))]
    for at, email in addresses:
        rows = session.scalars(select(Donor.id).where(func.lower(Donor.email) == email).order_by(Donor.id)).all()
        made += _again(session, settings, find_person(session, rows, (email,), until=at), (at, now))
    for at, id_ in donors:
        made += _again(session, settings, find_person(session, (id_,), (), until=at), (at, now))
    return made


def reapply_files(session: Session, files: Files) -> int:
    """Remove the files of erased documents once more: a restored folder may have brought them back."""
    names = session.scalars(
        select(Printed.file).join(DocumentErasure, DocumentErasure.number == Printed.number)
    ).all()
    for name in names:
        files.remove(name)
    return len(names)


def _again(session: Session, settings: Settings, person: Person, instants: tuple[datetime, datetime]) -> bool:
    asked_at, now = instants
    if not _is_news(session, person):
        return False
    ask_erasure(session, settings, person, actor=_ACTOR, now=now, asked_at=asked_at)
    return True


def _is_news(session: Session, person: Person) -> bool:
    """Tell whether a person has rows that no wish covers."""
    for kind, ids in (("gift", person.gifts), ("pledge", person.pledges), ("donor", person.donors)):
        covered = select(ErasureSubject.subject_id).where(
            ErasureSubject.kind == kind, ErasureSubject.subject_id.in_(ids)
        )
        if set(ids) - set(session.scalars(covered)):
            return True
    return False


def _read(registers: Path) -> dict[str, datetime]:
    """Return the last wish of each blind id; a line that is none stops everything."""
    file = registers / REGISTER
    if not file.exists():
        return {}
    asked: dict[str, datetime] = {}
    at: datetime | None
    for number, line in enumerate(file.read_text(encoding="ascii").splitlines(), start=1):
        parts = line.split(" ")
        try:
            at = from_rfc3339(parts[0])
        except ValueError:
            at = None
        if at is None or len(parts) != _LINE:
            raise BrokenInvariantError(f"line {number} of {file} is no line of the erasure register")
        asked[parts[1]] = max(at, asked.get(parts[1], at))
    return asked
