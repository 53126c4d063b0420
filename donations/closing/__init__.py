"""Room: closing. What stands in the way of closing a year; it reads, and neither closes nor locks anything."""

from donations.closing.desk import YearEndDesk
from donations.closing.looking import look_at_year
from donations.closing.obstacle import Obstacle, Step, YearEnd

__all__ = ["Obstacle", "Step", "YearEnd", "YearEndDesk", "look_at_year"]
