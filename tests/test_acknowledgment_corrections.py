"""Corrected statements: what was, what is, why and since when; void when nothing is left; notices beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

from donations import acknowledgment, archive
from donations.acknowledgment import list_wanted_statements, read_frozen
from donations.database import Database
from receipts.facts import AnnualStatement, GiftReceipt, StatementDifference
from tests.clerk_room import NOON, Giving, desk, numbers, settle_all, tick
from tests.returning_room import broken, events, fail_refund, give_back

JANUARY = datetime(2027, 1, 20, 20, 0, tzinfo=UTC)
MARCH = datetime(2027, 3, 2, 20, 0, tzinfo=UTC)


def _ask(book: Database, *, at: datetime = NOON, year: int = 2026, donor: int = 1) -> tuple[str, ...]:
    book.write(partial(acknowledgment.request_statement, donor_id=donor, year=year, now=at))
    return tick(book, desk(now=at)).issued


def _statement(book: Database, number: str) -> AnnualStatement:
    with book.read() as session:
        document = read_frozen(session, number)
    assert isinstance(document, AnnualStatement)
    return document


def _wanted(book: Database, year: int = 2026) -> list[tuple[str, int, int]]:
    with book.read() as session:
        return [(each.number, each.was_cents, each.now_cents) for each in list_wanted_statements(session, year)]


def test_a_receipt_replaced_after_the_statement_went_out_makes_a_corrected_one_wanted(book: Database) -> None:
    settle_all(book, Giving(), Giving(cents=700))
    tick(book)
    (old,) = _ask(book)
    first, _ = numbers(book)
    assert _wanted(book) == []
    give_back(book, 1, 3_000, at=NOON)
    later = NOON + timedelta(days=2)
    tick(book, desk(now=later))
    assert _wanted(book) == [(old, 13_700, 10_700)]
    (new,) = _ask(book, at=later)
    corrected = _statement(book, new)
    assert (corrected.replaces, corrected.replaces_total_cents, corrected.total_cents) == (old, 13_700, 10_700)
    assert corrected.differences == (
        StatementDifference(
            receipt_number=first,
            gift_on=date(2026, 11, 22),
            was_cents=13_000,
            now_cents=10_000,
            reason_code="partial_refund",
            changed_on=date(2026, 11, 24),
            now_receipt_number=numbers(book)[-1],
        ),
    )
    assert _wanted(book) == []
    assert broken(book) == []


def test_void_and_late_gifts_are_rows_of_the_difference_sheet(book: Database) -> None:
    settle_all(book, Giving(), Giving(cents=700))
    tick(book)
    _ask(book)
    give_back(book, 1, 13_000)
    settle_all(book, Giving(cents=900), first=3)
    tick(book)
    (new,) = _ask(book)
    rows = [(row.was_cents, row.now_cents, row.reason_code) for row in _statement(book, new).differences]
    assert rows == [(13_000, None, "refund"), (None, 900, "late_gift")]


def test_a_statement_of_which_nothing_is_left_is_void_and_comes_back_when_something_does(book: Database) -> None:
    settle_all(book, Giving())
    tick(book)
    (old,) = _ask(book)
    back = give_back(book, 1, 13_000)
    tick(book)
    assert _wanted(book) == [(old, 13_000, 0)]
    assert _ask(book) == ()
    assert events(book)[-1][1:] == ("void", "nothing_left")
    assert (_wanted(book), _ask(book)) == ([], ())
    with book.read() as session:
        assert archive.stand_of(session, archive.find_document(session, old)).status == "void"
    fail_refund(book, back)
    tick(book)
    (new,) = _ask(book)
    again = _statement(book, new)
    assert (again.replaces, again.replaces_total_cents, again.total_cents) == (old, 0, 13_000)


def test_a_return_of_the_next_year_is_listed_in_that_year_and_takes_nothing_off(book: Database) -> None:
    settle_all(book, Giving(), Giving(cents=500, charged_at=JANUARY))
    tick(book, desk(now=JANUARY))
    (of_2026,) = _ask(book, at=JANUARY)
    give_back(book, 1, 2_000, at=MARCH)
    tick(book, desk(now=MARCH))
    assert _wanted(book) == []
    assert _ask(book, at=MARCH) == ()
    (of_2027,) = _ask(book, at=MARCH, year=2027)
    statement = _statement(book, of_2027)
    assert [(row.amount_cents) for row in statement.rows] == [500]
    assert [(each.returned_cents, each.returned_on) for each in statement.notices] == [(2_000, date(2027, 3, 2))]
    assert statement.notices[0].original_number == _statement(book, of_2026).rows[0].receipt_number
    assert statement.total_cents == 500


def test_a_withdrawn_notice_leaves_the_next_statement(book: Database) -> None:
    settle_all(book, Giving(), Giving(cents=500, charged_at=JANUARY))
    tick(book, desk(now=JANUARY))
    back = give_back(book, 1, 2_000, at=MARCH)
    tick(book, desk(now=MARCH))
    (first,) = _ask(book, at=MARCH, year=2027)
    fail_refund(book, back, at=MARCH)
    tick(book, desk(now=MARCH))
    (second,) = _ask(book, at=MARCH, year=2027)
    assert (_statement(book, second).notices, _statement(book, second).replaces) == ((), first)
    assert _statement(book, second).differences == ()


def test_a_statement_that_cannot_be_issued_stops_no_other(book: Database) -> None:
    settle_all(book, Giving(), Giving(name="Blake Example", email="blake@example.org"))
    tick(book)
    for donor in (1, 2):
        book.write(partial(acknowledgment.request_statement, donor_id=donor, year=2026, now=NOON))
    assert tick(book, desk(signatory_name="\u202eB")).issued == ()
    assert len(_ask(book)) == 1


def test_a_bank_debit_prints_the_day_it_was_authorised_beside_the_day_it_settled(book: Database) -> None:
    authorised = datetime(2026, 12, 31, 5, 0, tzinfo=UTC)  # Still the 30th where the charity is.
    settle_all(book, Giving(charged_at=authorised, settled_at=datetime(2027, 1, 5, 20, 0, tzinfo=UTC)))
    (number,) = tick(book, desk(now=JANUARY)).issued
    with book.read() as session:
        receipt = read_frozen(session, number)
    assert isinstance(receipt, GiftReceipt)
    assert (receipt.initiated_on, receipt.gift_on) == (date(2026, 12, 30), date(2027, 1, 5))
    assert (receipt.tax_year, receipt.gift_on_basis) == (2027, "settled")
    give_back(book, 1, 3_000, at=JANUARY, kind="late_return")
    (new,) = tick(book, desk(now=JANUARY)).issued
    with book.read() as session:
        replaced = read_frozen(session, new)
    assert isinstance(replaced, GiftReceipt)
    assert (replaced.initiated_on, replaced.gift_on, replaced.amount_cents) == (
        receipt.initiated_on,
        receipt.gift_on,
        10_000,
    )
