"""Partners are told of what happened, in the commit that made it so, once for each fact, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from donations import partners
from donations.audit_log import COMMAND
from donations.errors import FieldRefusedError, SettingsRefusedError
from donations.partners import EVENTS, Happening, is_signed
from donations.ports import PartnerRefusedError
from donations.simulator import acts
from donations.tables import Gift, GiftSettlement, OutboxRow, Receipt
from donations.wiring import open_treasury_desks
from donations.worker.opening import open_workshop
from donations.worker.rounds import Worker
from tests.api_room import ApiRoom, api_room
from tests.databases import Foundry
from tests.doors.conftest import FORM

ADDRESS = "https://hooks.example.org/almoner"


@dataclass
class Postbox:
    """A partner that takes what it is sent, or refuses it."""

    refusal: PartnerRefusedError | None = None
    rung: list[tuple[str, bytes, str]] = field(default_factory=list)

    def ring(self, address: str, body: bytes, signature: str) -> None:
        """Keep it, or refuse it."""
        if self.refusal is not None:
            raise self.refusal
        self.rung.append((address, body, signature))


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[ApiRoom]:
    """Open a house without gifts."""
    with api_room(foundry, tmp_path, cache_folder / "fonts", gifts=0) as opened:
        yield opened


def subscribe(room: ApiRoom, *events: str) -> str:
    """Begin to tell a partner."""
    return open_treasury_desks(room.rooms).partners.subscribe(COMMAND, ADDRESS, events or tuple(EVENTS))


def drain(room: ApiRoom, box: Postbox) -> None:
    """Deliver what Stripe told, and work it off with this partner outside."""
    room.street.deliver()
    Worker(replace(open_workshop(room.rooms), partners=box)).drain()


def told(box: Postbox) -> list[tuple[str, str]]:
    """Return type and reference of what a partner was told, in order."""
    bodies = [json.loads(body) for _, body, _ in box.rung]
    assert all(set(body) == {"id", "type", "reference", "instant"} for body in bodies)
    return [(body["type"], body["reference"]) for body in bodies]


def test_the_life_of_a_gift_is_told_by_references_alone_and_believed_by_its_signature(room: ApiRoom) -> None:
    partner, box = subscribe(room), Postbox()
    room.street.give(FORM, how="paid")
    drain(room, box)
    with room.rooms.database.read() as session:
        gift, receipt = session.scalars(select(Gift.reference)).one(), session.scalars(select(Receipt.number)).one()
        charge = session.scalars(select(GiftSettlement.charge_id)).one()
    assert sorted(told(box)) == [("gift.settled", gift), ("receipt.issued", receipt)]
    acts.refund(room.street.stripe, charge or "")
    drain(room, box)
    after = told(box)[2:]
    assert ("gift.returned", gift) in after
    assert ("receipt.void", receipt) in after
    secret, now = open_treasury_desks(room.rooms).partners.secret(partner), room.rooms.clock.now()
    assert all(is_signed(signature, body, secret, now=now) for _, body, signature in box.rung)
    assert not any(word in body for _, body, _ in box.rung for word in (b"Ada", b"ada@", b"cents", b"CF-"))


def test_a_fact_told_twice_rings_once_and_a_ring_repeated_has_the_same_id(room: ApiRoom) -> None:
    subscribe(room, "gift.settled")
    box, now = Postbox(), room.rooms.clock.now()
    happening = Happening(type="gift.settled", reference="g_0123456789abcdef", key="charge/ch_1")
    for _ in range(2):
        room.rooms.database.write(lambda session: partners.tell_partners(session, [happening], now=now))
    drain(room, box)
    assert len(box.rung) == 1
    again = Postbox()
    with room.rooms.database.read() as session:
        assert partners.ring_of(session, happening.id) == box.rung[0][1]
    drain(room, again)
    assert again.rung == []


def test_what_a_partner_did_not_ask_for_or_asks_no_more_is_not_told(room: ApiRoom) -> None:
    partner, box = subscribe(room, "report.published"), Postbox()
    room.street.give(FORM, how="paid")
    drain(room, box)
    assert box.rung == []
    desk = open_treasury_desks(room.rooms).partners
    desk.change_events(COMMAND, partner, ["gift.settled"])
    room.street.give(FORM, how="paid")
    room.street.deliver()
    desk.end(COMMAND, partner)
    drain(room, box)
    assert box.rung == []


def test_a_refusal_is_tried_again_and_one_for_good_is_laid_aside_shown_and_sent_again(room: ApiRoom) -> None:
    partner, desk = subscribe(room, "gift.settled"), open_treasury_desks(room.rooms).partners
    box = Postbox(refusal=PartnerRefusedError("HTTP 500", permanent=False))
    room.street.give(FORM, how="paid")
    drain(room, box)
    (waiting,) = desk.look(partner)[1]
    assert (waiting.state, waiting.tries, waiting.fault) == ("waiting", 1, "HTTP 500")
    box.refusal = PartnerRefusedError("the host has an address that is not public", permanent=True)
    _make_due(room)
    drain(room, box)
    (aside,) = desk.look(partner)[1]
    assert aside.state == "parked"
    box.refusal = None
    assert desk.send_again(COMMAND, partner) == 1
    drain(room, box)
    assert [one.state for one in desk.look(partner)[1]] == ["done"]
    assert json.loads(box.rung[0][1])["id"] == aside.event_id


def test_a_secret_that_changes_signs_beside_the_new_one_for_a_day(room: ApiRoom) -> None:
    partner, desk = subscribe(room), open_treasury_desks(room.rooms).partners
    keys, now, old = room.rooms.settings.secret_keys, room.rooms.clock.now(), desk.secret(partner)
    desk.rotate(COMMAND, partner)
    with room.rooms.database.read() as session:
        both = partners.secret_of(session, keys, partner, now=now)
        later = partners.secret_of(session, keys, partner, now=now + timedelta(hours=25))
        assert both == (desk.secret(partner), old)
        assert later == both[:1]
        assert partners.secret_of(session, (b"\x07" * 32, *keys), partner, now=now) == both
        with pytest.raises(SettingsRefusedError):
            partners.secret_of(session, (b"\x07" * 32,), partner, now=now)


def test_a_partner_without_an_event_or_at_an_address_inside_is_refused(room: ApiRoom) -> None:
    desk = open_treasury_desks(room.rooms).partners
    for address, events in ((ADDRESS, []), (ADDRESS, ["x"]), ("https://10.0.0.1/", ["gift.settled"])):
        with pytest.raises(FieldRefusedError):
            desk.subscribe(COMMAND, address, events)
    assert desk.list_all() == []


def _make_due(room: ApiRoom) -> None:
    now = room.rooms.clock.now()
    room.rooms.database.write(lambda session: session.execute(update(OutboxRow).values(due_at=now)))
