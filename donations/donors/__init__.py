"""Room: donors. Who is one person: merged and unmerged by people alone, found by the staff, taken in as history."""

from donations.donors.desk import DonorDesk
from donations.donors.dossier import donor_dossier
from donations.donors.duplicates import LikelyPairs, Suggestion, keep_apart, likely_pairs, suggest_duplicates
from donations.donors.finding import FoundDonor, find_donors
from donations.donors.importing import ImportOutcome, ImportPlan, RefusedRow, plan_import, take_in
from donations.donors.mapping import READY, ColumnMapping, read_mapping, ready_mapping
from donations.donors.masking import mask_email, mask_name
from donations.donors.merging import (
    REASONS,
    MergeReason,
    identity_changes,
    identity_of,
    last_identity_change,
    leader_of,
    members_of,
    merge,
    unmerge,
)

__all__ = [
    "READY",
    "REASONS",
    "ColumnMapping",
    "DonorDesk",
    "FoundDonor",
    "ImportOutcome",
    "ImportPlan",
    "LikelyPairs",
    "MergeReason",
    "RefusedRow",
    "Suggestion",
    "donor_dossier",
    "find_donors",
    "identity_changes",
    "identity_of",
    "keep_apart",
    "last_identity_change",
    "leader_of",
    "likely_pairs",
    "mask_email",
    "mask_name",
    "members_of",
    "merge",
    "plan_import",
    "read_mapping",
    "ready_mapping",
    "suggest_duplicates",
    "take_in",
    "unmerge",
]
