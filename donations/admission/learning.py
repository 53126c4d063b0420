"""Room: admission. What Stripe's facts teach about declines; the alarm of an attack; what is old is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from donations.admission.figures import ADDRESSES_KEPT, DECLINES_OF_ONE_FORM, HOUR, KEPT, LATE, Mode
from donations.admission.mode import current_mode
from donations.database import insert_once
from donations.ports import ChargeFacts, Family
from donations.tables import Alarm, ApiUse, CheckoutAttempt, Gift, Pledge
from donations.tables.messages import Attempt, Decline, MailCode

_log = structlog.get_logger()
_BATCH = 1000
_Column = InstrumentedAttribute[Any]
_KEPT: tuple[tuple[_Column, InstrumentedAttribute[datetime], timedelta], ...] = (
    (Attempt.id, Attempt.at, KEPT),
    (Decline.charge_id, Decline.at, KEPT),
    (MailCode.form_token_hash, MailCode.at, ADDRESSES_KEPT),
    (ApiUse.minute, ApiUse.minute, HOUR),
)


def note_declines(session: Session, family: Family, *, origin: str) -> int:
    """Remember each declined card of a family of ours once per charge, and return how many were news.

    A bank debit that failed days later is no decline, nor is a monthly renewal: they were not tried at our door.
    """
    failed = [charge for charge in family.charges if charge.status == "failed" and charge.method != "ach"]
    return sum(_note(session, charge, _form_of(session, family, charge, origin)) for charge in failed)


def _note(session: Session, charge: ChargeFacts, form_token_hash: str | None) -> bool:
    granted = session.scalar(
        select(Attempt).where(Attempt.form_token_hash == form_token_hash, Attempt.kind == "checkout")
    )
    if granted is None or charge.created_at - granted.at > LATE:
        return False
    values = {
        "charge_id": charge.charge_id,
        "form_token_hash": granted.form_token_hash,
        "address": granted.address,
        "device": granted.device,
        "person": granted.person,
        "at": charge.created_at,
    }
    return insert_once(session, Decline, values, key=("charge_id",))


def _form_of(session: Session, family: Family, charge: ChargeFacts, origin: str) -> str | None:
    """Return the form whose checkout the charge was tried at, if it bears our mark."""
    if charge.gift is not None:
        is_ours = charge.instance == origin
        return session.scalar(select(Gift.form_token_hash).where(Gift.reference == charge.gift)) if is_ours else None
    for bearer in (charge.invoice, family.checkout, family.subscription):
        if bearer is not None and bearer.pledge is not None and bearer.instance == origin:
            return session.scalar(select(Pledge.form_token_hash).where(Pledge.reference == bearer.pledge))
    return None


def has_changed(session: Session, now: datetime) -> bool:
    """Tell whether the alarms of kind `attack` say another mode than the declines do."""
    return bool(_changes(session, now))


def watch(session: Session, now: datetime) -> int:
    """Raise or clear the alarm of kind `attack` for each mode above calm; return how many changed."""
    changes = _changes(session, now)
    for mode, is_on in changes.items():
        _sound(session, mode, is_on=is_on, now=now)
    return len(changes)


def _changes(session: Session, now: datetime) -> dict[Mode, bool]:
    mode = current_mode(session, now)
    sounding = set(session.scalars(select(Alarm.subject).where(Alarm.kind == "attack", Alarm.cleared_at.is_(None))))
    alarming = (Mode.PROOF, Mode.ATTACK)
    return {each: mode >= each for each in alarming if (mode >= each) != (_subject(each) in sounding)}


def _sound(session: Session, mode: Mode, *, is_on: bool, now: datetime) -> None:
    alarm = session.get(Alarm, ("attack", _subject(mode))) or Alarm(kind="attack", subject=_subject(mode))
    if is_on:
        alarm.raised_at, alarm.cleared_at = now, None
    else:
        alarm.cleared_at = now
    session.add(alarm)
    session.flush()
    _log.warning("admission_mode", type=_subject(mode), status="raised" if is_on else "cleared")


def _subject(mode: Mode) -> str:
    return mode.name.lower()


def checkouts_to_end(session: Session, now: datetime) -> Sequence[str]:
    """Return the open checkouts at which so many cards were declined that no other shall be tried there."""
    tried = session.scalars(
        select(Decline.form_token_hash)
        .where(Decline.at > now - LATE)
        .group_by(Decline.form_token_hash)
        .having(func.count() >= DECLINES_OF_ONE_FORM)
    ).all()
    if not tried:
        return []
    opened = select(CheckoutAttempt.checkout_id).where(
        CheckoutAttempt.outcome == "open", CheckoutAttempt.checkout_id.is_not(None), CheckoutAttempt.expires_at > now
    )
    gifts = opened.join(Gift, Gift.id == CheckoutAttempt.gift_id).where(Gift.form_token_hash.in_(tried))
    pledges = opened.join(Pledge, Pledge.id == CheckoutAttempt.pledge_id).where(Pledge.form_token_hash.in_(tried))
    return [str(found) for asked in (gifts, pledges) for found in session.scalars(asked)]


def note_ended(session: Session, checkout_id: str) -> None:
    """Remember that a checkout was ended by us; should it have been paid meanwhile, the fact itself says so."""
    ours = (CheckoutAttempt.checkout_id == checkout_id, CheckoutAttempt.outcome == "open")
    session.execute(update(CheckoutAttempt).where(*ours).values(outcome="expired"))


def has_old(session: Session, now: datetime) -> bool:
    """Tell whether anything is older than it may be kept."""
    return any(session.scalar(_old(key, at, now - kept).limit(1)) is not None for key, at, kept in _KEPT)


def forget(session: Session, now: datetime) -> int:
    """Remove attempts and declines after 30 days and addresses of codes after a day; one batch of each at a time."""
    done = 0
    for key, at, kept in _KEPT:
        old = _old(key, at, now - kept).limit(_BATCH).scalar_subquery()
        gone = session.execute(delete(key.class_).where(key.in_(old)).returning(key))
        done += len(gone.all())
    return done


def _old(key: _Column, at: InstrumentedAttribute[datetime], until: datetime) -> Select[tuple[object]]:
    return select(key).where(at <= until)
