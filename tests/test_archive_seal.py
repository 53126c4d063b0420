"""What is remembered of a seal, and how a stored file is proven years later."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from donations import archive
from donations.database import Database
from donations.errors import NotFoundError
from donations.gateways.files import FileFolder
from donations.ports import PrintedDocument
from donations.tables import Printed, Receipt
from tests.clerk_room import NOON, Giving, numbers, settle_all, tick
from tests.giving_room import KEYS

SEAL = "ab" * 32
SEALED = PrintedDocument(pdf=b"%PDF-1.7 one|signed", maker="fake:1", appended=b"|signed", seal=SEAL)


@pytest.fixture
def number(book: Database) -> str:
    """Give the number of one issued receipt."""
    settle_all(book, Giving())
    tick(book)
    return numbers(book)[0]


@pytest.fixture
def files(book: Database, number: str, tmp_path: Path) -> FileFolder:
    """Give the store in which the sealed document of that number lies."""
    files = FileFolder(folder=tmp_path)
    files.put(archive.file_name_of(number, SEALED.pdf), SEALED.pdf)
    book.write(lambda session: archive.keep_printed(session, KEYS, number, SEALED, now=NOON))
    return files


def proven(book: Database, files: FileFolder, number: str, again: PrintedDocument = SEALED) -> tuple[bool, str]:
    with book.read() as session:
        return archive.prove_file(session, files, number, again)


def test_both_digests_the_signature_and_its_certificate_are_remembered(
    book: Database, number: str, files: FileFolder
) -> None:
    assert files.get(archive.file_name_of(number, SEALED.pdf)) == SEALED.pdf
    with book.read() as session:
        kept = session.scalars(select(Printed)).one()
        token = session.scalars(select(Receipt.verify_token).where(Receipt.number == number)).one()
        standing = archive.check(session, token)
    assert (kept.appended, kept.seal) == (b"|signed", SEAL)
    assert kept.sha256 == hashlib.sha256(SEALED.pdf).hexdigest()
    assert kept.unsigned_sha256 == hashlib.sha256(b"%PDF-1.7 one").hexdigest()
    assert standing is not None
    assert (standing.sha256, standing.seal) == (kept.sha256, SEAL)


def test_a_file_is_proven_by_its_facts_printed_again_and_the_seal_that_was_kept(
    book: Database, number: str, files: FileFolder
) -> None:
    assert proven(book, files, number) == (
        True,
        "The stored file is whole, and printed again from its frozen facts it is the same byte for byte.",
    )
    # A new key seals the reprint otherwise; only the unsigned part and the seal of then count.
    resealed = replace(SEALED, pdf=b"%PDF-1.7 one|other key", appended=b"|other key", seal="cd" * 32)
    assert proven(book, files, number, resealed)[0]
    ok, said = proven(book, files, number, replace(SEALED, maker="fake:2", pdf=b"else"))
    assert ok
    assert "another press" in said


def test_a_document_that_comes_out_different_or_a_file_that_was_touched_is_found(
    book: Database, number: str, files: FileFolder, tmp_path: Path
) -> None:
    ok, said = proven(book, files, number, replace(SEALED, pdf=b"%PDF-1.7 two|signed"))
    assert (ok, "comes out different" in said) == (False, True)
    file = tmp_path / archive.file_name_of(number, SEALED.pdf)
    file.write_bytes(b"%PDF-1.7 six|signed")
    assert not proven(book, files, number)[0]
    file.unlink()
    assert proven(book, files, number) == (False, "The stored file is gone.")


def test_what_is_not_printed_cannot_be_proven(book: Database, number: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="not printed yet"):
        proven(book, FileFolder(folder=tmp_path), number)
