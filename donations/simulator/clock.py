"""Room: simulator. The simulated clock: real time plus an offset in the simulator's file, read by every process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from donations.errors import FieldRefusedError
from donations.simulator.store import Cabinet

_MICROSECOND = timedelta(microseconds=1)


class SimulatedClock:
    """Implements `ports.Clock`; whoever shares the file shares the time."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def now(self) -> datetime:
        """Return the simulated present, aware, UTC."""
        return datetime.now(tz=UTC) + timedelta(microseconds=int(self._cabinet.peek("clock_offset") or "0"))

    def set(self, instant: datetime) -> datetime:
        """Move to an instant and return it; never before something that Stripe has already seen happen."""
        with self._cabinet.open() as drawer:
            newest = drawer.sql.execute("SELECT max(json_extract(body, '$.created')) FROM object").fetchone()[0]
            if newest is not None and int(instant.timestamp()) < newest:
                last = datetime.fromtimestamp(newest, tz=UTC).isoformat()
                raise FieldRefusedError(f"The simulated clock cannot go back before {last}: things happened then.")
            drawer.keep("clock_offset", str((instant - datetime.now(tz=UTC)) // _MICROSECOND))
        return instant

    def advance(self, by: timedelta) -> datetime:
        """Move on and return the new present."""
        if by < timedelta():
            raise FieldRefusedError("The simulated clock only advances; `simulate clock --set` moves it elsewhere.")
        with self._cabinet.open() as drawer:
            offset = int(drawer.setting("clock_offset", default="0")) + by // _MICROSECOND
            drawer.keep("clock_offset", str(offset))
        return self.now()
