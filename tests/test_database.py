from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from donations import ledger
from donations.database import Database, migrate, open_database
from donations.database.engines import read_url, sqlite_engine
from donations.database.turns import Turns
from donations.database.writer import GroupWriter
from donations.errors import BrokenInvariantError, HouseClosedError, SettingsRefusedError
from tests.money_facts import NOW, count, execute, gift

KEEP = (
    "INSERT INTO attempt (kind, form_token_hash, address, device, person, at)"
    " VALUES ('checkout', :who, 'a', 'd', 'p', '2026-11-22T00:00:00.000000Z')"
)


def keep(who: str) -> Callable[[Session], object]:
    return execute(KEEP, who=who)


def kept(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(text("SELECT form_token_hash FROM attempt")))


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    file = tmp_path / "folder" / "book.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@contextmanager
def opened(file: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{file}")
    try:
        yield database
    finally:
        database.close()


def test_work_is_committed_before_it_is_answered(database: Database) -> None:
    assert database.write(lambda session: keep("ada")(session) and "done") == "done"
    assert kept(database) == {"ada"}


def test_work_that_raises_changes_nothing_and_its_refusal_reaches_the_caller(database: Database) -> None:
    def fail(session: Session) -> None:
        keep("ada")(session)
        raise ValueError("no")

    def fail_on_the_narrow_road(session: Session) -> None:
        ledger.post(session, gift(), recorded_at=NOW)
        raise ValueError("no")

    for work in (fail, fail_on_the_narrow_road):
        with pytest.raises(ValueError, match="no"):
            database.write(work)
    assert kept(database) == set()
    assert count(database, "entry") == 0


def test_work_may_not_end_its_own_transaction(database: Database) -> None:
    def end_early(how: str) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            keep("early")(session)
            getattr(session, how)()

        return work

    for how in ("commit", "rollback"):
        with pytest.raises(BrokenInvariantError, match="work never"):
            database.write(end_early(how))
    assert kept(database) == set()


def test_a_fault_caught_inside_a_savepoint_of_the_works_own_leaves_the_rest(database: Database) -> None:
    def work(session: Session) -> None:
        ledger.post(session, gift(), recorded_at=NOW)
        with contextlib.suppress(IntegrityError), session.begin_nested():
            keep("undone")(session)
            session.execute(text("INSERT INTO account VALUES (1, 1, 'x', 'asset')"))
        keep("stands")(session)

    database.write(work)
    assert kept(database) == {"stands"}


def test_a_reader_can_write_nothing(database: Database) -> None:
    with database.read() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        keep("ada")(session)
    assert kept(database) == set()


def test_a_reader_sees_one_moment(database: Database) -> None:
    database.write(keep("before"))
    with database.read() as session:
        how_many = text("SELECT COUNT(*) FROM attempt")
        assert session.scalar(how_many) == 1
        database.write(keep("meanwhile"))
        assert session.scalar(how_many) == 1
    assert kept(database) == {"before", "meanwhile"}


def test_many_writers_each_get_their_own_answer_and_one_failing_spoils_nobody(database: Database) -> None:
    def work(number: int) -> Callable[[Session], int]:
        def run(session: Session) -> int:
            keep(f"w{number}")(session)
            if number % 5 == 0:
                session.execute(text("INSERT INTO account VALUES (1, 1, 'x', 'asset')"))
            return number

        return run

    def write(number: int) -> int | str:
        try:
            return database.write(work(number))
        except IntegrityError:
            return "refused"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(write, range(200)))
    assert answers == ["refused" if number % 5 == 0 else number for number in range(200)]
    assert kept(database) == {f"w{number}" for number in range(200) if number % 5}


def test_waiting_writes_share_a_commit(sqlite_file: Path) -> None:
    engine = sqlite_engine(read_url(f"sqlite:///{sqlite_file}"), read_only=False)
    turns = Turns(sqlite_file)
    other = Turns(sqlite_file)
    writer = GroupWriter(engine, turns)
    with ThreadPoolExecutor(20) as pool:
        with other.take():
            answers = [pool.submit(writer.write, keep(f"w{number}")) for number in range(20)]
            assert not any(answer.done() for answer in answers)
        for answer in answers:
            answer.result()
    writer.close()
    assert writer.commits < 10
    for turn in (turns, other):
        turn.close()
    engine.dispose()


def test_a_write_whose_turn_never_comes_is_withdrawn_for_good(sqlite_file: Path) -> None:
    engine = sqlite_engine(read_url(f"sqlite:///{sqlite_file}"), read_only=False)
    turns, other = Turns(sqlite_file), Turns(sqlite_file)
    writer = GroupWriter(engine, turns, wait_seconds=0.1)
    with other.take(), pytest.raises(HouseClosedError, match="busy"):
        writer.write(keep("withdrawn"))
    writer.write(keep("later"))
    writer.close()
    for turn in (turns, other):
        turn.close()
    engine.dispose()
    with opened(sqlite_file) as database:
        assert kept(database) == {"later"}


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_ever(sqlite_file: Path) -> None:
    with opened(sqlite_file) as database, pytest.raises(BrokenInvariantError, match="inside"):
        database.write(lambda _: database.write(keep("inner")))


def test_a_database_opened_before_a_fork_is_refused_after_it(database: Database) -> None:
    child = os.fork()
    if child == 0:
        try:
            database.write(keep("child"))
        except BrokenInvariantError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert kept(database) == set()


def test_closing_finishes_what_was_accepted(sqlite_file: Path) -> None:
    database = open_database(f"sqlite:///{sqlite_file}")
    begun = threading.Event()

    def slow(session: Session) -> None:
        begun.set()
        keep("slow")(session)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(database.write, slow)
        begun.wait()
        database.close()
        answer.result()
    with opened(sqlite_file) as again:
        assert kept(again) == {"slow"}


def test_the_file_and_what_lies_beside_it_are_private(sqlite_file: Path) -> None:
    with opened(sqlite_file) as database:
        database.write(keep("ada"))
        files = [sqlite_file.with_name(sqlite_file.name + suffix) for suffix in ("", "-wal", "-shm", ".lock")]
        assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 4


def test_every_connection_has_its_settings(database: Database) -> None:
    wanted = (
        {
            "PRAGMA journal_mode": "wal",
            "PRAGMA synchronous": 2,
            "PRAGMA foreign_keys": 1,
            "PRAGMA recursive_triggers": 1,
            "PRAGMA trusted_schema": 0,
            "PRAGMA busy_timeout": 5000,
        }
        if database.is_sqlite
        else {
            "SHOW fsync": "on",
            "SHOW synchronous_commit": "on",
            "SHOW full_page_writes": "on",
            "SHOW transaction_isolation": "read committed",
            "SHOW statement_timeout": "1min",
            "SHOW lock_timeout": "2s",
            "SHOW idle_in_transaction_session_timeout": "10s",
        }
    )
    found = database.write(lambda session: {asked: session.scalar(text(asked)) for asked in wanted})
    assert found == wanted


def test_a_postgresql_that_may_lose_commits_is_refused(database: Database) -> None:
    if database.is_sqlite:
        return
    name = database.engine.url.database
    admin = create_engine(database.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    admin.dispose()
    with pytest.raises(SettingsRefusedError, match="synchronous_commit=off"):
        open_database(database.url)


def test_a_backend_that_dies_closes_the_house_for_one_write_only(database: Database) -> None:
    if database.is_sqlite:
        return

    def die(session: Session) -> None:
        keep("lost")(session)
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    def die_on_the_narrow_road(session: Session) -> None:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with Session(database.engine) as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        ledger.post(session, gift(), recorded_at=NOW)

    for work in (die, die_on_the_narrow_road):
        with pytest.raises(HouseClosedError):
            database.write(work)
    database.write(keep("after"))
    assert kept(database) == {"after"}


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "postgresql://x/y", "nonsense"])
def test_another_kind_of_database_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(SettingsRefusedError, match="ALMONER_DATABASE_URL"):
        open_database(url)
