"""Room: clerk. What a person decides about a document: void it, or issue another in its place, today and numbered.

It files itself under the clerk's lock, like opening a clothing fund. What money does to documents is decided by
`acknowledgment` alone; nothing here can bring back a receipt for money that was returned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import acknowledgment, archive, filing, tokens
from donations.acknowledgment import Replaceable
from donations.clerk.desk import Desk
from donations.clerk.leaves import append_lines
from donations.clerk.numbering import Numbering
from donations.database import insert_once
from donations.errors import DonationError, FieldRefusedError
from donations.tables import Donor, Receipt
from receipts import wording
from receipts.facts import DocumentRefusedError, DonorFacts

VoidReason = Literal["issued_in_error", "duplicate"]
ReplaceReason = Literal["misspelt_name", "corrected_address", "correction", "wrong_donor"]
_LINES_MAX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be different on the new document; None leaves it as it was."""

    reason: ReplaceReason
    name: str | None = None
    address_lines: tuple[str, ...] | None = None
    email: str | None = field(default=None, repr=False)
    """Of the true donor, where the receipt went to another person."""


def void_document(session: Session, desk: Desk, number: str, reason: VoidReason) -> None:
    """Void a document that should not be; its number stays, its donor is told. Refused for what is not valid now."""
    filing.await_clerks_lock(session)
    receipt = _find_valid(session, number)
    if receipt.series == "N":
        raise FieldRefusedError(
            f"{number} is a notice; it is withdrawn by a second one when the money stayed.", field="number"
        )
    acknowledgment.tell(session, number, "void", reason, now=desk.now)
    append_lines(session, desk.open_teller(session), _LINES_MAX)


def replace_receipt(session: Session, desk: Desk, number: str, wish: Correction) -> str:
    """Issue a receipt in the place of another and return its number: same gift, day and amount, issued today.

    Raises `FieldRefusedError` for what cannot be replaced or printed, and `NotFoundError`.
    """
    filing.await_clerks_lock(session)
    receipt = _find_valid(session, number)
    old = acknowledgment.read_frozen(session, number)
    if not isinstance(old, Replaceable) or receipt.gift_id is None:
        raise FieldRefusedError(f"{number} is not the receipt of a gift; void it instead.", field="number")
    if wish == Correction(reason=wish.reason):
        raise FieldRefusedError("Say what is to be different: a name, an address, or the true donor.", field="name")
    donor_id = receipt.donor_id
    if wish.reason == "wrong_donor":
        donor_id = _find_true_donor(session, receipt, wish)
    letterhead = acknowledgment.read_letterhead(session, desk.organisation, now=desk.now, base_url=desk.base_url)
    numbering = Numbering(session, letterhead, desk.draw_token)
    try:
        donor = DonorFacts(name=wish.name or old.donor.name, address_lines=_address(old, wish))
        why = wording.labels(old.language)["replaces_reason"][wish.reason]
        new = numbering.renew(old, donor_id=donor_id, gift_id=receipt.gift_id, donor=donor, why=why)
    except DocumentRefusedError as refused:
        raise FieldRefusedError(refused.sentence, field="name") from None
    if wish.reason == "wrong_donor":
        acknowledgment.tell(session, number, "void", "wrong_donor", now=desk.now)
    acknowledgment.tell(session, number, "replaced", wish.reason, now=desk.now)
    # A dispute that is open holds the new receipt as it held the old one.
    acknowledgment.follow_return(session, receipt.gift_id, now=desk.now)
    append_lines(session, desk.open_teller(session), _LINES_MAX)
    return new


def _find_valid(session: Session, number: str) -> Receipt:
    receipt = archive.find_document(session, number)
    standing = archive.stand_of(session, receipt)
    if standing.status == "replaced":
        raise DonationError(f"{number} was replaced; {standing.newest_number} stands now.", field="number")
    if standing.status == "void":
        raise DonationError(f"{number} is void already; its number is never used again.", field="number")
    return receipt


def _address(old: Replaceable, wish: Correction) -> tuple[str, ...]:
    if wish.address_lines is not None:
        return wish.address_lines
    # Another person's address is not guessed: without one the receipt shows none.
    return () if wish.reason == "wrong_donor" else old.donor.address_lines


def _find_true_donor(session: Session, receipt: Receipt, wish: Correction) -> int:
    """Return the donor of this name and e-mail, written down now if nobody of them gave before."""
    if wish.name is None or wish.email is None:
        raise FieldRefusedError("Give the true donor's name and e-mail address.", field="name")
    keys = {"email_key": wish.email.casefold(), "name_key": wish.name.casefold()}
    values = {"reference": tokens.draw_reference("d"), "name": wish.name, "email": wish.email, **keys}
    insert_once(session, Donor, values, key=("email_key", "name_key"))
    found = session.scalars(select(Donor.id).filter_by(**keys)).one()
    if found == receipt.donor_id:
        raise FieldRefusedError("That is the donor it was issued to.", field="name")
    return found
