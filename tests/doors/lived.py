"""A house that lived through one of each: what tests of the treasury's objects and of its two people share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from donations import partners, reporting
from donations.acknowledgment import request_statements
from donations.app import create_app
from donations.audit_log import COMMAND
from donations.bank import Saying
from donations.bank.months import last_day_of
from donations.clock import day_in_zone
from donations.goods import GoodsWish, ItemWish
from donations.simulator import acts
from donations.staff import ROLES, Member
from donations.staff.desk import add_member
from donations.tables import (
    Donor,
    Gift,
    OfflineGift,
    Receipt,
    clothing_fund,
)
from donations.wiring import open_treasury_desks
from tests.bank_files import Told, ofx
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.money_facts import close_period
from tests.treasury_room import Browser, TreasuryRoom, staffed

CLOSED = "2025-12"
"""A month before the house was founded: nothing of the tests lies in it."""
BILL = {"receipt_number": "W-1", "amount": "130.00", "count": "1", "outfit": "5", "shoes": "1", "paid_from": "bank"}
REFUND = {"amount": "1.00", "reason": "requested_by_customer"}


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
    at_desk: str
    """A gift that was entered at the desk."""
    drafted: list[str] = field(default_factory=list)
    """Purchases that this person drafted in any sequence: a clothing fund is bought for once."""


@contextmanager
def lived_house(foundry: Foundry, home: Path, faces: Path, *, port: int = 8000) -> Iterator[Lived]:
    """Let a house live through one of each: gift, receipt, payout, batch, purchase, request, clothing fund, donor."""
    with founded(foundry, home, faces, port=port) as house, street_of(house) as street:
        for _ in range(2):
            street.give(FORM, how="paid")
            street.deliver_and_drain()
        paid_out = acts.pay_out_all(street.stripe).objects[0]
        street.deliver_and_drain()
        room = staffed(street)
        line = _matched_line(room)
        close_period(room.rooms.database, last_day_of(CLOSED))
        objects = _objects(room, paid_out, line)
        year = _ask_statements(room)
        street.worker().drain()
        objects["/treasury/year-end/statements/<number>.pdf"] = {"number": _statement_of(room, year)}
        yield Lived(
            room=room,
            app=create_app(room.rooms),
            objects=objects,
            whole=_hire_for_everything(room),
            line=line,
            at_desk=_desk_gift(room),
        )


def _matched_line(room: TreasuryRoom) -> str:
    """Take in a line of the bank and book it as a charge of the bank's."""
    desk = open_treasury_desks(room.rooms).bank
    desk.take_in(COMMAND, "children", ofx([Told(fitid="1", on=date.fromisoformat(_today(room)), cents=-150)]))
    (waiting,) = desk.list_waiting()
    desk.accept(COMMAND, waiting.line.reference, Saying(act="charge"))
    return waiting.line.reference


def _ask_statements(room: TreasuryRoom) -> int:
    now, year = room.rooms.clock.now(), date.fromisoformat(_today(room)).year
    room.rooms.database.write(lambda session: request_statements(session, year=year, now=now))
    return year


def _statement_of(room: TreasuryRoom, year: int) -> str:
    with room.rooms.database.read() as session:
        return reporting.list_statements(session, year)[0].number


def _hire_for_everything(room: TreasuryRoom) -> Member:
    now = room.rooms.clock.now()
    return room.rooms.database.write(
        lambda session: add_member(session, name="Whole", email="whole@example.org", roles=ROLES, now=now)
    )


def _objects(room: TreasuryRoom, payout_id: str, line: str) -> dict[str, dict[str, str]]:
    treasurer, purchaser = room.browser("treasurer"), room.browser("purchaser")
    purchase = last_of(purchaser.send("/treasury/purchases", BILL).headers["Location"])
    with room.rooms.database.read() as session:
        number = session.scalars(
            select(Receipt.number).where(Receipt.series == "R").order_by(Receipt.n.desc()).limit(1)
        ).one()
        donor = session.scalars(select(Donor.reference).limit(1)).one()
        code = session.scalars(select(clothing_fund.c.code).limit(1)).one()
    gift_reference = _gift(treasurer)
    asked = last_of(
        treasurer.send(
            f"/treasury/gifts/{gift_reference}/refund", REFUND, page=f"/treasury/gifts/{gift_reference}"
        ).headers["Location"]
    )
    batch = last_of(treasurer.send("/treasury/batches", {"count": "1", "total": "5.00"}).headers["Location"])
    cash = {"kind": "cash", "amount": "5.00", "name": "Ada", "received_on": _today(room), "email": ""}
    assert treasurer.send(f"/treasury/batches/{batch}", cash).status_code == 303
    assert treasurer.send(f"/treasury/batches/{batch}/post", {}, page="/treasury/account").status_code == 303
    return {
        "/treasury/api-keys/<reference>": {"reference": _key(room)},
        "/treasury/appeals/<tag>": {"tag": _appeal(treasurer)},
        "/treasury/approvals/<reference>": {"reference": asked},
        "/treasury/bank/lines/<reference>": {"reference": line},
        "/treasury/batches/<reference>": {"reference": batch},
        "/treasury/donors/<reference>": {"reference": donor, "merge_reference": "m_0000000000000000"},
        "/treasury/exports/<reference>": {"reference": asked},
        "/treasury/funds/<code>": {"code": code},
        "/treasury/goods/<reference>": {"reference": _goods(room)},
        "/treasury/gifts/<reference>": {"reference": gift_reference, "number": number},
        "/treasury/partners/<reference>": {"reference": _partner(room)},
        "/treasury/payouts/<payout_id>": {"payout_id": payout_id},
        "/treasury/purchases/<reference>": {"reference": purchase},
        "/treasury/staff/<reference>": {"reference": room.members["auditor"].reference},
        "/treasury/account/keys/<int:key_id>": {"key_id": "1"},
        "/treasury/account/sign-ins/<short>": {"short": "0" * 16},
    }


def _key(room: TreasuryRoom) -> str:
    """Agree on a key that the admin of the house asked for."""
    now, people = room.rooms.clock.now(), (room.members["admin"].reference, room.members["approver"].reference)
    return room.rooms.database.write(
        lambda session: partners.agree_on_key(session, label="A script", scope="public", people=people, now=now)
    )


def _appeal(treasurer: Browser) -> str:
    return last_of(treasurer.send("/treasury/appeals", {"tag": "spring"}).headers["Location"])


def _partner(room: TreasuryRoom) -> str:
    desk = open_treasury_desks(room.rooms).partners
    return desk.subscribe(COMMAND, "https://hooks.example.org/almoner", ["report.published"])


def _goods(room: TreasuryRoom) -> str:
    """Take coats in, and let the purchaser draft that some leave."""
    coats = ItemWish(description="Winter coats", count=1_000, condition="new", value_cents=4_000_000)
    day = date.fromisoformat(_today(room))
    wish = GoodsWish(kind="goods", name="Cy Example", handed_over_on=day, place="The workroom", items=(coats,))
    open_treasury_desks(room.rooms).goods.take_in(wish, actor=COMMAND)
    return last_of(draft_goods(room.browser("purchaser"), _today(room)).headers["Location"])


def draft_goods(browser: Browser, day: str) -> TestResponse:
    """Draft that one thing leaves of whatever is on hand first."""
    thing = re.search(r'value="(g_[0-9a-z]{16}/1)"', browser.get("/treasury/goods").get_data(as_text=True))
    told = {"act": "draft", "how": "given", "out_on": day, "thing-1": thing[1] if thing else "", "pieces-1": "1"}
    return browser.send("/treasury/goods", told, page="/treasury/account")


def _desk_gift(room: TreasuryRoom) -> str:
    with room.rooms.database.read() as session:
        kept = select(Gift.reference).join(OfflineGift, OfflineGift.gift_id == Gift.id)
        return session.scalars(kept.limit(1)).one()


def _today(room: TreasuryRoom) -> str:
    return day_in_zone(room.rooms.clock.now(), room.rooms.settings.zone).isoformat()


def last_of(address: str) -> str:
    return address.rsplit("/", 1)[1]


def _gift(browser: Browser) -> str:
    found = re.search(r"/treasury/gifts/(g_[0-9a-z]{16})", browser.get("/treasury/gifts").get_data(as_text=True))
    assert found is not None
    return found[1]


def own_object(objects: dict[str, dict[str, str]], rule: Rule) -> dict[str, str]:
    """Return the real object of a rule; a rule without one fails."""
    found = [values for prefix, values in objects.items() if rule.rule.startswith(prefix)]
    assert found, f"{rule.rule} names an object: give this test a real one"
    return found[0]


def address_of(rule: Rule, values: dict[str, str]) -> str:
    """Return a rule's address with these values."""
    return re.sub(r"<(?:int:)?(\w+)>", lambda name: values[name[1]], rule.rule)
