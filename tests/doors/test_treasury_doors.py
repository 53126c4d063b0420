"""/treasury: nobody is in by accident, and money goes back only when two people want it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from donations.app import create_app
from donations.errors import BrokenInvariantError
from donations.giving import gift_dossier
from donations.simulator import control
from donations.staff import Role
from donations.tables import AuditAct
from donations.web.treasury.access import refuse_undeclared
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.treasury_room import Browser, TreasuryRoom, staffed

BASE = "http://127.0.0.1:8000"
REFUND = {"amount": "30.00", "reason": "requested_by_customer"}


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def _settled_gift(room: TreasuryRoom) -> str:
    given = room.street.give(FORM, how="paid")
    room.street.deliver_and_drain()
    return given.begun.reference


def _returned_cents(room: TreasuryRoom, reference: str) -> int:
    with room.rooms.database.read() as session:
        return int(gift_dossier(session, reference)["refunded_cents"])


def test_who_is_not_in_is_shown_the_entrance_and_nothing_else(room: TreasuryRoom) -> None:
    stranger = Browser(client=create_app(room.rooms).test_client(), member=room.members["admin"], base_url=BASE)
    for path in ("/treasury", "/treasury/gifts", "/treasury/approvals"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/treasury/enter")
    stranger.client.set_cookie("s", "0" * 64, domain="127.0.0.1")
    assert stranger.get("/treasury").status_code == 303


def test_a_sign_in_ends_when_nobody_is_there(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer")
    assert browser.get("/treasury").status_code == 200
    control.set_clock(room.street.stripe, room.rooms.clock.now() + timedelta(minutes=16))
    assert browser.get("/treasury").status_code == 303


@pytest.mark.parametrize(("role", "opens"), [("treasurer", 200), ("approver", 200), ("auditor", 200), ("admin", 403)])
def test_admins_see_no_gift(room: TreasuryRoom, role: Role, opens: int) -> None:
    assert room.browser(role).get("/treasury/gifts").status_code == opens


def test_a_route_that_declares_no_permission_stops_the_start(room: TreasuryRoom) -> None:
    app = create_app(room.rooms)
    app.add_url_rule("/treasury/forgotten", "forgotten", lambda: "open")
    with pytest.raises(BrokenInvariantError, match="/treasury/forgotten"):
        refuse_undeclared(app)


def test_a_form_without_the_token_of_this_sign_in_changes_nothing(room: TreasuryRoom) -> None:
    reference = _settled_gift(room)
    browser, other = room.browser("treasurer"), room.browser("treasurer")
    path = f"/treasury/gifts/{reference}/refund"
    foreign = other.get(f"/treasury/gifts/{reference}").get_data(as_text=True).split('form_token" value="')[1][:32]
    for token in ("", foreign):
        assert (
            browser.client.post(path, data={**REFUND, "form_token": token}, base_url=browser.base_url).status_code
            == 403
        )
    assert _requests(room) == []


def test_a_refund_wants_a_key_just_proved_and_two_people(room: TreasuryRoom) -> None:
    reference = _settled_gift(room)
    page = f"/treasury/gifts/{reference}"
    stale = room.browser("treasurer", fresh=False)
    assert stale.send(f"{page}/refund", REFUND, page=page).headers["Location"] == (
        f"/treasury/step-up?next=%2Ftreasury%2Fgifts%2F{reference}"
    )
    treasurer, approver = room.browser("treasurer"), room.browser("approver")
    asked = treasurer.send(f"{page}/refund", REFUND, page=page)
    request = asked.headers["Location"]
    assert treasurer.send(request, {"decision": "approve"}).status_code == 403
    room.street.deliver_and_drain()
    assert _returned_cents(room, reference) == 0
    assert "$30.00" in approver.get(request).get_data(as_text=True)
    assert approver.send(request, {"decision": "approve"}).status_code == 303
    room.street.deliver_and_drain()
    assert _returned_cents(room, reference) == 3_000
    assert "done" in approver.get(request).get_data(as_text=True)
    assert _acts(room) == ["approval_requested", "approval_given", "approval_done"]


def test_more_than_can_go_back_is_refused_in_words(room: TreasuryRoom) -> None:
    reference = _settled_gift(room)
    page = f"/treasury/gifts/{reference}"
    answer = room.browser("treasurer").send(f"{page}/refund", {**REFUND, "amount": "131.00"}, page=page)
    assert answer.status_code == 422
    assert "Between $0.01 and $130.00" in answer.get_data(as_text=True)


def test_a_receipt_is_void_once_another_person_agrees(room: TreasuryRoom) -> None:
    reference = _settled_gift(room)
    with room.rooms.database.read() as session:
        number = gift_dossier(session, reference)["receipts"][0]["number"]
    page = f"/treasury/gifts/{reference}"
    asked = room.browser("treasurer").send(
        f"{page}/documents/{number}", {"act": "void", "reason": "issued_in_error"}, page=page
    )
    approver = room.browser("approver")
    assert approver.send(asked.headers["Location"], {"decision": "approve"}).status_code == 303
    room.street.deliver_and_drain()
    with room.rooms.database.read() as session:
        assert gift_dossier(session, reference)["receipts"][0]["status"] == "void"


def test_a_request_nobody_decides_lapses(room: TreasuryRoom) -> None:
    reference = _settled_gift(room)
    page = f"/treasury/gifts/{reference}"
    request = room.browser("treasurer").send(f"{page}/refund", REFUND, page=page).headers["Location"]
    control.set_clock(room.street.stripe, room.rooms.clock.now() + timedelta(hours=73))
    answer = room.browser("approver").send(request, {"decision": "approve"})
    assert answer.status_code in {403, 422}
    room.street.deliver_and_drain()
    assert _returned_cents(room, reference) == 0


def _requests(room: TreasuryRoom) -> list[str]:
    with room.rooms.database.read() as session:
        return [act.act for act in session.scalars(select(AuditAct).where(AuditAct.act == "approval_requested"))]


def _acts(room: TreasuryRoom) -> list[str]:
    with room.rooms.database.read() as session:
        return list(session.scalars(select(AuditAct.act).order_by(AuditAct.id)))
