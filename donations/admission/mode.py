"""Room: admission. The mode of the house, derived from the declines of a day: no flag that could be left on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.admission.figures import ENTERED_AT, HOUR, Mode
from donations.tables.messages import Decline

_LOOK_BACK = timedelta(hours=24)


def current_mode(session: Session, now: datetime) -> Mode:
    """Return the mode the declines of the last day have led to."""
    recent = select(Decline.at).where(Decline.at > now - _LOOK_BACK).order_by(Decline.at)
    return mode_at(session.scalars(recent).all(), now)


def mode_at(declined_at: Sequence[datetime], now: datetime) -> Mode:
    """Return the mode after these declines: entered at once, left one step after each hour below half its figure."""
    came = [(at, 1) for at in declined_at if at <= now]
    went = [(at + HOUR, -1) for at, _ in came if at + HOUR <= now]
    watch = _Watch()
    for at, change in sorted(came + went):
        watch.see(at, change)
    watch.see(now, 0)
    return watch.mode


@dataclass(slots=True)
class _Watch:
    """Replays the count of the last hour; `quiet_since` is since when it is below half the mode's figure."""

    mode: Mode = Mode.CALM
    count: int = 0
    quiet_since: datetime | None = None

    def see(self, at: datetime, change: int) -> None:
        self._fall(at)
        self.count += change
        reached = max((mode for mode, figure in ENTERED_AT.items() if self.count >= figure), default=Mode.CALM)
        self.mode = max(self.mode, reached)
        if not self._is_quiet():
            self.quiet_since = None
        elif self.quiet_since is None:
            self.quiet_since = at

    def _fall(self, at: datetime) -> None:
        while self.quiet_since is not None and at - self.quiet_since >= HOUR:
            self.mode = Mode(self.mode - 1)
            self.quiet_since = self.quiet_since + HOUR if self._is_quiet() else None

    def _is_quiet(self) -> bool:
        return self.mode is not Mode.CALM and self.count * 2 < ENTERED_AT[self.mode]
