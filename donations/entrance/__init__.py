"""Room: entrance. How members of the staff come in: invited by mail, known by their keys, seen off at once.

A passkey is the way in. Who lost theirs comes in by two things together, a link mailed to their address and a code of
their own, and may then make a new key; nothing that moves money opens by a code.
"""

from donations.entrance.account import AccountDesk, OwnKey, OwnSignIn, OwnWays
from donations.entrance.desk import Accepted, EntranceDesk, Visitor
from donations.entrance.links import link_token
from donations.entrance.members import (
    Invitation,
    MemberRow,
    change_roles,
    invite,
    invite_alone,
    list_all,
    refuse_change,
    refuse_revoke,
    revoke,
)
from donations.entrance.passkeys import Party, party_of

__all__ = [
    "Accepted",
    "AccountDesk",
    "EntranceDesk",
    "Invitation",
    "MemberRow",
    "OwnKey",
    "OwnSignIn",
    "OwnWays",
    "Party",
    "Visitor",
    "change_roles",
    "invite",
    "invite_alone",
    "link_token",
    "list_all",
    "party_of",
    "refuse_change",
    "refuse_revoke",
    "revoke",
]
