"""What a donor is told of a gift: only told months, never more than the book, never under the mask."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.database import Database
from donations.reporting import GiftNews, read_news, settle_month
from donations.reporting.news_months import last_tellable_month
from donations.tables import Gift, NewsMonth
from receipts import wording
from tests.clerk_room import desk, open_funds, organisation, tick
from tests.reporting_room import clothe, give, noon_of, publish, report_of, values

OCTOBER = [date(2026, 10, 5)] * 12
TOLD = datetime(2026, 11, 14, 20, 0, tzinfo=UTC)


def settle_news(book: Database, now: datetime, **facts: object) -> date | None:
    """Have the newest tellable month settled and return its last day, or None."""

    def act(session: Session) -> date | None:
        told = settle_month(session, organisation=organisation(**facts), today=now.date(), now=now)
        return None if told is None else told.through

    return book.write(act)


def news_of_all(book: Database) -> list[GiftNews]:
    """Return what the donor of each gift is told, in the order of the gifts."""
    with book.read() as session:
        references = session.scalars(select(Gift.reference).order_by(Gift.id)).all()
        return [news for reference in references if (news := read_news(session, reference)) is not None]


def fill(book: Database, *days: date, cents: int = 13_000) -> None:
    """Let gifts come on these days and the clerk designate each on its own day."""
    for day in sorted(set(days)):
        give(book, *[day] * days.count(day), cents=cents)
        tick(book, desk(now=noon_of(day)))


def test_a_donor_is_told_fourteen_days_after_the_months_end_and_not_a_day_before(book: Database) -> None:
    open_funds(book, funds=20, on=date(2026, 10, 1))
    fill(book, *OCTOBER)
    clothe(book, date(2026, 10, 20), *range(1, 13))
    assert settle_news(book, datetime(2026, 11, 13, 20, 0, tzinfo=UTC)) in {None, date(2026, 9, 30)}
    assert {news.designated_cents for news in news_of_all(book)} == {0}
    assert settle_news(book, TOLD) == date(2026, 10, 31)
    assert settle_news(book, TOLD) is None
    first = news_of_all(book)[0]
    assert (first.designated_cents, first.spent_cents, first.filled_count) == (13_000, 13_000, 12)
    assert last_tellable_month(date(2026, 11, 14)).name == "2026-10"


def test_a_month_of_few_children_is_told_only_together_with_a_later_one(book: Database) -> None:
    open_funds(book, funds=40, on=date(2026, 10, 1))
    fill(book, *OCTOBER[:5])
    clothe(book, date(2026, 10, 20), *range(1, 6))
    assert settle_news(book, TOLD) is None
    fill(book, *[date(2026, 11, 16)] * 8)
    clothe(book, date(2026, 11, 20), *range(6, 14))
    assert settle_news(book, datetime(2026, 12, 20, 20, 0, tzinfo=UTC)) == date(2026, 11, 30)
    news = news_of_all(book)[0]
    assert news.since is not None
    assert news.through is not None
    assert news.filled_count == 13
    assert wording.months_words(news.since, news.through) == "October to November 2026"


def test_all_notes_together_add_up_to_the_books_own_sums_and_no_more(book: Database) -> None:
    open_funds(book, funds=20, on=date(2026, 10, 1))
    fill(book, *OCTOBER, date(2026, 10, 7), cents=12_345)
    clothe(book, date(2026, 10, 20), *range(1, 13), cents=9_700)
    assert settle_news(book, TOLD) == date(2026, 10, 31)
    told = news_of_all(book)
    with book.read() as session:
        month = session.scalars(select(NewsMonth)).one()
        assert sum(news.designated_cents for news in told) == month.designated_cents == 13 * 12_345
        assert sum(news.spent_cents for news in told) == month.spent_cents == 12 * 9_700
    # Who came first counts as spent first: no note is the price of one purchase.
    assert [news.spent_cents for news in told][:10] == [12_345] * 9 + [12 * 9_700 - 9 * 12_345]


def test_a_report_hides_what_a_told_month_would_disclose(book: Database) -> None:
    open_funds(book, funds=60, on=date(2026, 10, 1))
    fill(book, *OCTOBER)
    clothe(book, date(2026, 10, 20), *range(1, 13))
    assert settle_news(book, TOLD) == date(2026, 10, 31)
    fill(book, *[date(2026, 12, 16)] * 15)
    clothe(book, date(2026, 12, 20), *range(13, 17))
    later = datetime(2027, 2, 2, 20, 0, tzinfo=UTC)
    # Sixteen were clothed in the quarter; twelve of them are told, so sixteen would tell of four.
    assert values(report_of(book, "2026-Q4", now=later), ("children_clothed",)) == [12]
    publish(book, "2026-Q4", now=later)
    assert settle_news(book, datetime(2027, 1, 20, 20, 0, tzinfo=UTC)) == date(2026, 12, 31)
    with book.read() as session:
        december = session.get_one(NewsMonth, date(2026, 12, 31))
    assert (december.filled_step, december.clothed_count) == (15, None)
    assert {news.spent_cents for news in news_of_all(book)[:12]} == {13_000}


def test_an_amount_is_said_in_sets() -> None:
    said = [wording.sets_words(cents, 13_000) for cents in (7_000, 13_000, 20_000, 26_050)]
    assert said == [
        "$70 towards a whole set",
        "one whole set",
        "one whole set, and $70 towards another",
        "2 whole sets, and $0.50 towards another",
    ]
