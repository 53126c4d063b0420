"""Room: entrance. What a key is asked to sign: signed by us, bound to one purpose and browser, answered once.

Nothing is stored for who merely asks; only an answer that was believed is remembered, until its question is too old.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from donations import tokens
from donations.database import insert_once
from donations.tables import SpentChallenge

CHALLENGE_LIFE: Final = timedelta(minutes=5)
CHALLENGE_CAP: Final = 300


def draw_challenge(keys: Sequence[bytes], scope: str, *, now: datetime) -> str:
    """Return a new question for one scope, such as `enter/<browser>`."""
    value = f"{tokens.hash_token(scope)[:32]}.{secrets.token_hex(16)}"
    return tokens.sign(keys, "staff-challenge", value, now=now)


def is_asked(keys: Sequence[bytes], challenge: str, scope: str, *, now: datetime) -> bool:
    """Tell whether we asked this, here, within the last five minutes."""
    if len(challenge) > CHALLENGE_CAP or not challenge.isascii():
        return False
    found = tokens.unsign(keys, "staff-challenge", challenge, now=now)
    if found is None:
        return False
    value, asked_at = found
    is_young = timedelta(0) <= now - asked_at <= CHALLENGE_LIFE
    return is_young and value.partition(".")[0] == tokens.hash_token(scope)[:32]


def spend(session: Session, challenge: str, *, now: datetime) -> bool:
    """Remember that a question was answered; False if it was before."""
    session.execute(delete(SpentChallenge).where(SpentChallenge.at < now - 2 * CHALLENGE_LIFE))
    values = {"challenge_hash": tokens.hash_token(challenge), "at": now}
    return insert_once(session, SpentChallenge, values, key=("challenge_hash",))
