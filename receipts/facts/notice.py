"""Room: facts. The notice of returned money: it tells of an earlier gift and subtracts nothing (tax rules §8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

from receipts.facts.faults import Faults
from receipts.facts.issued import Issued, check_issued, check_not_after
from receipts.facts.presented import PresentedAmount
from receipts.wording import ReturnReason


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOfReturn(Issued):
    """Money went back in a later tax year than its gift's; the receipt of the gift stays as it is.

    `withdraws` names an earlier notice that this one takes back, because the money stayed with the charity after all.
    """

    original_number: str
    original_gift_on: date
    original_amount_cents: int
    returned_cents: int
    returned_on: date
    reason_code: ReturnReason
    withdraws: str | None = None
    presented: PresentedAmount | None = None
    """What the gift was in another currency, and what of that went back; the cents are what moved at our bank."""

    def __post_init__(self) -> None:
        """Refuse a notice that a donor could not lay beside their receipt."""
        faults = Faults("notice of returned money")
        check_issued(faults, self, series="N")
        faults.number("original_number", self.original_number, series="R")
        check_not_after(faults, "original_gift_on", self.original_gift_on, self.issued_on)
        check_not_after(faults, "returned_on", self.returned_on, self.issued_on)
        faults.cents("original_amount_cents", self.original_amount_cents)
        faults.cents("returned_cents", self.returned_cents)
        faults.one_of("reason_code", self.reason_code, get_args(ReturnReason))
        if self.presented is not None:
            faults.made_of("presented", self.presented, PresentedAmount)
        _check_against_the_gift(faults, self)
        _check_withdrawing(faults, self)
        faults.refuse()


def _check_against_the_gift(faults: Faults, notice: NoticeOfReturn) -> None:
    if not {"original_amount_cents", "returned_cents"} & faults.wrong.keys():
        enough = notice.returned_cents <= notice.original_amount_cents
        faults.unless(enough, "returned_cents", "is more than the gift was")
    if not {"original_gift_on", "returned_on"} & faults.wrong.keys():
        is_later = notice.returned_on.year > notice.original_gift_on.year
        faults.unless(is_later, "returned_on", "is not in a later year than the gift")


def _check_withdrawing(faults: Faults, notice: NoticeOfReturn) -> None:
    if notice.withdraws is None:
        faults.unless(notice.reason_code != "withdrawn", "withdraws", "is missing")
        return
    faults.number("withdraws", notice.withdraws, series="N")
    faults.unless(notice.withdraws != notice.number, "withdraws", "is the notice itself")
    faults.unless(notice.reason_code == "withdrawn", "reason_code", "is not that of a notice taken back")
