"""Room: acknowledgment. The document that takes another's place: what changed, why, and never before today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.acknowledgment.back import Cents
from donations.acknowledgment.gifts import Refusal
from donations.acknowledgment.letterhead import Letterhead
from donations.acknowledgment.owed import Owed, read_standing_notices
from donations.acknowledgment.presented import read_returned, remaining
from donations.errors import BrokenInvariantError
from donations.tables import FrozenFacts, Gift
from receipts import wording
from receipts.facts import (
    DafThankYou,
    Document,
    DocumentRefusedError,
    GiftReceipt,
    InKindAcknowledgment,
    Language,
    NoticeOfReturn,
    PresentedAmount,
    QcdLetter,
    ReceiptLine,
    ReturnReason,
    thaw,
)

Replaceable = GiftReceipt | QcdLetter | InKindAcknowledgment
"""The documents of a gift that another may take the place of; thanks for a sponsor's grant tell nothing for tax."""
_Document = TypeVar("_Document", bound=Replaceable)

_NOTICE_REASONS: Final[dict[str, ReturnReason]] = {"dispute_lost": "dispute_lost", "late_return": "late_return"}


def read_frozen(session: Session, number: str) -> Document:
    """Return the document of a number as it was issued."""
    facts = session.scalars(select(FrozenFacts.facts).where(FrozenFacts.number == number)).one()
    return thaw(facts.encode())


def draft_replacement(
    session: Session, owed: Owed, letterhead: Letterhead, *, number: str, token: str
) -> GiftReceipt | QcdLetter | DafThankYou | Refusal:
    """Return the document for what of a gift remains; day, donor and sentences are those of the one it replaces."""
    receipt = owed.receipt
    old = read_frozen(session, receipt.number)
    if not isinstance(old, GiftReceipt | QcdLetter | DafThankYou):
        raise BrokenInvariantError(f"{receipt.number} is numbered as a receipt and is of another kind")
    kept = _kept(owed)
    try:
        if isinstance(old, DafThankYou):
            return _reissued(old, letterhead, number=number, token=token)
        if isinstance(old, QcdLetter):
            why = _why(owed, kept, None, old.language)
            changes = {"amount_cents": kept.total, "replaces_reason": why}
            return renewed(old, letterhead, number=number, token=token, **changes)
        presented = _presented(session, owed, old)
        return renewed(
            old,
            letterhead,
            number=number,
            token=token,
            amount_cents=kept.total,
            lines=_lines(kept, old.language),
            returned_cents=owed.back.in_year.total,
            presented=presented,
            replaces_reason=_why(owed, kept, presented, old.language),
        )
    except DocumentRefusedError as refused:
        reference = session.get_one(Gift, receipt.gift_id).reference
        return Refusal(gift_reference=reference, reasons=(refused.sentence,))


def _presented(session: Session, owed: Owed, old: GiftReceipt) -> PresentedAmount | None:
    """Return what remains of a gift in another currency; refused where parts went back in two tax years."""
    if old.presented is None:
        return None
    if owed.back.later_cents:
        # Stripe tells what went back of a charge, not of a year: a person must say which part was which.
        raise DocumentRefusedError("gift receipt", {"presented": "went back in more than one tax year"})
    return remaining(session, owed.receipt.gift_id)


def draft_notice(
    session: Session, owed: Owed, letterhead: Letterhead, *, number: str, token: str
) -> NoticeOfReturn | Refusal:
    """Return the notice of cents that went back in a later year, or the second one that withdraws a notice."""
    told = _told_of_return(session, owed)
    original = read_frozen(session, told.original_number)
    if not isinstance(original, GiftReceipt | QcdLetter):
        raise BrokenInvariantError(f"{told.original_number} is numbered as a receipt and is of another kind")
    try:
        return NoticeOfReturn(
            number=number,
            issued_at=letterhead.issued_at,
            issued_on=letterhead.issued_on,
            time_zone=letterhead.time_zone,
            issuer=letterhead.issuer,
            donor=original.donor,
            verify_url=letterhead.verify_url(token),
            simulated=letterhead.simulated,
            language=original.language,
            original_number=told.original_number,
            original_gift_on=original.gift_on,
            original_amount_cents=original.amount_cents,
            returned_cents=told.cents,
            returned_on=told.on,
            presented=told.presented or _newly_back(session, owed, original),
            reason_code="withdrawn" if owed.notice else told.reason,
            withdraws=owed.notice,
        )
    except DocumentRefusedError as refused:
        reference = session.get_one(Gift, owed.receipt.gift_id).reference
        return Refusal(gift_reference=reference, reasons=(refused.sentence,))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a notice tells: of which receipt, how many cents went back, when, why."""

    original_number: str
    cents: int
    on: date
    reason: ReturnReason
    presented: PresentedAmount | None = None


def _told_of_return(session: Session, owed: Owed) -> _Told:
    if owed.notice is not None:
        first = read_frozen(session, owed.notice)
        if not isinstance(first, NoticeOfReturn):
            raise BrokenInvariantError(f"{owed.notice} is numbered as a notice and is of another kind")
        return _Told(
            original_number=first.original_number,
            cents=first.returned_cents,
            on=first.returned_on,
            reason=first.reason_code,
            presented=first.presented,
        )
    if owed.back.later_on is None:
        raise BrokenInvariantError(f"cents of {owed.receipt.number} went back on no day")
    return _Told(
        original_number=owed.receipt.number,
        cents=owed.untold_cents,
        on=owed.back.later_on,
        reason=_NOTICE_REASONS.get(owed.back.reason, "refund"),
    )


def _newly_back(session: Session, owed: Owed, original: GiftReceipt | QcdLetter) -> PresentedAmount | None:
    """Return what a gift in another currency was, and what of it went back that no document told yet."""
    if isinstance(original, QcdLetter) or original.presented is None:
        return None
    told = original.presented.returned_minor_units
    for number, _ in read_standing_notices(session, owed.receipt.gift_id):
        notice = read_frozen(session, number)
        if isinstance(notice, NoticeOfReturn) and notice.presented is not None:
            told += notice.presented.returned_minor_units
    return replace(original.presented, returned_minor_units=read_returned(session, owed.receipt.gift_id) - told)


def renewed(old: _Document, letterhead: Letterhead, *, number: str, token: str, **changes: object) -> _Document:
    """Return a gift's document issued today in an old one's place, with what has changed; gift day and basis stay."""
    today = _today(letterhead, number=number, token=token) | {"replaces": old.number}
    return replace(old, **(today | changes))  # type: ignore[arg-type]  # Checked when it is built.


def _reissued(old: DafThankYou, letterhead: Letterhead, *, number: str, token: str) -> DafThankYou:
    """Return thanks for a grant that stands after all: today's, for the void ones tell nothing for tax."""
    return replace(old, **_today(letterhead, number=number, token=token))  # type: ignore[arg-type]  # As above.


def _today(letterhead: Letterhead, *, number: str, token: str) -> dict[str, object]:
    return {
        "number": number,
        "issued_at": letterhead.issued_at,
        "issued_on": letterhead.issued_on,
        "time_zone": letterhead.time_zone,
        "issuer": letterhead.issuer,
        "verify_url": letterhead.verify_url(token),
        "simulated": letterhead.simulated,
        "wording_version": wording.RECEIPT_VERSION,
    }


def _kept(owed: Owed) -> Cents:
    """Return what remains of a gift by its parts, none below zero.

    Where more had gone back than was given, operations bore it; when the first of it came again, operations' part may
    still stand beyond the fee cover (docs: money, "Splitting what goes back"). To the donor it is one gift.
    """
    receipt, back = owed.receipt, owed.back.in_year
    beyond = max(back.operations - receipt.fee_cover_cents, 0)
    return Cents(
        children=receipt.gift_cents - back.children - beyond,
        operations=receipt.fee_cover_cents - back.operations + beyond,
    )


def _lines(kept: Cents, language: Language) -> tuple[ReceiptLine, ...]:
    named = wording.labels(language)["line"]
    parts = ((named["gift"], kept.children), (named["fee_cover"], kept.operations))
    return tuple(ReceiptLine(label=label, cents=cents) for label, cents in parts if cents > 0)


def _why(owed: Owed, kept: Cents, presented: PresentedAmount | None, language: Language) -> str:
    receipt, said = owed.receipt, wording.labels(language)["replaces_reason"]
    if receipt.void_reason is None and kept.total < receipt.told_cents:
        paid, back = wording.dollars(receipt.paid_cents), wording.dollars(owed.back.in_year.total)
        if presented is not None:
            paid, back = presented.paid_text, presented.returned_text
        return said["part_back"].format(paid=paid, back=back)
    if owed.back.in_year.total == 0:
        return said["kept_after_all"]
    told = 0 if receipt.void_reason is not None else receipt.told_cents
    return said["kept_in_part"].format(kept=wording.dollars(kept.total - told))
