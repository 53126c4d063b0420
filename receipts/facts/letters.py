"""Room: facts. The rarer acknowledgments; what the law forbids on one has no field in it, and no words either."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from receipts.facts.exchange import Insubstantial, NothingGiven
from receipts.facts.faults import NAME_MAX, Faults
from receipts.facts.issued import Issued, check_issued, check_not_after, check_replacing
from receipts.facts.receipt import check_gift_day
from receipts.wording import METHOD_BASES, NOT_MONEY, Basis, ItemCondition, Method

ITEMS_MAX, SERVICES_MAX, COUNT_MAX = 40, 12, 1_000_000
_MONEY_WORDS: Final = re.compile(
    r"\b(?:usd|dollars?|cents?|bucks?|euros?|d[oó]lar(?:es)?|centavos?|pesos?|value[ds]?\s+(?:at|of)|worth\s+\d+|valor)\b",
    re.IGNORECASE,
)
_DEDUCTIBLE: Final = re.compile("deduc|tax[- ]?exempt gift", re.IGNORECASE)
NoValue = NothingGiven | Insubstantial


@dataclass(frozen=True, slots=True, kw_only=True)
class DonatedItem:
    """Some things of one sort, described and counted, never valued; `condition` and `note` are the donor's words.

    `condition` is None for securities only.
    """

    description: str
    count: int
    condition: ItemCondition | None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse an item without words or count, or one that tells a value."""
        faults = Faults("donated item")
        _check_unvalued(faults, "description", self.description)
        _check_unvalued(faults, "note", self.note, may_be_empty=True)
        faults.one_of("count", self.count, range(1, COUNT_MAX + 1))
        faults.one_of("condition", self.condition or "", ("", *get_args(ItemCondition)))
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class InKindAcknowledgment(Issued):
    """Goods or securities were handed over: what, how many, where and when (IRC 170(f)(8)(B)(i)); no value at all."""

    method: Method
    items: tuple[DonatedItem, ...]
    gift_on: date
    gift_on_basis: Basis
    tax_year: int
    place: str
    goods_services: NoValue
    replaces: str | None = None
    replaces_reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse an acknowledgment that does not describe the goods, or that values them."""
        faults = Faults("in-kind acknowledgment")
        check_issued(faults, self, series="R")
        check_replacing(faults, number=self.number, replaces=self.replaces, reason=self.replaces_reason, series="R")
        check_gift_day(faults, gift_on=self.gift_on, tax_year=self.tax_year, issued_on=self.issued_on)
        faults.one_of("method", self.method, NOT_MONEY)
        faults.one_of("gift_on_basis", self.gift_on_basis, METHOD_BASES.get(self.method, ()))
        faults.rows("items", self.items, DonatedItem, bounds=(1, ITEMS_MAX))
        if "items" not in faults.wrong:
            told = all(item.condition is not None for item in self.items) or self.method == "stock"
            faults.unless(told, "items", "are goods whose condition nobody told")
        _check_unvalued(faults, "place", self.place)
        faults.unless(isinstance(self.goods_services, NoValue), "goods_services", "must be said")
        faults.refuse()

    @property
    def has_worn_items(self) -> bool:
        """Return whether anything is below good used condition: then nothing is said about deducting (170(f)(16))."""
        return any(item.condition == "worn" for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerExpenseLetter(Issued):
    """A volunteer had costs: the services are described, no amount is told (tax rules R14)."""

    services: tuple[str, ...]
    served_from_on: date
    place: str
    goods_services: NoValue
    served_to_on: date | None = None
    """The last day; None for a service of one day."""

    def __post_init__(self) -> None:
        """Refuse a letter without services, or one that tells an amount."""
        faults = Faults("volunteer expense letter")
        check_issued(faults, self, series="L")
        check_not_after(faults, "served_from_on", self.served_from_on, self.issued_on)
        if self.served_to_on is not None:
            check_not_after(faults, "served_to_on", self.served_to_on, self.issued_on)
            both_are_days = not {"served_from_on", "served_to_on"} & faults.wrong.keys()
            in_order = both_are_days and self.served_from_on < self.served_to_on
            faults.unless(in_order or not both_are_days, "served_from_on", "is not before the last day")
        faults.texts("services", self.services, most=SERVICES_MAX)
        faults.unless(self.services, "services", "is missing")
        if "services" not in faults.wrong:
            for service in self.services:
                _check_unvalued(faults, "services", service)
        _check_unvalued(faults, "place", self.place)
        faults.unless(isinstance(self.goods_services, NoValue), "goods_services", "must be said")
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class DafThankYou(Issued):
    """Thanks for a grant from a donor-advised fund: the sponsor gave it, so nothing is acknowledged for tax (R23)."""

    sponsor: str
    adviser: str
    """Who recommended the grant, or empty if the sponsor did not name anyone."""
    amount_cents: int
    received_on: date

    def __post_init__(self) -> None:
        """Refuse a letter that could pass for a tax acknowledgment."""
        faults = Faults("thanks for a grant")
        check_issued(faults, self, series="L")
        faults.text("sponsor", self.sponsor, limit=NAME_MAX)
        faults.text("adviser", self.adviser, limit=NAME_MAX, may_be_empty=True)
        faults.cents("amount_cents", self.amount_cents)
        check_not_after(faults, "received_on", self.received_on, self.issued_on)
        _check_no_deduction(faults, self, ("sponsor", "adviser"))
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class QcdLetter(Issued):
    """A qualified charitable distribution from an IRA (IRC 408(d)(8)): there is no field for anything in return.

    `donor` is the owner of the account. The day received dates the gift, and the letter says so.
    """

    custodian: str
    amount_cents: int
    gift_on: date
    tax_year: int
    replaces: str | None = None
    replaces_reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse a letter without the custodian, or with a word on deducting."""
        faults = Faults("letter of a distribution")
        check_issued(faults, self, series="R")
        check_replacing(faults, number=self.number, replaces=self.replaces, reason=self.replaces_reason, series="R")
        check_gift_day(faults, gift_on=self.gift_on, tax_year=self.tax_year, issued_on=self.issued_on)
        faults.text("custodian", self.custodian, limit=NAME_MAX)
        faults.cents("amount_cents", self.amount_cents)
        _check_no_deduction(faults, self, ("custodian", "replaces_reason"))
        faults.refuse()


def _check_unvalued(faults: Faults, name: str, value: object, *, may_be_empty: bool = False) -> None:
    faults.text(name, value, may_be_empty=may_be_empty)
    if isinstance(value, str):
        signs = any(unicodedata.category(character) == "Sc" for character in value)
        faults.unless(
            not signs and not _MONEY_WORDS.search(value), name, "tells a value, which is the donor's to say"
        )


def _check_no_deduction(faults: Faults, letter: Issued, names: tuple[str, ...]) -> None:
    for name in names:
        value = getattr(letter, name) or ""
        faults.unless(not _DEDUCTIBLE.search(str(value)), name, "speaks of deducting, which has no place here")
    texts = [getattr(disclosure, "text", "") for disclosure in letter.state_disclosures or ()]
    texts.append(getattr(letter.issuer, "tax_status", ""))
    faults.unless(
        not any(_DEDUCTIBLE.search(text) for text in texts),
        "state_disclosures",
        "speak of deducting, which has no place here",
    )
