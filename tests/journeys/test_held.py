"""A held gift through the real house: the money waits, a letter asks, its link answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from donations import earmarks, ledger, reconciliation, refunding
from donations.earmarks import Hold
from donations.invariants import audit
from donations.reconciliation import list_suspense
from donations.refunding import RefundDesk, RefundWish
from donations.simulator import acts, control
from donations.tables import FrozenFacts, Gift
from receipts.facts import GiftReceipt, thaw
from tests.simulation.proving import FUNDS
from tests.simulation.world import World, open_world

FIELDS = {"amount": "130", "name": "Ada Example", "email": "ada@example.org", "frequency": "once", "cover_fee": "1"}


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """Open a house; its first gift is promised, held, then paid and told."""
    with open_world(database_url, tmp_path) as opened:
        begun = opened.street.begin(FIELDS)
        assert begun.checkout_id is not None
        reference = _reference(opened)
        hold = Hold(reference=reference, reason=None, memo="for Jayden only")
        opened.rooms.database.write(lambda session: earmarks.hold_gift(session, hold, now=opened.rooms.clock.now()))
        control.pay(opened.stripe, begun.checkout_id)
        _work(opened)
        yield opened


def _work(world: World) -> None:
    world.street.deliver()
    world.worker().drain()


def _reference(world: World) -> str:
    with world.rooms.database.read() as session:
        return session.scalars(select(Gift.reference)).one()


def _documents(world: World) -> list[GiftReceipt]:
    with world.rooms.database.read() as session:
        found = [thaw(facts.encode()) for facts in session.scalars(select(FrozenFacts.facts))]
    return [document for document in found if isinstance(document, GiftReceipt)]


def _letters(world: World) -> list[str]:
    return [letter.subject for letter in world.pigeonholes.letters]


def _answer(world: World, answer: str) -> str:
    """Follow the link of the letter, send the form, and return the page that says what came of it."""
    (letter,) = (one for one in world.pigeonholes.letters if "One question" in one.subject)
    (link,) = (word for word in letter.text.split() if "/consent/" in word)
    path, door = urlsplit(link).path, world.street.door
    page = door.get(path, base_url=world.rooms.settings.base_url).get_data(as_text=True)
    token = page.split('name="form_token" value="')[1].split('"')[0]
    world.pass_time(timedelta(seconds=30))
    sent = door.post(path, data={"form_token": token, "answer": answer}, base_url=world.rooms.settings.base_url)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    _work(world)
    return door.get(path, base_url=world.rooms.settings.base_url).get_data(as_text=True)


def _is_sound(world: World) -> bool:
    with world.rooms.database.read() as session:
        return [str(check) for check in audit(session) if not check.ok] == []


def test_until_its_donor_answers_a_held_gift_is_money_in_suspense_and_one_letter(world: World) -> None:
    assert _documents(world) == []
    assert _letters(world) == ["SIMULATED – One question about your gift to " + _legal_name(world)]
    with world.rooms.database.read() as session:
        assert [one["cents"] for one in list_suspense(session)] == [13_000 + _cover(world)]
    assert _is_sound(world)


def test_agreed_to_the_receipt_bears_the_day_of_the_gift_and_the_day_of_its_issue(world: World) -> None:
    gift_on = world.today
    world.pass_time(timedelta(days=20))
    assert "Part of the fund" in _answer(world, "pool")
    (receipt,) = _documents(world)
    assert (receipt.gift_on, receipt.gift_on_basis) == (gift_on, "charged")
    assert receipt.issued_on == gift_on + timedelta(days=20)
    assert receipt.amount_cents == 13_000 + _cover(world)
    assert any("receipt" in subject.casefold() for subject in _letters(world)[1:])
    with world.rooms.database.read() as session:
        assert list_suspense(session) == []
        assert ledger.balance(session, "children", "income:gifts") == -13_000
    assert _is_sound(world)


@pytest.mark.parametrize("is_paid_out_first", [False, True])
def test_wherever_its_money_is_by_the_answer_each_fund_has_its_own_cents_there(
    world: World, *, is_paid_out_first: bool
) -> None:
    for answers in (not is_paid_out_first, is_paid_out_first):
        if answers:
            _answer(world, "pool")
        else:
            acts.pay_out_all(world.stripe)
            for _ in range(4):
                world.pass_time(timedelta(days=1))
                _work(world)
    with world.rooms.database.read() as session:
        assert reconciliation.compare(session, world.rooms.payments.fetch_balance()).ok
        at = {
            (fund, path): ledger.balance(session, fund, path)
            for fund in FUNDS
            for path in ("assets:stripe", "assets:in-transit", "liabilities:suspense")
        }
        fee = ledger.balance(session, "operations", "expense:processing-fees")
    assert at == {
        ("children", "assets:stripe"): 0,
        ("operations", "assets:stripe"): 0,
        ("children", "assets:in-transit"): 13_000,
        ("operations", "assets:in-transit"): _cover(world) - fee,
        ("children", "liabilities:suspense"): 0,
        ("operations", "liabilities:suspense"): 0,
    }
    assert _is_sound(world)


def test_asked_back_the_money_returns_and_no_document_ever_exists(world: World) -> None:
    assert "Going back to you" in _answer(world, "return")
    rooms = world.rooms
    desk = RefundDesk(database=rooms.database, payments=rooms.payments, clock=rooms.clock)
    wish = RefundWish(
        reference=_reference(world),
        amount_cents=13_000 + _cover(world),
        reason="requested_by_customer",
        actor="treasurer",
    )
    refunding.make_refund(desk, wish)
    _work(world)
    assert _documents(world) == []
    assert any("giving back" in subject for subject in _letters(world))
    with rooms.database.read() as session:
        assert list_suspense(session) == []
        assert ledger.balance(session, "children", "income:gifts") == 0
        assert ledger.balance(session, "children", "assets:stripe") == 0
    assert _is_sound(world)


def test_a_refund_of_a_gift_that_joined_the_pool_is_that_of_any_gift(world: World) -> None:
    _answer(world, "pool")
    rooms = world.rooms
    desk = RefundDesk(database=rooms.database, payments=rooms.payments, clock=rooms.clock)
    wish = RefundWish(
        reference=_reference(world), amount_cents=5_000, reason="requested_by_customer", actor="treasurer"
    )
    refunding.make_refund(desk, wish)
    _work(world)
    with rooms.database.read() as session:
        assert -4_000 > -ledger.balance(session, "children", "income:refunds") >= -5_000
    assert _is_sound(world)


def _cover(world: World) -> int:
    with world.rooms.database.read() as session:
        return int(session.scalars(select(Gift.fee_cover_cents)).one())


def _legal_name(world: World) -> str:
    return world.rooms.settings.organisation.legal_name
