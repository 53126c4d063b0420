"""Room: donors. Who is one person: merged and unmerged by people alone, found by the staff, taken in as history."""

from donations.donors.desk import DonorDesk
from donations.donors.dossier import donor_dossier
from donations.donors.duplicates import Suggestion, keep_apart, suggest_duplicates
from donations.donors.finding import FoundDonor, find_donors
from donations.donors.masking import mask_email, mask_name
from donations.donors.merging import REASONS, MergeReason, identity_of, merge, unmerge

__all__ = [
    "REASONS",
    "DonorDesk",
    "FoundDonor",
    "MergeReason",
    "Suggestion",
    "donor_dossier",
    "find_donors",
    "identity_of",
    "keep_apart",
    "mask_email",
    "mask_name",
    "merge",
    "suggest_duplicates",
    "unmerge",
]
