"""Room: audit_log. Acts of staff and commands, append-only, written in the transaction of what they did.

Rows are inserted plain; the worker chains them in order under the clerk's lock (`chain`), so that no act waits for
another's commit, and a changed, missing or cut-off row shows (`verify`).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from donations import tokens
from donations.clock import to_rfc3339
from donations.tables import AuditAct, AuditLink

_LATE: Final = 10_000
"""Acts that may commit out of order: further behind the chain's end an act without a link is a broken chain."""
_FIRST: Final = "0" * 64
_PAGE: Final = 5_000

Fact = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a member of the staff by reference, or the operator's command on the machine."""

    reference: str
    staff_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the chain at some time: known outside the database, it shows a tail that was cut off."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act, as the log shows it."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which acts: about a subject, of an actor, of days in a zone, before an id."""

    zone: ZoneInfo
    subject: str | None = None
    actor: str | None = None
    day: date | None = None
    until: date | None = None
    before: int | None = None
    limit: int = 100


COMMAND: Final = Actor(reference="command")
WORKER: Final = Actor(reference="worker")


def record(  # noqa: PLR0913  # An act has its actor, its day, its subject and its facts.
    session: Session, actor: Actor, act: str, *, at: datetime, subject: str | None = None, facts: Mapping[str, Fact]
) -> None:
    """Write one act down with what it did; facts are cents, days, codes and references, never personal data."""
    session.add(
        AuditAct(at=at, actor=actor.reference, act=act, subject=subject, facts=canonical(facts)),
    )


def canonical(facts: Mapping[str, Fact]) -> str:
    """Return facts as JSON that has one spelling: sorted keys, no spaces."""
    return json.dumps(dict(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def search(session: Session, wish: Search) -> list[Act]:
    """Return acts, the newest first."""
    chosen = select(AuditAct).order_by(AuditAct.id.desc()).limit(wish.limit)
    if wish.subject is not None:
        chosen = chosen.where(AuditAct.subject == wish.subject)
    if wish.actor is not None:
        chosen = chosen.where(AuditAct.actor == wish.actor)
    if wish.day is not None:
        chosen = chosen.where(AuditAct.at >= datetime.combine(wish.day, time.min, wish.zone))
    if wish.until is not None:
        chosen = chosen.where(AuditAct.at < datetime.combine(wish.until, time.min, wish.zone))
    if wish.before is not None:
        chosen = chosen.where(AuditAct.id < wish.before)
    return [
        Act(id=row.id, at=row.at, actor=row.actor, act=row.act, subject=row.subject, facts=json.loads(row.facts))
        for row in session.scalars(chosen)
    ]


def head_of(session: Session) -> Head | None:
    """Return the end of the chain."""
    row = session.scalars(select(AuditLink).order_by(AuditLink.position.desc()).limit(1)).one_or_none()
    return None if row is None else Head(position=row.position, hash=row.hash)


def has_unchained(session: Session) -> bool:
    """Tell whether an act waits for its link."""
    return bool(_unchained(session, 1))


def chain(session: Session, keys: Sequence[bytes], limit: int) -> Head | None:
    """Link acts to the chain in the order of their ids and return its new end; the caller holds the clerk's lock."""
    acts = _unchained(session, limit)
    if not acts:
        return None
    head = head_of(session) or Head(position=0, hash=_FIRST)
    key, rows = tokens.derive_key(keys[0], "audit"), []
    for act in acts:
        position = head.position + 1
        head = Head(position=position, hash=_link(key, head.hash, position, act))
        rows.append({"position": position, "act_id": act.id, "hash": head.hash})
    session.execute(insert(AuditLink), rows)
    return head


def verify(session: Session, keys: Sequence[bytes], heads: Sequence[Head] = ()) -> list[str]:
    """Return what is wrong with the log, a sentence each: changed, missing, swapped, forged or cut-off acts.

    `heads` are ends of the chain kept outside the database: each must still stand where it stood.
    """
    wrong: list[str] = []
    known = {head.position: head.hash for head in heads}
    derived = [tokens.derive_key(key, "audit") for key in keys]
    previous, expected = _FIRST, 1
    for link, act in _linked(session):
        if link.position != expected:
            wrong.append(f"position {expected}: {link.position - expected} links are missing")
        if act is None:
            wrong.append(f"position {link.position}: act {link.act_id} is missing")
        elif not any(hmac.compare_digest(_link(key, previous, link.position, act), link.hash) for key in derived):
            wrong.append(f"position {link.position}: act {act.id} is not what was written")
        if known.pop(link.position, link.hash) != link.hash:
            wrong.append(f"position {link.position}: not the end that was noted outside")
        previous, expected = link.hash, link.position + 1
    wrong += [f"position {position}: cut off" for position in sorted(known)]
    return wrong + [f"act {id_} has no link" for id_ in _left_out(session)]


def _link(key: bytes, previous: str, position: int, act: AuditAct) -> str:
    row = [position, act.id, to_rfc3339(act.at), act.at.microsecond, act.actor, act.act, act.subject, act.facts]
    canonical_row = json.dumps(row, separators=(",", ":"), ensure_ascii=False)
    return hmac.digest(key, f"{previous}\n{canonical_row}".encode(), "sha256").hex()


def _unchained(session: Session, limit: int) -> Sequence[AuditAct]:
    newest = session.scalar(select(func.max(AuditLink.act_id))) or 0
    return session.scalars(
        select(AuditAct)
        .outerjoin(AuditLink, AuditLink.act_id == AuditAct.id)
        .where(AuditAct.id > newest - _LATE, AuditLink.act_id.is_(None))
        .order_by(AuditAct.id)
        .limit(limit)
    ).all()


def _linked(session: Session) -> Iterator[tuple[AuditLink, AuditAct | None]]:
    """Yield links in their order with their acts, a page at a time."""
    after = 0
    while True:
        rows = session.execute(
            select(AuditLink, AuditAct)
            .outerjoin(AuditAct, AuditAct.id == AuditLink.act_id)
            .where(AuditLink.position > after)
            .order_by(AuditLink.position)
            .limit(_PAGE)
        ).all()
        yield from ((link, act) for link, act in rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1][0].position
        session.expunge_all()


def _left_out(session: Session) -> Sequence[int]:
    """Return acts that no link covers although the chain went past them long ago."""
    newest = session.execute(
        select(AuditAct.id, AuditAct.at)
        .join(AuditLink, AuditLink.act_id == AuditAct.id)
        .order_by(AuditLink.position.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return []
    long_ago = (AuditAct.id <= newest.id - _LATE) | (AuditAct.at < newest.at - timedelta(hours=1))
    return session.scalars(
        select(AuditAct.id)
        .outerjoin(AuditLink, AuditLink.act_id == AuditAct.id)
        .where(AuditLink.act_id.is_(None), AuditAct.id < newest.id, long_ago)
        .order_by(AuditAct.id)
        .limit(100)
    ).all()
