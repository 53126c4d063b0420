"""Room: entrance. Codes of a member: six digits of a program (RFC 6238), or one from their paper; each good once."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from donations import tokens
from donations.errors import BrokenInvariantError
from donations.tables import StaffCodes, StaffRecoveryCode

PAPER_CODES: Final = 10
_PAPER_LENGTH: Final = 16
_NONCE: Final = 12
_WINDOW_SECONDS: Final = 30
_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


def draw_paper_codes(session: Session, staff_id: int, *, now: datetime) -> list[str]:
    """Return ten new codes of 80 random bits for a member's paper; older ones open nothing any more."""
    session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.staff_id == staff_id))
    codes = ["".join(secrets.choice(tokens.CROCKFORD) for _ in range(_PAPER_LENGTH)) for _ in range(PAPER_CODES)]
    session.add_all(
        StaffRecoveryCode(code_hash=tokens.hash_token(code), staff_id=staff_id, made_at=now) for code in codes
    )
    session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, _PAPER_LENGTH, 4)) for code in codes]


def count_paper_codes(session: Session, staff_id: int) -> int:
    """Return how many codes of a member's paper are still good."""
    chosen = select(func.count()).select_from(StaffRecoveryCode)
    return (
        session.scalar(chosen.where(StaffRecoveryCode.staff_id == staff_id, StaffRecoveryCode.used_at.is_(None))) or 0
    )


def has_program(session: Session, staff_id: int) -> bool:
    """Tell whether a member's code program is set up."""
    row = session.get(StaffCodes, staff_id)
    return row is not None and row.confirmed_at is not None


def begin_program(session: Session, keys: Sequence[bytes], staff_id: int) -> str:
    """Return a new secret (base32) for a member's code program; it opens nothing until one of its codes was shown."""
    secret: str = TOTP.new().base32_key
    session.execute(delete(StaffCodes).where(StaffCodes.staff_id == staff_id))
    session.add(StaffCodes(staff_id=staff_id, secret=_encipher(keys, staff_id, secret), used_step=0))
    session.flush()
    return secret


def end_program(session: Session, staff_id: int) -> bool:
    """Forget a member's code program; False if there was none."""
    gone = session.scalars(
        delete(StaffCodes).where(StaffCodes.staff_id == staff_id).returning(StaffCodes.staff_id)
    ).one_or_none()
    return gone is not None


def pending_secret(session: Session, keys: Sequence[bytes], staff_id: int) -> str | None:
    """Return the secret of a program that waits for its first code."""
    row = session.get(StaffCodes, staff_id)
    return None if row is None or row.confirmed_at is not None else _decipher(keys, row)


def confirm_program(session: Session, keys: Sequence[bytes], staff_id: int, code: str, *, now: datetime) -> bool:
    """Take the first code of a program; from then on it is a way in."""
    row = session.get(StaffCodes, staff_id)
    if row is None or not _take(session, keys, row, code, now):
        return False
    session.execute(update(StaffCodes).where(StaffCodes.staff_id == staff_id).values(confirmed_at=now))
    return True


def take_code(session: Session, keys: Sequence[bytes], staff_id: int, code: str, *, now: datetime) -> bool:
    """Use a code of a member up, from the program or the paper; False for any that is wrong or was used."""
    plain = code.replace(" ", "").replace("-", "").lower()
    row = session.get(StaffCodes, staff_id)
    if row is not None and row.confirmed_at is not None and _take(session, keys, row, plain, now):
        return True
    taken = session.scalars(
        update(StaffRecoveryCode)
        .where(
            StaffRecoveryCode.code_hash == tokens.hash_token(plain),
            StaffRecoveryCode.staff_id == staff_id,
            StaffRecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(StaffRecoveryCode.code_hash)
    ).one_or_none()
    return taken is not None


def _take(session: Session, keys: Sequence[bytes], row: StaffCodes, code: str, now: datetime) -> bool:
    if not _DIGITS.fullmatch(code):
        return False
    try:
        step = (
            TOTP(key=_decipher(keys, row))
            .match(code, time=int(now.timestamp()), window=_WINDOW_SECONDS, last_counter=row.used_step)
            .counter
        )
    except TokenError:
        return False
    used = session.scalars(
        update(StaffCodes)
        .where(StaffCodes.staff_id == row.staff_id, StaffCodes.used_step < step)
        .values(used_step=step)
        .returning(StaffCodes.staff_id)
    ).one_or_none()
    return used is not None


def _encipher(keys: Sequence[bytes], staff_id: int, secret: str) -> str:
    nonce = os.urandom(_NONCE)
    return (nonce + _cipher(keys[0]).encrypt(nonce, secret.encode("ascii"), _bound_to(staff_id))).hex()


def _decipher(keys: Sequence[bytes], row: StaffCodes) -> str:
    whole = bytes.fromhex(row.secret)
    for key in keys:
        try:
            return _cipher(key).decrypt(whole[:_NONCE], whole[_NONCE:], _bound_to(row.staff_id)).decode("ascii")
        except InvalidTag:
            continue
    raise BrokenInvariantError("a code program's secret is of another row or key")


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(tokens.derive_key(key, "staff-codes"))


def _bound_to(staff_id: int) -> bytes:
    return f"staff_codes/{staff_id}/secret".encode("ascii")
