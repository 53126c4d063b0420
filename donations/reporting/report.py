"""Room: reporting. The shape of a transparency report: what is published, word for word, and nothing computed later.

Its JSON is the frozen text itself (docs/reference/figures.md): page, PDF and CSV are only other forms of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

import msgspec

from donations.privacy import Milestone
from donations.reporting.figures import Figure, Unit
from donations.reporting.periods import Period
from donations.reporting.promise import PromiseState
from receipts.facts import BarChart

SCHEMA: Final = "almoner.transparency-report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureColumn:
    """One column of a table of figures."""

    id: str
    label: str
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One row: a value for each column, or None with the reason."""

    id: str
    label: str
    values: tuple[int | None, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """A table of figures; one CSV file each."""

    id: str
    caption: str
    columns: tuple[FigureColumn, ...]
    rows: tuple[FigureRow, ...]
    last_row_is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A figure that is not told, and why, in plain words."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAs:
    """Through which day of the book, and as it was known when."""

    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one report says. `edition` None is a draft: under the same mask, frozen nowhere."""

    schema: Literal["almoner.transparency-report/1"] = SCHEMA
    organisation: str
    ein: str
    period: Period
    edition: int | None
    simulated: bool
    as_of: KnownAs
    headline: str
    promise: PromiseState
    figures: Mapping[str, Figure]
    tables: tuple[FigureTable, ...]
    charts: tuple[BarChart, ...]
    hidden: tuple[Hidden, ...]
    notes: tuple[str, ...]
    milestones: Mapping[str, Milestone]
    """What this report told about the children's side for the first time; the mask reads it before the next."""

    @property
    def is_draft(self) -> bool:
        """Return whether nothing of this is published."""
        return self.edition is None

    @property
    def reference(self) -> str:
        """Return the short name of the report, e.g. "report-2026-Q4-1" or "report-2026-draft"."""
        return f"report-{self.period.name}-{self.edition or 'draft'}"


def freeze_report(report: Report) -> str:
    """Return the report as JSON text, two spaces of indent, in the order people read it; thawed, it is the same."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def thaw_report(text: str) -> Report:
    """Return a report from its frozen text; raises `msgspec.ValidationError` for any other."""
    return msgspec.json.decode(text.encode(), type=Report)


def figures_json(report: Report) -> dict[str, object]:
    """Return the figures by id, exactly as in the published JSON."""
    plain: dict[str, object] = msgspec.to_builtins(report.figures)
    return plain
