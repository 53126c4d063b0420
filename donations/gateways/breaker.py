"""Room: gateways. A breaker: after several faults in a row nobody is kept waiting for a service that is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAULTS_MAX = 5
PAUSE_SECONDS = 60.0


class Breaker:
    """Opens after `FAULTS_MAX` passing faults in a row; then lets one try through every `PAUSE_SECONDS`.

    It measures waiting with a monotonic clock: a simulated or corrected date neither opens nor closes it.
    """

    def __init__(self, *, tell_seconds: Callable[[], float] = time.monotonic) -> None:
        self._tell_seconds = tell_seconds
        self._lock = threading.Lock()
        self._faults = 0
        self._next_try_at = 0.0

    def admit(self) -> bool:
        """Return whether a call may be made now; while open, one caller per pause is let through to try."""
        with self._lock:
            if self._faults < FAULTS_MAX:
                return True
            now = self._tell_seconds()
            if now < self._next_try_at:
                return False
            self._next_try_at = now + PAUSE_SECONDS
            return True

    def note(self, *, is_fault: bool) -> None:
        """Learn how a call ended: any answer, even a refusal, closes the breaker."""
        with self._lock:
            self._faults = self._faults + 1 if is_fault else 0
            if self._faults == FAULTS_MAX:
                self._next_try_at = self._tell_seconds() + PAUSE_SECONDS
