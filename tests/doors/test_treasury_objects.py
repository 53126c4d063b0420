"""Every route that names an object × every role × an object that is there, one that is not, and another person's.

The routes come from the URL map: a new one without a real object in `lived` fails the first test.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from donations.staff import ROLES, Action, Member, Right, Role, permits
from donations.tables import (
    StaffPasskey,
    StaffSession,
)
from donations.web.treasury.access import PREFIX, declared_permission
from tests.databases import Foundry
from tests.doors.lived import Lived, address_of, lived_house, own_object

NOBODYS = {
    "reference": "x_0000000000000000",
    "number": "R-2026-999999-9",
    "payout_id": "po_unknown",
    "code": "CF-000000",
    "merge_reference": "m_0000000000000000",
    "key_id": "999",
    "tag": "nothing",
    "short": "0" * 16,
}
OF_A_STRANGER = ("/treasury/enter/link/<token>", "/treasury/invitation/<token>")
"""Opened by a secret, not by a role; tests/doors/test_entrance_door.py."""


@pytest.fixture
def lived(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Lived]:
    """Open a house that lived through one of each."""
    with lived_house(foundry, tmp_path, cache_folder / "fonts") as house:
        yield house


def _named(app: Flask) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX) and rule.arguments]
    return [rule for rule in rules if rule.rule not in OF_A_STRANGER]


def test_what_is_there_opens_for_its_roles_and_nobody_learns_by_asking_what_is_not(lived: Lived) -> None:
    surprises, seen = [], 0
    for rule in _named(lived.app):
        if "GET" not in (rule.methods or ()):
            assert own_object(lived.objects, rule)
            continue
        there, absent = address_of(rule, own_object(lived.objects, rule)), address_of(rule, NOBODYS)
        permission = declared_permission(lived.app, rule.endpoint)
        assert permission is not None
        for role in ROLES:
            browser = lived.room.browser(role)
            told = (browser.get(there).status_code, browser.get(absent).status_code)
            if told != _wanted(role, rule.rule, permission):
                surprises.append((rule.rule, role, told))
            seen += 1
    assert surprises == []
    assert seen >= 40


def _wanted(role: Role, rule: str, permission: tuple[Action, Right]) -> tuple[int, int]:
    """Return the statuses of what is there and what is not; a request is there only for who may see its act."""
    if not permits([role], *permission):
        return (403, 403)
    if rule.startswith("/treasury/approvals/") and not permits([role], "refund", "see"):
        return (404, 404)
    return (200, 404)


def test_no_one_acts_on_what_is_not_there(lived: Lived) -> None:
    surprises, seen = [], 0
    browsers = {role: lived.room.browser(role) for role in ROLES}
    for rule in _named(lived.app):
        if "POST" not in (rule.methods or ()) or "/account/" in rule.rule:
            continue
        permission = declared_permission(lived.app, rule.endpoint)
        assert permission is not None
        for role, browser in browsers.items():
            answer = browser.send(address_of(rule, NOBODYS), {"decision": "approve"}, page="/treasury/account")
            wanted = {404, 422} if permits([role], *permission) else {403}
            if answer.status_code not in wanted:
                surprises.append((rule.rule, role, answer.status_code))
            seen += 1
    assert surprises == []
    assert seen >= 50


def test_ones_own_sign_in_is_ended_and_anothers_is_not(lived: Lived) -> None:
    database = lived.room.rooms.database
    treasurer, auditor = lived.room.browser("treasurer"), lived.room.browser("auditor")
    with database.read() as session:
        staff_id = StaffSession.staff_id == auditor.member.id
        shorts = [one[:16] for one in session.scalars(select(StaffSession.token_hash).where(staff_id))]
    for short in shorts:
        treasurer.send(f"/treasury/account/sign-ins/{short}", {}, page="/treasury/account")
    assert auditor.get("/treasury").status_code == 200
    for short in shorts:
        auditor.send(f"/treasury/account/sign-ins/{short}", {}, page="/treasury/account")
    assert auditor.get("/treasury").status_code == 303


def test_ones_own_key_is_removed_and_anothers_is_not_there(lived: Lived) -> None:
    treasurer, auditor = lived.room.browser("treasurer"), lived.room.browser("auditor")
    mine, theirs = _keys_of(lived, treasurer.member), _keys_of(lived, auditor.member)
    page = "/treasury/account"
    assert treasurer.send(f"{page}/keys/{theirs[0]}", {}, page=page).status_code == 404
    assert treasurer.send(f"{page}/keys/{mine[0]}", {}, page=page).status_code == 303
    with lived.room.rooms.database.read() as session:
        left = set(session.scalars(select(StaffPasskey.id).where(StaffPasskey.removed_at.is_(None))))
    assert left == {mine[1], *theirs}


def _keys_of(lived: Lived, member: Member) -> list[int]:
    """Give a member two keys and return their ids."""
    now = lived.room.rooms.clock.now()

    def add(session: Session) -> list[int]:
        keys = [
            StaffPasskey(
                staff_id=member.id,
                credential_id=f"{member.reference}-{n}",
                public_key="key",
                sign_count=0,
                label=f"Key {n}",
                registered_at=now,
            )
            for n in range(2)
        ]
        session.add_all(keys)
        session.flush()
        return [key.id for key in keys]

    return lived.room.rooms.database.write(add)
