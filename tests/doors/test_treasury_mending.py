"""A name misspelt at the desk is mended on the gift's page while no document tells it, and never afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Foundry
from tests.journeys.houses import founded, street_of, today_of
from tests.treasury_room import Browser, TreasuryRoom, staffed

RIGHT = {
    "name": "Ada Example",
    "address_line1": "2 New Street",
    "city": "Reno",
    "region": "NV",
    "postal_code": "89501",
}


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house that the worker has not been in since a gift of the desk was posted."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def _posted(treasurer: Browser, day: str) -> str:
    """Post a batch of one cash gift and return the address of its page."""
    batch = treasurer.send("/treasury/batches", {"count": "1", "total": "5.00"}).headers["Location"]
    cash = {"kind": "cash", "amount": "5.00", "name": "Ada Exmaple", "received_on": day, "email": ""}
    assert treasurer.send(batch, cash).status_code == 303
    assert treasurer.send(f"{batch}/post", {}, page="/treasury/account").status_code == 303
    found = re.search(r"/treasury/gifts/g_[0-9a-z]{16}", treasurer.get(batch).get_data(as_text=True))
    assert found is not None
    return found[0]


def test_a_name_is_mended_before_its_first_document_and_the_receipt_tells_it_rightly(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    gift = _posted(treasurer, today_of(room.street).isoformat())
    assert "Mend the name or address" in treasurer.get(gift).get_data(as_text=True)
    assert treasurer.send(f"{gift}/contact", {**RIGHT, "country": "US"}, page=gift).status_code == 303
    assert "Ada Example" in treasurer.get(gift).get_data(as_text=True)
    room.street.worker().drain()
    after = treasurer.get(gift).get_data(as_text=True)
    assert "R-2026-" in after
    assert "Mend the name or address" not in after, "a document tells the name now"
    too_late = treasurer.send(f"{gift}/contact", {"name": "Eve Example"}, page="/treasury/account")
    assert too_late.status_code == 422
    assert "Ada Example" in treasurer.get(gift).get_data(as_text=True)


def test_what_cannot_be_a_name_or_an_address_changes_nothing(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    gift = _posted(treasurer, today_of(room.street).isoformat())
    for wrong in (
        {},
        {"name": "4"},
        {"name": "x" * 500},
        {"city": "Reno"},
        {**RIGHT, "country": "ZZ"},
    ):
        refused = treasurer.send(f"{gift}/contact", wrong, page=gift)
        assert (refused.status_code, "Nothing was changed" in refused.get_data(as_text=True)) == (422, True), wrong
    assert "Ada Exmaple" in treasurer.get(gift).get_data(as_text=True)
    unknown = treasurer.send("/treasury/gifts/g_0000000000000000/contact", RIGHT, page="/treasury/account")
    assert unknown.status_code == 404
    assert room.browser("auditor").send(f"{gift}/contact", RIGHT, page="/treasury/account").status_code == 403
