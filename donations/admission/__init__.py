"""Room: admission. The only place that may let a checkout be opened: every door that makes Stripe act asks here.

Declines are counted, not tries, in the database under HMACs with a daily key: all processes share the count, and it
says nothing about a person. What is asked of a donor grows with the declines, and shrinks again by itself.
"""

from donations.admission.asking import Asker, CodeNeededError, ProofNeededError, StepNeededError
from donations.admission.counting import names_of
from donations.admission.figures import TOKEN_AGE_MAX, TOKEN_AGE_MIN, Mode
from donations.admission.form import check_form_token, make_form_token
from donations.admission.learning import (
    checkouts_to_end,
    forget,
    has_changed,
    has_old,
    note_declines,
    note_ended,
    watch,
)
from donations.admission.mode import current_mode, mode_at
from donations.admission.permits import permit_checkout, permit_code, permit_portal, renew_permit
from donations.admission.proof import code_for, is_proof_of, solve
from donations.admission.readings import Reader, permit_reading

__all__ = [
    "TOKEN_AGE_MAX",
    "TOKEN_AGE_MIN",
    "Asker",
    "CodeNeededError",
    "Mode",
    "ProofNeededError",
    "Reader",
    "StepNeededError",
    "check_form_token",
    "checkouts_to_end",
    "code_for",
    "current_mode",
    "forget",
    "has_changed",
    "has_old",
    "is_proof_of",
    "make_form_token",
    "mode_at",
    "names_of",
    "note_declines",
    "note_ended",
    "permit_checkout",
    "permit_code",
    "permit_portal",
    "permit_reading",
    "renew_permit",
    "solve",
    "watch",
]
