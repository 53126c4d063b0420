from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations.clock import day_in_zone, from_epoch, from_rfc3339, to_rfc3339

_PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        # Both sides of a summer midnight, UTC-7.
        (datetime(2026, 7, 2, 6, 59, 59, 999_999, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 2, 7, 0, tzinfo=UTC), date(2026, 7, 2)),
        # Both sides of a winter midnight, UTC-8.
        (datetime(2026, 12, 2, 7, 59, 59, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 2, 8, 0, tzinfo=UTC), date(2026, 12, 2)),
        # Clocks go forward on 8 March 2026 at 02:00: the midnight before is UTC-8, the one after UTC-7.
        (datetime(2026, 3, 8, 7, 59, 59, tzinfo=UTC), date(2026, 3, 7)),
        (datetime(2026, 3, 8, 8, 0, tzinfo=UTC), date(2026, 3, 8)),
        (datetime(2026, 3, 9, 6, 59, 59, tzinfo=UTC), date(2026, 3, 8)),
        (datetime(2026, 3, 9, 7, 0, tzinfo=UTC), date(2026, 3, 9)),
        # Clocks go back on 1 November 2026 at 02:00.
        (datetime(2026, 11, 1, 6, 59, 59, tzinfo=UTC), date(2026, 10, 31)),
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 7, 59, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 8, 0, tzinfo=UTC), date(2026, 11, 2)),
        # Both sides of the tax year.
        (datetime(2027, 1, 1, 7, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_ends_at_local_midnight(instant: datetime, day: date) -> None:
    assert day_in_zone(instant, _PACIFIC) == day


def test_half_past_eleven_on_new_years_eve_is_still_the_old_tax_year() -> None:
    charged = datetime(2026, 12, 31, 23, 30, tzinfo=_PACIFIC)
    assert charged.astimezone(UTC) == datetime(2027, 1, 1, 7, 30, tzinfo=UTC)
    assert day_in_zone(charged, _PACIFIC) == date(2026, 12, 31)


@given(st.datetimes(timezones=st.timezones()), st.integers(-14, 14))
def test_the_day_does_not_depend_on_the_offset_an_instant_is_told_in(instant: datetime, hours: int) -> None:
    utc = instant.astimezone(UTC) if 1 < instant.year < 9999 else datetime(2026, 1, 1, tzinfo=UTC)
    assert day_in_zone(utc.astimezone(timezone(timedelta(hours=hours))), _PACIFIC) == day_in_zone(utc, _PACIFIC)


def test_an_instant_without_its_offset_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  That is what must be refused.
    for read in (
        lambda: day_in_zone(naive, _PACIFIC),
        lambda: to_rfc3339(naive),
        lambda: from_rfc3339("2026-01-01T00:00"),
    ):
        with pytest.raises(ValueError, match="offset"):
            read()


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  Hypothesis wants it so.
def test_an_instant_written_down_is_read_back_unchanged(instant: datetime) -> None:
    assert from_rfc3339(to_rfc3339(instant)) == instant


def test_an_instant_is_written_in_utc() -> None:
    assert to_rfc3339(datetime(2026, 12, 31, 23, 30, tzinfo=_PACIFIC)) == "2027-01-01T07:30:00Z"


def test_stripes_seconds_are_utc() -> None:
    assert from_epoch(1_798_788_600) == datetime(2027, 1, 1, 7, 30, tzinfo=UTC)
