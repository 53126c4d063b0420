"""/treasury/search: finds what stands on the paper, only for those who may see it, never in an address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from donations.audit_log import COMMAND
from donations.spending.desk import Bulk
from donations.staff import Role
from donations.tables import Gift, Receipt
from donations.wiring import open_treasury_desks
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

PAGE = "/treasury/search"


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house that received one gift and drafted one bill."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        street.give(FORM, how="paid")
        street.deliver_and_drain()
        yield staffed(street)


def _find(room: TreasuryRoom, role: Role, query: str) -> str:
    page = room.browser(role).send(PAGE, {"query": query}).get_data(as_text=True)
    return page[page.index("<main") :]


def _one(room: TreasuryRoom, column: object) -> str:
    with room.rooms.database.read() as session:
        return str(session.scalars(select(column)).first())  # type: ignore[call-overload]


def test_a_number_leads_to_its_gift(room: TreasuryRoom) -> None:
    gift, number = _one(room, Gift.reference), _one(room, Receipt.number)
    for query in (gift, number, number.lower(), f"  {number} "):
        assert f'href="/treasury/gifts/{gift}"' in _find(room, "treasurer", query)


def test_a_donor_answers_masked_to_those_who_may_see_donors_and_to_nobody_else(room: TreasuryRoom) -> None:
    name, mail = str(FORM["name"]), str(FORM["email"])
    for query in (name, mail):
        found = _find(room, "auditor", query)
        assert "/treasury/donors/d_" in found
        assert f">{name}<" not in found
        assert "/treasury/donors/" not in _find(room, "purchaser", query)
        assert "/treasury/donors/" not in _find(room, "admin", query)


def test_bills_and_funds_are_found_by_what_is_printed_on_them(room: TreasuryRoom) -> None:
    spending = open_treasury_desks(room.rooms).spending
    bill = Bulk(receipt_number="W-7", bought_on=None, paid_from="bank", cents=13_000, count=1, items={"outfit": 5})
    reference = spending.draft_bulk(COMMAND, bill)
    code = spending.funds()[0].code
    for query in ("W-7", reference):
        assert f'href="/treasury/purchases/{reference}"' in _find(room, "purchaser", query)
        assert reference not in _find(room, "admin", query).replace(f'value="{query}"', "")
    assert f'href="/treasury/funds/{code}"' in _find(room, "purchaser", code.lower())


def test_a_cheque_is_found_before_and_after_its_batch_is_posted(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    batch = treasurer.send("/treasury/batches", {"count": "1", "total": "40.00"}).headers["Location"]
    line = {
        "cheque_number": "9041",
        "amount": "40.00",
        "name": "Cleo Example",
        "kind": "cheque",
        "carrier": "by_hand",
    }
    today = room.rooms.clock.now().astimezone(room.rooms.settings.zone).date().isoformat()
    treasurer.send(batch, {**line, "received_on": today})
    assert f'href="{batch}"' in _find(room, "treasurer", "9041")
    assert treasurer.send(f"{batch}/post", {}, page=batch).status_code == 303
    found = _find(room, "treasurer", "9041")
    assert f'href="{batch}"' not in found
    assert "/treasury/gifts/g_" in found


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "no such thing", "x" * 500, "'; drop table gift --"])
def test_what_answers_to_nothing_finds_nothing(room: TreasuryRoom, query: str) -> None:
    assert "<li>" not in _find(room, "treasurer", query)


def test_the_question_is_never_in_an_address_and_the_answer_is_kept_nowhere(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    assert str(FORM["name"]) not in treasurer.get(f"{PAGE}?query={FORM['name']}").get_data(as_text=True)
    assert treasurer.send(PAGE, {"query": "x"}).headers["Cache-Control"] == "no-store"
    assert treasurer.client.post(PAGE, data={"query": "x"}, base_url=treasurer.base_url).status_code == 403
