from __future__ import annotations

import time
from collections import Counter
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from donations.database import Database
from donations.errors import BrokenInvariantError, FieldRefusedError
from donations.reporting import (
    NoticeBoard,
    freeze_report,
    parse_period,
    promise_is_kept,
    read_promise,
    read_published,
    report_csvs,
    report_page,
)
from donations.reporting.building import last_publishable_quarter
from donations.reporting.report import thaw_report
from donations.tables import ReportPublication
from tests.clerk_room import NOON, desk, open_funds, organisation, tick
from tests.reporting_room import (
    DAYS,
    LATER,
    clothe,
    give,
    live_of,
    noon_of,
    open_operations,
    publish,
    report_of,
    take_fee,
    values,
)

CHILDREN = ("designated_cents", "funds_filled", "spent_cents", "children_clothed", "held_cents", "funds_waiting")


def _naive(book: Database, first: str, last: str) -> Counter[tuple[str, str]]:
    """Add the transfers up one by one, knowing nothing of the queries under test."""
    rows = text(
        "SELECT f.name, d.path, c.path, t.cents, e.effective_on FROM transfer t JOIN entry e ON e.id = t.entry_id"
        " JOIN fund f ON f.id = t.fund_id JOIN account d ON d.id = t.debit_id JOIN account c ON c.id = t.credit_id"
    )
    sums: Counter[tuple[str, str]] = Counter()
    with book.read() as session:
        for fund, debit, credit, cents, day in session.execute(rows):
            if first <= str(day) <= last:
                sums[fund, debit] += cents
                sums[fund, credit] -= cents
    return sums


def test_every_ledger_figure_is_recomputed_from_the_raw_transfers(book: Database) -> None:
    open_operations(book, date(2026, 1, 2), 50_000)
    open_funds(book, funds=30)
    give(book, *DAYS * 5, cents=13_017, fee_cover_cents=408)
    for day in DAYS:
        take_fee(book, day, 437)
    tick(book)
    clothe(book, date(2026, 11, 20), *range(1, 13))
    figures = report_of(book, "2026").figures
    sums = _naive(book, "2026-01-01", "2026-12-31")
    fees = ("expense:processing-fees", "expense:dispute-fees", "expense:bank-charges")
    assert figures["gifts_received_cents"].value == -sums["children", "income:gifts"] == 25 * 13_017
    assert figures["fee_cover_received_cents"].value == -sums["operations", "income:fee-cover"] == 25 * 408
    assert figures["fees_paid_by_operations_cents"].value == sum(sums["operations", fee] for fee in fees) == 5 * 437
    assert figures["fees_paid_by_children_cents"].value == sum(sums["children", fee] for fee in fees) == 0
    assert figures["spent_cents"].value == sums["children", "expense:clothing"] == 12 * 13_000
    assets = [path for _, path in sums if path.startswith("assets:")]
    assert figures["held_cents"].value == sum(sums["children", path] for path in set(assets))
    operations = sum(sums["operations", path] for path in set(assets))
    assert figures["operations_balance_cents"].value == operations == 50_000 + 25 * 408 - 5 * 437
    assert values(report_of(book, "2026"), ("gifts_count", "funds_filled", "children_clothed")) == [25, 25, 12]


def test_a_table_of_every_dollar_closes_to_the_cent(book: Database) -> None:
    give(book, *[date(2025, 12, 31)] * 12, *DAYS * 3)
    publish(book, "2025", now=NOON)
    report = report_of(book, "2026", now=NOON)
    for table in report.tables:
        if table.last_row_is_total:
            *parts, total = [row.values[0] or 0 for row in table.rows]
            assert sum(parts) == total
    money = next(table for table in report.tables if table.id == "childrens_fund")
    assert [row.values[0] for row in money.rows if row.id in {"opening", "gifts"}] == [12 * 13_000, 15 * 13_000]


@pytest.mark.parametrize(("filled", "told"), [(1, None), (10, None), (11, 11), (12, 12)])
def test_filled_funds_are_told_from_eleven_on_and_their_money_with_them(
    book: Database, filled: int, told: int | None
) -> None:
    open_funds(book, funds=filled)
    give(book, *[DAYS[4]] * (filled + 4))
    tick(book)
    report = report_of(book, "2026")
    assert values(report, ("funds_filled", "designated_cents")) == [told, told and told * 13_000]
    reason = report.figures["funds_filled"].reason
    assert reason == (None if told else "fewer than 11")
    assert (told is None) == ("Clothing funds filled" in {one.what for one in report.hidden})


def test_what_few_children_cost_hides_with_everything_it_would_follow_from(book: Database) -> None:
    open_funds(book, funds=20)
    give(book, *DAYS * 4)
    tick(book)
    clothe(book, date(2026, 11, 20), 1, 2, 3)
    report = report_of(book, "2026")
    assert values(report, ("spent_cents", "children_clothed", "held_cents")) == [None, None, None]
    money = next(table for table in report.tables if table.id == "childrens_fund")
    assert {row.id for row in money.rows if row.values[0] is None} == {"opening", "clothing", "closing"}
    assert [chart.title for chart in report.charts] == ["Gifts by month"]


def test_no_hidden_number_is_in_any_form_of_the_report(book: Database) -> None:
    open_funds(book, funds=9)
    give(book, *DAYS * 4)
    tick(book)
    clothe(book, date(2026, 11, 20), 1, 2, 3, cents=12_347)
    report = report_of(book, "2026")
    forms = [freeze_report(report), report_page(report), *(csv_text for _, csv_text in report_csvs(report))]
    secrets = ["37041", "370.41", "222,959", "222959", "2,229.59", "117000", "1,170.00", "CF-"]
    assert [secret for secret in secrets for form in forms if secret in form] == []


def test_a_draft_freezes_nothing_and_the_public_page_shows_children_only_as_published(book: Database) -> None:
    open_funds(book, funds=20)
    give(book, *DAYS * 3)
    tick(book)
    report_of(book, "2026")
    assert values(live_of(book), CHILDREN) == [None] * 6
    assert live_of(book).figures["gifts_received_cents"].value == 15 * 13_000
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(ReportPublication)) == 0
    published = publish(book, "2026")
    assert [published.edition, published.is_draft] == [1, False]
    live = live_of(book, now=LATER)
    assert live.figures["funds_filled"] == published.figures["funds_filled"]
    assert live.figures["funds_filled"].value == 15


def test_the_notice_board_shows_every_new_gift_and_reads_nothing_twice(book: Database) -> None:
    opened: list[int] = []

    def readings() -> AbstractContextManager[Session]:
        opened.append(1)
        return book.read()

    board = NoticeBoard(readings, organisation())
    give(book, DAYS[0])
    first = board.show(NOON)
    assert board.show(NOON) is first
    assert len(opened) == 1
    give(book, DAYS[1])
    while (shown := board.show(NOON)) is first:
        time.sleep(0.05)
    assert shown.figures["gifts_received_cents"].value == 26_000


def test_a_published_report_is_frozen_and_a_correction_is_a_new_edition(book: Database) -> None:
    open_funds(book, funds=40)
    give(book, *DAYS * 3)
    tick(book)
    first = publish(book, "2026")
    give(book, *DAYS * 3)
    tick(book, desk(now=LATER))
    second = publish(book, "2026")
    assert (first.edition, second.edition) == (1, 2)
    assert second.figures["gifts_received_cents"].value == 30 * 13_000
    # What was told of that day about the children's side stays; the correction shows in the next step (S12).
    assert second.figures["funds_filled"].value == first.figures["funds_filled"].value == 15
    with book.read() as session:
        assert read_published(session, "2026") == second
        kept = session.scalars(select(ReportPublication.figures).order_by(ReportPublication.edition)).all()
    assert kept == [freeze_report(first), freeze_report(second)]
    assert thaw_report(kept[0]) == first


def test_a_quarter_of_few_merges_with_the_next(book: Database) -> None:
    open_operations(book, date(2026, 1, 2), 1)
    open_funds(book, funds=40)
    give(book, *[date(2026, 2, 1)] * 40)
    tick(book)
    clothe(book, date(2026, 2, 10), *range(1, 12))
    first = publish(book, "2026-Q1")
    assert first.figures["children_clothed"].value == 11
    clothe(book, date(2026, 5, 10), *range(12, 17))
    second = publish(book, "2026-Q2")
    assert second.figures["children_clothed"].value is None
    assert (second.figures["held_cents"].value, second.figures["held_cents"].until) == (
        29 * 13_000,
        date(2026, 3, 31),
    )
    money = next(table for table in second.tables if table.id == "childrens_fund")
    assert [row.values[0] for row in money.rows if row.id in {"opening", "clothing", "closing"}] == [None] * 3
    clothe(book, date(2026, 8, 10), *range(17, 28))
    third = publish(book, "2026-Q3").figures["children_clothed"]
    assert (third.value, third.since, third.until) == (16, date(2026, 4, 1), date(2026, 9, 30))


def test_nothing_is_published_before_thirty_days_are_past(book: Database) -> None:
    with pytest.raises(FieldRefusedError, match="2027-01-30"):
        publish(book, "2026", now=noon_of(date(2027, 1, 29)))
    assert publish(book, "2026", now=noon_of(date(2027, 1, 30))).edition == 1


def test_nothing_is_published_while_the_book_is_broken(book: Database) -> None:
    open_funds(book, funds=1)
    give(book, DAYS[0])
    tick(book)
    book.write(lambda session: session.execute(text("DELETE FROM tray")))
    give(book, DAYS[1])
    book.write(lambda session: session.execute(text("DELETE FROM tray")))
    with pytest.raises(BrokenInvariantError, match="nothing is published"):
        publish(book, "2026")


@pytest.mark.parametrize("spelling", ["", "26", "2026-Q5", "2026-q1", "2026-01", "2026-01-01..2026-02-01", "٢٠٢٦"])
def test_a_period_is_a_year_or_a_quarter_and_nothing_freer(spelling: str) -> None:
    with pytest.raises(FieldRefusedError, match="like 2026 or 2026-Q4"):
        parse_period(spelling)
    assert parse_period("2024-Q1").last_on == date(2024, 3, 31)


def test_a_period_that_has_not_begun_has_no_report(book: Database) -> None:
    with pytest.raises(FieldRefusedError, match="has not begun"):
        report_of(book, "2027")


def test_a_gift_at_the_edge_of_a_quarter_is_counted_once(book: Database) -> None:
    give(book, date(2026, 3, 31), date(2026, 4, 1))
    sums = [report_of(book, f"2026-Q{n}").figures["gifts_received_cents"].value for n in (1, 2, 3, 4)]
    assert sums == [13_000, 13_000, 0, 0]


def test_an_earlier_question_is_answered_as_the_book_was_known_then(book: Database) -> None:
    give(book, date(2026, 3, 1))
    asked = noon_of(date(2026, 4, 2))
    before = report_of(book, "2026-Q1", now=asked)
    take_fee(book, date(2026, 3, 30), 99, known_on=date(2026, 4, 9))
    assert report_of(book, "2026-Q1", now=asked) == before
    assert report_of(book, "2026-Q1").figures["fees_paid_by_operations_cents"].value == 99


@pytest.mark.parametrize(
    ("opening", "state", "kept"), [(874, "kept", True), (873, "warning", True), (0, "broken", False)]
)
def test_the_promise_follows_from_the_money_operations_has(
    book: Database, opening: int, state: str, kept: int
) -> None:
    take_fee(book, date(2026, 10, 5), 437)
    if opening:
        open_operations(book, date(2026, 10, 1), opening + 437)
    with book.read() as session:
        promise = read_promise(session, organisation(), date(2026, 11, 22))
        assert (promise.state, promise_is_kept(session, organisation())) == (state, kept)
        assert promise.reserve_cents == 874


@pytest.mark.parametrize(
    ("today", "quarter"),
    [
        ("2026-11-22", "2026-Q3"),
        ("2026-10-29", "2026-Q2"),
        ("2026-10-30", "2026-Q3"),
        ("2027-01-29", "2026-Q3"),
        ("2027-01-30", "2026-Q4"),
    ],
)
def test_a_quarter_may_be_published_thirty_days_after_its_end(today: str, quarter: str) -> None:
    assert last_publishable_quarter(date.fromisoformat(today)).name == quarter
