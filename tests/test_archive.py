from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from donations import archive
from donations.archive import LINK_LIFE, DocumentStanding
from donations.database import Database
from donations.errors import BrokenInvariantError, NotFoundError
from donations.gateways.files import FileFolder
from donations.ports import PrintedDocument
from donations.tables import FrozenFacts, OutboxRow, Printed, Receipt, ReceiptEvent, ReceiptLink
from tests.clerk_room import NOON, Giving, numbers, settle_all, tick
from tests.giving_room import KEYS, OTHER_KEYS

_DOCUMENT = PrintedDocument(pdf=b"%PDF-1.7 one", maker="fake:1")


@pytest.fixture
def number(book: Database) -> str:
    """Give the number of one issued receipt."""
    settle_all(book, Giving())
    tick(book)
    return numbers(book)[0]


def _keep(book: Database, number: str, document: PrintedDocument = _DOCUMENT) -> None:
    book.write(lambda session: archive.keep_printed(session, KEYS, number, document, now=NOON))


def _standing(book: Database, number: str) -> DocumentStanding:
    with book.read() as session:
        token = session.scalars(select(Receipt.verify_token).where(Receipt.number == number)).one()
        standing = archive.check(session, token)
    assert standing is not None
    return standing


def _tamper(book: Database, statement: str) -> None:
    """Change a row behind the guards' back, as someone with the database's own key could."""

    def change(session: Session) -> None:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            guards = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for guard in guards:
                session.execute(text(f'DROP TRIGGER "{guard}"'))
        assert session.connection().exec_driver_sql(statement).rowcount == 1

    book.write(change)


def test_frozen_facts_are_those_the_number_was_given_with(book: Database, number: str) -> None:
    with book.read() as session:
        facts = archive.frozen_facts_of(session, number)
        assert hashlib.sha256(facts).hexdigest() == session.scalars(select(Receipt.facts_sha256)).one()


def test_tampered_frozen_facts_are_refused(book: Database, number: str) -> None:
    _tamper(book, "UPDATE frozen_facts SET facts = replace(facts, 'Alex', 'Mallory')")
    with book.read() as session:
        assert "Mallory" in session.scalars(select(FrozenFacts.facts)).one()
        with pytest.raises(BrokenInvariantError, match=number):
            archive.frozen_facts_of(session, number)


def test_a_printed_file_is_kept_and_read_back(book: Database, number: str, tmp_path: Path) -> None:
    files = FileFolder(folder=tmp_path)
    with book.read() as session:
        assert archive.read_printed(session, files, number) is None
    files.put(archive.file_name_of(number, _DOCUMENT.pdf), _DOCUMENT.pdf)
    _keep(book, number)
    with book.read() as session:
        assert archive.read_printed(session, files, number) == _DOCUMENT.pdf
        kept = session.scalars(select(Printed)).one()
    assert (kept.maker, kept.size, kept.printed_at) == ("fake:1", len(_DOCUMENT.pdf), NOON)
    assert kept.sha256 == hashlib.sha256(_DOCUMENT.pdf).hexdigest() == _standing(book, number).sha256


def test_of_two_printings_the_first_stays(book: Database, number: str) -> None:
    _keep(book, number)
    _keep(book, number, PrintedDocument(pdf=b"%PDF-1.7 two", maker="fake:2"))
    with book.read() as session:
        assert session.scalars(select(Printed.maker)).all() == ["fake:1"]
        assert len(session.scalars(select(ReceiptLink)).all()) == 1


def test_a_document_printed_by_eight_at_once_is_kept_once(book: Database, number: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: _keep(book, number), range(8)))
    with book.read() as session:
        assert len(session.scalars(select(Printed)).all()) == 1
        assert len(session.scalars(select(ReceiptLink)).all()) == 1


@pytest.mark.parametrize(
    "damage",
    [lambda file: file.write_bytes(b"%PDF-1.7 on"), lambda file: file.write_bytes(b""), lambda file: file.unlink()],
    ids=["changed", "emptied", "gone"],
)
def test_a_damaged_stored_file_is_refused(
    book: Database, number: str, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    files = FileFolder(folder=tmp_path)
    files.put(archive.file_name_of(number, _DOCUMENT.pdf), _DOCUMENT.pdf)
    _keep(book, number)
    file = files.path_of(archive.file_name_of(number, _DOCUMENT.pdf))
    file.chmod(0o600)
    damage(file)
    with book.read() as session, pytest.raises((BrokenInvariantError, FileNotFoundError)):
        archive.read_printed(session, files, number)


def test_a_secret_link_opens_its_document_for_thirty_days(book: Database, number: str) -> None:
    _keep(book, number)
    token = archive.link_token(KEYS, number)
    with book.read() as session:
        last = NOON + LINK_LIFE
        assert archive.number_of_link(session, token, now=last - timedelta(seconds=1)) == number
        assert archive.number_of_link(session, token, now=last) is None
        for wrong in (number, "", "0" * 32, token.upper(), token + "0", "٣" * 32, f"{token}\n"):
            assert archive.number_of_link(session, wrong, now=NOON) is None
        assert token not in session.scalars(select(ReceiptLink.token_hash)).one()


def test_a_document_sent_again_is_owed_once_more_with_its_link_open(book: Database, number: str) -> None:
    _keep(book, number)
    later = NOON + timedelta(days=90)
    for _ in range(2):
        book.write(lambda session: archive.owe_again(session, KEYS, number, now=later))
    with book.read() as session:
        keys = session.scalars(select(OutboxRow.key).where(OutboxRow.kind == "mail_receipt")).all()
        assert archive.number_of_link(session, archive.link_token(KEYS, number), now=later) == number
    assert keys == [f"mail/receipt/{number}/again/0", f"mail/receipt/{number}/again/1"]


def test_after_a_change_of_keys_a_document_can_still_be_sent_again(book: Database, number: str) -> None:
    _keep(book, number)
    rotated = (*OTHER_KEYS, *KEYS)
    book.write(lambda session: archive.owe_again(session, rotated, number, now=NOON))
    with book.read() as session:
        for keys in (rotated, KEYS):
            assert archive.number_of_link(session, archive.link_token(keys, number), now=NOON) == number


def test_what_was_never_printed_cannot_be_sent_again(book: Database, number: str) -> None:
    with pytest.raises(NotFoundError, match="not printed yet"):
        book.write(lambda session: archive.owe_again(session, KEYS, number, now=NOON))
    with pytest.raises(NotFoundError, match="no document R-2026-999999-0"):
        book.write(lambda session: archive.owe_again(session, KEYS, "R-2026-999999-0", now=NOON))


def test_anyone_with_the_printed_token_learns_how_a_document_stands_and_no_name(book: Database, number: str) -> None:
    _keep(book, number)
    standing = _standing(book, number)
    assert standing == DocumentStanding(
        status="valid",
        kind="gift_receipt",
        number=number,
        issued_on=date(2026, 11, 22),
        amount_cents=13_000,
        sha256=hashlib.sha256(_DOCUMENT.pdf).hexdigest(),
        newest_number=number,
    )
    with book.read() as session:
        for guessed in ("", "0" * 32, number, "x" * 32, "A" * 32):
            assert archive.check(session, guessed) is None


def test_a_documents_status_follows_from_what_happened_to_it(book: Database, number: str) -> None:
    def happen(kind: str) -> str:
        book.write(
            lambda session: session.add(
                ReceiptEvent(number=number, kind=kind, reason_code="dispute", recorded_at=NOON)
            )
        )
        return _standing(book, number).status

    assert [happen(kind) for kind in ("hold", "hold", "unhold", "unhold", "void", "unhold")] == [
        "disputed",
        "disputed",
        "disputed",
        "valid",
        "void",
        "void",
    ]


def test_a_replaced_document_names_the_one_that_stands_now(book: Database, number: str) -> None:
    chain = [number, "R-2026-000002-4", "R-2026-000003-2"]

    def replace_each(session: Session) -> None:
        first = archive.find_document(session, number)
        for n, (older, newer) in enumerate(pairwise(chain), start=2):
            session.add(
                Receipt(
                    series="R",
                    year=2026,
                    n=n,
                    number=newer,
                    kind=first.kind,
                    gift_id=first.gift_id,
                    donor_id=first.donor_id,
                    tax_year=2026,
                    amount_cents=12_000,
                    replaces=older,
                    issued_on=first.issued_on,
                    issued_at=first.issued_at,
                    facts_sha256="0" * 64,
                    verify_token=f"{n:f>32x}",
                )
            )
            session.flush()

    book.write(replace_each)
    standings = [_standing(book, each) for each in chain]
    assert [standing.status for standing in standings] == ["replaced", "replaced", "valid"]
    assert {standing.newest_number for standing in standings} == {chain[-1]}


def test_documents_are_listed_newest_first_with_their_files(book: Database, number: str) -> None:
    settle_all(book, Giving(), first=2)
    tick(book)
    _keep(book, number)
    with book.read() as session:
        listed = [(receipt.number, file) for receipt, _, file in archive.list_documents(session)]
        newest = archive.list_documents(session, limit=1)
    assert listed == [(numbers(book)[1], None), (number, archive.file_name_of(number, _DOCUMENT.pdf))]
    assert [receipt.number for receipt, _, _ in newest] == [numbers(book)[1]]
