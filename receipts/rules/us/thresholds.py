"""Room: rules/us. Thresholds by year, from the table beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One row: the amount in cents from which a rule holds, since which year, and who says so."""

    rule: str
    year: int
    cents: int
    source: str
    seen: str
    verified: bool


def threshold(rule: str, year: int) -> Threshold:
    """Return the latest verified row of a rule for that year; KeyError for an unknown rule or a year before them all.

    A newer row that nobody has verified is passed over: the older, lower figure is the careful one.
    """
    rows = [row for row in all_thresholds() if row.rule == rule and row.year <= year and row.verified]
    if not rows:
        raise KeyError(f"no verified threshold {rule} for {year}")
    return max(rows, key=lambda row: row.year)


@cache
def all_thresholds() -> tuple[Threshold, ...]:
    """Return every row of the table, verified or not."""
    text = files(__package__).joinpath("thresholds.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["threshold"], tuple[Threshold, ...])
