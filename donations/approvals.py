"""Room: approvals. What needs two people: one asks, another decides, the worker carries it out.

The content is frozen when it is asked: the approver sees exactly it, and its hash is compared again before anything
happens. Who asked can never decide, whatever roles they hold; a request nobody decided within 72 hours has lapsed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from donations import audit_log, outbox, tokens
from donations.audit_log import WORKER, Actor
from donations.errors import BrokenInvariantError, FieldRefusedError, NotFoundError
from donations.tables import Approval, Staff

LIFE: Final = timedelta(hours=72)
_SENTENCE_MAX: Final = 500

State = Literal["requested", "approved", "declined", "withdrawn", "done", "failed", "lapsed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks for: the act, what it is about, and everything that will be done, as plain facts."""

    act: str
    subject: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it stands; `content` is exactly what would be, or was, carried out.

    `requested_by` and `decided_by` are names for the page; whatever is written down names people by their references.
    """

    reference: str
    act: str
    subject: str
    content: dict[str, Any]
    state: State
    requested_by: str
    requested_by_id: int
    requested_by_reference: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_by_reference: str | None
    decided_at: datetime | None
    outcome: str | None


def request(session: Session, actor: Actor, wish: Request, *, now: datetime) -> str:
    """Freeze a request and return its reference; the same asked again while it waits is the same request."""
    content = json.dumps(dict(wish.content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    waiting = session.scalar(
        select(Approval.reference).where(
            Approval.act == wish.act,
            Approval.subject == wish.subject,
            Approval.content == content,
            Approval.state == "requested",
            Approval.expires_at > now,
        )
    )
    if waiting is not None:
        return waiting
    row = Approval(
        reference=tokens.draw_reference("a"),
        act=wish.act,
        subject=wish.subject,
        content=content,
        content_sha256=_hash(content),
        requested_by=_person(actor),
        requested_at=now,
        expires_at=now + LIFE,
        state="requested",
    )
    session.add(row)
    session.flush()
    _note(session, actor, "approval_requested", row, now)
    return row.reference


def approve(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Approve what another person asked for; the worker carries it out. Approved twice is approved once."""
    row = _decidable(session, actor, reference, now)
    if row is None:
        return
    _decide(session, row, "approved", actor, now)
    outbox.owe(session, key=f"approved/{reference}", kind="carry_out", subject=reference, due_at=now)
    _note(session, actor, "approval_given", row, now)


def decline(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Decline what another person asked for; nothing happens."""
    row = _decidable(session, actor, reference, now)
    if row is not None:
        _decide(session, row, "declined", actor, now)
        _note(session, actor, "approval_declined", row, now)


def withdraw(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Take one's own request back while nobody has decided it."""
    row = _waiting(session, reference, now)
    if row.requested_by != actor.staff_id:
        raise FieldRefusedError("Only the person who asked can take a request back.", field="reference")
    _change(session, row, now, state="withdrawn")
    _note(session, actor, "approval_withdrawn", row, now)


def approved_content(session: Session, reference: str) -> Asked:
    """Return what is to be carried out, its hash compared; raises `BrokenInvariantError` if it was changed."""
    row = session.scalars(select(Approval).where(Approval.reference == reference)).one()
    if _hash(row.content) != row.content_sha256:
        raise BrokenInvariantError(f"the content of {reference} is not what was approved")
    return _asked(session, row, row.requested_at)


def finish(session: Session, reference: str, *, outcome: str, failed: bool, now: datetime) -> None:
    """Note that it was carried out, or the sentence of why it could not be."""
    row = session.scalars(select(Approval).where(Approval.reference == reference)).one()
    if row.state != "approved":
        return
    session.execute(
        update(Approval)
        .where(Approval.reference == reference, Approval.state == "approved")
        .values(state="failed" if failed else "done", done_at=now, outcome=outcome[:_SENTENCE_MAX])
    )
    _note(session, WORKER, "approval_failed" if failed else "approval_done", row, now)


def list_requests(session: Session, *, now: datetime, waiting_only: bool = False, limit: int = 200) -> list[Asked]:
    """Return requests, the newest first; with `waiting_only` those that still want a decision, the oldest first."""
    chosen = select(Approval).limit(limit)
    chosen = (
        chosen.where(Approval.state == "requested", Approval.expires_at > now).order_by(Approval.requested_at)
        if waiting_only
        else chosen.order_by(Approval.requested_at.desc(), Approval.id.desc())
    )
    return [_asked(session, row, now) for row in session.scalars(chosen)]


def find(session: Session, reference: str, *, now: datetime) -> Asked:
    """Return one request; raises `NotFoundError`."""
    row = session.scalars(select(Approval).where(Approval.reference == reference)).one_or_none()
    if row is None:
        raise NotFoundError("There is no request with that reference.", field="reference")
    return _asked(session, row, now)


def lapsed(rows: Sequence[Asked]) -> list[Asked]:
    """Return those that nobody decided in time."""
    return [row for row in rows if row.state == "lapsed"]


def _decidable(session: Session, actor: Actor, reference: str, now: datetime) -> Approval | None:
    """Return the row that this person may decide now, None if they have decided it so already."""
    person = _person(actor)
    found = session.scalars(select(Approval).where(Approval.reference == reference)).one_or_none()
    if found is not None and found.decided_by == person:
        return None
    row = _waiting(session, reference, now)
    if row.requested_by == person:
        raise FieldRefusedError(
            "You asked for this yourself: another person must decide it.",
            field="reference",
        )
    return row


def _waiting(session: Session, reference: str, now: datetime) -> Approval:
    row = session.scalars(select(Approval).where(Approval.reference == reference)).one_or_none()
    if row is None:
        raise NotFoundError("There is no request with that reference.", field="reference")
    if row.state != "requested":
        raise FieldRefusedError(f"This request is {row.state} already.", field="reference")
    if row.expires_at <= now:
        raise FieldRefusedError("Nobody decided this within 72 hours; please ask again.", field="reference")
    return row


def _decide(session: Session, row: Approval, state: str, actor: Actor, now: datetime) -> None:
    _change(session, row, now, state=state, decided_by=_person(actor), decided_at=now)


def _change(session: Session, row: Approval, now: datetime, **values: object) -> None:
    """Change a row that still waits, guarded in the statement: of two deciders at once one is told it is decided."""
    changed = session.execute(
        update(Approval)
        .where(Approval.id == row.id, Approval.state == "requested", Approval.expires_at > now)
        .values(**values)
        .returning(Approval.id)
    ).one_or_none()
    if changed is None:
        raise FieldRefusedError("Somebody else has just decided this request.", field="reference")


def _person(actor: Actor) -> int:
    if actor.staff_id is None:
        raise FieldRefusedError("Requests and approvals are made by people, from the treasury.")
    return actor.staff_id


def _asked(session: Session, row: Approval, now: datetime) -> Asked:
    people = {person.id: person for person in session.scalars(select(Staff).where(Staff.id.in_(_people_of(row))))}
    decider = None if row.decided_by is None else people[row.decided_by]
    state: Any = "lapsed" if row.state == "requested" and row.expires_at <= now else row.state
    return Asked(
        reference=row.reference,
        act=row.act,
        subject=row.subject,
        content=json.loads(row.content),
        state=state,
        requested_by=people[row.requested_by].name,
        requested_by_id=row.requested_by,
        requested_by_reference=people[row.requested_by].reference,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        decided_by=None if decider is None else decider.name,
        decided_by_reference=None if decider is None else decider.reference,
        decided_at=row.decided_at,
        outcome=row.outcome,
    )


def _people_of(row: Approval) -> list[int]:
    return [person for person in (row.requested_by, row.decided_by) if person is not None]


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _note(session: Session, actor: Actor, act: str, row: Approval, now: datetime) -> None:
    audit_log.record(
        session,
        actor,
        act,
        at=now,
        subject=row.subject,
        facts={"request": row.reference, "act": row.act, "sha256": row.content_sha256},
    )
