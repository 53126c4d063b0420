"""/treasury/import: columns are mapped in the page, tried, then taken in; the file is kept nowhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import request
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from donations.app import create_app
from donations.donors import read_mapping
from donations.simulator import control
from donations.staff import Role, StaffDesk
from donations.tables import ImportedGift
from tests.databases import Foundry
from tests.import_form import ImportForm
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

PAPER = (
    "Received From,Gift Amount,Day,=SUM(A1)\n"
    'Zoe Other,"1,025.00",01/02/2025,<script>\nBo Bad,twelve,01/02/2025,+1\nAda Example,25,12/31/2024,\n'
)


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def _taken(room: TreasuryRoom) -> list[int]:
    with room.rooms.database.read() as session:
        return sorted(session.scalars(select(ImportedGift.amount_cents)))


def test_a_file_of_ones_own_is_mapped_tried_and_taken_in_once(room: TreasuryRoom) -> None:
    form = ImportForm.of(room.browser("treasurer"), PAPER)
    assert (form.fields["column_0"], form.fields["column_1"], form.fields["column_2"]) == ("name", "amount", "")
    assert "Choose which column is the date." in form.send("try", source="paper-book")
    tried = form.send("try", column_2="date", dates="month_first")
    assert form.status == 200
    assert "Zoe Other" in tried
    assert "&lt;script&gt;" in tried
    assert "The amount is not an amount" in tried
    assert _taken(room) == []
    refused = form.send("refused")
    assert '"\'=SUM(A1)"' in refused
    assert '"\'+1"' in refused
    assert "Gifts taken in: 2" in form.send("take")
    assert _taken(room) == [2_500, 102_500]
    again = ImportForm.of(room.browser("treasurer"), PAPER)
    again.send("try", source="paper-book", column_2="date", dates="month_first")
    assert "known already: 2" in again.send("take")


def test_what_was_chosen_anew_must_be_tried_before_it_is_taken_in(room: TreasuryRoom) -> None:
    form = ImportForm.of(room.browser("treasurer"), PAPER)
    assert "Try it again" in form.send("take", source="paper-book", column_2="date", dates="month_first")
    form.send("try", source="paper-book", column_2="date", dates="month_first")
    assert "Try it again" in form.send("take", dates="day_first")
    assert (form.status, _taken(room)) == (422, [])


def test_a_stale_key_keeps_the_page_and_a_key_proved_elsewhere_finishes_it(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer", fresh=False)
    form = ImportForm.of(browser, PAPER)
    form.send("try", source="paper-book", column_2="date", dates="month_first")
    assert "Prove my passkey" in form.send("take")
    assert (form.status, _taken(room)) == (403, [])
    desk = StaffDesk(database=room.rooms.database, clock=room.rooms.clock)
    proved = desk.begin_session(room.members["treasurer"].id, with_key=True)
    browser.client.set_cookie("s", proved, domain="127.0.0.1")
    assert "Gifts taken in: 2" in form.send("take")


def test_a_package_counts_for_whoever_sent_it_alone_and_for_an_hour(room: TreasuryRoom) -> None:
    form = ImportForm.of(room.browser("treasurer"), PAPER)
    kept = dict(form.fields)
    stranger = ImportForm(room.browser("treasurer"), kept | {"seal": kept["seal"][::-1], "form_token": "0" * 32})
    stranger.send("try")
    assert stranger.status == 403
    forged = ImportForm(form.browser, kept | {"package": "eJwDAAAAAAE="})
    assert "choose the file again" in forged.send("try")
    control.set_clock(room.street.stripe, room.rooms.clock.now() + timedelta(minutes=61))
    late = ImportForm(room.browser("treasurer"), kept)
    late.send("try")
    assert late.status == 403


def test_choices_are_kept_as_a_file_and_suggested_from_it(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer")
    form = ImportForm.of(browser, PAPER + 'Cy Example,"9",3/4/2025,paid\n')
    form.send("try", source="paper-book", column_2="date", column_3="status", dates="day_first", amounts="comma")
    kept = form.send("keep", meaning_0="left_out")
    assert read_mapping(kept).columns["status"] == "=SUM(A1)"
    again = ImportForm.of(browser, PAPER, kept).fields
    told = {
        "source": "paper-book",
        "column_2": "date",
        "dates": "day_first",
        "amounts": "comma",
        "meaning_0": "left_out",
    }
    assert {name: again[name] for name in told} == told
    assert ImportForm.of(browser, PAPER, "source = ").status == 422


def test_only_the_treasurer_finds_the_import(room: TreasuryRoom) -> None:
    roles: tuple[Role, ...] = ("auditor", "approver", "purchaser", "admin")
    for role in roles:
        assert room.browser(role).get("/treasury/import/columns").status_code == 403


def test_a_large_file_is_tried_and_one_past_the_limit_is_refused(room: TreasuryRoom) -> None:
    rows = "".join(f"Ada Example {n},5,01/02/2025,\n" for n in range(60_000))
    form = ImportForm.of(room.browser("treasurer"), "Name,Amount,Date,More\n" + rows)
    assert (form.status, form.fields["source"]) == (200, "")
    assert "60000" in form.send("try", source="paper-book")
    assert ImportForm.of(room.browser("treasurer"), "a,b\n" + "x" * 10 * 1024 * 1024).status == 422
    assert ImportForm.of(room.browser("treasurer"), "a,b\n" + "x" * 17 * 1024 * 1024).status == 413


def test_no_upload_is_written_to_a_disk(room: TreasuryRoom) -> None:
    app = create_app(room.rooms)
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(b"a,b\n" * 300_000), "gifts.csv")})
    shape = f"multipart/form-data; boundary={boundary}"
    with app.test_request_context("/treasury/import", method="POST", data=body, content_type=shape):
        request.max_content_length = len(body)
        assert isinstance(request.files["file"].stream, io.BytesIO)
