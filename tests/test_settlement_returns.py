from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from donations import alarms
from donations.database import Database
from donations.ports import Family
from donations.settlement import settle_family
from donations.tables import Dispute, GiftSettlement, Refund, entry, tray
from tests.clerk_room import NOON
from tests.giving_room import books
from tests.money_facts import TODAY, close_period
from tests.return_facts import balances, covered, dispute, failed, gone, keys, promise, refund, row, settle, told


def test_a_refund_gives_the_childrens_gross_back_and_the_fee_stays_with_operations(book: Database) -> None:
    charged = told(promise(book))
    settle(book, charged)
    settle(book, replace(charged, refunds=(refund("1", 13_000),)))
    assert keys(book) == ["charge/ch_1", "btxn/txn_1", "btxn/txn_re_1"]
    assert gone(book) == [(13_000, 0, "refund")]
    assert balances(book) == {
        ("children", "income:gifts"): -13_000,
        ("children", "income:refunds"): 13_000,
        ("operations", "assets:stripe"): -407,
        ("operations", "expense:processing-fees"): 407,
    }
    with book.read() as session:
        assert len(session.scalars(select(tray.c.entry_id)).all()) == 2
        assert session.scalars(select(Refund.status)).all() == ["succeeded"]


def test_partial_refunds_of_one_cent_and_then_the_rest_end_at_the_gift_and_its_cover(book: Database) -> None:
    charged = told(promise(book, covered()), cents=10_330)
    settle(book, replace(charged, refunds=(refund("1", 1),)))
    settle(book, replace(charged, refunds=(refund("1", 1), refund("2", 10_329, hours=2))))
    assert gone(book) == [(0, 1, "refund"), (10_000, 329, "refund")]
    assert balances(book)["operations", "income:refunds"] == 330


def test_two_refunds_of_the_same_sum_are_two(book: Database) -> None:
    charged = told(promise(book))
    both = replace(charged, refunds=(refund("1", 500), refund("2", 500)))
    settle(book, both)
    settle(book, both)
    assert gone(book) == [(500, 0, "refund"), (500, 0, "refund")]


def test_a_refund_that_failed_is_reversed_to_the_cent(book: Database) -> None:
    charged = told(promise(book, covered()), cents=10_330)
    one, two = refund("1", 5_001), refund("2", 17, hours=3)
    settle(book, replace(charged, refunds=(one, two)))
    before = gone(book)
    settle(book, replace(charged, refunds=(failed(one), two)))
    assert gone(book) == [*before, (-before[0][0], -before[0][1], "refund")]
    with book.read() as session:
        original, mirror = (
            session.execute(select(entry).where(entry.c.source_key == key)).one()
            for key in ("btxn/txn_re_1", "btxn/txn_re_1_back")
        )
    assert (mirror.reverses, mirror.kind) == (original.id, "refund_failed")


def test_a_refund_that_fails_within_its_own_second_is_still_reversed(book: Database) -> None:
    at_once = replace(failed(refund("1", 5_000)), failure_balance_transaction=row("0", 5_000, hours=1))
    settle(book, told(promise(book), refunds=(at_once,)))
    assert gone(book) == [(5_000, 0, "refund"), (-5_000, 0, "refund")]
    assert keys(book)[-2:] == ["btxn/txn_re_1", "btxn/txn_0"]
    assert ("operations", "liabilities:suspense") not in balances(book)


def test_a_bank_return_after_success_is_a_loss_and_its_fee_is_of_operations(book: Database) -> None:
    charged = told(promise(book))
    settle(book, charged)
    back = row("back", -13_000, fee_cents=400, hours=90, type="payment_failure_refund")
    settle(book, replace(charged, status="failed", failure_balance_transaction=back))
    assert gone(book) == [(13_000, 0, "late_return")]
    assert balances(book) == {
        ("children", "income:gifts"): -13_000,
        ("children", "income:chargebacks"): 13_000,
        ("operations", "assets:stripe"): -807,
        ("operations", "expense:processing-fees"): 807,
    }


def test_a_charge_that_failed_before_it_was_money_is_nothing(book: Database) -> None:
    charged = told(promise(book), status="pending", balance_transaction=None)
    settle(book, charged)
    settle(book, replace(charged, status="failed"))
    assert keys(book) == []


def test_a_charge_that_came_and_went_unheard_is_no_gift(book: Database) -> None:
    back = row("back", -13_000, hours=90, type="payment_failure_refund")
    settle(book, told(promise(book), status="failed", failure_balance_transaction=back))
    assert keys(book) == ["charge/ch_1", "btxn/txn_1", "btxn/txn_back"]
    assert gone(book) == []
    assert set(balances(book)) == {("operations", "assets:stripe"), ("operations", "expense:processing-fees")}


def test_a_dispute_waits_apart_until_it_is_won_less_the_fee(book: Database) -> None:
    charged = told(promise(book))
    taken = row("dp", -13_000, fee_cents=1_500, type="adjustment")
    settle(book, replace(charged, disputes=(dispute(taken),)))
    assert balances(book)["children", "assets:stripe:disputed"] == 13_000
    assert balances(book)["operations", "expense:dispute-fees"] == 1_500
    won = dispute(taken, row("dp_back", 13_000, hours=99, type="adjustment"), status="won")
    settle(book, replace(charged, disputes=(won,)))
    assert gone(book) == [(13_000, 0, "dispute"), (-13_000, 0, "dispute")]
    assert balances(book) == {
        ("children", "assets:stripe"): 13_000,
        ("children", "income:gifts"): -13_000,
        ("operations", "assets:stripe"): -1_907,
        ("operations", "expense:dispute-fees"): 1_500,
        ("operations", "expense:processing-fees"): 407,
    }


def test_a_dispute_won_in_part_and_lost_for_the_rest_leaves_nothing_disputed(book: Database) -> None:
    charged = told(promise(book, covered()), cents=10_330)
    taken = row("dp", -10_330, type="adjustment")
    some = row("dp_back", 3_333, hours=99, type="adjustment")
    settle(book, replace(charged, disputes=(dispute(taken, some, status="lost"),)))
    assert keys(book)[-1] == "dispute/dp_1/lost"
    kept = 10_000 - (10_330 - 3_333) * 10_000 // 10_330
    assert gone(book) == [(10_000, 330, "dispute"), (-kept, -(3_333 - kept), "dispute")]
    assert not any(account == "assets:stripe:disputed" for _, account in balances(book))
    assert balances(book)["children", "income:chargebacks"] == 10_000 - kept


def test_a_dispute_lost_and_then_won_after_all_is_no_loss(book: Database) -> None:
    charged = told(promise(book))
    taken = row("dp", -13_000, type="adjustment")
    settle(book, replace(charged, disputes=(dispute(taken, status="lost"),)))
    assert balances(book)["children", "income:chargebacks"] == 13_000
    again = row("dp_back", 13_000, hours=99, type="adjustment")
    settle(book, replace(charged, disputes=(dispute(taken, again, status="won"),)))
    assert ("children", "income:chargebacks") not in balances(book)
    assert gone(book)[-1] == (-13_000, 0, "dispute")


def test_an_inquiry_moves_nothing(book: Database) -> None:
    settle(book, told(promise(book), disputes=(dispute(status="warning_needs_response"),)))
    assert keys(book) == ["charge/ch_1", "btxn/txn_1"]
    with book.read() as session:
        assert session.scalars(select(Dispute.status)).all() == ["warning_needs_response"]


def test_a_refund_and_a_dispute_of_the_same_money_cost_operations_the_excess(book: Database) -> None:
    taken = row("dp", -13_000, hours=2, type="adjustment")
    charged = told(promise(book), refunds=(refund("1", 13_000),), disputes=(dispute(taken, status="lost"),))
    settle(book, charged)
    assert gone(book) == [(13_000, 0, "refund"), (0, 13_000, "dispute")]
    assert balances(book)["operations", "income:chargebacks"] == 13_000


def test_what_goes_back_of_suspense_leaves_suspense_and_a_dispute_won_brings_it_there_again(book: Database) -> None:
    charged = told(None)
    settle(book, charged)
    taken = row("dp", -5_000, fee_cents=1_500, hours=2, type="adjustment")
    settle(book, replace(charged, refunds=(refund("1", 8_000),), disputes=(dispute(taken),)))
    assert ("children", "liabilities:suspense") not in balances(book)
    again = row("dp_back", 5_000, hours=9, type="adjustment")
    won = dispute(taken, again, status="won")
    settle(book, replace(charged, refunds=(refund("1", 8_000),), disputes=(won,)))
    assert balances(book)["children", "liabilities:suspense"] == -5_000
    assert gone(book) == []


def test_a_fact_of_a_closed_period_is_booked_on_the_first_open_day_with_its_own_instant(book: Database) -> None:
    charged = told(promise(book))
    close_period(book, TODAY)
    later = books(now=NOON + timedelta(days=40))
    back = replace(charged, refunds=(refund("1", 13_000),))
    book.write(lambda session: settle_family(session, Family(charges=(back,)), later))
    with book.read() as session:
        days = session.execute(select(entry.c.effective_on, entry.c.happened_at).order_by(entry.c.id)).all()
        assert session.scalars(select(GiftSettlement.gift_on)).all() == [TODAY]
    assert {one.effective_on for one in days} == {TODAY + timedelta(days=1)}
    assert [one.happened_at for one in days] == [NOON, NOON, NOON + timedelta(hours=1)]


def test_the_alarm_of_suspense_is_cleared_when_all_of_it_went_back(book: Database) -> None:
    charged = told(None)
    settle(book, charged)
    with book.read() as session:
        assert [one.kind for one in alarms.list_open_alarms(session)] == ["suspense"]
    settle(book, replace(charged, refunds=(refund("1", 13_000),)))
    with book.read() as session:
        assert alarms.list_open_alarms(session) == []


def test_a_dispute_that_gives_more_back_than_it_took_leaves_the_rest_to_a_person(book: Database) -> None:
    taken = row("dp", -5_000, hours=1, type="adjustment")
    more = row("dp_back", 5_100, hours=9, type="adjustment")
    settle(book, told(promise(book), disputes=(dispute(taken, more, status="won"),)))
    assert balances(book)["operations", "liabilities:suspense"] == -100
    assert gone(book) == [(5_000, 0, "dispute"), (-5_000, 0, "dispute")]
    with book.read() as session:
        assert [one.subject for one in alarms.list_open_alarms(session)] == ["btxn/txn_dp_back"]


def test_an_older_answer_of_stripes_does_not_unsay_the_end_of_a_refund_or_dispute(book: Database) -> None:
    charged = told(promise(book))
    open_, lost = dispute(status="needs_response"), dispute(status="lost")
    pending, done = refund("1", 100, status="pending"), refund("1", 100)
    settle(book, replace(charged, refunds=(done,), disputes=(lost,)))
    settle(book, replace(charged, refunds=(pending,), disputes=(open_,)))
    with book.read() as session:
        assert session.scalars(select(Refund.status)).all() == ["succeeded"]
        assert session.scalars(select(Dispute.status)).all() == ["lost"]
        assert alarms.list_open_alarms(session) == []
