"""Room: admission. The choke point itself: a permit is granted, or one more step is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import tokens
from donations.admission import counting, proof
from donations.admission.asking import Asker, CodeNeededError, ProofNeededError
from donations.admission.counting import Names
from donations.admission.figures import (
    ATTACK_BITS,
    BITS_MAX,
    CODES_AN_HOUR,
    DECLINES_AN_HOUR,
    DECLINES_OF_ONE_FORM,
    HOUR,
    OPEN_AT_ONCE,
    PORTALS_AN_HOUR,
    PROOF_BITS,
    Mode,
)
from donations.admission.form import check_form_token
from donations.admission.mode import current_mode
from donations.errors import FieldRefusedError, TooManyTriesError
from donations.ports import CheckoutPermit
from donations.tables.messages import Attempt, Decline

_WAIT = "There were many tries from here in the last hour. Please wait an hour and try again."


class _Asked(IntEnum):
    """What a donor is asked for before a checkout opens."""

    NOTHING = 0
    PROOF = 1
    CODE = 2


@dataclass(frozen=True, slots=True)
class _Demand:
    asked: _Asked
    bits: int


def permit_checkout(
    session: Session, keys: Sequence[bytes], *, asker: Asker, form_token: str, now: datetime
) -> CheckoutPermit:
    """Grant one checkout and write it down; raises `FieldRefusedError`, or `StepNeededError` for one more step."""
    check_form_token(keys, form_token, device=asker.device, now=now)
    names = _names(keys, asker, now)
    _believe(keys, asker, form_token, _demand(session, names, now))
    return _grant(session, names, "checkout", tokens.hash_token(form_token), now)


def renew_permit(
    session: Session, keys: Sequence[bytes], *, asker: Asker, form_token: str, now: datetime
) -> CheckoutPermit:
    """Grant again what the same form was granted before, if its cards were not declined too often meanwhile."""
    check_form_token(keys, form_token, device=asker.device, now=now)
    hashed = tokens.hash_token(form_token)
    declines = session.scalar(select(func.count()).where(Decline.form_token_hash == hashed))
    if (declines or 0) >= DECLINES_OF_ONE_FORM:
        raise FieldRefusedError(
            "This form has been used. Please look it over and send it once more.", field="form_token"
        )
    _believe(keys, asker, form_token, _demand(session, _names(keys, asker, now), now))
    return CheckoutPermit(form_token_hash=hashed, granted_at=now)


def permit_code(session: Session, keys: Sequence[bytes], *, asker: Asker, form_token: str, now: datetime) -> bool:
    """Let one code be mailed for a form; False if it was before. Raises `TooManyTriesError` over the hour's codes."""
    hashed = tokens.hash_token(form_token)
    sent = select(Attempt.id).where(Attempt.form_token_hash == hashed, Attempt.kind == "code")
    if session.scalar(sent) is not None:
        return False
    names = _names(keys, asker, now)
    _refuse_beyond(counting.count_attempts(session, names, now - HOUR, "code"), CODES_AN_HOUR)
    _grant(session, names, "code", hashed, now)
    return True


def permit_portal(
    session: Session, keys: Sequence[bytes], *, asker: Asker, pledge_reference: str, now: datetime
) -> CheckoutPermit:
    """Grant one visit to Stripe's portal for a pledge whose secret link was shown; raises `TooManyTriesError`."""
    names = counting.names_of(
        keys, now, address=asker.address, device=asker.device, person=f"pledge {pledge_reference}"
    )
    _refuse_beyond(counting.count_attempts(session, names, now - HOUR, "portal"), PORTALS_AN_HOUR)
    return _grant(session, names, "portal", tokens.hash_token(tokens.draw_hex_token()), now)


def _names(keys: Sequence[bytes], asker: Asker, now: datetime) -> Names:
    return counting.names_of(
        keys, now, address=asker.address, device=asker.device, person=f"email {asker.email.casefold()}"
    )


def _grant(session: Session, names: Names, kind: str, form_token_hash: str, now: datetime) -> CheckoutPermit:
    session.add(Attempt(kind=kind, form_token_hash=form_token_hash, at=now, **names.today))
    return CheckoutPermit(form_token_hash=form_token_hash, granted_at=now)


def _believe(keys: Sequence[bytes], asker: Asker, form_token: str, demand: _Demand) -> None:
    """Return if the asker brings what is asked, a code standing for a proof where no script runs; else ask for it."""
    if demand.asked is _Asked.NOTHING or _has_code(keys, asker, form_token):
        return
    challenge = proof.challenge_for(keys, form_token, asker.amount_cents)
    has_proof = proof.is_proof_of(challenge, asker.proof, demand.bits)
    if demand.asked is _Asked.PROOF and has_proof:
        return
    if has_proof or asker.wants_code:
        raise CodeNeededError
    raise ProofNeededError(challenge, demand.bits)


def _has_code(keys: Sequence[bytes], asker: Asker, form_token: str) -> bool:
    code = proof.code_for(keys, tokens.hash_token(form_token), asker.email)
    return bool(asker.code) and proof.is_code(asker.code, code)


def _demand(session: Session, names: Names, now: datetime) -> _Demand:
    mode = current_mode(session, now)
    declined, opened = counting.count_open(session, names, now)
    if max(declined.values()) >= DECLINES_AN_HOUR or _is_beyond(opened, OPEN_AT_ONCE):
        settled = counting.count_settled(session, names, now)
        declined, opened = _less(declined, settled), _less(opened, settled)
    worst = max(declined.values())
    if mode is Mode.ATTACK or worst >= 2 * DECLINES_AN_HOUR:
        return _Demand(_Asked.CODE, ATTACK_BITS)
    if mode is Mode.PROOF or worst >= DECLINES_AN_HOUR or _is_beyond(opened, OPEN_AT_ONCE):
        return _Demand(_Asked.PROOF, _bits_for(opened))
    return _Demand(_Asked.NOTHING, 0)


def _bits_for(opened: Mapping[str, int]) -> int:
    """Return the bits of a proof: one more for each doubling of what stands open beyond what may."""
    times = max(opened[who] // allowed for who, allowed in OPEN_AT_ONCE.items())
    return min(PROOF_BITS + max(times, 1).bit_length() - 1, BITS_MAX)


def _less(counts: Mapping[str, int], settled: Mapping[str, int]) -> dict[str, int]:
    """Return what is left after each gift that settled has bought one back."""
    return {who: max(count - settled[who], 0) for who, count in counts.items()}


def _is_beyond(counts: Mapping[str, int], allowed: Mapping[str, int]) -> bool:
    return any(counts[who] >= allowed[who] for who in allowed)


def _refuse_beyond(counts: Mapping[str, int], allowed: Mapping[str, int]) -> None:
    if _is_beyond(counts, allowed):
        raise TooManyTriesError(_WAIT)
