"""Lines of the bank are taken in once, matched with what the book awaits, and book and bank agree to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.audit_log import COMMAND
from donations.bank import accepting, agreeing, months
from donations.bank.accepting import Saying
from donations.bank.accounts import PATHS, BankAccount
from donations.bank.agreeing import Assertion
from donations.bank.awaited import list_awaited
from donations.bank.lines import list_lines, take_in
from donations.bank.matching import list_waiting
from donations.bank.reading import read_statement
from donations.bank.suspense import find_held
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError
from donations.offline import OfflineWish
from donations.offline.batches import add_line, open_batch, post_batch
from donations.offline.recording import record_gift
from donations.tables import BankLine, Payout, entry
from tests.bank_files import Told, csv_file
from tests.bank_room import (
    CHEQUE,
    HAND,
    OFFLINE,
    TODAY,
    accept,
    agreement_of,
    assert_sound,
    balance,
    certain,
    pay_out,
    post,
    take,
)
from tests.clerk_room import NOON, ZONE, tick


def test_a_payout_arrives_with_each_funds_own_share(book: Database) -> None:
    cents = pay_out(book, "po_1", 13_000, -453)
    take(book, Told(fitid="1", on=TODAY + timedelta(days=2), cents=cents))
    assert certain(book) == 1
    assert balance(book, "children", PATHS["children"]) == 13_000
    assert balance(book, "operations", PATHS["children"]) == -453
    for fund in postings.FUND_IDS:
        assert balance(book, fund, "assets:in-transit") == 0
    with book.read() as session:
        assert list_awaited(session) == []
        assert list_waiting(session) == []


def test_a_payout_that_came_and_failed_later_goes_back_the_way_it_came(book: Database) -> None:
    cents = pay_out(book, "po_1", 13_000, -453)
    take(book, Told(fitid="1", on=TODAY, cents=cents))
    certain(book)
    book.write(lambda session: session.execute(update(Payout).values(status="failed")))
    take(book, Told(fitid="2", on=TODAY + timedelta(days=3), cents=-cents))
    assert certain(book) == 1
    assert balance(book, "children", PATHS["children"]) == 0
    assert balance(book, "operations", PATHS["children"]) == 0


def test_a_payout_whose_rows_are_not_told_waits(book: Database) -> None:
    cents = pay_out(book, "po_1", 13_000, 0)
    book.write(lambda session: session.execute(update(Payout).values(id="po_2")))
    take(book, Told(fitid="1", on=TODAY, cents=cents))
    with pytest.raises(FieldRefusedError, match="not told yet"):
        accept(book, Saying(act="payout", subjects=("po_2",)))
    assert balance(book, "children", PATHS["children"]) == 0


def test_a_batchs_cheques_are_one_deposit_and_its_wire_another(book: Database) -> None:
    wire = OfflineWish(kind="wire", amount_cents=5_000, name="Cleo Example", received_on=TODAY)
    cash = OfflineWish(kind="cash", amount_cents=2_500, name="Ada Example", received_on=TODAY)

    def enter(session: Session) -> None:
        batch = open_batch(session, count=3, cents=20_500, hand=OFFLINE).reference
        for wish in (CHEQUE, wire, cash):
            add_line(session, batch, wish, is_no_duplicate=False, hand=OFFLINE)
        post_batch(session, batch, OFFLINE)

    book.write(enter)
    tick(book)
    take(book, Told(fitid="1", on=TODAY, cents=15_500), Told(fitid="2", on=TODAY, cents=5_000))
    assert certain(book) == 2
    assert balance(book, "children", "assets:undeposited") == 0
    assert balance(book, "children", PATHS["children"]) == 20_500
    assert_sound(book)


def test_gifts_are_deposited_once_and_only_to_the_cent(book: Database) -> None:
    gift = book.write(lambda session: record_gift(session, CHEQUE, OFFLINE).reference)
    take(book, Told(fitid="1", on=TODAY, cents=13_000), Told(fitid="2", on=TODAY, cents=13_000))
    assert certain(book) == 0, "two like lines are never certain"
    accept(book, Saying(act="deposit", subjects=(gift,)))
    with pytest.raises(FieldRefusedError, match="not deposited yet"):
        accept(book, Saying(act="deposit", subjects=(gift,)))
    with book.read() as session:
        done = list_lines(session, waiting_only=False)[-1].reference
    with pytest.raises(FieldRefusedError, match="in the book already, as deposit"):
        book.write(
            partial(accepting.accept, reference=done, saying=Saying(act="deposit", subjects=("g_x",)), hand=HAND)
        )
    other = book.write(lambda session: record_gift(session, replace(CHEQUE, amount_cents=1), OFFLINE).reference)
    with pytest.raises(FieldRefusedError, match=r"is of \$130\.00, and what you chose comes to \$0\.01"):
        accept(book, Saying(act="deposit", subjects=(other,)))


def test_a_sweep_is_seen_on_both_accounts_and_booked_once(book: Database) -> None:
    pay_out(book, "po_1", 13_000, -453)
    take(book, Told(fitid="1", on=TODAY, cents=12_547))
    certain(book)
    take(book, Told(fitid="2", on=TODAY, cents=453))
    with book.read() as session:
        (waiting,) = list_waiting(session)
    assert waiting.candidates[0].act == "sweep", "exactly what operations owes"
    accept(book, Saying(act="sweep"))
    take(book, Told(fitid="x", on=TODAY, cents=-453), account="operations")
    assert certain(book) == 1
    assert balance(book, "operations", PATHS["children"]) == 0
    assert balance(book, "operations", PATHS["operations"]) == -453


def test_a_charge_is_operations_whichever_account_it_was_taken_from(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=-1_200, type="FEE"))
    with book.read() as session:
        assert list_waiting(session)[0].candidates[0].act == "charge"
    accept(book, Saying(act="charge"))
    assert balance(book, "operations", "expense:bank-charges") == 1_200
    assert balance(book, "children", PATHS["children"]) == 0


@pytest.mark.parametrize(
    ("account", "cents", "fund"),
    [("children", 700, "children"), ("children", -700, "operations"), ("operations", 700, "operations")],
)
def test_what_nobody_knows_waits_in_suspense_never_as_a_debt_of_the_children(
    book: Database, account: BankAccount, cents: int, fund: postings.FundName
) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=cents), account=account)
    accept(book, Saying(act="suspense"))
    assert balance(book, fund, "liabilities:suspense") == -cents
    assert_sound(book)


def test_money_of_suspense_is_sent_back_whole(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=700))
    accept(book, Saying(act="suspense"))
    take(book, Told(fitid="2", on=TODAY, cents=-600), Told(fitid="3", on=TODAY, cents=-700))
    with pytest.raises(FieldRefusedError, match="comes to"):
        accept(book, Saying(act="sent_back", subjects=("bank/children/1",)))
    accept(book, Saying(act="sent_back", subjects=("bank/children/1",)), nth=1)
    assert balance(book, "children", "liabilities:suspense") == 0
    with book.read() as session, pytest.raises(NotFoundError):
        find_held(session, "bank/children/1")


def test_a_bill_of_the_book_is_found_at_the_bank_and_not_booked_again(book: Database) -> None:
    post(
        book,
        postings.opening_balance(
            day=date(2026, 1, 1), fund="operations", account=PATHS["children"], cents=50_000, happened_at=NOON
        ),
        postings.purchase(
            reference="b_1",
            children_cents=0,
            operations_cents=5_000,
            paid_from=PATHS["children"],
            happened_at=NOON,
            effective_on=TODAY,
            actor="test",
        ),
    )
    assert [(one.key, one.cents) for one in agreement_of(book).outstanding] == [("purchase/b_1", -5_000)]
    assert (agreement_of(book).book_cents, agreement_of(book).expected_cents) == (45_000, 50_000)
    take(book, Told(fitid="1", on=TODAY + timedelta(days=4), cents=-5_000))
    assert certain(book) == 1
    assert balance(book, "operations", PATHS["children"]) == 45_000
    assert agreement_of(book).expected_cents == 50_000, "the bank showed it four days later"
    assert agreement_of(book, on=TODAY + timedelta(days=4)).expected_cents == 45_000


def test_a_line_said_twice_is_booked_once_and_cannot_become_another(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=700))
    with book.read() as session:
        (line,) = list_lines(session, waiting_only=True)
    for _ in range(2):
        book.write(lambda session: accepting.accept(session, line.reference, Saying(act="suspense"), HAND))
    with pytest.raises(FieldRefusedError, match="in the book already, as suspense"):
        book.write(lambda session: accepting.accept(session, line.reference, Saying(act="charge"), HAND))
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(entry)) == 1


def test_a_known_line_that_says_other_cents_is_refused_with_its_whole_file(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=700))
    with pytest.raises(FieldRefusedError, match=r"known as \$7\.00 and is \$8\.00"):
        take(book, Told(fitid="2", on=TODAY, cents=1), Told(fitid="1", on=TODAY, cents=800))
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(BankLine)) == 1


def test_a_month_closes_only_when_book_and_bank_agree_to_the_cent(book: Database) -> None:
    later = _Later(datetime(2026, 12, 5, 20, 0, tzinfo=UTC))
    pay_out(book, "po_1", 13_000, -453)
    take(book, Told(fitid="1", on=TODAY, cents=12_547), Told(fitid="2", on=date(2026, 11, 30), cents=-1_200))
    last = date(2026, 11, 30)
    certain(book)
    with pytest.raises(FieldRefusedError, match="1 lines of the children bank account are not in the book"):
        _close(book, later)
    accept(book, Saying(act="charge"))
    with pytest.raises(FieldRefusedError, match="Nobody noted"):
        _close(book, later)
    _assert_bank(book, last, 11_348, later)
    with pytest.raises(FieldRefusedError, match=r"differs from the book by \$0\.01"):
        _close(book, later)
    _assert_bank(book, last, 11_347, later)
    _close(book, later)
    _close(book, later)
    with book.read() as session:
        assert ledger.closed_through(session) == last
        assert [one.state for one in months.list_months(session, date(2026, 12, 5))] == ["open", "closed"]
    with pytest.raises(FieldRefusedError, match="is closed"):
        _assert_bank(book, last, 1, later)
    take(book, Told(fitid="9", on=last, cents=-5))
    accept(book, Saying(act="charge"))
    assert agreement_of(book, on=last).difference_cents == 5, "a line told after the close shows as a difference"


def test_a_month_is_reopened_by_two_people_and_only_while_it_is_closed(book: Database) -> None:
    later = _Later(datetime(2026, 12, 5, 20, 0, tzinfo=UTC))
    wish = months.Reopening(name="2026-11", asked_by="s_one", approved_by="s_two")
    with pytest.raises(FieldRefusedError, match="is not closed"):
        book.write(lambda session: months.reopen_month(session, COMMAND, later, wish))
    _close(book, later)
    book.write(lambda session: months.reopen_month(session, COMMAND, later, wish))
    with book.read() as session:
        assert ledger.closed_through(session) == date(2026, 10, 31)
    assert_sound(book)


def test_the_same_statement_as_csv_twice_adds_nothing(book: Database) -> None:
    lines = [Told(fitid="", on=TODAY, cents=-1_200), Told(fitid="", on=TODAY, cents=-1_200)]
    for file in (csv_file(lines), csv_file(lines)):
        statement = read_statement(file)
        book.write(partial(take_in, actor=COMMAND, account="children", statement=statement, now=NOON))
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(BankLine)) == 2


class _Later:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


def _close(book: Database, clock: _Later) -> None:
    book.write(lambda session: months.close_month(session, COMMAND, ZONE, clock, "2026-11"))


def _assert_bank(book: Database, on: date, cents: int, clock: _Later) -> None:
    told = Assertion(account="children", on=on, cents=cents)
    book.write(lambda session: agreeing.assert_balance(session, COMMAND, told, ZONE, now=clock.now()))
