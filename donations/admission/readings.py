"""Room: admission. How often a program may read: counted by key, or by address where there is none, each minute."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import update
from sqlalchemy.orm import Session

from donations import tokens
from donations.admission.counting import block_of
from donations.admission.figures import READINGS_A_MINUTE
from donations.database import insert_once
from donations.errors import TooManyTriesError
from donations.tables import ApiUse

Reader = Literal["key", "address"]


def permit_reading(session: Session, keys: Sequence[bytes], reader: tuple[Reader, str], *, now: datetime) -> None:
    """Count one request of a key (by its reference) or an address; raises `TooManyTriesError` past the limit."""
    kind, name = reader
    who = name if kind == "key" else _pseudonym(keys, name, now)
    if _count(session, who, now.astimezone(UTC).replace(second=0, microsecond=0)) > READINGS_A_MINUTE[kind]:
        raise TooManyTriesError("There were many requests within this minute. Please ask again in the next one.")


def _count(session: Session, who: str, minute: datetime) -> int:
    """Return how often this one asked in this minute, with this time."""
    if insert_once(session, ApiUse, {"who": who, "minute": minute, "times": 1}, key=("who", "minute")):
        return 1
    counted = (
        update(ApiUse)
        .where(ApiUse.who == who, ApiUse.minute == minute)
        .values(times=ApiUse.times + 1)
        .returning(ApiUse.times)
    )
    return int(session.execute(counted).scalar_one())


def _pseudonym(keys: Sequence[bytes], address: str, now: datetime) -> str:
    """Return what stands for an address today; tomorrow nobody can tell that it was the same."""
    message = f"{now.astimezone(UTC).date().isoformat()}\n{block_of(address)}".encode()
    return hmac.digest(tokens.derive_key(keys[0], "api-use"), message, "sha256").hex()
