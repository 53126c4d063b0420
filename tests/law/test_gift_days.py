"""The day of a gift: by its way, in the organisation's zone, on both sides of every midnight that matters."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.rules.us import GiftDay, GiftMoments, UndatedGiftError, resolve_gift_day
from receipts.wording import METHOD_BASES, Basis, Method

PACIFIC = ZoneInfo("America/Los_Angeles")
NEW_YEAR_EVE, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2027, 1, 1, 7, 59, 59, tzinfo=UTC), NEW_YEAR_EVE),
        (datetime(2027, 1, 1, 8, 0, 0, tzinfo=UTC), NEW_YEAR),
        # The clocks go forward on 8 March 2026 at 10:00 UTC: midnight before is 08:00 UTC, midnight after 07:00.
        (datetime(2026, 3, 8, 7, 59, 59, tzinfo=UTC), date(2026, 3, 7)),
        (datetime(2026, 3, 8, 8, 0, 0, tzinfo=UTC), date(2026, 3, 8)),
        (datetime(2026, 3, 8, 9, 59, 59, tzinfo=UTC), date(2026, 3, 8)),
        (datetime(2026, 3, 9, 6, 59, 59, tzinfo=UTC), date(2026, 3, 8)),
        (datetime(2026, 3, 9, 7, 0, 0, tzinfo=UTC), date(2026, 3, 9)),
        # They go back on 1 November 2026: 01:30 comes twice, on one day.
        (datetime(2026, 11, 1, 6, 59, 59, tzinfo=UTC), date(2026, 10, 31)),
        (datetime(2026, 11, 1, 7, 0, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 1, 8, 30, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 1, 9, 30, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 7, 59, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 8, 0, 0, tzinfo=UTC), date(2026, 11, 2)),
    ],
)
@pytest.mark.parametrize("method", ["card", "text_message", "ach"])
def test_an_instant_is_a_day_of_the_organisation_s_zone(method: Method, instant: datetime, day: date) -> None:
    moments = GiftMoments(charged_at=instant, sent_at=instant, settled_at=instant)
    assert resolve_gift_day(method, moments, PACIFIC).gift_on == day


def test_a_card_charged_at_2330_on_new_year_s_eve_counts_in_the_old_year() -> None:
    day = resolve_gift_day("card", GiftMoments(charged_at=datetime(2027, 1, 1, 7, 30, tzinfo=UTC)), PACIFIC)
    assert day == GiftDay(gift_on=NEW_YEAR_EVE, basis="charged")
    assert day.tax_year == 2026


def test_a_mailed_cheque_counts_by_its_postmark_and_tells_both_days() -> None:
    moments = GiftMoments(postmarked_on=date(2026, 12, 30), received_on=date(2027, 1, 4))
    day = resolve_gift_day("cheque", moments, PACIFIC)
    assert day == GiftDay(gift_on=date(2026, 12, 30), basis="postmark", received_on=date(2027, 1, 4))
    assert day.straddles


@pytest.mark.parametrize("carrier", ["courier", "by_hand"])
def test_a_cheque_by_courier_or_by_hand_counts_when_it_comes(carrier: str) -> None:
    moments = GiftMoments(
        postmarked_on=date(2026, 12, 30),
        received_on=date(2027, 1, 4),
        carrier=carrier,  # type: ignore[arg-type]  # One of the two.
    )
    assert resolve_gift_day("cheque", moments, PACIFIC) == GiftDay(gift_on=date(2027, 1, 4), basis="received")


def test_a_cheque_dated_later_than_it_came_counts_by_its_date() -> None:
    moments = GiftMoments(postmarked_on=date(2026, 12, 1), received_on=date(2026, 12, 3), dated_on=NEW_YEAR)
    day = resolve_gift_day("cheque", moments, PACIFIC)
    assert (day.gift_on, day.basis, day.received_on) == (NEW_YEAR, "post_dated", date(2026, 12, 3))
    same_day = resolve_gift_day(
        "cheque", GiftMoments(received_on=NEW_YEAR, dated_on=NEW_YEAR, carrier="by_hand"), PACIFIC
    )
    assert same_day.basis == "received"


def test_a_bank_debit_counts_when_it_settles_and_tells_the_day_it_was_authorised() -> None:
    moments = GiftMoments(
        initiated_at=datetime(2026, 12, 30, 20, tzinfo=UTC), settled_at=datetime(2027, 1, 5, 20, tzinfo=UTC)
    )
    day = resolve_gift_day("ach", moments, PACIFIC)
    assert day == GiftDay(gift_on=date(2027, 1, 5), basis="settled", initiated_on=date(2026, 12, 30))
    assert day.straddles


@pytest.mark.parametrize(
    ("method", "moments", "basis"),
    [
        ("bill_pay", GiftMoments(paid_on=NEW_YEAR), "paid_by_institution"),
        ("payroll", GiftMoments(paid_on=NEW_YEAR), "payroll"),
        ("in_kind", GiftMoments(handed_over_on=NEW_YEAR), "handed_over"),
        ("cash", GiftMoments(received_on=NEW_YEAR), "received"),
        ("wire", GiftMoments(received_on=NEW_YEAR), "received"),
        ("stock", GiftMoments(received_on=NEW_YEAR), "received"),
        ("donor_advised_fund", GiftMoments(received_on=NEW_YEAR), "received"),
        ("ira_distribution", GiftMoments(received_on=NEW_YEAR), "received"),
    ],
)
def test_every_other_way_counts_by_the_day_that_is_told(method: Method, moments: GiftMoments, basis: Basis) -> None:
    assert resolve_gift_day(method, moments, PACIFIC) == GiftDay(gift_on=NEW_YEAR, basis=basis)


@pytest.mark.parametrize("method", get_args(Method))
def test_a_gift_without_the_fact_that_dates_it_has_no_day(method: Method) -> None:
    with pytest.raises(UndatedGiftError, match="is missing"):
        resolve_gift_day(method, GiftMoments(), PACIFIC)


def test_a_postmark_after_the_day_received_is_refused() -> None:
    with pytest.raises(UndatedGiftError, match="postmark"):
        resolve_gift_day("cheque", GiftMoments(postmarked_on=NEW_YEAR, received_on=NEW_YEAR_EVE), PACIFIC)


@given(st.sampled_from(get_args(Method)), st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001
def test_whatever_dates_a_gift_is_a_day_its_way_may_rest_on(method: Method, moment: datetime) -> None:
    instant = moment.replace(tzinfo=UTC)
    day = instant.date()
    moments = GiftMoments(
        charged_at=instant,
        initiated_at=instant - timedelta(days=4),
        settled_at=instant,
        sent_at=instant,
        paid_on=day,
        postmarked_on=day - timedelta(days=3),
        received_on=day,
        dated_on=day,
        handed_over_on=day,
    )
    told = resolve_gift_day(method, moments, PACIFIC)
    assert told.basis in METHOD_BASES[method]
    assert told.tax_year == told.gift_on.year
