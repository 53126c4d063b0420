"""Room: donors. Who is one person: merged and unmerged by people alone, found by the staff, taken in as history."""

from donations.donors.choosing import (
    DATE_FORMATS,
    MEANINGS,
    Choices,
    FileLook,
    Meaning,
    chosen_mapping,
    look_at,
    suggest_choices,
    with_statuses,
)
from donations.donors.desk import DonorDesk
from donations.donors.dossier import donor_dossier
from donations.donors.duplicates import LikelyPairs, Suggestion, keep_apart, likely_pairs, suggest_duplicates
from donations.donors.finding import FoundDonor, find_donors
from donations.donors.importing import ImportOutcome, ImportPlan, RefusedRow, plan_import, take_in
from donations.donors.mapping import (
    AMOUNT_FORMATS,
    FIELDS,
    READY,
    ColumnMapping,
    read_mapping,
    ready_mapping,
    write_mapping,
)
from donations.donors.masking import mask_email, mask_name
from donations.donors.mending import Mended, mend_contact
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
from donations.donors.writing import find_or_write_donor

__all__ = [
    "AMOUNT_FORMATS",
    "DATE_FORMATS",
    "FIELDS",
    "MEANINGS",
    "READY",
    "REASONS",
    "Choices",
    "ColumnMapping",
    "DonorDesk",
    "FileLook",
    "FoundDonor",
    "ImportOutcome",
    "ImportPlan",
    "LikelyPairs",
    "Meaning",
    "Mended",
    "MergeReason",
    "RefusedRow",
    "Suggestion",
    "chosen_mapping",
    "donor_dossier",
    "find_donors",
    "find_or_write_donor",
    "identity_changes",
    "identity_of",
    "keep_apart",
    "last_identity_change",
    "leader_of",
    "likely_pairs",
    "look_at",
    "mask_email",
    "mask_name",
    "members_of",
    "mend_contact",
    "merge",
    "plan_import",
    "read_mapping",
    "ready_mapping",
    "suggest_choices",
    "suggest_duplicates",
    "take_in",
    "unmerge",
    "with_statuses",
    "write_mapping",
]
