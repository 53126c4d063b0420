"""Room: clerk. The one ordered desk: positions, gapless numbers, frozen facts and clothing funds filled."""

from donations.clerk.correcting import Correction, ReplaceReason, VoidReason, replace_receipt, void_document
from donations.clerk.desk import Advanced, Desk, advance, has_work
from donations.clerk.leaves import owes_lines

__all__ = [
    "Advanced",
    "Correction",
    "Desk",
    "ReplaceReason",
    "VoidReason",
    "advance",
    "has_work",
    "owes_lines",
    "replace_receipt",
    "void_document",
]
