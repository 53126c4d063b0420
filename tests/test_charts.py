"""A chart tells every figure it draws, to eyes, ears and printers, whatever the figures are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from donations.money import CENTS_MAX, format_dollars
from donations.paths import templates_folder
from donations.web.charts import HEIGHT, WIDTH, Series, draw_bars

_CENTS = st.none() | st.integers(-CENTS_MAX, CENTS_MAX)


@given(rows=st.lists(st.tuples(_CENTS, _CENTS), max_size=24))
def test_every_bar_lies_within_the_chart_and_is_never_negative(rows: list[tuple[int | None, int | None]]) -> None:
    labels = tuple(str(place) for place in range(len(rows)))
    series = tuple(Series(name=str(which), cents=tuple(row[which] for row in rows)) for which in (0, 1))
    drawn = draw_bars("x", "Title", "Said", labels, series)
    assert len(drawn.bars) == sum(1 for row in rows for cents in row if cents)
    for bar in drawn.bars:
        assert bar.width > 0
        assert bar.height >= 0
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT


def test_a_bar_below_zero_hangs_from_the_line_of_zero() -> None:
    drawn = draw_bars("x", "Title", "Said", ("a", "b"), (Series(name="s", cents=(100, -100)),))
    above, below = drawn.bars
    assert above.y + above.height == pytest.approx(drawn.zero_y)
    assert below.y == pytest.approx(drawn.zero_y)


def test_a_series_must_have_a_figure_for_each_label() -> None:
    with pytest.raises(ValueError, match="one figure for each label"):
        draw_bars("x", "Title", "Said", ("a", "b"), (Series(name="s", cents=(1,)),))


@pytest.mark.parametrize("cents", [0, 1, -5, CENTS_MAX])
def test_the_page_names_the_chart_tells_every_figure_and_carries_no_style(cents: int) -> None:
    room = Environment(loader=FileSystemLoader(templates_folder()), autoescape=True)
    room.filters["dollars"] = format_dollars
    drawn = draw_bars(
        "x",
        "Gifts & more",
        "Said",
        ("Jan", "Feb"),
        (Series(name="s", cents=(cents, None)), Series(name="t", cents=(7, 8))),
    )
    told = room.from_string('{% import "layout/chart.html" as c %}{{ c.figure(chart) }}').render(chart=drawn)
    assert 'role="img"' in told
    assert '<title id="x-title">Gifts &amp; more</title>' in told
    assert '<desc id="x-desc">Said</desc>' in told
    for figure in (cents, 7, 8):
        assert f'<td class="money">{format_dollars(figure)}</td>' in told
    assert '<td class="money">–</td>' in told
    assert not re.search(r"style=|<style|<script", told)
