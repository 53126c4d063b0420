"""Room: facts. The acknowledgment of one gift of money (IRC 170(f)(8), (17)); an invalid one cannot be built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

from receipts import wording
from receipts.facts.faults import Faults, year_of
from receipts.facts.issued import Issued, check_issued, check_replacing
from receipts.facts.parties import GoodsServices, ReceiptLine
from receipts.wording import Basis, Method, Preference

LINES_MAX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftReceipt(Issued):
    """Everything the receipt of one gift says. `amount_cents` is what the donor paid: the sum of its lines.

    `gift_on` is a day in `time_zone`, resolved once and frozen.
    """

    gift_on: date
    gift_on_basis: Basis
    tax_year: int
    method: Method
    amount_cents: int
    lines: tuple[ReceiptLine, ...]
    preference: Preference | None
    control_statement_version: str
    goods_services: GoodsServices
    replaces: str | None = None
    replaces_reason: str | None = None
    returned_cents: int = 0

    def __post_init__(self) -> None:
        """Refuse a receipt that a donor could not rely on, naming every field."""
        faults = Faults("gift receipt")
        check_issued(faults, self, series="R")
        check_replacing(faults, number=self.number, replaces=self.replaces, reason=self.replaces_reason, series="R")
        _check_gift(faults, self)
        _check_statements(faults, self)
        faults.refuse()


def gift_lines(*, gift_cents: int, fee_cover_cents: int) -> tuple[ReceiptLine, ...]:
    """Return the receipt's lines: the gift to the children's fund and, if any, the fee cover to operations."""
    lines = [ReceiptLine(label=wording.GIFT_LINE, cents=gift_cents)]
    if fee_cover_cents:
        lines.append(ReceiptLine(label=wording.FEE_COVER_LINE, cents=fee_cover_cents))
    return tuple(lines)


def _check_gift(faults: Faults, receipt: GiftReceipt) -> None:
    faults.day("gift_on", receipt.gift_on)
    faults.unless(receipt.tax_year == year_of(receipt.gift_on), "tax_year", "is not the year of the gift")
    if "gift_on" not in faults.wrong and "issued_on" not in faults.wrong:
        faults.unless(receipt.gift_on <= receipt.issued_on, "gift_on", "is after the day of issue")
    faults.one_of("gift_on_basis", receipt.gift_on_basis, get_args(Basis))
    faults.one_of("method", receipt.method, get_args(Method))
    faults.cents("amount_cents", receipt.amount_cents)
    faults.rows("lines", receipt.lines, ReceiptLine, bounds=(1, LINES_MAX))
    faults.same_sum("amount_cents", receipt.amount_cents, receipt.lines)
    faults.cents("returned_cents", receipt.returned_cents, least=0)
    faults.unless(
        receipt.replaces or not receipt.returned_cents, "returned_cents", "needs a receipt that is replaced"
    )


def _check_statements(faults: Faults, receipt: GiftReceipt) -> None:
    faults.unless(isinstance(receipt.goods_services, GoodsServices), "goods_services", "must be said")
    faults.one_of("preference", receipt.preference or "", ("", *get_args(Preference)))
    faults.one_of("control_statement_version", receipt.control_statement_version, wording.CONTROL_STATEMENTS)
