"""What the clerk tells the public books: one line for each thing, in the same commit, and nothing of a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError

from donations import log
from donations.clerk import Desk, advance, has_work, void_document
from donations.database import Database
from donations.log.auditing import find_broken_lines, find_unbooked
from donations.log.checking import check_files
from donations.log.publishing import books_folder
from donations.ports import Files
from donations.settings import Settings
from donations.tables import leaf_nonce, log_checkpoint, log_leaf, log_publication
from donations.worker import Workshop
from donations.worker.notary import find_divergence, publish_books, read_signed, sign_books
from tests.clerk_room import NOON, Giving, desk, numbers, organisation, settle_all, tick
from tests.giving_room import FakeClock, FakeMailer, FakePartners, FakePayments, FakePrinting
from tests.returning_room import fail_refund, give_back

_COLUMNS = (
    "idx",
    "kind",
    "line",
    "subject",
    "month",
    "children_cents",
    "operations_cents",
    "part",
    "parts",
    "appended_on",
)


class _NoFiles:
    """No file is asked for here."""

    def put(self, name: str, content: bytes) -> None:
        """Refuse."""
        raise AssertionError(name, content)

    def get(self, name: str) -> bytes:
        """Refuse."""
        raise FileNotFoundError(name)

    def remove(self, name: str) -> None:
        """Refuse."""
        raise AssertionError(name)


def shop_of(book: Database, home: Path, **changes: object) -> Workshop:
    """Return the worker's tools over a book and a home with a log key."""
    key = home / "log"
    if not key.exists():
        home.mkdir(parents=True, exist_ok=True)
        key.write_text("11" * 32 + "\n", encoding="ascii")
    settings = Settings(
        home=home,
        organisation=organisation(**changes),
        database_url=book.url,
        base_url="https://give.example.org",
        stripe_mode="simulated",
        production=False,
        trusted_proxies=0,
        mail_url="maildir:mail",
        files_url="files",
        stripe_api_key="",
        stripe_webhook_secrets=(),
        secret_keys=(bytes(32),),
        registers=home / "registers",
        log_key=key,
    )
    files: Files = _NoFiles()
    return Workshop(
        database=book,
        payments=FakePayments(),
        printing=FakePrinting(),
        mailer=FakeMailer(),
        partners=FakePartners(),
        files=files,
        clock=FakeClock(NOON),
        settings=settings,
        origin="test",
    )


def lines(book: Database) -> list[log.Line]:
    """Return every public line."""
    with book.read() as session:
        return [log.read_line(line) for line in log.read_lines(session, 0, log.count_lines(session))]


def told(book: Database) -> list[tuple[str, str, int, int, str]]:
    """Return kind, number, cents and what each line names."""
    return [(one.kind, one.number, one.children_cents, one.operations_cents, one.ref) for one in lines(book)]


def test_a_settled_gift_has_its_line_in_the_commit_that_gives_its_number(book: Database) -> None:
    settle_all(book, Giving(cents=10_000, fee_cover_cents=330), Giving(cents=5_000))
    tick(book)
    first, second = numbers(book)
    assert told(book) == [("gift", first, 10_000, 330, "-"), ("gift", second, 5_000, 0, "-")]
    assert {one.month for one in lines(book)} == {"2026-11"}
    tick(book)
    assert len(lines(book)) == 2


def test_a_refund_and_its_failure_name_the_line_they_take_from_and_undo(book: Database) -> None:
    settle_all(book, Giving(cents=10_000))
    tick(book)
    back = give_back(book, 1, 4_000)
    tick(book)
    fail_refund(book, back)
    tick(book)
    kinds = [one.kind for one in lines(book)]
    assert kinds[:2] == ["gift", "refund"]
    by_kind = {one.kind: one for one in lines(book)}
    assert (by_kind["refund"].ref, by_kind["refund"].children_cents) == ("0", 4_000)
    undone = kinds.index("refund")
    assert (by_kind["refund-failed"].ref, by_kind["refund-failed"].children_cents) == (str(undone), 4_000)


def test_the_audit_finds_lines_that_are_not_what_is_booked(book: Database, tmp_path: Path) -> None:
    settle_all(book, Giving(cents=10_000, fee_cover_cents=330), Giving(cents=1_100_000), Giving(cents=700))
    tick(book)
    give_back(book, 1, 4_000)
    tick(book)
    sign_books(shop_of(book, tmp_path))
    with book.read() as session:
        assert (find_broken_lines(session), find_unbooked(session)) == ([], [])
    if book.is_sqlite:
        with closing(sqlite3.connect(book.url.removeprefix("sqlite:///"))) as broken, broken:
            broken.execute("DROP TRIGGER guard_log_leaf_update")
            broken.execute("UPDATE log_leaf SET children_cents = 9, line = replace(line, '10000', '9') WHERE idx = 0")
        with book.read() as session:
            assert find_broken_lines(session) == ["the first 5 lines are not those that were signed"]
            assert find_unbooked(session) == ["the lines of gift 1 have other cents than its entry"]


def test_a_void_receipt_has_a_line_and_every_number_stands_once(book: Database) -> None:
    settle_all(book, Giving(), Giving())
    tick(book)
    number = numbers(book)[1]
    book.write(lambda session: void_document(session, desk(), number, "issued_in_error"))
    assert told(book)[-1] == ("void", "-", 0, 0, "1")
    assert sorted(one.number for one in lines(book) if one.number != "-") == numbers(book)


def test_a_large_gift_is_told_in_parts_and_the_others_wait_for_the_end_of_the_month(book: Database) -> None:
    settle_all(book, Giving(cents=1_100_000), Giving(cents=10_000))
    tick(book)
    assert [(one.kind, one.children_cents) for one in lines(book)] == [("gift", 366_667), ("gift", 10_000)]
    later = desk(now=NOON + timedelta(days=10))
    with book.read() as session:
        assert not has_work(session, desk().today)
        assert has_work(session, later.today)
    tick(book, later)
    parts = lines(book)[2:]
    assert sorted(one.children_cents for one in parts) == [366_666, 366_667]
    assert {(one.kind, one.number, one.month) for one in parts} == {("part", "-", "2026-11")}
    with book.read() as session:
        assert not has_work(session, later.today)


def test_a_refund_of_a_large_gift_is_spread_over_its_lines(book: Database) -> None:
    settle_all(book, Giving(cents=1_000_000))
    tick(book)
    give_back(book, 1, 700_000)
    tick(book)
    assert [(one.kind, one.children_cents, one.ref) for one in lines(book) if one.kind != "void"][:4] == [
        ("gift", 500_000, "-"),
        ("part", 500_000, "-"),
        ("refund", 500_000, "0"),
        ("refund", 200_000, "1"),
    ]


def test_a_book_older_than_its_log_is_told_from_its_first_filing(book: Database) -> None:
    settle_all(book, *[Giving(cents=1_000 + n) for n in range(7)])
    tick(book)
    expected = told(book)
    if book.is_sqlite:
        for name in ("leaf_nonce", "log_leaf", "log_cursor"):
            # What a migration finds: a book without a log.
            _without_guards(book, name)
        tick(book, limit=3)
        assert 0 < len(lines(book)) <= 7
        tick(book)
        tick(book)
        assert told(book) == expected


def _without_guards(book: Database, table: str) -> None:
    def empty(session: Any) -> None:  # noqa: ANN401  # A session.
        guards = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"  # noqa: S608
        found = session.execute(text(guards)).all()
        for name, _ in found:
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        for _, sql in found:
            session.execute(text(sql))

    book.write(empty)


def test_no_line_is_changed_removed_or_left_out_and_a_nonce_may_go(book: Database) -> None:
    settle_all(book, Giving(), Giving())
    tick(book)
    changes: tuple[Callable[[Any], object], ...] = (
        lambda session: session.execute(delete(log_leaf)),
        lambda session: session.execute(log_leaf.update().values(line="1")),
        lambda session: session.execute(
            log_leaf.insert().from_select(
                list(_COLUMNS),
                select(text("7, kind, line, 'other', month, 0, 0, part, parts, appended_on"))
                .select_from(log_leaf)
                .limit(1),
            )
        ),
    )
    for change in changes:
        with pytest.raises(IntegrityError):
            book.write(change)
    before = told(book)
    book.write(lambda session: session.execute(delete(leaf_nonce).where(leaf_nonce.c.idx == 0)))
    assert told(book) == before


def test_a_killed_sitting_leaves_neither_number_nor_line(book: Database) -> None:
    settle_all(book, Giving())

    def die(session: Any, at: Desk) -> None:  # noqa: ANN401  # A session.
        advance(session, at, 1000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.write(partial(die, at=desk()))
    assert (numbers(book), lines(book)) == ([], [])
    tick(book)
    assert [one.number for one in lines(book)] == numbers(book)


def test_a_receipts_proof_opens_its_line_in_the_signed_tree_and_never_changes(book: Database, tmp_path: Path) -> None:
    shop = shop_of(book, tmp_path)
    settle_all(book, *[Giving(cents=1_000 + n) for n in range(5)])
    tick(book)
    number = numbers(book)[2]
    with book.read() as session:
        assert log.prove_receipt(session, number) is None
    assert sign_books(shop) == 1
    with book.read() as session:
        file = log.prove_receipt(session, number)
        (key,) = [known.key for known in log.known_keys(session)]
    assert file is not None
    proof = log.read_proof(file)
    end, line = log.open_note(proof.note, [key]), log.read_line(proof.line)
    leaf = log.leaf_hash(proof.line.encode())
    assert log.verify_inclusion(leaf, proof.index, end.size, proof.hashes, end.root)
    opening = log.Opening(
        number=number, children_cents=1_002, operations_cents=0, gift_on=proof.gift_on, part=proof.part
    )
    assert line.commitment == opening.commit(proof.nonce)
    settle_all(book, Giving(), first=6)
    tick(book)
    assert sign_books(shop) == 1
    with book.read() as session:
        assert log.prove_receipt(session, number) == file
        assert log.prove_receipt(session, "R-2026-999999-0") is None
    book.write(lambda session: session.execute(delete(leaf_nonce)))
    with book.read() as session:
        assert log.prove_receipt(session, number) is None


def test_what_is_published_waits_for_eleven_lines_or_a_week_and_is_whole(book: Database, tmp_path: Path) -> None:
    shop = shop_of(book, tmp_path)
    folder = books_folder(shop.settings.home)
    settle_all(book, *[Giving(cents=1_000 + n) for n in range(10)])
    tick(book)
    assert (sign_books(shop), publish_books(shop), folder.exists()) == (1, 0, False)
    settle_all(book, Giving(), first=11)
    tick(book)
    assert (sign_books(shop), publish_books(shop), publish_books(shop)) == (1, 1, 0)
    assert [check for check in check_files(folder) if not check.ok] == []
    settle_all(book, *[Giving(cents=2_000 + n) for n in range(12)], first=12)
    tick(book)
    assert (sign_books(shop), publish_books(shop)) == (1, 0), "a day has not passed"
    assert publish_books(shop, at_once=True) == 1
    assert [check for check in check_files(folder) if not check.ok] == []
    assert (folder / "checkpoints.txt").read_text(encoding="utf-8").count("give.example.org/books\n") == 2


def test_a_publication_killed_before_its_end_is_finished_by_the_next_round(book: Database, tmp_path: Path) -> None:
    shop = shop_of(book, tmp_path)
    folder = books_folder(shop.settings.home)
    settle_all(book, *[Giving(cents=1_000 + n) for n in range(11)])
    tick(book)
    sign_books(shop)
    publish_books(shop)
    kept = (folder / "state.json").read_bytes()
    settle_all(book, Giving(), first=12)
    tick(book)
    sign_books(shop)
    publish_books(shop, at_once=True)
    whole = (folder / "entries.tsv.gz").read_bytes()
    (folder / "state.json").write_bytes(kept)
    assert publish_books(shop) == 1
    assert (folder / "entries.tsv.gz").read_bytes() == whole
    assert [check for check in check_files(folder) if not check.ok] == []


def test_books_shorter_or_other_than_what_was_signed_are_refused_with_an_alarm(
    book: Database, tmp_path: Path
) -> None:
    shop = shop_of(book, tmp_path)
    settle_all(book, Giving())
    tick(book)
    assert sign_books(shop) == 1
    assert find_divergence(shop) is None
    register = shop.settings.registers / "log-signed.txt"
    signed = register.read_text(encoding="ascii")
    settle_all(book, Giving(), first=2)
    tick(book)
    root = signed.split()[1]
    for forged in (f"3 {root}\n", f"2 {root}\n"):
        register.write_text(signed + forged, encoding="ascii")
        assert find_divergence(shop) is not None
        assert sign_books(shop) == 0
    register.write_text(signed + "2 half a li", encoding="ascii")
    last = read_signed(shop.settings.registers)
    assert last is not None
    assert last.size == 1
    assert sign_books(shop) == 1
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(log_checkpoint)) == 2
        assert session.scalar(select(func.count()).select_from(log_publication)) == 0
