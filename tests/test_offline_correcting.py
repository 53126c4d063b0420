"""A gift of the desk that was entered wrongly is taken out of the book by two people, and nothing of it is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from donations import acknowledgment, archive, ledger
from donations.alarms import list_open_alarms
from donations.audit_log import WORKER
from donations.bank import Saying
from donations.clerk.desk import Desk
from donations.closing.looking import look_at_year
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError
from donations.filing import list_clothing_funds
from donations.giving import gift_dossier
from donations.goods import OutWish, Part
from donations.goods.giving_out import decline_out, draft_out
from donations.goods.on_hand import read_shelf
from donations.goods.taking_in import take_in
from donations.invariants.checking import audit
from donations.ledger import AsOf
from donations.offline import GiftCorrection, OfflineWish, correct_gift, record_gift
from donations.offline.batches import find_duplicate
from donations.reporting import export, plan_statements, tie_out
from donations.tables import AuditAct, Gift, GiftSettlement, OutboxRow, Receipt, returned
from tests.bank_files import Told
from tests.bank_room import accept, take
from tests.clerk_room import BASE_URL, NOON, Giving, desk, open_funds, organisation, settle_all, spend, tick
from tests.giving_room import settings
from tests.reporting_room import open_operations
from tests.test_goods import HAND as GOODS_HAND
from tests.test_goods import WISH as GOODS
from tests.test_offline import CASH, CHEQUE, HAND, TODAY
from tests.test_offline_letters import DISTRIBUTION, GRANT

NEXT_YEAR = NOON.replace(year=2027, month=2, day=3)


def _correct(book: Database, reference: str, *, now: datetime = NOON) -> None:
    wish = GiftCorrection(reference=reference, reason="wrong_amount", asked_by="s_ada", approved_by="s_ben")
    book.write(lambda session: correct_gift(session, WORKER, wish, now=now))


def _came(book: Database, wish: OfflineWish = CHEQUE, at: Desk | None = None) -> str:
    reference = book.write(lambda session: record_gift(session, wish, HAND).reference)
    tick(book, at)
    return reference


def _designated(book: Database) -> list[int]:
    with book.read() as session:
        return [found.designated_cents for found in list_clothing_funds(session)]


def _standings(book: Database) -> list[str]:
    with book.read() as session:
        receipts = session.scalars(select(Receipt).order_by(Receipt.series, Receipt.n)).all()
        return [archive.stand_of(session, receipt).status for receipt in receipts]


def _assert_sound(book: Database) -> None:
    with book.read() as session:
        assert [check for check in audit(session) if not check.ok] == []
        for year in (2026, 2027):
            tied = tie_out(session, year)
            assert (tied.difference_cents, tied.untied) == (0, ())


def _state(book: Database, reference: str) -> str:
    with book.read() as session:
        return str(gift_dossier(session, reference)["state"])


@pytest.mark.parametrize("now", [NOON, NEXT_YEAR])
@pytest.mark.parametrize("wish", [CASH, CHEQUE, GRANT, DISTRIBUTION])
def test_its_entry_is_mirrored_its_cents_leave_the_funds_and_its_document_is_void(
    book: Database, wish: OfflineWish, now: datetime
) -> None:
    open_funds(book, funds=2)
    reference = _came(book, wish)
    assert sum(_designated(book)) == min(wish.amount_cents, 26_000)
    _correct(book, reference, now=now)
    tick(book, desk(now=now))
    assert sum(_designated(book)) == 0
    assert _standings(book) == ["void"], (
        "found out a year later, it is void all the same: no notice tells of a return"
    )
    assert _state(book, reference) == "corrected"
    with book.read() as session:
        on = AsOf(effective_on=date(2027, 12, 31))
        assert ledger.balance(session, "children", "assets:undeposited", on) == 0
        assert session.scalars(select(AuditAct.act)).all()[-1] == "gift.corrected"
        assert [row.kind for row in session.execute(select(returned))] == ["correction"]
        assert "mail_void" in set(session.scalars(select(OutboxRow.kind)))
    _assert_sound(book)


def test_a_cheque_of_the_old_year_booked_in_the_new_one_is_void_too_and_no_notice_is_sent(book: Database) -> None:
    old = replace(CHEQUE, postmarked_on=date(2025, 12, 30), received_on=date(2026, 1, 4))
    reference = _came(book, old)
    _correct(book, reference)
    tick(book)
    assert _standings(book) == ["void"]
    _assert_sound(book)


def test_the_right_gift_is_entered_afresh_and_is_no_duplicate_of_the_wrong_one(book: Database) -> None:
    open_funds(book, funds=1)
    reference = _came(book)
    with book.read() as session:
        assert find_duplicate(session, CHEQUE) is not None
    _correct(book, reference)
    tick(book)
    with book.read() as session:
        assert find_duplicate(session, CHEQUE) is None
    _came(book, replace(CHEQUE, amount_cents=11_300))
    assert _designated(book) == [11_300]
    assert _standings(book) == ["void", "valid"]
    _assert_sound(book)


def test_what_was_already_spent_of_it_operations_makes_whole(book: Database) -> None:
    open_operations(book, TODAY, 50_000)
    (fund,) = open_funds(book, funds=1)
    reference = _came(book)
    book.write(lambda session: spend(session, code=fund.code, cents=13_000, reference="b_1"))
    _correct(book, reference)
    tick(book)
    with book.read() as session:
        assert ledger.balance(session, "operations", "net-assets:interfund", AsOf(effective_on=TODAY)) == 13_000
    _assert_sound(book)


def test_goods_entered_wrongly_are_off_the_shelf_and_their_acknowledgment_is_void(
    book: Database, tmp_path: Path
) -> None:
    reference = book.write(lambda session: take_in(session, GOODS, GOODS_HAND))
    with pytest.raises(FieldRefusedError, match="has not filed"):
        _correct(book, reference)
    tick(book)
    _correct(book, reference)
    tick(book)
    with book.read() as session:
        assert read_shelf(session) == []
        assert ledger.balance(session, "children", "assets:goods", AsOf(effective_on=TODAY)) == 0
    assert _standings(book) == ["void"]
    assert _state(book, reference) == "corrected"
    out = tmp_path / "goods.csv"
    assert export(book.read, "goods", year=2026, sheet_format="csv", out=out).rows == 0
    _assert_sound(book)


def test_goods_of_which_some_are_to_leave_stay_in_the_book_until_that_is_declined(book: Database) -> None:
    reference = book.write(lambda session: take_in(session, GOODS, GOODS_HAND))
    tick(book)
    wish = OutWish(how="given", out_on=TODAY, parts=(Part(gift=reference, n=1, count=1),))
    drafted = book.write(lambda session: draft_out(session, wish, GOODS_HAND))
    with pytest.raises(FieldRefusedError, match="are to leave"):
        _correct(book, reference)
    book.write(lambda session: decline_out(session, drafted, GOODS_HAND))
    _correct(book, reference)
    _assert_sound(book)


def test_a_gift_whose_receipt_was_refused_wants_none_once_it_is_taken_out(book: Database) -> None:
    closed = desk(public_charity=False)
    wrong, right = _came(book, CHEQUE, closed), _came(book, CASH, closed)

    def without_receipt() -> list[str]:
        with book.read() as session:
            head = acknowledgment.read_letterhead(session, organisation(), now=NOON, base_url=BASE_URL)
            refused = acknowledgment.list_refused_gifts(session, head)
            references = [one.gift_reference for one in refused]
            assert {alarm.subject for alarm in list_open_alarms(session)} == set(references)
            assert plan_statements(session, 2026).undocumented_gifts == tuple(references)
            year = look_at_year(session, settings(), 2026, now=NOON)
            (without,) = [one for one in year.obstacles if one.kind == "gift_without_receipt"]
            assert (without.count, list(without.examples)) == (len(references), references)
            return references

    assert without_receipt() == [wrong, right]
    _correct(book, wrong)
    tick(book, closed)
    assert without_receipt() == [right]
    assert (_state(book, wrong), _state(book, right)) == ("corrected", "settled")
    with book.read() as session:
        row = session.execute(
            select(GiftSettlement.gift_id, GiftSettlement.donor_id).join(Gift).where(Gift.reference == wrong)
        ).one()
    book.write(
        lambda session: acknowledgment.request_receipt(
            session, gift_id=row.gift_id, donor_id=row.donor_id, year=2026, now=NOON
        )
    )
    assert tick(book).issued == ()


def test_nothing_on_which_something_rests_is_taken_out(book: Database) -> None:
    cash, again = _came(book, CASH), _came(book, CHEQUE)
    take(book, Told(fitid="1", on=TODAY + timedelta(days=1), cents=CASH.amount_cents))
    accept(book, Saying(act="deposit", subjects=(cash,)))
    _correct(book, again)
    settle_all(book, Giving())
    tick(book)
    with book.read() as session:
        by_stripe = session.scalars(select(Gift.reference).order_by(Gift.id.desc()).limit(1)).one()
    for reference, why in ((cash, "shown its deposit"), (again, "already"), (by_stripe, "by Stripe")):
        with pytest.raises(FieldRefusedError, match=why):
            _correct(book, reference)
    with pytest.raises(NotFoundError):
        _correct(book, "g_0000000000000000")
    with book.read() as session:
        assert len(session.execute(select(returned)).all()) == 1
    _assert_sound(book)
