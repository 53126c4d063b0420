"""A wrong match is undone by two people: what it booked is reversed, the line waits again, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.audit_log import COMMAND
from donations.bank import Undoing, accepting, undo_match
from donations.bank.accepting import Saying
from donations.bank.accounts import PATHS
from donations.bank.awaited import list_awaited
from donations.bank.lines import list_lines
from donations.bank.matching import Act
from donations.bank.suspense import list_held
from donations.bank.undoing import check_undoing
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.offline.batches import add_line, open_batch, post_batch
from donations.tables import BankMatch, BankMatchSubject, BankUnmatch
from tests.bank_files import Told
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
from tests.clerk_room import NOON, tick
from tests.money_facts import close_period


def undo(book: Database, *, nth: int = 0, entry_key: str | None = None, approved_by: str = "s_2") -> None:
    """Undo the match of the nth of the latest lines."""
    with book.read() as session:
        line = list_lines(session, waiting_only=False)[nth]
    wish = Undoing(
        reference=line.reference,
        entry_key=entry_key or line.entry_key or "",
        reason="wrong_kind",
        asked_by="s_1",
        approved_by=approved_by,
    )
    book.write(partial(undo_match, actor=COMMAND, wish=wish, now=NOON))


def _post_one_cheque(session: Session) -> None:
    batch = open_batch(session, count=1, cents=13_000, hand=OFFLINE).reference
    add_line(session, batch, CHEQUE, is_no_duplicate=False, hand=OFFLINE)
    post_batch(session, batch, OFFLINE)


def test_what_was_called_suspense_becomes_the_payout_it_was(book: Database) -> None:
    cents = pay_out(book, "po_1", 13_000, -453)
    take(book, Told(fitid="1", on=TODAY, cents=cents))
    accept(book, Saying(act="suspense"))
    undo(book)
    with book.read() as session:
        assert list_held(session) == []
        assert [one.subjects for one in list_awaited(session)] == [("po_1",)]
    assert agreement_of(book).unmatched_lines == 1
    assert certain(book) == 1
    assert balance(book, "children", PATHS["children"]) == 13_000
    assert balance(book, "operations", PATHS["children"]) == -453
    assert_sound(book)


def test_a_payout_is_undone_and_matched_again_as_often_as_people_agree(book: Database) -> None:
    cents = pay_out(book, "po_1", 13_000, -453)
    take(book, Told(fitid="1", on=TODAY, cents=cents))
    for _ in range(3):
        assert certain(book) == 1
        undo(book)
        assert balance(book, "children", PATHS["children"]) == 0
        assert balance(book, "children", "assets:in-transit") == 13_000
    assert certain(book) == 1
    with book.read() as session:
        assert [one.act for one in session.scalars(select(BankUnmatch))] == ["payout"] * 3
    assert balance(book, "children", PATHS["children"]) == 13_000
    assert_sound(book)


def test_a_deposit_goes_back_to_what_awaits_the_bank(book: Database) -> None:
    book.write(_post_one_cheque)
    tick(book)
    take(book, Told(fitid="1", on=TODAY, cents=13_000))
    assert certain(book) == 1
    undo(book)
    assert balance(book, "children", "assets:undeposited") == 13_000
    with book.read() as session:
        assert [one.act for one in list_awaited(session)] == ["deposit"]
    assert certain(book) == 1
    assert balance(book, "children", "assets:undeposited") == 0
    assert_sound(book)


def test_money_sent_back_waits_in_suspense_again(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=2_500))
    accept(book, Saying(act="suspense"))
    take(book, Told(fitid="2", on=TODAY, cents=-2_500))
    accept(book, Saying(act="sent_back", subjects=("bank/children/1",)))
    with book.read() as session:
        assert list_held(session) == []
    undo(book)
    with book.read() as session:
        (held,) = list_held(session)
    assert (held.key, held.parts.children) == ("bank/children/1", 2_500)
    assert_sound(book)


def test_what_found_its_place_already_is_not_undone(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=2_500))
    accept(book, Saying(act="suspense"))
    take(book, Told(fitid="2", on=TODAY, cents=-2_500))
    accept(book, Saying(act="sent_back", subjects=("bank/children/1",)))
    with pytest.raises(FieldRefusedError, match="found its place already"):
        undo(book, nth=1)
    assert_sound(book)


def test_one_person_alone_undoes_nothing_and_an_old_wish_undoes_no_new_match(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=2_500))
    accept(book, Saying(act="suspense"))
    with pytest.raises(Exception, match="two_people"):
        undo(book, approved_by="s_1")
    with pytest.raises(FieldRefusedError, match="matched anew"):
        undo(book, entry_key="bank/children/other")
    with pytest.raises(Exception, match="only once its undoing is kept"):
        book.write(lambda session: session.execute(delete(BankMatch)))
    undo(book)
    with book.read() as session:
        (line,) = list_lines(session, waiting_only=True)
        with pytest.raises(FieldRefusedError, match="nothing to undo"):
            check_undoing(session, line.reference)
    assert_sound(book)


@pytest.mark.parametrize("act", ["charge", "sweep", "suspense", "interest"])
def test_whatever_a_line_posted_is_mirrored_to_nothing(book: Database, act: Act) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=-1_200))
    before = _standing(book)
    accept(book, Saying(act=act))
    assert _standing(book) != before
    undo(book)
    assert _standing(book) == before
    accept(book, Saying(act="charge"))
    assert balance(book, "operations", "expense:bank-charges") == 1_200
    assert_sound(book)


def test_a_line_that_only_showed_an_entry_is_parted_from_it_and_posts_nothing(book: Database) -> None:
    bill = postings.bank_charge(
        bank_line="bill", cents=1_200, place="assets:bank:children", happened_at=NOON, effective_on=TODAY
    )
    post(book, bill)
    take(book, Told(fitid="1", on=TODAY, cents=-1_200))
    accept(book, Saying(act="booked", subjects=("bank/bill",)))
    before = _standing(book)
    undo(book)
    assert _standing(book) == before
    with book.read() as session:
        assert [(one.act, one.subjects) for one in list_awaited(session)] == [("booked", ("bank/bill",))]
    assert certain(book) == 1
    assert_sound(book)


def test_an_undoing_of_the_past_lets_no_later_match_go(book: Database) -> None:
    bill = postings.bank_charge(
        bank_line="bill", cents=1_200, place="assets:bank:children", happened_at=NOON, effective_on=TODAY
    )
    post(book, bill)
    take(book, Told(fitid="1", on=TODAY, cents=-1_200))
    accept(book, Saying(act="booked", subjects=("bank/bill",)))
    undo(book)
    with book.read() as session:
        reference = list_lines(session, waiting_only=True)[0].reference
    later, saying = replace(HAND, now=NOON + timedelta(hours=1)), Saying(act="booked", subjects=("bank/bill",))
    book.write(lambda session: accepting.accept(session, reference, saying, later))
    for table in (BankMatchSubject, BankMatch):
        with pytest.raises(Exception, match="only once its undoing is kept"):
            book.write(partial(_remove, table=table))
        with pytest.raises(Exception, match="kept as they are"):
            book.write(partial(_change, table=table))


def _remove(session: Session, table: type[BankMatch | BankMatchSubject]) -> None:
    session.execute(delete(table))


def _change(session: Session, table: type[BankMatch | BankMatchSubject]) -> None:
    session.execute(update(table).values(act="charge"))


def test_a_closed_month_is_reopened_before_a_match_of_it_is_undone(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=-1_200))
    accept(book, Saying(act="charge"))
    close_period(book, date(TODAY.year, TODAY.month, 30), "closed")
    with pytest.raises(FieldRefusedError, match="2026-11 is closed"):
        undo(book)


def _standing(book: Database) -> dict[tuple[str, str], int]:
    """Return every balance that is not nothing."""
    with book.read() as session:
        return {
            (one.fund, one.account): one.balance_cents for one in ledger.trial_balance(session) if one.balance_cents
        }
