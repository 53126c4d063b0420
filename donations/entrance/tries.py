"""Room: entrance. How often a door may be tried: counted in the database, under pseudonyms of the day.

The counts are per network address, and for letters and codes per mail address too; who is not known to us is counted
the same way, so that a limit tells nobody who belongs to the staff.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from donations import tokens
from donations.errors import TooManyTriesError
from donations.tables import StaffTry

Door = Literal["key", "link", "code"]
MAX_PER_HOUR: Final[dict[tuple[Door, str], int]] = {
    ("key", "network"): 30,
    ("link", "network"): 12,
    ("link", "person"): 3,
    ("code", "network"): 12,
    ("code", "person"): 6,
}
_HOUR: Final = timedelta(hours=1)
_KEPT: Final = timedelta(days=1)


def note_try(session: Session, keys: Sequence[bytes], door: Door, who: dict[str, str], *, now: datetime) -> bool:
    """Count one try and tell whether it is within every limit; `who` holds `network` and perhaps `person`."""
    session.execute(delete(StaffTry).where(StaffTry.at < now - _KEPT))
    is_within = True
    for kind, value in who.items():
        name = _pseudonym(keys, kind, value, now)
        tried = session.scalar(
            select(func.count())
            .select_from(StaffTry)
            .where(StaffTry.door == door, StaffTry.who == name, StaffTry.at > now - _HOUR)
        )
        session.add(StaffTry(door=door, who=name, at=now))
        is_within = is_within and (tried or 0) < MAX_PER_HOUR[door, kind]
    session.flush()
    return is_within


def too_many() -> TooManyTriesError:
    """Return the refusal of one try too many."""
    return TooManyTriesError("There were many tries from here. Please wait an hour.")


def _pseudonym(keys: Sequence[bytes], kind: str, value: str, now: datetime) -> str:
    message = f"staff\n{now.astimezone(UTC).date().isoformat()}\n{kind}\n{value}".encode()
    return hmac.digest(tokens.derive_key(keys[0], "attempt"), message, "sha256").hex()
