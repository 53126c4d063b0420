"""What goes back shows in reports in its own month: what stood set aside before stays as it was told."""

from __future__ import annotations

from datetime import date

from donations.database import Database
from donations.filing import open_clothing_funds
from tests.clerk_room import NOON, desk, draw_code, tick
from tests.reporting_room import clothe, give, noon_of, open_operations, report_of, values
from tests.returning_room import broken, give_back

AUGUST, OCTOBER = date(2026, 8, 10), date(2026, 10, 5)
_NAMES = ("gifts_received_cents", "gifts_returned_cents", "designated_cents", "funds_filled", "made_whole_cents")


def _book_of_august(book: Database) -> list[int]:
    """Fill thirty clothing funds of forty on one day in August; return the gifts."""
    open_operations(book, date(2026, 1, 2), 1_000_000)
    book.write(
        lambda session: open_clothing_funds(
            session, count=40, target_cents=13_000, opened_on=date(2026, 7, 1), draw_code=draw_code
        )
    )
    give(book, *[AUGUST] * 30)
    tick(book, desk(now=noon_of(AUGUST)))
    return list(range(1, 31))


def test_a_refund_after_the_quarter_changes_no_figure_of_the_quarter(book: Database) -> None:
    gifts = _book_of_august(book)
    before = values(report_of(book, "2026-Q3"), _NAMES)
    assert before == [30 * 13_000, 0, 30 * 13_000, 30, 0]
    for number, gift in enumerate(gifts[:13]):
        give_back(book, gift, 13_000, key=f"re_{number}", at=noon_of(OCTOBER))
    tick(book, desk(now=noon_of(OCTOBER)))
    assert values(report_of(book, "2026-Q3"), _NAMES) == before
    assert values(report_of(book, "2026-Q4"), _NAMES) == [0, 13 * 13_000, 17 * 13_000, 17, 0]
    assert broken(book) == []


def test_what_was_spent_and_went_back_is_shown_as_made_whole_and_stays_set_aside(book: Database) -> None:
    gifts = _book_of_august(book)
    clothe(book, date(2026, 9, 1), *range(1, 13))
    for number, gift in enumerate(gifts[:12]):
        give_back(book, gift, 13_000, key=f"re_{number}", at=noon_of(OCTOBER))
    tick(book, desk(now=noon_of(OCTOBER)))
    figures = report_of(book, "2026").figures
    assert [figures[name].value for name in _NAMES] == [30 * 13_000, 12 * 13_000, 30 * 13_000, 30, 12 * 13_000]
    assert [figures[name].value for name in ("spent_cents", "children_clothed")] == [12 * 13_000, 12]
    assert figures["held_cents"].value == 18 * 13_000
    assert figures["operations_balance_cents"].value == 1_000_000 - 12 * 13_000
    assert broken(book) == []


def test_a_table_of_every_dollar_closes_to_the_cent_when_money_went_back(book: Database) -> None:
    gifts = _book_of_august(book)
    clothe(book, date(2026, 9, 1), *range(1, 13))
    for number, gift in enumerate(gifts[:13]):
        give_back(book, gift, 13_000, key=f"re_{number}", at=noon_of(OCTOBER), kind="late_return")
    tick(book, desk(now=noon_of(OCTOBER)))
    report = report_of(book, "2026", now=NOON)
    for table in report.tables:
        if table.last_row_is_total:
            *parts, total = [row.values[0] or 0 for row in table.rows]
            assert sum(parts) == total
