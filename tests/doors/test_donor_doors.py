"""/treasury/donors: names stay masked until a key is proved; a file of the past is tried before it is taken in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from donations.tables import AuditAct, Donor
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.import_form import ImportForm
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

GIVEWP = (
    "Donation ID,First Name,Last Name,Email Address,Donation Total,Donation Date,Donation Status\n"
    "1,Zoe,Other,zoe@example.org,25.00,2025-01-02,Complete\n2,=cmd,Bad,x,25.0,2025-01-02,Complete\n"
)


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house that has one gift."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        street.give(FORM, how="paid")
        street.deliver_and_drain()
        yield staffed(street)


def test_names_are_masked_until_a_key_is_proved_and_each_look_is_audited(room: TreasuryRoom) -> None:
    with room.rooms.database.read() as session:
        donor = session.scalars(select(Donor)).one()
    browser = room.browser("treasurer")
    found = browser.send("/treasury/donors", {"query": donor.name}).get_data(as_text=True)
    page = browser.get(f"/treasury/donors/{donor.reference}").get_data(as_text=True)
    assert donor.reference in found
    assert donor.email not in found + page
    assert donor.name not in page
    assert donor.name in browser.get(f"/treasury/donors/{donor.reference}/shown").get_data(as_text=True)
    stale = room.browser("treasurer", fresh=False).get(f"/treasury/donors/{donor.reference}/shown")
    assert stale.status_code == 303
    assert room.browser("auditor").get(f"/treasury/donors/{donor.reference}/shown").status_code == 403
    with room.rooms.database.read() as session:
        acts = session.scalars(select(AuditAct).where(AuditAct.act == "see_donor")).all()
    assert [act.subject for act in acts] == [donor.reference]


def test_a_file_is_tried_then_taken_in_and_a_pair_is_merged_and_taken_back(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer")
    form = ImportForm.of(browser, GIVEWP)
    assert "nothing was changed" in form.send("try")
    assert '"\'=cmd"' in form.send("refused")
    assert "Gifts taken in: 1" in form.send("take")
    with room.rooms.database.read() as session:
        one, other = session.scalars(select(Donor).order_by(Donor.id))
    page = f"/treasury/donors/{other.reference}"
    wish = {"into": one.reference, "reason": "new_email"}
    assert browser.send(f"{page}/merge", wish, page=page).status_code == 303
    assert browser.send(f"{page}/merge", wish, page=page).status_code == 422
    back = re.search(r"unmerge/m_[0-9a-z]{16}", browser.get(page).get_data(as_text=True))
    assert back is not None
    assert browser.send(f"/treasury/donors/{one.reference}/{back[0]}", {}, page=page).status_code == 303
    assert "taken back" in browser.get(page).get_data(as_text=True)
    assert browser.get("/treasury/duplicates").status_code == 200
