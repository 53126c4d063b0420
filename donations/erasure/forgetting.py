"""Room: erasure. What was asked for is carried out as soon as nothing keeps it: looked at again until all is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, exists, select
from sqlalchemy.orm import Session

from donations import audit_log
from donations.audit_log import WORKER
from donations.erasure.terms import is_past_term, is_pledge_kept, why_gift_is_kept, year_of
from donations.erasure.words import erase_document, scrub_donor, scrub_gift, scrub_pledge
from donations.settings import Settings
from donations.tables import (
    DocumentErasure,
    Erasure,
    ErasureSubject,
    Gift,
    GiftSettlement,
    ImportedGift,
    Receipt,
)

_AGAIN: Final = timedelta(days=1)
_BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    now: datetime
    zone: ZoneInfo
    years: int

    @property
    def year(self) -> int:
        return year_of(self.now, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    is_done: bool
    documents: int = 0


_KEPT: Final = _Looked(is_done=False)


def is_due(session: Session, *, now: datetime) -> bool:
    """Tell whether anything waits to be looked at; mostly not."""
    return bool(session.scalar(select(exists().where(*_waits(now)))))


def erase_due(session: Session, settings: Settings, *, now: datetime, limit: int = _BATCH) -> int:
    """Look at what waits, erase what nothing keeps, and return how much was looked at."""
    in_turn = case((ErasureSubject.kind == "gift", 0), (ErasureSubject.kind == "pledge", 1), else_=2)
    found = session.scalars(
        select(ErasureSubject).where(*_waits(now)).order_by(in_turn, ErasureSubject.subject_id).limit(limit)
    ).all()
    look_at_all(session, settings, found, now=now)
    return len(found)


def look_at_all(session: Session, settings: Settings, found: Sequence[ErasureSubject], *, now: datetime) -> None:
    """Look at subjects, gifts before the donors they belong to, and write down for each wish what was erased."""
    day = _Day(now=now, zone=settings.zone, years=settings.organisation.donor_retention_years)
    done: dict[int, Counter[str]] = {}
    for subject in found:
        looked = _look(session, subject, day)
        if looked.is_done:
            subject.done_at = now
        else:
            subject.look_at = now + _AGAIN
        counted = Counter({f"{subject.kind}s": int(looked.is_done), "documents": looked.documents})
        done.setdefault(subject.erasure_id, Counter()).update(+counted)
        session.flush()
    for erasure_id, counted in done.items():
        if counted:
            reference = session.get_one(Erasure, erasure_id).reference
            audit_log.record(session, WORKER, "erase_donor_data", at=now, subject=reference, facts=counted)


def _waits(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ErasureSubject.done_at.is_(None), ErasureSubject.look_at <= now


def _look(session: Session, subject: ErasureSubject, day: _Day) -> _Looked:
    """Erase what nothing keeps of a subject."""
    looks = {"gift": _look_at_gift, "pledge": _look_at_pledge, "donor": _look_at_donor}
    return looks[subject.kind](session, subject, day)


def _look_at_gift(session: Session, subject: ErasureSubject, day: _Day) -> _Looked:
    """Erase a gift's words with the papers it has in its donor's name."""
    id_ = subject.subject_id
    if why_gift_is_kept(session, id_, now=day.now, year=day.year, years=day.years) is not None:
        return _KEPT
    theirs = select(ErasureSubject.subject_id).where(ErasureSubject.kind == "donor")
    papers = session.execute(_written().where(Receipt.gift_id == id_, Receipt.donor_id.in_(theirs))).all()
    if not all(is_past_term(tax_year, year=day.year, years=day.years) for _, tax_year in papers):
        return _KEPT
    for number, _ in papers:
        erase_document(session, number, year=day.year, now=day.now)
    scrub_gift(session, id_)
    return _Looked(is_done=True, documents=len(papers))


def _look_at_pledge(session: Session, subject: ErasureSubject, day: _Day) -> _Looked:
    """Erase a monthly gift that has ended; what it brought since it was asked for waits for its own term."""
    id_ = subject.subject_id
    if is_pledge_kept(session, id_, now=day.now):
        return _KEPT
    scrub_pledge(session, id_, now=day.now)
    known = select(ErasureSubject.subject_id).where(ErasureSubject.kind == "gift")
    for gift_id in session.scalars(select(Gift.id).where(Gift.pledge_id == id_, Gift.id.not_in(known))).all():
        wish = {"erasure_id": subject.erasure_id, "look_at": day.now}
        session.add(ErasureSubject(kind="gift", subject_id=gift_id, **wish))
    return _Looked(is_done=True)


def _look_at_donor(session: Session, subject: ErasureSubject, day: _Day) -> _Looked:
    """Erase a year's papers as their terms end, and the row once no gift or paper of it is kept."""
    id_ = subject.subject_id
    asked_in = year_of(session.get_one(Erasure, subject.erasure_id).asked_at, day.zone)
    old = _written().where(Receipt.donor_id == id_, Receipt.tax_year <= asked_in, ~_is_about_kept_gift())
    papers = [
        number
        for number, tax_year in session.execute(old).all()
        if is_past_term(tax_year, year=day.year, years=day.years)
    ]
    for number in papers:
        erase_document(session, number, year=day.year, now=day.now)
    if _is_donor_kept(session, id_, day):
        return _Looked(is_done=False, documents=len(papers))
    scrub_donor(session, id_)
    return _Looked(is_done=True, documents=len(papers))


def _is_donor_kept(session: Session, donor_id: int, day: _Day) -> bool:
    gave = exists().where(GiftSettlement.donor_id == donor_id, GiftSettlement.gift_id.not_in(_erased_gifts()))
    if session.scalar(select(gave | _written().where(Receipt.donor_id == donor_id).exists())):
        return True
    days = session.scalars(select(ImportedGift.given_on).where(ImportedGift.donor_id == donor_id))
    return any(not is_past_term(one.year, year=day.year, years=day.years) for one in days)


def _is_about_kept_gift() -> ColumnElement[bool]:
    """Choose documents about a gift of the same donor whose words are kept, or which nobody asked to erase."""
    return exists().where(
        GiftSettlement.gift_id == Receipt.gift_id,
        GiftSettlement.donor_id == Receipt.donor_id,
        Receipt.gift_id.not_in(_erased_gifts()),
    )


def _erased_gifts() -> Select[int]:
    return select(ErasureSubject.subject_id).where(ErasureSubject.kind == "gift", ErasureSubject.done_at.is_not(None))


def _written() -> Select[str, int]:
    """Choose the documents that still have their words, by number and tax year."""
    return select(Receipt.number, Receipt.tax_year).where(~exists().where(DocumentErasure.number == Receipt.number))
