"""Room: wiring. Builds the house: settings in, ports wired to gateways or simulator; hands each room its ports."""

from donations.wiring.opening import MachineClock, Rooms, open_house, open_rooms
from donations.wiring.treasury import open_api_desk, open_treasury_desks

__all__ = ["MachineClock", "Rooms", "open_api_desk", "open_house", "open_rooms", "open_treasury_desks"]
