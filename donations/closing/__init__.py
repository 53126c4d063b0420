"""Room: closing. What stands in the way of closing a year, and the close itself."""

from donations.closing.desk import YearEndDesk
from donations.closing.locking import YearClose, close_year
from donations.closing.looking import look_at_year
from donations.closing.obstacle import Obstacle, Step, YearEnd

__all__ = ["Obstacle", "Step", "YearClose", "YearEnd", "YearEndDesk", "close_year", "look_at_year"]
