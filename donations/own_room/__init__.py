"""Room: own_room. What a donor who came in by a mailed link sees, and what they may do with all that is theirs."""

from donations.own_room.desk import OwnDesk
from donations.own_room.facts import OwnDocument, OwnGift, OwnPledge, OwnRoom, PastGift

__all__ = ["OwnDesk", "OwnDocument", "OwnGift", "OwnPledge", "OwnRoom", "PastGift"]
