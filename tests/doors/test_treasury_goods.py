"""/treasury/goods: the treasurer takes a gift in kind in, and it leaves when another agrees to what one drafted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from donations.app import create_app
from donations.invariants.checking import audit
from donations.tables import FrozenFacts, OutboxRow, Receipt
from donations.wiring import open_treasury_desks
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of, today_of
from tests.treasury_room import Browser, TreasuryRoom, staffed

PAGE = "/treasury/goods"


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def _gift(room: TreasuryRoom) -> dict[str, str]:
    return {
        "act": "take_in",
        "rows": "3",
        "kind": "goods",
        "name": "Ada Example",
        "email": "ada@example.org",
        "handed_over_on": today_of(room.street).isoformat(),
        "place": "Workroom, Las Vegas",
        "description-1": "Winter coats",
        "count-1": "12",
        "condition-1": "new",
        "value-1": "480.00",
        "description-2": "Pairs of shoes",
        "count-2": "3",
        "condition-2": "worn",
        "value-2": "9.00",
        "note-2": "stained",
    }


def _take_in(room: TreasuryRoom) -> None:
    assert room.browser("treasurer").send(PAGE, _gift(room)).status_code == 303
    room.street.worker().drain()


def _thing(browser: Browser) -> str:
    found = re.search(r'value="(g_[0-9a-z]{16}/1)"', browser.get(PAGE).get_data(as_text=True))
    assert found is not None
    return found[1]


def _leaving(room: TreasuryRoom, thing: str, pieces: str) -> dict[str, str]:
    day = today_of(room.street).isoformat()
    return {"act": "draft", "how": "given", "out_on": day, "thing-1": thing, "pieces-1": pieces}


def test_goods_are_taken_in_and_acknowledged_by_a_mail_that_tells_no_value(room: TreasuryRoom) -> None:
    _take_in(room)
    with room.rooms.database.read() as session:
        receipt = session.scalars(select(Receipt)).one()
        facts = session.scalars(select(FrozenFacts.facts)).one()
        assert all(row.state == "done" for row in session.scalars(select(OutboxRow)))
        assert [check for check in audit(session) if not check.ok] == []
    assert (receipt.kind, receipt.amount_cents) == ("in_kind_acknowledgment", 0)
    assert "480" not in facts
    page = room.browser("treasurer").get(PAGE).get_data(as_text=True)
    assert "Winter coats" in page
    assert "$489.00" in page
    found = re.search(r"/treasury/gifts/g_[0-9a-z]{16}", page)
    assert found is not None
    gift = room.browser("treasurer").get(found[0]).get_data(as_text=True)
    assert "Gift in kind" in gift
    assert "no document tells it" in gift
    assert receipt.number in gift
    shown = room.browser("treasurer").get(f"/v/{receipt.verify_token}").get_data(as_text=True)
    assert "goods are described" in shown
    assert "$0.00" not in shown
    told = (
        create_app(room.rooms)
        .test_client()
        .get(
            f"/v/{receipt.verify_token}",
            base_url=room.rooms.settings.base_url,
            headers={"Accept": "application/json"},
        )
    )
    assert (told.json or {})["amount_cents"] is None


def test_one_drafts_what_leaves_and_another_books_it(room: TreasuryRoom) -> None:
    _take_in(room)
    purchaser, treasurer = room.browser("purchaser"), room.browser("treasurer")
    drafted = purchaser.send(PAGE, _leaving(room, _thing(purchaser), "5")).headers["Location"]
    assert "another person approves it" in purchaser.get(drafted).get_data(as_text=True)
    assert "Ada Example" not in purchaser.get(PAGE).get_data(as_text=True)
    assert purchaser.send(drafted, {"act": "approve"}, page=PAGE).status_code == 403
    assert treasurer.send(drafted, {"act": "approve"}).status_code == 303
    assert "5 × Winter coats" in treasurer.get(PAGE).get_data(as_text=True)
    assert [shelf.left for shelf in open_treasury_desks(room.rooms).goods.on_hand()] == [7, 3]
    assert treasurer.get(f"{PAGE}/o_0000000000000000").status_code == 404
    assert treasurer.get(f"{PAGE}/o_1").status_code == 404


def test_a_slip_of_the_pen_keeps_what_was_typed_and_changes_nothing(room: TreasuryRoom) -> None:
    answer = room.browser("treasurer").send(PAGE, {**_gift(room), "value-2": "nine"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Please write the amount in dollars" in page
    assert 'value="stained"' in page
    assert 'value="Ada Example"' in page
    child = room.browser("treasurer").send(PAGE, {**_gift(room), "note-1": "for Maria"})
    assert "never for whom they are" in child.get_data(as_text=True)
    assert open_treasury_desks(room.rooms).goods.on_hand() == []


def test_more_rows_keep_what_was_typed_up_to_what_a_form_can_hold(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    page = treasurer.send(PAGE, {**_gift(room), "act": "more"}).get_data(as_text=True)
    assert 'id="description-6"' in page
    assert 'value="Winter coats"' in page
    page = treasurer.send(PAGE, {**_gift(room), "act": "more", "rows": "6"}).get_data(as_text=True)
    assert 'id="description-8"' in page
    assert 'id="description-9"' not in page
    assert "More rows" not in page


def test_who_may_not_take_in_or_draft_is_refused(room: TreasuryRoom) -> None:
    _take_in(room)
    auditor = room.browser("auditor")
    assert auditor.get(PAGE).status_code == 200
    assert "Take it in" not in auditor.get(PAGE).get_data(as_text=True)
    purchaser = room.browser("purchaser")
    assert purchaser.send(PAGE, _gift(room)).status_code == 403
    assert room.browser("approver").get(PAGE).status_code == 403


def test_securities_are_sold_and_what_they_bring_fills_clothing_funds(room: TreasuryRoom) -> None:
    shares = {
        **_gift(room),
        "kind": "securities",
        "description-1": "Shares of Example Industries",
        "condition-1": "",
        "value-1": "130.00",
        "description-2": "",
    }
    assert room.browser("treasurer").send(PAGE, shares).status_code == 303
    purchaser = room.browser("purchaser")
    sale = {**_leaving(room, _thing(purchaser), "12"), "how": "sold", "proceeds": "135.00", "commission": "1.50"}
    drafted = purchaser.send(PAGE, sale).headers["Location"]
    assert "$133.50" in purchaser.get(drafted).get_data(as_text=True)
    assert room.browser("treasurer").send(drafted, {"act": "approve"}).status_code == 303
    room.street.worker().drain()
    assert open_treasury_desks(room.rooms).spending.funds()[0].designated_cents == 13_000
    awaited = open_treasury_desks(room.rooms).bank.list_awaited()
    assert [(one.act, one.cents) for one in awaited] == [("booked", 13_350)]
