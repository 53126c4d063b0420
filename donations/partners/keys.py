"""Room: partners. Keys of the JSON API: agreed on by two people, drawn when shown, known by their SHA-256 alone.

A key reads and nothing else; what it may read is its scope, `public` (published figures) or `treasury` (what a
treasurer reads without proving a passkey, so donors stay masked).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from donations import audit_log, tokens
from donations.audit_log import Actor
from donations.errors import FieldRefusedError, NotFoundError
from donations.tables import ApiKey

Scope = Literal["public", "treasury"]
SCOPES: Final[tuple[Scope, ...]] = ("public", "treasury")
PREFIX: Final = "almoner_"
"""So that a scanner of leaked secrets knows what it found."""
TAKE_WITHIN: Final = timedelta(hours=72)
_KEY: Final = re.compile(f"{PREFIX}[0-9a-f]{{64}}", re.ASCII)

State = Literal["agreed", "active", "lapsed", "revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Who asks by a key that stands."""

    reference: str
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key as it is listed; the key itself is nowhere."""

    reference: str
    label: str
    scope: Scope
    state: State
    asked_by: str
    approved_by: str
    agreed_at: datetime
    shown_at: datetime | None
    used_on: date | None
    revoked_at: datetime | None


def agree_on_key(session: Session, *, label: str, scope: Scope, people: tuple[str, str], now: datetime) -> str:
    """Write down that two people (asker, approver) want a key, drawn only when shown; return its reference."""
    reference = tokens.draw_reference("k")
    session.add(
        ApiKey(
            reference=reference,
            label=label,
            scope=scope,
            asked_by=people[0],
            approved_by=people[1],
            agreed_at=now,
        )
    )
    session.flush()
    return reference


def show_key(session: Session, actor: Actor, reference: str, *, now: datetime) -> str:
    """Draw a key, keep its SHA-256 and return it, once and to who asked; raises a `DonationError`."""
    row = _find(session, reference)
    if row.asked_by != actor.reference:
        raise FieldRefusedError("Only the person who asked for this key can have it shown.", field="reference")
    key = PREFIX + tokens.draw_long_token()
    taken = session.execute(
        update(ApiKey)
        .where(
            ApiKey.id == row.id,
            ApiKey.token_hash.is_(None),
            ApiKey.revoked_at.is_(None),
            ApiKey.agreed_at > now - TAKE_WITHIN,
        )
        .values(token_hash=tokens.hash_token(key), shown_at=now)
        .returning(ApiKey.id)
    ).one_or_none()
    if taken is None:
        raise FieldRefusedError(f"This key is {_state(row, now)}: it is shown once and never again.", field="act")
    audit_log.record(session, actor, "api_key_shown", at=now, subject=reference, facts={"scope": row.scope})
    return key


def revoke_key(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """End a key at once; ended twice is once. Raises `NotFoundError`."""
    row = _find(session, reference)
    if row.revoked_at is not None:
        return
    session.execute(
        update(ApiKey)
        .where(ApiKey.id == row.id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=actor.reference)
    )
    audit_log.record(session, actor, "api_key_revoked", at=now, subject=reference, facts={"scope": row.scope})


def who_holds(session: Session, key: str) -> tuple[Key, date | None] | None:
    """Return who asks by this key and the last day it was used; None for every key that does not stand."""
    if not _KEY.fullmatch(key):
        return None
    row = session.scalars(
        select(ApiKey).where(ApiKey.token_hash == tokens.hash_token(key), ApiKey.revoked_at.is_(None))
    ).one_or_none()
    return None if row is None else (Key(reference=row.reference, scope=cast("Scope", row.scope)), row.used_on)


def note_use(session: Session, reference: str, *, now: datetime) -> None:
    """Note the day on which a key was used."""
    session.execute(update(ApiKey).where(ApiKey.reference == reference).values(used_on=now.astimezone(UTC).date()))


def list_keys(session: Session, *, now: datetime) -> list[KeyRow]:
    """Return every key there ever was, the newest first."""
    rows = session.scalars(select(ApiKey).order_by(ApiKey.id.desc()))
    return [
        KeyRow(
            reference=row.reference,
            label=row.label,
            scope=cast("Scope", row.scope),
            state=_state(row, now),
            asked_by=row.asked_by,
            approved_by=row.approved_by,
            agreed_at=row.agreed_at,
            shown_at=row.shown_at,
            used_on=row.used_on,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]


def _find(session: Session, reference: str) -> ApiKey:
    row = session.scalars(select(ApiKey).where(ApiKey.reference == reference)).one_or_none()
    if row is None:
        raise NotFoundError("There is no key with that reference.", field="reference")
    return row


def _state(row: ApiKey, now: datetime) -> State:
    if row.revoked_at is not None:
        return "revoked"
    if row.token_hash is not None:
        return "active"
    return "agreed" if row.agreed_at > now - TAKE_WITHIN else "lapsed"
