"""Every route that names an object × every role × an object that is there, one that is not, and another person's.

The routes come from the URL map: a new one without a real object here fails the first test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from donations import ledger
from donations.app import create_app
from donations.audit_log import COMMAND
from donations.bank import Saying
from donations.bank.months import last_day_of
from donations.clock import day_in_zone
from donations.simulator import acts
from donations.staff import ROLES, Action, Member, Right, Role, permits
from donations.staff.desk import add_member
from donations.tables import (
    BankUnmatch,
    Donor,
    Purchase,
    Receipt,
    ReceiptEvent,
    RefundRequest,
    StaffRole,
    StaffSession,
    clothing_fund,
)
from donations.web.treasury.access import PREFIX, declared_permission
from donations.wiring import open_treasury_desks
from tests.bank_files import Told, ofx
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.money_facts import close_period
from tests.treasury_room import Browser, TreasuryRoom, sign_in, staffed

CLOSED = "2025-12"
"""A month before the house was founded: nothing of the tests lies in it."""
BILL = {"receipt_number": "W-1", "amount": "130.00", "count": "1", "outfit": "5", "shoes": "1", "paid_from": "bank"}
REFUND = {"amount": "1.00", "reason": "requested_by_customer"}
NOBODYS = {
    "reference": "x_0000000000000000",
    "number": "R-2026-999999-9",
    "payout_id": "po_unknown",
    "code": "CF-000000",
    "merge_reference": "m_0000000000000000",
    "key_id": "999",
    "short": "0" * 16,
}
OF_A_STRANGER = ("/treasury/enter/link/<token>", "/treasury/invitation/<token>")
"""Opened by a secret, not by a role; tests/doors/test_entrance_door.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A house in which each route that names an object has one, by the rule of the route."""

    room: TreasuryRoom
    app: Flask
    objects: dict[str, dict[str, str]]
    whole: Member
    """One person who holds every role there is."""
    line: str
    """A line of the bank that is matched, in an open month."""
    drafted: list[str] = field(default_factory=list)
    """Purchases that this person drafted in any sequence: a clothing fund is bought for once."""


@pytest.fixture
def lived(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Lived]:
    """Let a house live through one of each: gift, receipt, payout, batch, purchase, request, clothing fund, donor."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as house, street_of(house) as street:
        for _ in range(2):
            street.give(FORM, how="paid")
            street.deliver_and_drain()
        paid_out = acts.pay_out_all(street.stripe).objects[0]
        street.deliver_and_drain()
        room = staffed(street)
        line = _matched_line(room)
        close_period(room.rooms.database, last_day_of(CLOSED))
        objects = _objects(room, paid_out, line)
        street.worker().drain()
        yield Lived(
            room=room,
            app=create_app(room.rooms),
            objects=objects,
            whole=_hire_for_everything(room),
            line=line,
        )


def _matched_line(room: TreasuryRoom) -> str:
    """Take in a line of the bank and book it as a charge of the bank's."""
    desk = open_treasury_desks(room.rooms).bank
    desk.take_in(COMMAND, "children", ofx([Told(fitid="1", on=date.fromisoformat(_today(room)), cents=-150)]))
    (waiting,) = desk.list_waiting()
    desk.accept(COMMAND, waiting.line.reference, Saying(act="charge"))
    return waiting.line.reference


def _hire_for_everything(room: TreasuryRoom) -> Member:
    now = room.rooms.clock.now()
    return room.rooms.database.write(
        lambda session: add_member(session, name="Whole", email="whole@example.org", roles=ROLES, now=now)
    )


def _objects(room: TreasuryRoom, payout_id: str, line: str) -> dict[str, dict[str, str]]:
    treasurer, purchaser = room.browser("treasurer"), room.browser("purchaser")
    purchase = _last(purchaser.send("/treasury/purchases", BILL).headers["Location"])
    with room.rooms.database.read() as session:
        number = session.scalars(select(Receipt.number).order_by(Receipt.n.desc()).limit(1)).one()
        donor = session.scalars(select(Donor.reference).limit(1)).one()
        code = session.scalars(select(clothing_fund.c.code).limit(1)).one()
    gift_reference = _gift(treasurer)
    asked = _last(
        treasurer.send(
            f"/treasury/gifts/{gift_reference}/refund", REFUND, page=f"/treasury/gifts/{gift_reference}"
        ).headers["Location"]
    )
    batch = _last(treasurer.send("/treasury/batches", {"count": "1", "total": "5.00"}).headers["Location"])
    cash = {"kind": "cash", "amount": "5.00", "name": "Ada", "received_on": _today(room), "email": ""}
    assert treasurer.send(f"/treasury/batches/{batch}", cash).status_code == 303
    assert treasurer.send(f"/treasury/batches/{batch}/post", {}, page="/treasury/account").status_code == 303
    return {
        "/treasury/approvals/<reference>": {"reference": asked},
        "/treasury/bank/lines/<reference>": {"reference": line},
        "/treasury/batches/<reference>": {"reference": batch},
        "/treasury/donors/<reference>": {"reference": donor, "merge_reference": "m_0000000000000000"},
        "/treasury/exports/<reference>": {"reference": asked},
        "/treasury/funds/<code>": {"code": code},
        "/treasury/gifts/<reference>": {"reference": gift_reference, "number": number},
        "/treasury/payouts/<payout_id>": {"payout_id": payout_id},
        "/treasury/purchases/<reference>": {"reference": purchase},
        "/treasury/staff/<reference>": {"reference": room.members["auditor"].reference},
        "/treasury/account/keys/<int:key_id>": {"key_id": "1"},
        "/treasury/account/sign-ins/<short>": {"short": "0" * 16},
    }


def _today(room: TreasuryRoom) -> str:
    return day_in_zone(room.rooms.clock.now(), room.rooms.settings.zone).isoformat()


def _last(address: str) -> str:
    return address.rsplit("/", 1)[1]


def _gift(browser: Browser) -> str:
    found = re.search(r"/treasury/gifts/(g_[0-9a-z]{16})", browser.get("/treasury/gifts").get_data(as_text=True))
    assert found is not None
    return found[1]


def _named(app: Flask) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX) and rule.arguments]
    return [rule for rule in rules if rule.rule not in OF_A_STRANGER]


def _own(objects: dict[str, dict[str, str]], rule: Rule) -> dict[str, str]:
    found = [values for prefix, values in objects.items() if rule.rule.startswith(prefix)]
    assert found, f"{rule.rule} names an object: give this test a real one"
    return found[0]


def _address(rule: Rule, values: dict[str, str]) -> str:
    return re.sub(r"<(?:int:)?(\w+)>", lambda name: values[name[1]], rule.rule)


def test_what_is_there_opens_for_its_roles_and_nobody_learns_by_asking_what_is_not(lived: Lived) -> None:
    surprises, seen = [], 0
    for rule in _named(lived.app):
        if "GET" not in (rule.methods or ()):
            assert _own(lived.objects, rule)
            continue
        there, absent = _address(rule, _own(lived.objects, rule)), _address(rule, NOBODYS)
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
            answer = browser.send(_address(rule, NOBODYS), {"decision": "approve"}, page="/treasury/account")
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


@dataclass
class OnePerson:
    """One member with every role, who asks, drafts, and then tries to decide all of it alone."""

    browser: Browser
    lived: Lived
    own: list[str] = field(default_factory=list)
    tried: int = 0

    def refund(self) -> None:
        """Ask that money goes back."""
        gift = self.lived.objects["/treasury/gifts/<reference>"]["reference"]
        # Another sum than the treasurer's: the same wish twice is one request, and hers this person may approve.
        self.own += _asked(self._send(f"/treasury/gifts/{gift}/refund", {**REFUND, "amount": "2.00"}))

    def void(self) -> None:
        """Ask that the receipt be voided."""
        gift = self.lived.objects["/treasury/gifts/<reference>"]
        there = f"/treasury/gifts/{gift['reference']}/documents/{gift['number']}"
        self.own += _asked(self._send(there, {"act": "void", "reason": "issued_in_error"}))

    def roles(self) -> None:
        """Ask that another person become an administrator."""
        auditor = self.lived.room.members["auditor"].reference
        self.own += _asked(self._send(f"/treasury/staff/{auditor}", {"act": "roles", "role_admin": "1"}))

    def export(self) -> None:
        """Ask for a file with names."""
        self.own += _asked(self._send("/treasury/exports", {"file": "donors csv", "year": "2026"}))

    def draft(self) -> None:
        """Draft a purchase."""
        self.lived.drafted.extend(_asked(self._send("/treasury/purchases", BILL)))

    def book(self) -> None:
        """Try to book one's own drafts."""
        for address in self.lived.drafted:
            assert self._send(address, {"act": "approve"}).status_code in {403, 422}

    def approve(self) -> None:
        """Try to approve one's own requests."""
        for address in self.own:
            assert self._send(address, {"decision": "approve"}).status_code in {403, 422}

    def withdraw(self) -> None:
        """Take the first request back."""
        for address in self.own[:1]:
            self._send(address, {"decision": "withdraw"})

    def fetch(self) -> None:
        """Try to fetch what was asked for."""
        for address in self.own:
            answer = self._send(f"/treasury/exports/{_last(address)}", {})
            assert "attachment" not in answer.headers.get("Content-Disposition", "")

    def undo(self) -> None:
        """Ask that a match of the bank be undone."""
        self.own += _asked(self._send("/treasury/bank/undo", {"line": self.lived.line, "reason": "wrong_kind"}))

    def reopen(self) -> None:
        """Ask that a closed month be reopened."""
        self.own += _asked(self._send("/treasury/months", {"month": CLOSED, "act": "reopen"}))

    def replace(self) -> None:
        """Ask that another receipt take the first one's place."""
        gift = self.lived.objects["/treasury/gifts/<reference>"]
        there = f"/treasury/gifts/{gift['reference']}/documents/{gift['number']}"
        self.own += _asked(self._send(there, {"act": "replace", "reason": "misspelt_name", "name": "Eve Example"}))

    def work(self) -> None:
        """Let the worker carry out whatever was agreed on."""
        self.lived.room.street.worker().drain()

    def _send(self, address: str, fields: dict[str, str]) -> TestResponse:
        self.tried += 1
        return self.browser.send(address, fields, page="/treasury/account")


ACTS = (
    OnePerson.refund,
    OnePerson.void,
    OnePerson.roles,
    OnePerson.export,
    OnePerson.draft,
    OnePerson.book,
    OnePerson.approve,
    OnePerson.withdraw,
    OnePerson.fetch,
    OnePerson.undo,
    OnePerson.reopen,
    OnePerson.replace,
    OnePerson.work,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@hypothesis_given(acts_in_turn=st.lists(st.sampled_from(ACTS), min_size=3, max_size=14))
def test_no_sequence_of_one_persons_calls_does_what_needs_two(
    lived: Lived, acts_in_turn: list[Callable[[OnePerson], None]]
) -> None:
    before = _done(lived)
    person = OnePerson(browser=sign_in(lived.room.rooms, lived.whole), lived=lived)
    for act in (OnePerson.refund, OnePerson.draft, *acts_in_turn, OnePerson.approve, OnePerson.book, OnePerson.work):
        act(person)
    assert _done(lived) == before
    assert person.own, "nothing was asked for: this proves nothing"
    assert lived.drafted, "nothing was ever drafted: this proves nothing"
    assert person.tried >= 3


def _asked(answer: TestResponse) -> list[str]:
    """Return the address of what was asked for or drafted; nothing where it was refused."""
    return [answer.headers["Location"]] if answer.status_code == 303 else []


def _done(lived: Lived) -> list[object]:
    """Return what only two people can do: refunds, voids, booked purchases, undone matches, months, roles, money."""
    with lived.room.rooms.database.read() as session:
        return [
            ledger.trial_balance(session),
            ledger.closed_through(session),
            session.scalar(select(func.count()).select_from(BankUnmatch)),
            session.scalar(select(func.count()).select_from(Receipt)),
            session.scalar(select(func.count()).select_from(RefundRequest)),
            session.scalar(select(func.count()).select_from(ReceiptEvent)),
            session.scalar(select(func.count()).where(Purchase.state == "approved")),
            session.scalar(select(func.sum(clothing_fund.c.spent_cents))),
            session.execute(
                select(StaffRole.staff_id, StaffRole.role).order_by(StaffRole.staff_id, StaffRole.role)
            ).all(),
        ]
