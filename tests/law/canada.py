"""A stub of another country's law: what it asks beside ours proves that the interface fits both (tax rules §13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from receipts.facts import NothingGiven
from receipts.rules.assessing import (
    Assessment,
    Gift,
    Given,
    Goods,
    Held,
    Kind,
    Organisation,
    Receiptable,
    Refused,
    Threshold,
)
from receipts.rules.jurisdiction import NumberSeries, RecordClass
from receipts.wording import Language, ReplacementReason, VoidReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuedGoods(Goods):
    """Goods as the Income Tax Act asks for them: with a value, and who appraised it (Reg. 3501)."""

    value_cents: int
    appraiser: str


@dataclass(frozen=True, slots=True)
class Canada:
    """An official receipt for income tax purposes: numbered in each place, goods only with their value."""

    code: Literal["CA"] = "CA"
    in_kind_value: Literal["required"] = "required"

    def assess(self, given: Given, organisation: Organisation, on: date) -> Assessment:
        """Return one of the three answers; goods without a value are refused."""
        if not organisation.ein:
            return Refused(reasons=("registration: the registration number is missing.",))
        if given.donor_name is None:
            return Refused(reasons=("donor: nobody knows who gave.",))
        if getattr(given, "held_because", None):
            return Held(reason=str(getattr(given, "held_because", "")))
        if isinstance(given, Gift):
            return self._assess_money(given, on)
        if isinstance(given, ValuedGoods) and given.value_cents > 0 and given.appraiser:
            return Receiptable(kind="in_kind_acknowledgment", goods_services=NothingGiven(), warnings=())
        return Refused(reasons=("value: the eligible amount of goods must be stated.",))

    def annual_statement(self, given: Sequence[Given], organisation: Organisation, on: date) -> Assessment:
        """Return a statement where any gift has a receipt."""
        answers = [self.assess(each, organisation, on) for each in given]
        counted = [answer for answer in answers if isinstance(answer, Receiptable)]
        if not counted:
            return Refused(reasons=("rows: there is no gift of the year.",))
        return Receiptable(kind="annual_statement", goods_services=NothingGiven(), warnings=())

    def numbering(self, kind: Kind, *, place: str) -> NumberSeries:
        """Return a row of its own for each place of issue."""
        return NumberSeries(letter="S" if kind == "annual_statement" else "R", place=place, is_gapless=True)

    def format_number(self, series: NumberSeries, *, year: int, n: int) -> str:
        """Return place and serial."""
        return f"{series.place}-{series.letter}{year}-{n:06d}"

    def template(self, kind: Kind) -> str:
        """Return the folder of the kind."""
        return f"ca_{kind}"

    def replace(self, old_number: str, reason: ReplacementReason, language: Language = "en") -> str:  # noqa: ARG002
        """Return the words that Canada asks for."""
        return f"This receipt cancels and replaces receipt #{old_number}."

    def void(self, old_number: str, reason: VoidReason, language: Language = "en") -> str:  # noqa: ARG002
        """Return that the kept copy is marked."""
        return f"Receipt #{old_number} is cancelled; its copy is kept and marked so."

    def thresholds(self, year: int, own: Sequence[Threshold] = ()) -> Mapping[str, int]:  # noqa: ARG002
        """Return the appraisal's figure."""
        return {"appraisal_recommended": 100_000}

    def list_unverified_thresholds(self, year: int, own: Sequence[Threshold] = ()) -> tuple[str, ...]:  # noqa: ARG002
        """Return nothing: the stub holds one figure."""
        return ()

    def required_settings(self) -> tuple[str, ...]:
        """Return what stands on every official receipt."""
        return ("legal_name", "registration_number", "address", "place_of_issue", "signatory_name")

    def retention(self) -> Mapping[RecordClass, int | None]:
        """Return duplicates kept two years after the year."""
        return {"ledger": None, "facts": 2, "memos": 1}

    def _assess_money(self, gift: Gift, on: date) -> Assessment:
        if gift.amount_cents <= 0 or gift.gift_on is None or gift.gift_on > on:
            return Refused(reasons=("amount: there is no gift to receipt.",))
        return Receiptable(kind="gift_receipt", goods_services=NothingGiven(), warnings=())
