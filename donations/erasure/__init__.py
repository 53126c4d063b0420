"""Room: erasure. A donor is forgotten: at once what the law lets go, after its term what tax records must keep.

Number, amount, digests and status of a document stay for ever; they hold no personal data.
"""

from donations.erasure.asking import ask_erasure, preview_erasure
from donations.erasure.desk import ErasureDesk
from donations.erasure.facts import Kept, Person
from donations.erasure.finding import find_person, person_of_donor
from donations.erasure.forgetting import erase_due, is_due
from donations.erasure.register import lines_of, note_erasure, reapply, reapply_files
from donations.erasure.telling import forget_address, letter_of

__all__ = [
    "ErasureDesk",
    "Kept",
    "Person",
    "ask_erasure",
    "erase_due",
    "find_person",
    "forget_address",
    "is_due",
    "letter_of",
    "lines_of",
    "note_erasure",
    "person_of_donor",
    "preview_erasure",
    "reapply",
    "reapply_files",
]
