"""Room: offline. Gifts that came to the desk: cheques, cash, wires; one by one or in batches that must agree."""

from donations.offline.batches import BatchFacts, LineFacts
from donations.offline.desk import OfflineDesk
from donations.offline.facts import KINDS, Kind, OfflineWish
from donations.offline.slips import slip_of

__all__ = ["KINDS", "BatchFacts", "Kind", "LineFacts", "OfflineDesk", "OfflineWish", "slip_of"]
