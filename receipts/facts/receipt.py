"""Room: facts. The acknowledgment of one gift of money (IRC 170(f)(8), (17)); an invalid one cannot be built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

from receipts import wording
from receipts.facts.exchange import GoodsServices, QuidProQuo, WithoutValue
from receipts.facts.faults import Faults, year_of
from receipts.facts.issued import Issued, check_issued, check_not_after, check_replacing
from receipts.facts.parties import Dedication, ReceiptLine
from receipts.facts.presented import PresentedAmount
from receipts.wording import METHOD_BASES, NOT_MONEY, OWN_LETTER, Basis, Language, Method, Preference

LINES_MAX = 8
CHEQUE_NUMBER_MAX = 20
_METHODS = METHOD_BASES.keys() - NOT_MONEY - OWN_LETTER
_BASES = get_args(Basis)
_PREFERENCES = ("", *get_args(Preference))


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyGift(Issued):
    """What both receipts of money say. `amount_cents` is what the donor paid: the sum of its lines.

    `gift_on` is a day in `time_zone`, resolved once and frozen; the other days stand beside it where a rule asks.
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
    initiated_on: date | None = None
    """The day the donor authorised a bank debit."""
    received_on: date | None = None
    """The day a cheque came, where that is not what dates the gift."""
    straddles: bool = False
    """Whether one of these two days is of another year than the gift: then a sentence says which one counts."""
    cheque_number: str = ""
    replaces: str | None = None
    replaces_reason: str | None = None
    returned_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftReceipt(MoneyGift):
    """Everything the receipt of one gift says, when the donor received nothing of value for it."""

    presented: PresentedAmount | None = None
    """What the donor paid where that was not dollars: it is the amount then; `amount_cents` is what reached us."""
    dedication: Dedication | None = None
    """In whose honor or memory it was given (R26): the receipt stays its donor's."""

    def __post_init__(self) -> None:
        """Refuse a receipt that a donor could not rely on, naming every field."""
        faults = Faults("gift receipt")
        _check_money_gift(faults, self)
        faults.unless(isinstance(self.goods_services, WithoutValue), "goods_services", "must be said")
        _check_presented(faults, self)
        if self.dedication is not None:
            faults.made_of("dedication", self.dedication, Dedication)
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuidProQuoReceipt(MoneyGift):
    """The receipt of a payment for which the donor also received something: paid, value, excess (IRC 6115)."""

    def __post_init__(self) -> None:
        """Refuse a receipt without the estimate, or whose excess is not what was paid beyond it."""
        faults = Faults("quid pro quo receipt")
        _check_money_gift(faults, self)
        given = self.goods_services
        faults.unless(isinstance(given, QuidProQuo), "goods_services", "must say what was received and its value")
        if isinstance(given, QuidProQuo) and "amount_cents" not in faults.wrong:
            right = given.excess_cents == self.amount_cents - given.value_cents
            faults.unless(right, "goods_services", "do not leave the excess that is told")
        faults.refuse()


def _check_presented(faults: Faults, receipt: GiftReceipt) -> None:
    if receipt.presented is None:
        return
    faults.made_of("presented", receipt.presented, PresentedAmount)
    if {"presented", "lines"} & faults.wrong.keys():
        return
    faults.unless(len(receipt.lines) == 1, "presented", "is one line, and its receipt has several")
    told = bool(receipt.presented.returned_minor_units) == bool(receipt.returned_cents)
    faults.unless(told, "presented", "does not say what was returned, as the cents do")


def gift_lines(*, gift_cents: int, fee_cover_cents: int, language: Language = "en") -> tuple[ReceiptLine, ...]:
    """Return the receipt's lines: the gift to the children's fund and, if any, the fee cover to operations."""
    named = wording.labels(language)["line"]
    lines = [ReceiptLine(label=named["gift"], cents=gift_cents)]
    if fee_cover_cents:
        lines.append(ReceiptLine(label=named["fee_cover"], cents=fee_cover_cents))
    return tuple(lines)


def check_gift_day(faults: Faults, *, gift_on: object, tax_year: object, issued_on: object) -> None:
    """Note a gift without a day, after its document, or of another tax year than is said."""
    check_not_after(faults, "gift_on", gift_on, issued_on)
    faults.unless(tax_year == year_of(gift_on), "tax_year", "is not the year of the gift")


def _check_money_gift(faults: Faults, receipt: MoneyGift) -> None:
    check_issued(faults, receipt, series="R")
    check_replacing(
        faults, number=receipt.number, replaces=receipt.replaces, reason=receipt.replaces_reason, series="R"
    )
    check_gift_day(faults, gift_on=receipt.gift_on, tax_year=receipt.tax_year, issued_on=receipt.issued_on)
    _check_way(faults, receipt)
    _check_amount(faults, receipt)
    faults.one_of("preference", receipt.preference or "", _PREFERENCES)
    faults.one_of("control_statement_version", receipt.control_statement_version, wording.CONTROL_STATEMENTS)


def _check_way(faults: Faults, receipt: MoneyGift) -> None:
    faults.one_of("method", receipt.method, _METHODS)
    faults.one_of("gift_on_basis", receipt.gift_on_basis, _BASES)
    if not {"method", "gift_on_basis"} & faults.wrong.keys():
        fits = receipt.gift_on_basis in METHOD_BASES[receipt.method]
        faults.unless(fits, "gift_on_basis", "does not date a gift made in this way")
    if receipt.initiated_on is not None:
        check_not_after(faults, "initiated_on", receipt.initiated_on, receipt.gift_on)
    if receipt.received_on is not None:
        check_not_after(faults, "received_on", receipt.received_on, receipt.issued_on)
    other_years = {day.year for day in (receipt.initiated_on, receipt.received_on) if isinstance(day, date)}
    right = bool(other_years - {receipt.tax_year})
    faults.unless(receipt.straddles is right, "straddles", "is not what the days say")
    needs_both = receipt.gift_on_basis in {"postmark", "post_dated"}
    faults.unless(receipt.received_on is not None or not needs_both, "received_on", "is missing")
    is_cheque = receipt.method == "cheque"
    faults.unless(is_cheque or not receipt.cheque_number, "cheque_number", "needs a cheque")
    faults.text("cheque_number", receipt.cheque_number, limit=CHEQUE_NUMBER_MAX, may_be_empty=True)


def _check_amount(faults: Faults, receipt: MoneyGift) -> None:
    faults.cents("amount_cents", receipt.amount_cents)
    faults.rows("lines", receipt.lines, ReceiptLine, bounds=(1, LINES_MAX))
    faults.same_sum("amount_cents", receipt.amount_cents, receipt.lines)
    faults.cents("returned_cents", receipt.returned_cents, least=0)
    faults.unless(
        receipt.replaces or not receipt.returned_cents, "returned_cents", "needs a receipt that is replaced"
    )
