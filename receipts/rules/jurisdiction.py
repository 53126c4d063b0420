"""Room: rules. What a country's law must answer; whoever issues documents asks this and never which country it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from receipts.rules.assessing import Assessment, Given, Kind, Organisation, Threshold
from receipts.wording import Language, ReplacementReason, VoidReason

InKindValue = Literal["forbidden", "required"]
RecordClass = Literal["ledger", "facts", "memos"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSeries:
    """A row of numbers without gaps; `place` is empty where one row serves every place of issue."""

    letter: str
    place: str
    is_gapless: bool


class Jurisdiction(Protocol):
    """One country's rules: pure, from frozen facts only (tax rules §13)."""

    @property
    def code(self) -> str:
        """Return the two letters that `receipt.json` carries."""

    @property
    def in_kind_value(self) -> InKindValue:
        """Return whether a document for goods must tell their value, or must not."""

    def assess(self, given: Given, organisation: Organisation, on: date) -> Assessment:
        """Return whether and how something given may be acknowledged on that day, before any number is taken."""

    def annual_statement(self, given: Sequence[Given], organisation: Organisation, on: date) -> Assessment:
        """Return whether these gifts of one donor and year make a statement."""

    def numbering(self, kind: Kind, *, place: str) -> NumberSeries:
        """Return the row of numbers from which a document of this kind takes its own."""

    def format_number(self, series: NumberSeries, *, year: int, n: int) -> str:
        """Return the number as it is printed."""

    def template(self, kind: Kind) -> str:
        """Return the folder of the template of a kind."""

    def replace(self, old_number: str, reason: ReplacementReason, language: Language = "en") -> str:
        """Return what a replacement says about the document it takes the place of."""

    def void(self, old_number: str, reason: VoidReason, language: Language = "en") -> str:
        """Return what is said about a document that holds no longer."""

    def thresholds(self, year: int, own: Sequence[Threshold] = ()) -> Mapping[str, int]:
        """Return the amounts in cents from which rules hold in a year, by rule; `own` are the charity's."""

    def list_unverified_thresholds(self, year: int, own: Sequence[Threshold] = ()) -> tuple[str, ...]:
        """Return one sentence for the treasurer for each figure of that year that nobody has verified."""

    def required_settings(self) -> tuple[str, ...]:
        """Return the settings without which nothing can be issued."""

    def retention(self) -> Mapping[RecordClass, int | None]:
        """Return for how many years after the tax year each class of records is kept; None is for ever."""
