"""Room: exceptions. The shape of one thing that needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Severity = Literal["blocks", "warns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One right thing to do: the page it is done on and the command that does it; either may be missing."""

    words: str
    address: str | None = None
    command: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Everything of one kind that waits: how much, since when, and by when; references only, never a name."""

    kind: str
    words: str
    count: int
    severity: Severity
    actions: tuple[Action, ...]
    since: datetime | None = None
    due_on: date | None = None
