"""What a benchmark found: one figure, and how it stands to its peers measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure with its unit; `ratios` are this value divided by each peer's, on this machine, in this run."""

    name: str
    value: float
    unit: str
    ratios: dict[str, float] = field(default_factory=dict)
    notes: str = ""
