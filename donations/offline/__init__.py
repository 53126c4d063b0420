"""Room: offline. Gifts that came to the desk: cheques, cash, wires; one by one or in batches that must agree."""

from donations.offline.batches import BatchFacts, LineFacts
from donations.offline.correcting import CORRECTION_REASONS, CorrectionReason, GiftCorrection, correct_gift
from donations.offline.desk import OfflineDesk
from donations.offline.facts import KINDS, Kind, OfflineWish
from donations.offline.recording import Claim, ClaimedCharge, Hand, record_gift
from donations.offline.slips import slip_of

__all__ = [
    "CORRECTION_REASONS",
    "KINDS",
    "BatchFacts",
    "Claim",
    "ClaimedCharge",
    "CorrectionReason",
    "GiftCorrection",
    "Hand",
    "Kind",
    "LineFacts",
    "OfflineDesk",
    "OfflineWish",
    "correct_gift",
    "record_gift",
    "slip_of",
]
