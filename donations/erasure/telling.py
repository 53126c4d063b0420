"""Room: erasure. The answer by mail: what is gone, what is kept and why; then its address goes too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from donations.erasure.asking import preview_erasure
from donations.erasure.facts import Kept, Person
from donations.settings import Settings
from donations.tables import Erasure, ErasureSubject
from receipts.wording import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Where an answer goes, in which language, and what it says is kept."""

    to: str
    language: Language
    kept: Kept


def letter_of(session: Session, settings: Settings, reference: str, *, now: datetime) -> Answer | None:
    """Return the answer to a wish with what is kept today; None once it was sent."""
    wish = session.scalars(select(Erasure).where(Erasure.reference == reference)).one()
    if wish.email is None:
        return None
    kept = preview_erasure(session, settings, _person_of(session, wish), now=now)
    return Answer(to=wish.email, language=wish.language, kept=kept)


def forget_address(session: Session, reference: str) -> None:
    """Remove the address of an answer that was sent."""
    session.execute(update(Erasure).where(Erasure.reference == reference).values(email=None))


def _person_of(session: Session, wish: Erasure) -> Person:
    rows = session.execute(
        select(ErasureSubject.kind, ErasureSubject.subject_id).where(
            ErasureSubject.erasure_id == wish.id, ErasureSubject.done_at.is_(None)
        )
    ).all()
    ids = {kind: tuple(id_ for found, id_ in rows if found == kind) for kind in ("gift", "pledge", "donor")}
    return Person(addresses=(), donors=ids["donor"], gifts=ids["gift"], pledges=ids["pledge"])
