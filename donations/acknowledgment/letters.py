"""Room: acknowledgment. The letters that stand in a receipt's place: a sponsor's grant, an IRA's distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from donations.acknowledgment.letterhead import Letterhead
from receipts.facts import DafThankYou, DonorFacts, GiftReceipt, InKindAcknowledgment, QcdLetter
from receipts.rules.assessing import Payer

if TYPE_CHECKING:
    from donations.acknowledgment.gifts import SettledGift

OfGift = GiftReceipt | DafThankYou | QcdLetter | InKindAcknowledgment
LETTER_KINDS: Final = frozenset({"daf_thank_you", "qcd_letter"})
PAYERS: Final[dict[str, Payer]] = {
    "donor_advised_fund": "donor_advised_fund",
    "ira_distribution": "ira_trustee",
}
"""Who paid, by the way the gift came; every other way the donor did."""


def draft_letter(gift: SettledGift, letterhead: Letterhead, *, number: str, token: str) -> DafThankYou | QcdLetter:
    """Return the letter of a grant or distribution; raises `receipts.facts.DocumentRefusedError` (R23, R24)."""
    shared = {
        "number": number,
        "issued_at": letterhead.issued_at,
        "issued_on": letterhead.issued_on,
        "time_zone": letterhead.time_zone,
        "issuer": letterhead.issuer,
        "donor": DonorFacts(name=gift.donor_name, address_lines=gift.donor_address_lines),
        "verify_url": letterhead.verify_url(token),
        "simulated": letterhead.simulated,
        "language": gift.language,
        "state_disclosures": letterhead.disclosures(gift.donor_state),
        "amount_cents": gift.paid_cents,
    }
    if gift.method == "donor_advised_fund":
        return DafThankYou(sponsor=gift.donor_name, adviser=gift.adviser, received_on=gift.gift_on, **shared)  # type: ignore[arg-type]  # Checked when it is built.
    return QcdLetter(custodian=gift.custodian, gift_on=gift.gift_on, tax_year=gift.gift_on.year, **shared)  # type: ignore[arg-type]  # As above.
