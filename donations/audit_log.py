"""Room: audit_log. Acts of staff and commands, append-only, written in the transaction of what they did.

Rows are inserted plain; the worker chains them in order under the clerk's lock (`chain`), so that no act waits for
another's commit, and a changed, missing or cut-off row shows (`verify`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from donations.tables import AuditAct

Fact = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a member of the staff by reference, or the operator's command on the machine."""

    reference: str
    staff_id: int | None = None


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
