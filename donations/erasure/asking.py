"""Room: erasure. A wish to be erased: what the law lets go goes in the same commit, the rest is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import audit_log, outbox, tokens
from donations.audit_log import Actor
from donations.erasure.blind import blind_ids_of
from donations.erasure.facts import Kept, Person
from donations.erasure.forgetting import look_at_all
from donations.erasure.terms import what_is_kept, year_of
from donations.erasure.words import forget_visits, forget_wishes
from donations.settings import Settings
from donations.tables import Erasure, ErasureSubject, Gift
from receipts.wording import Language

_ORDER: Final = ("gift", "pledge", "donor")


def preview_erasure(session: Session, settings: Settings, person: Person, *, now: datetime) -> Kept:
    """Return what would be kept of a person, and why."""
    years = settings.organisation.donor_retention_years
    return what_is_kept(session, person, now=now, year=year_of(now, settings.zone), years=years)


def ask_erasure(  # noqa: PLR0913  # A wish has its person, its actor and its instants.
    session: Session,
    settings: Settings,
    person: Person,
    *,
    actor: Actor,
    now: datetime,
    asked_at: datetime | None = None,
) -> Kept:
    """Erase what nothing keeps, remember what waits for its term, owe the answer, and return what is kept.

    Asked again, what still waits joins the newer wish. `asked_at` is the donor's own instant where a register is
    applied once more: then no answer is owed, for it was given.
    """
    kept = preview_erasure(session, settings, person, now=now)
    is_new = asked_at is None
    wish = Erasure(
        reference=tokens.draw_reference("e"),
        asked_at=asked_at or now,
        asked_by=actor.reference,
        email=next(iter(person.addresses), None) if is_new else None,
        language=_language_of(session, person),
        blind_ids="\n".join(blind_ids_of(session, settings.secret_keys[0], person)),
    )
    session.add(wish)
    session.flush()
    forget_visits(session, person, until=asked_at or now)
    forget_wishes(session, person, now=now)
    subjects = _write_subjects(session, person, wish, now)
    audit_log.record(session, actor, "ask_erasure", at=now, subject=wish.reference, facts=_counts(subjects))
    look_at_all(session, settings, subjects, now=now)
    if is_new:
        _owe(session, wish, now)
    return kept


def _write_subjects(session: Session, person: Person, wish: Erasure, now: datetime) -> list[ErasureSubject]:
    """Write down what the wish is about, in the order in which it is looked at; what waits for its term joins it."""
    ids = dict(zip(_ORDER, (person.gifts, person.pledges, person.donors), strict=True))
    found: list[ErasureSubject] = []
    for kind, wanted in ids.items():
        about = select(ErasureSubject).where(ErasureSubject.kind == kind, ErasureSubject.subject_id.in_(wanted))
        known = {subject.subject_id: subject for subject in session.scalars(about)}
        fresh = [ErasureSubject(kind=kind, subject_id=id_) for id_ in wanted if id_ not in known]
        found += [*(subject for subject in known.values() if subject.done_at is None), *fresh]
    for subject in found:
        subject.erasure_id, subject.look_at = wish.id, now
    session.add_all(found)
    session.flush()
    return found


def _language_of(session: Session, person: Person) -> Language:
    """Return the language of their newest gift; English where there is none."""
    newest = select(Gift.language).where(Gift.id.in_(person.gifts)).order_by(Gift.id.desc()).limit(1)
    return session.scalar(newest) or "en"


def _counts(subjects: list[ErasureSubject]) -> dict[str, int]:
    return {f"{kind}s": sum(one.kind == kind for one in subjects) for kind in _ORDER}


def _owe(session: Session, wish: Erasure, now: datetime) -> None:
    outbox.owe(session, key=f"note/{wish.reference}", kind="note_erasure", subject=wish.reference, due_at=now)
    if wish.email is not None:
        key = f"mail/donor-erased/{wish.reference}"
        outbox.owe(session, key=key, kind="mail_donor_erased", subject=wish.reference, due_at=now)
