"""Room: rules/us. Thresholds by year, from the table beside this module and from what the charity itself verified."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec

from receipts.rules.assessing import Threshold

__all__ = ["Threshold", "all_thresholds", "threshold"]


def threshold(rule: str, year: int, own: Sequence[Threshold] = ()) -> Threshold:
    """Return the latest verified row of a rule for that year; KeyError for an unknown rule or a year before them all.

    A newer row that nobody has verified is passed over: the older, lower figure is the careful one.
    """
    rows = [row for row in all_thresholds(own) if row.rule == rule and row.year <= year and row.verified]
    if not rows:
        raise KeyError(f"no verified threshold {rule} for {year}")
    return max(rows, key=lambda row: row.year)


def all_thresholds(own: Sequence[Threshold] = ()) -> tuple[Threshold, ...]:
    """Return every row, verified or not; a row of the charity's own takes the place of the table's of its year."""
    replaced = {(row.rule, row.year) for row in own}
    return (*(row for row in _table() if (row.rule, row.year) not in replaced), *own)


@cache
def _table() -> tuple[Threshold, ...]:
    text = files(__package__).joinpath("thresholds.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["threshold"], tuple[Threshold, ...])
