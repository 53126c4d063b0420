"""Killed at any point of the way of a gift and started again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import gc
import mailbox
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from donations import admission, invariants, ledger
from donations.admission import Asker
from donations.cli.playing import open_street
from donations.giving import Begun
from donations.settings import Settings
from donations.simulator import control
from donations.tables import Gift, GiftSettlement, OutboxRow, Printed, Receipt, designation, entry
from donations.web.forms import believe_giving
from donations.wiring import Rooms, open_rooms
from tests.databases import Foundry
from tests.journeys.houses import BEGUN, QuickPress, founded
from tests.journeys.mortal import (
    FINISHED,
    KILLED,
    Fate,
    MortalFiles,
    MortalMailer,
    MortalPayments,
    MortalPrinting,
    run_mortal,
)

_FIELDS = {"amount": "200.00", "cover_fee": "1", "name": "Ada Example", "email": "ada@example.org"}
_GROSS_CENTS = 20_000
_DEVICE = "0" * 32
_EDGES_AT_LEAST = 90
"""Fewer would mean that the counter no longer sees the statements."""
_EDGES_APART = {"default": 40, "ci": 5, "long": 1}
"""The normal run dies at every fortieth edge, CI at every fifth, the long run at each of them."""


@dataclass(frozen=True, slots=True)
class _House:
    """One founded house and the form its donor opened; the same browser will send the same form again."""

    settings: Settings
    form_token: str


@contextmanager
def _house(foundry: Foundry, folder: Path, faces: Path) -> Iterator[_House]:
    with founded(foundry, folder, faces) as settings:
        token = admission.make_form_token(settings.secret_keys, device=_DEVICE, now=BEGUN - timedelta(seconds=30))
        yield _House(settings=settings, form_token=token)


def _live(house: _House, fate: Fate) -> None:
    """Go the whole way of one gift; whatever was done before is found and not done again."""
    with open_rooms(house.settings) as opened:
        rooms = replace(
            opened,
            payments=MortalPayments(opened.payments, fate),
            printing=MortalPrinting(QuickPress(), fate),
            mailer=MortalMailer(opened.mailer, fate),
            files=MortalFiles(folder=opened.files.folder, fate=fate),
        )
        street = open_street(rooms)
        begun = _give(rooms, house)
        if begun.checkout_id is not None and not control.read_book(street.stripe).lines:
            control.pay(street.stripe, begun.checkout_id)
        street.deliver()
        street.worker().drain()


def _give(rooms: Rooms, house: _House) -> Begun:
    form = believe_giving({**_FIELDS, "form_token": house.form_token}, house.settings.organisation)
    asker = Asker(address="127.0.0.1", device=_DEVICE)
    return rooms.giving.begin(form.wish, form_token=form.form_token, asker=asker)


def _recover(house: _House) -> None:
    """Start again: the leases of the dead run out, Stripe tells again, the donor sends the form again."""
    with open_rooms(house.settings) as rooms:
        simulated = open_street(rooms).stripe
        control.advance(simulated, timedelta(minutes=3))
        control.resend_lost(simulated)
    _live(house, Fate(0))


def _assert_whole(house: _House) -> None:
    with open_rooms(house.settings) as rooms, rooms.database.read() as session:
        assert [check for check in invariants.audit(session) if not check.ok] == []
        for rows in (Gift, GiftSettlement, Receipt, Printed):
            assert session.scalar(select(func.count()).select_from(rows)) == 1, rows
        kinds = session.scalars(select(entry.c.kind).order_by(entry.c.kind)).all()
        assert kinds == ["fee", "gift", "opening"]
        assert ledger.balance(session, "children", "income:gifts") == -_GROSS_CENTS
        assert session.scalar(select(func.sum(designation.c.cents))) == _GROSS_CENTS
        assert {row.state for row in session.scalars(select(OutboxRow))} == {"done"}
        number = session.scalars(select(Receipt.number)).one()
        stripe = open_street(rooms).stripe
        cover = session.scalars(select(Gift.fee_cover_cents)).one()
        assert control.read_book(stripe).gross_cents == _GROSS_CENTS + cover, "the card was charged once"
    letters = list(mailbox.Maildir(house.settings.home / "mail"))
    assert letters, "a letter was lost"
    assert {letter["Message-ID"] for letter in letters} == {f"<mail.receipt.{number}@127.0.0.1>"}


def test_killed_at_any_edge_of_the_way_of_a_gift_nothing_is_lost_or_doubled(
    foundry: Foundry, tmp_path: Path, faces: Path
) -> None:
    step = _EDGES_APART[os.environ.get("ALMONER_TEST_PROFILE", "default")]
    kills = 0
    for edge in count(1 + step // 2 * (foundry.engine == "postgresql"), step):
        with _house(foundry, tmp_path / str(edge), faces) as house:
            gc.collect()
            ended = run_mortal(partial(_live, house), edge=edge)
            assert ended in {KILLED, FINISHED}, f"edge {edge} ended with {ended}"
            if ended == FINISHED:
                break
            kills += 1
            _recover(house)
            _assert_whole(house)
    assert kills >= _EDGES_AT_LEAST // step, f"only {kills} kills fired"
    print(f"{kills} kills on {foundry.engine}, every {step}. edge")  # noqa: T201  Shown by pytest -s and in CI.


def test_told_again_and_again_a_finished_gift_stays_as_it_is(foundry: Foundry, tmp_path: Path, faces: Path) -> None:
    with _house(foundry, tmp_path / "house", faces) as house:
        _live(house, Fate(0))
        _recover(house)
        _recover(house)
        _assert_whole(house)
        assert len(list(mailbox.Maildir(house.settings.home / "mail"))) == 1
