"""Room: visits. How a donor comes into their own room without a password: by a link mailed to an address of theirs.

Asking does the same work whether the address is known or not: the post room alone looks, and writes no letter to an
address at which we know nobody.
"""

from donations.visits.addresses import is_known, list_addresses, verify_address
from donations.visits.forgetting import forget_stale_visits
from donations.visits.links import LINK_LIFE, Visitor, ask_for_link, find_link, letter_of_link, spend_link
from donations.visits.sessions import (
    IDLE,
    LIFE,
    Visit,
    begin_session,
    end_session,
    end_sessions,
    find_session,
    is_seen_lately,
    see,
)

__all__ = [
    "IDLE",
    "LIFE",
    "LINK_LIFE",
    "Visit",
    "Visitor",
    "ask_for_link",
    "begin_session",
    "end_session",
    "end_sessions",
    "find_link",
    "find_session",
    "forget_stale_visits",
    "is_known",
    "is_seen_lately",
    "letter_of_link",
    "list_addresses",
    "see",
    "spend_link",
    "verify_address",
]
