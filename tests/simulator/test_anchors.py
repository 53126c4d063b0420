"""Renewals come by the anchor: no month end drifts, and none is left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations.simulator.anchors import next_renewal, renewal


def epoch(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T13:45:07+00:00").timestamp())


@pytest.mark.parametrize(
    ("anchor", "days"),
    [
        ("2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2027-12-31", ["2028-01-31", "2028-02-29", "2028-03-31"]),
        ("2028-01-31", ["2028-02-29", "2028-03-31"]),
        ("2026-01-30", ["2026-02-28", "2026-03-30"]),
        ("2028-01-30", ["2028-02-29", "2028-03-30"]),
        ("2026-01-29", ["2026-02-28", "2026-03-29"]),
        ("2028-01-29", ["2028-02-29", "2028-03-29"]),
        ("2026-01-28", ["2026-02-28", "2026-03-28"]),
        ("2028-02-29", ["2028-03-29", "2028-04-29"]),
        ("2026-02-28", ["2026-03-28", "2026-04-28"]),
        ("2026-11-30", ["2026-12-30", "2027-01-30", "2027-02-28", "2027-03-30"]),
        ("2026-11-22", ["2026-12-22", "2027-01-22"]),
    ],
)
def test_a_renewal_falls_on_the_anchors_day_or_on_the_last_of_a_shorter_month(anchor: str, days: list[str]) -> None:
    first = epoch(anchor)
    assert [renewal(first, months) for months in range(1, len(days) + 1)] == [epoch(day) for day in days]
    found = first
    for day in days:
        found = next_renewal(first, found)
        assert found == epoch(day)


INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: int(at.timestamp())
)


@given(anchor=INSTANTS, months=st.integers(1, 60))
def test_step_by_step_or_at_once_the_same_days_come(anchor: int, months: int) -> None:
    found, day = anchor, datetime.fromtimestamp(anchor, tz=UTC)
    for month in range(1, months + 1):
        found = next_renewal(anchor, found)
        assert found == renewal(anchor, month)
        told = datetime.fromtimestamp(found, tz=UTC)
        assert (told.year * 12 + told.month) - (day.year * 12 + day.month) == month
        assert told.time() == day.time()
        assert told.day == day.day or (told + timedelta(days=1)).day == 1 <= told.day < day.day


@given(anchor=INSTANTS, later=st.integers(0, 10**8))
def test_the_next_renewal_is_the_first_one_that_is_later(anchor: int, later: int) -> None:
    found = next_renewal(anchor, anchor + later)
    assert found > anchor + later
    assert found - (anchor + later) <= 31 * 86_400
