"""One person who holds every role there is: whatever they try, in whatever order, nothing that needs two is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from donations import ledger
from donations.clock import day_in_zone
from donations.tables import (
    ApiKey,
    BankUnmatch,
    GoodsOut,
    Purchase,
    Receipt,
    ReceiptEvent,
    RefundRequest,
    StaffRole,
    clothing_fund,
)
from tests.databases import Foundry
from tests.doors.lived import BILL, CLOSED, REFUND, Lived, draft_goods, last_of, lived_house
from tests.treasury_room import Browser, sign_in


@pytest.fixture
def lived(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Lived]:
    """Open a house that lived through one of each."""
    with lived_house(foundry, tmp_path, cache_folder / "fonts") as house:
        yield house


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

    def let_go(self) -> None:
        """Draft that goods leave."""
        day = day_in_zone(self.lived.room.rooms.clock.now(), self.lived.room.rooms.settings.zone)
        self.tried += 1
        self.lived.drafted.extend(_asked(draft_goods(self.browser, day.isoformat())))

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
            answer = self._send(f"/treasury/exports/{last_of(address)}", {})
            assert "attachment" not in answer.headers.get("Content-Disposition", "")

    def undo(self) -> None:
        """Ask that a match of the bank be undone."""
        self.own += _asked(self._send("/treasury/bank/undo", {"line": self.lived.line, "reason": "wrong_kind"}))

    def take_out(self) -> None:
        """Ask that a gift entered at the desk be taken out of the book."""
        gift = self.lived.at_desk
        self.own += _asked(self._send(f"/treasury/gifts/{gift}/correction", {"reason": "never_came"}))

    def reopen(self) -> None:
        """Ask that a closed month be reopened."""
        self.own += _asked(self._send("/treasury/months", {"month": CLOSED, "act": "reopen"}))

    def replace(self) -> None:
        """Ask that another receipt take the first one's place."""
        gift = self.lived.objects["/treasury/gifts/<reference>"]
        there = f"/treasury/gifts/{gift['reference']}/documents/{gift['number']}"
        self.own += _asked(self._send(there, {"act": "replace", "reason": "misspelt_name", "name": "Eve Example"}))

    def key(self) -> None:
        """Ask for an API key."""
        self.own += _asked(self._send("/treasury/api-keys", {"label": "Board", "scope": "treasury"}))

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
    OnePerson.let_go,
    OnePerson.book,
    OnePerson.approve,
    OnePerson.withdraw,
    OnePerson.fetch,
    OnePerson.undo,
    OnePerson.take_out,
    OnePerson.reopen,
    OnePerson.replace,
    OnePerson.key,
    OnePerson.work,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@hypothesis_given(acts_in_turn=st.lists(st.sampled_from(ACTS), min_size=3, max_size=14))
def test_no_sequence_of_one_persons_calls_does_what_needs_two(
    lived: Lived, acts_in_turn: list[Callable[[OnePerson], None]]
) -> None:
    before = _done(lived)
    person = OnePerson(browser=sign_in(lived.room.rooms, lived.whole), lived=lived)
    for act in (
        OnePerson.refund,
        OnePerson.draft,
        OnePerson.let_go,
        *acts_in_turn,
        OnePerson.approve,
        OnePerson.book,
        OnePerson.work,
    ):
        act(person)
    assert _done(lived) == before
    assert person.own, "nothing was asked for: this proves nothing"
    assert lived.drafted, "nothing was ever drafted: this proves nothing"
    assert person.tried >= 3


def _asked(answer: TestResponse) -> list[str]:
    """Return the address of what was asked for or drafted; nothing where it was refused."""
    return [answer.headers["Location"]] if answer.status_code == 303 else []


def _done(lived: Lived) -> list[object]:
    """Return what only two people can do: refunds, voids, purchases, goods, undone matches, months, roles, money."""
    with lived.room.rooms.database.read() as session:
        return [
            ledger.trial_balance(session),
            ledger.closed_through(session),
            session.scalar(select(func.count()).select_from(BankUnmatch)),
            session.scalar(select(func.count()).select_from(Receipt)),
            session.scalar(select(func.count()).select_from(RefundRequest)),
            session.scalar(select(func.count()).select_from(ReceiptEvent)),
            session.scalar(select(func.count()).where(Purchase.state == "approved")),
            session.scalar(select(func.count()).select_from(ApiKey)),
            session.scalar(select(func.count()).where(GoodsOut.state == "approved")),
            session.scalar(select(func.sum(clothing_fund.c.spent_cents))),
            session.execute(
                select(StaffRole.staff_id, StaffRole.role).order_by(StaffRole.staff_id, StaffRole.role)
            ).all(),
        ]
