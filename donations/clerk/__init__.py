"""Room: clerk. The one ordered desk: positions, gapless numbers, frozen facts and clothing funds filled."""

from donations.clerk.desk import Advanced, Desk, advance
from donations.clerk.tray import has_work

__all__ = ["Advanced", "Desk", "advance", "has_work"]
