from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from donations.database import Database
from donations.errors import ModeConflictError, SettingsRefusedError
from donations.ports import Ring
from donations.tables import InboxRow
from donations.wiring import Rooms, open_house, open_rooms
from tests.clerk_room import organisation
from tests.giving_room import ORIGIN, Fact, ring, settings


def _open(url: str, home: Path, **changes: Fact) -> None:
    with open_rooms(settings(home, database_url=url, **changes)):
        pass


def test_a_founded_house_opens(book: Database, tmp_path: Path) -> None:
    with open_rooms(settings(tmp_path, database_url=book.url)) as rooms:
        assert rooms.origin == ORIGIN
        assert rooms.files.folder == tmp_path / "files"
        assert abs((rooms.clock.now() - datetime.now(UTC)).total_seconds()) < 60


def test_a_database_without_a_book_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(SettingsRefusedError, match="holds no book yet; run `almoner setup`"):
        _open(database.url, tmp_path)


def test_a_database_that_was_never_migrated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefusedError, match="run `almoner migrate`"):
        _open(f"sqlite:///{tmp_path / 'new.sqlite3'}", tmp_path)


def test_a_book_is_never_opened_for_other_money(book: Database, tmp_path: Path) -> None:
    with pytest.raises(ModeConflictError, match="for simulated money, not test"):
        _open(book.url, tmp_path, stripe_mode="test", stripe_api_key="sk_test_1", stripe_webhook_secrets=("whsec_1",))


def test_a_book_keeps_the_time_zone_it_was_founded_in(book: Database, tmp_path: Path) -> None:
    with pytest.raises(SettingsRefusedError, match="time_zone is America/New_York, but this book"):
        _open(book.url, tmp_path, organisation=organisation(time_zone="America/New_York"))


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"files_url": "s3://bucket/prefix"}, "ALMONER_FILES_URL"), ({"mail_url": "pigeon:roof"}, "ALMONER_MAIL_URL")],
)
def test_a_wrong_place_for_files_or_mail_stops_the_start(
    book: Database, tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsRefusedError, match=named):
        _open(book.url, tmp_path, **changes)


def _receive(rooms: Rooms, told: Ring) -> None:
    open_house(rooms).receive(told)


def test_an_event_of_the_other_mode_is_kept_for_a_person(book: Database, tmp_path: Path) -> None:
    with open_rooms(settings(tmp_path, database_url=book.url)) as rooms:
        _receive(rooms, ring("evt_1"))
        _receive(rooms, ring("evt_2", livemode=True))
        with rooms.database.read() as session:
            rows = session.execute(select(InboxRow.event_id, InboxRow.state, InboxRow.last_refusal)).all()
    assert [tuple(row) for row in rows] == [("evt_1", "waiting", None), ("evt_2", "parked", "OtherMode")]
