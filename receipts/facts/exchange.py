"""Room: facts. What was given in exchange: a closed choice without a default (IRC 170(f)(8)(B), 6115)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

from receipts import wording
from receipts.facts.faults import CENTS_MAX, LINE_MAX, Faults
from receipts.wording import Language, Said

BENEFITS_MAX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """One thing the donor received, and the charity's good-faith estimate of its fair market value in cents."""

    description: str
    value_cents: int

    def __post_init__(self) -> None:
        """Refuse a benefit without words or without a value."""
        faults = Faults("benefit")
        faults.text("description", self.description)
        faults.cents("value_cents", self.value_cents)
        faults.refuse()


class NothingGiven(msgspec.Struct, frozen=True, kw_only=True, tag_field="variant", tag="none"):
    """No goods or services were provided in exchange (IRC 170(f)(8)(B)(ii))."""

    @property
    def variant(self) -> str:
        """Return the name of the choice, as it is frozen."""
        return "none"


class Insubstantial(msgspec.Struct, frozen=True, kw_only=True, tag_field="variant", tag="insubstantial"):
    """Only something of insubstantial value was given (Rev. Proc. 90-12, 92-49); `item` says what, for the record."""

    item: Annotated[str, msgspec.Meta(min_length=1, max_length=LINE_MAX)]

    @property
    def variant(self) -> str:
        """Return the name of the choice, as it is frozen."""
        return "insubstantial"


class QuidProQuo(msgspec.Struct, frozen=True, kw_only=True, tag_field="variant", tag="quid_pro_quo"):
    """The donor received something of value: only the excess of the payment over it can be deducted (IRC 6115)."""

    benefits: Annotated[tuple[Benefit, ...], msgspec.Meta(min_length=1, max_length=BENEFITS_MAX)]
    excess_cents: Annotated[int, msgspec.Meta(ge=1, le=CENTS_MAX)]

    @property
    def variant(self) -> str:
        """Return the name of the choice, as it is frozen."""
        return "quid_pro_quo"

    @property
    def value_cents(self) -> int:
        """Return the estimated value of everything the donor received."""
        return sum(benefit.value_cents for benefit in self.benefits)

    @property
    def description(self) -> str:
        """Return what the donor received, in one line."""
        return "; ".join(benefit.description for benefit in self.benefits)


class IntangibleReligious(msgspec.Struct, frozen=True, kw_only=True, tag_field="variant", tag="intangible_religious"):
    """Only intangible religious benefits, by an organisation that exists for religious purposes alone."""

    @property
    def variant(self) -> str:
        """Return the name of the choice, as it is frozen."""
        return "intangible_religious"


GoodsServices = NothingGiven | Insubstantial | QuidProQuo | IntangibleReligious
"""A closed choice without a default: a document built without it does not exist (Durden v. Commissioner)."""
WithoutValue = NothingGiven | Insubstantial | IntangibleReligious
"""What leaves the whole gift acknowledged."""


def goods_services_sentence(given: GoodsServices, version: str = wording.RECEIPT_VERSION) -> str:
    """Return the English sentence that every document carries about what was given in exchange."""
    return " ".join(said.english for said in say_goods_services(given, version=version))


def say_goods_services(given: GoodsServices, *, version: str, language: Language = "en") -> tuple[Said, ...]:
    """Return the sentence in pieces of one line of values each, with their readings."""
    if isinstance(given, QuidProQuo):
        value, excess = wording.dollars(given.value_cents), wording.dollars(given.excess_cents)
        received = {"description": given.description, "value": value}
        return (
            wording.say("quid_received", version=version, language=language, **received),
            wording.say("quid_limited", version=version, language=language, excess=excess),
        )
    key = {
        "none": "nothing_given",
        "insubstantial": "insubstantial",
        "intangible_religious": "intangible_religious",
    }[given.variant]
    return (wording.say(key, version=version, language=language),)
