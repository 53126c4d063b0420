"""The statements of a year, killed anywhere by `kill -9` and run again: no second number, no second letter."""

from __future__ import annotations

import gc
import mailbox
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from donations import invariants
from donations.audit_log import COMMAND
from donations.cli.playing import open_street
from donations.cli.publishing import make_statements
from donations.settings import Settings
from donations.simulator import control
from donations.tables import Printed, Receipt
from donations.wiring import Rooms, open_rooms, open_treasury_desks
from tests.clerk_room import Giving, settle
from tests.databases import Foundry
from tests.journeys.houses import QuickPress, founded
from tests.journeys.mortal import FINISHED, KILLED, Fate, MortalFiles, MortalMailer, MortalPrinting, run_mortal

_DONORS = 7
_EDGES_APART = {"default": 45, "ci": 7, "long": 1}
"""The normal run dies at every 45th edge, CI at every seventh, the long run at each of them."""
_KILLS_AT_LEAST = 4


@dataclass(frozen=True, slots=True)
class _House:
    settings: Settings
    year: int

    @property
    def out(self) -> Path:
        """Return the folder of the statements."""
        return self.settings.home / "statements"


@contextmanager
def _house(foundry: Foundry, folder: Path, faces: Path) -> Iterator[_House]:
    """Found a house in which seven people gave; one of them wrote no e-mail address."""
    with founded(foundry, folder, faces) as settings:
        with open_rooms(settings) as opened:
            rooms = replace(opened, printing=QuickPress())
            now = rooms.clock.now() - timedelta(minutes=1)
            for number in range(1, _DONORS + 1):
                email = f"donor{number}@example.org" if number > 1 else ""
                giving = Giving(name=f"Donor {number}", email=email, cents=1_000 * number, charged_at=now)
                rooms.database.write(partial(settle, number=number, giving=giving))
            year = rooms.database.read
            open_street(rooms).worker().drain()
            with year() as session:
                tax_year = session.scalars(select(Receipt.tax_year).distinct()).one()
        yield _House(settings=settings, year=tax_year)


def _live(house: _House, fate: Fate) -> None:
    """Run the whole command once."""
    with open_rooms(house.settings) as opened:
        rooms = replace(
            opened,
            printing=MortalPrinting(QuickPress(), fate),
            mailer=MortalMailer(opened.mailer, fate),
            files=MortalFiles(folder=opened.files.folder, fate=fate),
        )
        make_statements(rooms, house.year, house.out, mail=True)


def _live_from_page(house: _House, fate: Fate) -> None:
    """Ask on the page, let the worker make all, look at one, have them mailed, and let the worker mail them."""
    with open_rooms(house.settings) as opened:
        rooms = replace(
            opened,
            printing=MortalPrinting(QuickPress(), fate),
            mailer=MortalMailer(opened.mailer, fate),
            files=MortalFiles(folder=opened.files.folder, fate=fate),
        )
        _ask_look_and_mail(rooms, house.year)


def _ask_look_and_mail(rooms: Rooms, year: int) -> None:
    desk, worker = open_treasury_desks(rooms).statements, open_street(rooms).worker()
    desk.ask(COMMAND, year)
    worker.drain()
    desk.see(COMMAND, desk.look(year).samples[0])
    desk.mail(COMMAND, year)
    worker.drain()


def _recover(house: _House) -> dict[str, object]:
    """Run the command again once the leases of the dead have run out."""
    with open_rooms(house.settings) as rooms:
        control.advance(open_street(rooms).stripe, timedelta(minutes=3))
        return make_statements(replace(rooms, printing=QuickPress()), house.year, house.out, mail=True)


def _assert_whole(house: _House, answer: dict[str, object]) -> None:
    with open_rooms(house.settings) as rooms, rooms.database.read() as session:
        assert [check for check in invariants.audit(session) if not check.ok and check.is_hard] == []
        statements = session.scalars(select(Receipt).where(Receipt.series == "S").order_by(Receipt.n)).all()
        assert [statement.n for statement in statements] == list(range(1, _DONORS + 1)), "a second number, or a gap"
        assert len({statement.donor_id for statement in statements}) == _DONORS
        printed = session.scalar(select(func.count()).select_from(Printed).where(Printed.number.startswith("S-")))
        assert printed == _DONORS
        numbers = {statement.number for statement in statements}
    files = Counter(file.stem for file in house.out.glob("*/*.pdf"))
    assert files == dict.fromkeys(numbers, 1), "a file is missing or doubled"
    assert (answer["mail"], answer["print"], answer["failures"]) == (_DONORS - 1, 1, ())
    assert not list(house.out.glob("*/.*")), "an unfinished file was left behind"
    letters = [
        letter for letter in mailbox.Maildir(house.settings.home / "mail") if "statement" in letter["Message-ID"]
    ]
    # Sent and killed before it was marked, a letter goes again under the same Message-ID: a mail program shows one.
    assert len({letter["Message-ID"] for letter in letters}) == _DONORS - 1, "a letter was lost or a second one owed"


def test_killed_at_any_edge_the_statements_of_a_year_are_finished_by_the_next_run(
    foundry: Foundry, tmp_path: Path, faces: Path
) -> None:
    step = _EDGES_APART[os.environ.get("ALMONER_TEST_PROFILE", "default")]
    kills = 0
    for edge in count(1 + step // 2 * (foundry.engine == "postgresql"), step):
        with _house(foundry, tmp_path / str(edge), faces) as house:
            gc.collect()
            ended = run_mortal(partial(_live, house), edge=edge)
            assert ended in {KILLED, FINISHED}, f"edge {edge} ended with {ended}"
            _assert_whole(house, _recover(house))
            if ended == FINISHED:
                break
            kills += 1
    assert kills >= _KILLS_AT_LEAST, f"only {kills} kills fired"
    print(f"{kills} kills on {foundry.engine}, every {step}. edge, 0 faults")  # noqa: T201  Shown by pytest -s.


def test_killed_at_any_edge_statements_asked_for_on_the_page_are_made_and_mailed_once(
    foundry: Foundry, tmp_path: Path, faces: Path
) -> None:
    step = _EDGES_APART[os.environ.get("ALMONER_TEST_PROFILE", "default")]
    kills = 0
    for edge in count(1 + step // 2 * (foundry.engine == "postgresql"), step):
        with _house(foundry, tmp_path / str(edge), faces) as house:
            with open_rooms(house.settings) as rooms:
                control.advance(open_street(rooms).stripe, timedelta(days=366))
            gc.collect()
            ended = run_mortal(partial(_live_from_page, house), edge=edge)
            assert ended in {KILLED, FINISHED}, f"edge {edge} ended with {ended}"
            with open_rooms(house.settings) as rooms:
                control.advance(open_street(rooms).stripe, timedelta(minutes=3))
                _ask_look_and_mail(replace(rooms, printing=QuickPress()), house.year)
            _assert_whole(house, _recover(house))
            if ended == FINISHED:
                break
            kills += 1
    assert kills >= _KILLS_AT_LEAST, f"only {kills} kills fired"
