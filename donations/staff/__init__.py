"""Room: staff. Who may enter the treasury, which roles they hold, what a role may do, and who is in."""

from donations.staff.desk import Entered, Member, StaffDesk, Way
from donations.staff.permissions import GRANTS, ROLES, STEP_UP, Action, Right, Role, permits

__all__ = [
    "GRANTS",
    "ROLES",
    "STEP_UP",
    "Action",
    "Entered",
    "Member",
    "Right",
    "Role",
    "StaffDesk",
    "Way",
    "permits",
]
