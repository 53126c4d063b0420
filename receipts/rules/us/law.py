"""Room: rules/us. The law of the United States behind the interface that every jurisdiction keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from receipts import wording
from receipts.numbers import Series, format_number
from receipts.rules.assessing import Assessment, Given, Kind, Organisation, Threshold
from receipts.rules.jurisdiction import NumberSeries, RecordClass
from receipts.rules.us.assessment import assess, assess_statement
from receipts.rules.us.thresholds import all_thresholds, threshold
from receipts.wording import Language, ReplacementReason, VoidReason

SERIES: Final[dict[Kind, Series]] = {
    "gift_receipt": "R",
    "quid_pro_quo_receipt": "R",
    "in_kind_acknowledgment": "R",
    "qcd_letter": "R",
    "annual_statement": "S",
    "notice_of_returned_contribution": "N",
    "volunteer_expense_letter": "L",
    "daf_thank_you": "L",
}
"""R acknowledges one gift, S a year, N tells of a return; L acknowledges no gift (tax rules §6)."""
_REQUIRED: Final = (
    "legal_name",
    "ein",
    "address",
    "zone",
    "tax_status",
    "public_charity",
    "teos_checked_on",
)


@dataclass(frozen=True, slots=True)
class UnitedStates:
    """The `Jurisdiction` of the United States: an acknowledgment in free form, numbered without gaps."""

    code: Literal["US"] = "US"
    in_kind_value: Literal["forbidden"] = "forbidden"

    def assess(self, given: Given, organisation: Organisation, on: date) -> Assessment:
        """Return `assessment.assess`."""
        return assess(given, organisation, on)

    def annual_statement(self, given: Sequence[Given], organisation: Organisation, on: date) -> Assessment:
        """Return `assessment.assess_statement`."""
        return assess_statement(given, organisation, on)

    def numbering(self, kind: Kind, *, place: str) -> NumberSeries:  # noqa: ARG002  # One row for every place.
        """Return the series of a kind; where it is issued does not matter."""
        return NumberSeries(letter=SERIES[kind], place="", is_gapless=True)

    def format_number(self, series: NumberSeries, *, year: int, n: int) -> str:
        """Return e.g. `R-2026-000123-0`."""
        return format_number(series.letter, year, n)

    def template(self, kind: Kind) -> str:
        """Return the folder, which is named after the kind."""
        return kind

    def replace(self, old_number: str, reason: ReplacementReason, language: Language = "en") -> str:
        """Return "Replaces receipt R-2026-000123-0." and why."""
        named = wording.labels(language)
        kind = "annual_statement" if old_number.startswith("S") else "gift_receipt"
        return f"{named[kind]['replaces']} {old_number}. {named['replacement_reason'][reason]}"

    def void(self, old_number: str, reason: VoidReason, language: Language = "en") -> str:
        """Return "R-2026-000123-0. Void: the gift was refunded."."""
        named = wording.labels(language)["void_reason"]
        return f"{old_number}. {named['sentence']} {named[reason]}"

    def thresholds(self, year: int, own: Sequence[Threshold] = ()) -> Mapping[str, int]:
        """Return each rule's verified figure of the year, or the latest before it."""
        rules = {row.rule for row in all_thresholds(own) if row.verified and row.year <= year}
        return {rule: threshold(rule, year, own).cents for rule in sorted(rules)}

    def list_unverified_thresholds(self, year: int, own: Sequence[Threshold] = ()) -> tuple[str, ...]:
        """Return the figures that hold in the year and that no named person has verified."""
        rows = [row for row in all_thresholds(own) if not row.verified and row.year <= year]
        known = {row.rule for row in all_thresholds(own) if row.verified and row.year <= year}
        return tuple(
            f"Nobody has verified {row.rule} of {row.year} ({row.source}); until then "
            + ("the latest verified figure is used." if row.rule in known else "no figure is told.")
            for row in rows
        )

    def required_settings(self) -> tuple[str, ...]:
        """Return the starred settings of tax rules §12."""
        return _REQUIRED

    def retention(self) -> Mapping[RecordClass, int | None]:
        """Return tax rules §15: money for ever, facts and files seven years, memos one."""
        return {"ledger": None, "facts": 7, "memos": 1}


LAW: Final = UnitedStates()
