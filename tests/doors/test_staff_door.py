"""Staff come, change and go in the treasury: asked by an admin, decided by another, carried out by the worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from donations import audit_log
from donations.audit_log import Search
from donations.tables import OutboxRow, Staff
from donations.worker.scribe import read_heads
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

CY = {"name": "Cy Clerk", "email": "Cy@example.org", "role_purchaser": "1"}


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house whose members have all come in once."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        built = staffed(street)
        now = built.rooms.clock.now()
        built.rooms.database.write(lambda session: session.execute(update(Staff).values(joined_at=now)))
        yield built


def _carried_out(room: TreasuryRoom, page: str, fields: dict[str, str]) -> str:
    """Ask as the admin, approve as the approver, let the worker work, and return the request's last state."""
    asked = room.browser("admin").send(page, fields)
    assert asked.status_code == 303, asked.get_data(as_text=True)
    request = asked.headers["Location"]
    approver = room.browser("approver")
    assert approver.send(request, {"decision": "approve"}).status_code == 303
    room.street.deliver_and_drain()
    return approver.get(request).get_data(as_text=True)


def _people(room: TreasuryRoom) -> dict[str, Staff]:
    with room.rooms.database.read() as session:
        return {row.email: row for row in session.scalars(select(Staff))}


def test_two_people_let_a_third_in_and_all_are_told(room: TreasuryRoom) -> None:
    shown = _carried_out(room, "/treasury/staff", CY)
    assert "done" in shown
    cy = _people(room)["cy@example.org"]
    assert (cy.is_active, cy.joined_at) == (1, None)
    with room.rooms.database.read() as session:
        kinds = [row.kind for row in session.scalars(select(OutboxRow))]
    assert kinds.count("mail_staff_invitation") == 1
    assert kinds.count("mail_staff_notice") == 5


def test_roles_change_and_sign_ins_end_by_two_people(room: TreasuryRoom) -> None:
    browser, auditor = room.browser("auditor"), room.members["auditor"]
    assert browser.get("/treasury").status_code == 200
    page = f"/treasury/staff/{auditor.reference}"
    assert "done" in _carried_out(room, page, {"act": "roles", "role_treasurer": "1"})
    assert browser.get("/treasury").status_code == 303
    assert room.browser("auditor").get("/treasury/import").status_code in {200, 404}
    assert room.browser("auditor").get("/treasury/audit").status_code == 403


def test_who_is_revoked_is_out(room: TreasuryRoom) -> None:
    browser, member = room.browser("purchaser"), room.members["purchaser"]
    assert "done" in _carried_out(room, f"/treasury/staff/{member.reference}", {"act": "revoke"})
    assert browser.get("/treasury").status_code == 303
    assert _people(room)[member.email].is_active == 0


@pytest.mark.parametrize("role", ["admin", "approver"])
def test_the_last_who_can_decide_stays(room: TreasuryRoom, role: str) -> None:
    reference = {member.roles[0]: member.reference for member in room.members.values()}
    page = f"/treasury/staff/{reference[role]}"  # type: ignore[index]
    for fields in ({"act": "revoke"}, {"act": "roles", "role_auditor": "1"}):
        answer = room.browser("admin").send(page, fields)
        assert answer.status_code == 422
        assert f"the last {role}" in answer.get_data(as_text=True)


def test_an_admin_ends_anothers_sign_ins_at_once(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer")
    page = f"/treasury/staff/{room.members['treasurer'].reference}"
    assert room.browser("admin").send(page, {"act": "sign_out"}).status_code == 303
    assert browser.get("/treasury").status_code == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({**CY, "name": "  "}, "write a name"),
        ({**CY, "email": "cy@"}, "e-mail address"),
        ({"name": "Cy", "email": "cy@example.org"}, "at least one role"),
    ],
)
def test_what_cannot_be_believed_is_told_and_kept(room: TreasuryRoom, fields: dict[str, str], sentence: str) -> None:
    answer = room.browser("admin").send("/treasury/staff", fields)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_every_act_is_chained_and_its_end_is_carried_out_of_the_database(room: TreasuryRoom) -> None:
    _carried_out(room, "/treasury/staff", CY)
    keys, heads = room.rooms.settings.secret_keys, read_heads(room.rooms.settings.registers)
    with room.rooms.database.read() as session:
        assert not audit_log.has_unchained(session)
        assert audit_log.verify(session, keys, heads) == []
        assert audit_log.head_of(session) == heads[-1]
        acts = audit_log.search(session, Search(zone=room.rooms.settings.zone))
        letters = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail_audit_head")).all()
    assert {"approval_requested", "approval_given", "staff_invited", "approval_done"} <= {act.act for act in acts}
    assert len(letters) == 1


def test_the_log_is_searched_by_subject_actor_and_day(room: TreasuryRoom) -> None:
    _carried_out(room, "/treasury/staff", CY)
    approver = room.browser("approver")
    cy = _people(room)["cy@example.org"]
    own = approver.get(f"/treasury/audit?actor={room.members['admin'].reference}").get_data(as_text=True)
    assert "approval requested" in own
    assert "approval given" not in own
    about = approver.get(f"/treasury/audit?subject={cy.reference}").get_data(as_text=True)
    assert "staff invited" in about
    assert "approval requested" not in about
    assert "No act fits" in approver.get("/treasury/audit?day=2001-01-01").get_data(as_text=True)
    assert approver.get("/treasury/audit?day=soon").status_code == 422


def test_the_log_names_no_address(room: TreasuryRoom) -> None:
    _carried_out(room, "/treasury/staff", CY)
    page = room.browser("approver").get("/treasury/audit").get_data(as_text=True)
    assert "@" not in page
