"""A receipt carries the proof of its public line, from the clerk's commit to the donor's own check."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from donations import log
from donations.clerk import void_document
from donations.database import Database
from donations.log.publishing import books_folder
from donations.worker.notary import publish_books, sign_books
from receipts.facts import freeze
from receipts.press.equality import find_difference
from receipts.press.room import PressRoom, Printed
from receipts.render import print_pdf
from receipts.seal import seal_pdf
from receipts.verify import books, verify_file
from tests.books_corpus import FIRST, Given, prove, public, sign
from tests.clerk_room import Giving, desk, numbers, settle_all, tick
from tests.documents import samples
from tests.documents.certificates import make_chain
from tests.documents.verapdf import PROFILES, open_checker
from tests.returning_room import give_back
from tests.test_clerk_lines import shop_of

RECEIPT = samples.receipt()
MINE = Given(0, RECEIPT.number, RECEIPT.amount_cents - 428, 428, RECEIPT.gift_on.isoformat())
LINES = [MINE.line()]
PROOF = prove(LINES, MINE, sign(LINES, FIRST)).encode()


def pressed(tmp_path: Path, proof: bytes | None = PROOF) -> Printed:
    return PressRoom(samples.TEMPLATES, tmp_path, compile_at=1).print_document(freeze(RECEIPT), proof)


def test_press_and_weasyprint_attach_the_proof_and_say_the_same(tmp_path: Path) -> None:
    ours = pressed(tmp_path)
    theirs = print_pdf(freeze(RECEIPT), samples.TEMPLATES, PROOF).pdf
    assert ours.reason is None
    assert find_difference(ours.pdf, theirs) is None
    for pdf in (ours.pdf, theirs):
        assert books.find_attached(pdf)[0] == PROOF
        assert find_difference(pdf, print_pdf(freeze(RECEIPT), samples.TEMPLATES).pdf) == "attachments"


def test_another_process_prints_the_same_bytes_with_the_same_proof(tmp_path: Path) -> None:
    first, again = pressed(tmp_path), pressed(tmp_path)
    assert first.pdf == again.pdf
    room = PressRoom(samples.TEMPLATES, tmp_path)
    assert room.refill(first.maker.removeprefix("press:"), freeze(RECEIPT), PROOF) == first.pdf
    assert pressed(tmp_path, None).maker != first.maker


@pytest.mark.pdf_conformance
def test_a_proven_receipt_is_archival_accessible_small_and_checks_out(tmp_path: Path) -> None:
    key = make_chain(at=RECEIPT.issued_at)
    for pdf in (pressed(tmp_path).pdf, print_pdf(freeze(RECEIPT), samples.TEMPLATES, PROOF).pdf):
        sealed = seal_pdf(pdf, key, at=RECEIPT.issued_at).pdf
        file = tmp_path / "sealed.pdf"
        file.write_bytes(sealed)
        assert {name: open_checker().broken_rules(name, file) for name in PROFILES} == {"3a": [], "ua1": []}
        assert len(sealed) <= 40 * 1024
        (tmp_path / "keys.json").write_bytes(public(LINES)["keys.json"])
        assert books.verdict(books.verify_receipt(sealed, keys=tmp_path / "keys.json")) == "right"
        told = verify_file(sealed)
        assert told.ok, told.checks
        assert "public_books" in {check.name for check in told.checks}


def test_the_proof_of_another_gift_is_found_out_in_the_file() -> None:
    other = Given(0, "R-2026-000009-9", MINE.children, MINE.operations, MINE.gift_on)
    lines = [other.line()]
    pdf = print_pdf(freeze(RECEIPT), samples.TEMPLATES, prove(lines, other, sign(lines, FIRST)).encode()).pdf
    told = verify_file(pdf, must_be_sealed=False)
    assert {check.name for check in told.checks if not check.ok} == {"public_books"}


def test_what_the_house_publishes_is_right_for_the_offline_verifier_and_tampered_copies_are_not(
    book: Database, tmp_path: Path
) -> None:
    shop = shop_of(book, tmp_path)
    settle_all(book, *[Giving(cents=1_000 + n) for n in range(12)])
    tick(book)
    sign_books(shop)
    number, voided = numbers(book)[2], numbers(book)[4]
    give_back(book, 3, 500)
    book.write(lambda session: void_document(session, desk(), voided, "issued_in_error"))
    tick(book)
    sign_books(shop)
    publish_books(shop, at_once=True)
    folder = books_folder(shop.settings.home)
    with book.read() as session:
        proof = log.prove_receipt(session, number)
    assert proof is not None
    found = books.verify_receipt(proof, folder)
    assert books.verdict(found) == "right", found
    lines = gzip.decompress((folder / "entries.tsv.gz").read_bytes()).splitlines(keepends=True)
    for told in (lines[:-1], [*lines, lines[-1]], [lines[0], lines[2], lines[1], *lines[3:]]):
        (folder / "entries.tsv.gz").write_bytes(gzip.compress(b"".join(told)))
        assert books.verdict(books.verify_receipt(proof, folder)) == "wrong"
