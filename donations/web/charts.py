"""Room: web. Bar charts as SVG that a screen reader, a printer and a strict CSP can all take: figures in, shapes out.

Geometry only: the macro in templates/layout/chart.html draws it, with attributes and classes and no style of its own.
Series differ by pattern as well as by color, and every figure stands in the table beside the chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 220
_LEFT: Final = 8
_TOP: Final = 12
_BOTTOM: Final = 28
_GAP: Final = 0.25
_BAR_MAX: Final = 56.0
"""A book of one month has a bar, not a wall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One row of figures, cents each, in the order of the labels; None where nothing is known."""

    name: str
    cents: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar in the chart's own units; `series` counts from 1 and names its class."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart ready to be drawn; `id` is unique on its page."""

    id: str
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    zero_y: float
    label_places: tuple[float, ...]
    width: int = WIDTH
    height: int = HEIGHT


def draw_bars(id_: str, title: str, description: str, labels: tuple[str, ...], series: tuple[Series, ...]) -> Chart:
    """Return groups of bars, one group a label; bars below zero hang from the line of zero.

    Every series must have one figure a label (`ValueError`).
    """
    if any(len(one.cents) != len(labels) for one in series):
        message = "a series needs one figure for each label"
        raise ValueError(message)
    told = [cents for one in series for cents in one.cents if cents is not None]
    highest, lowest = max((0, *told)), min((0, *told))
    room = HEIGHT - _TOP - _BOTTOM
    scale = room / (highest - lowest or 1)
    zero_y = _TOP + highest * scale if told and highest != lowest else float(_TOP + room)
    group = (WIDTH - 2 * _LEFT) / max(1, len(labels))
    return Chart(
        id=id_,
        title=title,
        description=description,
        labels=labels,
        series=series,
        bars=tuple(_bars(series, zero_y, scale, group)),
        zero_y=round(zero_y, 2),
        label_places=tuple(round(_LEFT + group * (place + 0.5), 2) for place in range(len(labels))),
    )


def _bars(series: tuple[Series, ...], zero_y: float, scale: float, group: float) -> list[Bar]:
    width = min(group * (1 - _GAP) / max(1, len(series)), _BAR_MAX)
    return [
        Bar(
            x=round(_LEFT + group * (place + 0.5) + width * (number - 1 - len(series) / 2), 2),
            y=round(zero_y - max(cents, 0) * scale, 2),
            width=round(width, 2),
            height=round(abs(cents) * scale, 2),
            series=number,
        )
        for number, one in enumerate(series, start=1)
        for place, cents in enumerate(one.cents)
        if cents
    ]
