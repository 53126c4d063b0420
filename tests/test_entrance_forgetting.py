"""What is past its time at the entrance goes, and what still opens a door stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from donations.audit_log import COMMAND
from donations.cli.playing import Street
from donations.entrance import Invitation, invite_alone
from donations.entrance.forgetting import KEPT, forget_stale
from donations.entrance.links import LINK_LIFE
from donations.simulator import control
from donations.staff import StaffDesk
from donations.staff.desk import IDLE, add_member
from donations.tables import Staff, StaffLink, StaffSession
from donations.worker import open_workshop, sweep_when_due
from donations.worker.sweeper import NIGHTLY
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of

ADA = Invitation(name="Ada Admin", email="ada@example.org", roles=("admin",))
SECOND = timedelta(seconds=1)


@pytest.fixture
def street(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Street]:
    """Found a house in which one member is signed in and another invited."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as opened:
        rooms = opened.rooms
        now = rooms.clock.now()
        member = rooms.database.write(
            lambda session: add_member(session, name="Bo", email="bo@example.org", roles=["auditor"], now=now)
        )
        StaffDesk(database=rooms.database, clock=rooms.clock).begin_session(member.id, with_key=True)
        keys = rooms.settings.secret_keys
        rooms.database.write(lambda session: invite_alone(session, keys, COMMAND, ADA, now=now))
        yield opened


def _left(street: Street) -> tuple[int, int]:
    with street.rooms.database.read() as session:
        sessions = session.scalar(select(func.count()).select_from(StaffSession)) or 0
        return sessions, session.scalar(select(func.count()).select_from(StaffLink)) or 0


def _forget_after(street: Street, passed: timedelta) -> int:
    now = street.rooms.clock.now() + passed
    return street.rooms.database.write(lambda session: forget_stale(session, now=now))


def test_a_sign_in_goes_a_day_after_its_end_and_not_before(street: Street) -> None:
    assert _forget_after(street, KEPT + IDLE - SECOND) == 0
    assert _left(street) == (1, 1)
    assert _forget_after(street, KEPT + IDLE + timedelta(minutes=1)) == 1
    assert _left(street) == (0, 1)


def test_an_invitation_stays_while_it_opens_and_goes_a_day_after(street: Street) -> None:
    _forget_after(street, LINK_LIFE["invitation"])
    assert _left(street)[1] == 1
    _forget_after(street, LINK_LIFE["invitation"] + KEPT + timedelta(minutes=1))
    assert _left(street)[1] == 0
    with street.rooms.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Staff)) == 2


def test_the_worker_forgets_every_night(street: Street) -> None:
    shop = open_workshop(street.rooms)
    sweep_when_due(shop)
    assert _left(street) == (1, 1)
    control.set_clock(street.stripe, street.rooms.clock.now() + NIGHTLY * 5)
    sweep_when_due(shop)
    assert _left(street) == (0, 0)
