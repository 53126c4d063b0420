from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from PIL import ImageChops, ImageDraw
from pypdf import PdfReader

from receipts.facts import Document, GiftReceipt, TransparencyReport, freeze
from receipts.press.equality import find_difference
from receipts.press.room import Printed
from receipts.press.shapes import shape_of
from receipts.seal import find_anchors
from tests.documents import samples
from tests.documents.verapdf import PROFILES, open_checker
from tests.press.pressing import oracle, pixels, pressed, receipts, room

LONG_WAY = samples.UNNUMBERED
"""They have no number and no donor: few are made."""
PRESSED_KINDS = tuple(kind for kind in samples.KINDS if kind not in LONG_WAY)
FAR_APART = 60
"""Levels of grey, of 255, by which a pixel differs at all."""
SHARE_MAX = 0.001
"""Of a page's pixels may differ: a letter of kerned text lands up to a thousandth of its size elsewhere."""


def xmp_of(pdf: bytes) -> bytes:
    metadata = PdfReader(BytesIO(pdf)).trailer["/Root"]["/Metadata"].get_data()  # type: ignore[index]
    assert isinstance(metadata, bytes)
    return metadata


def same_looks(document: Document) -> None:
    pairs = zip(pixels(pressed(document).pdf), pixels(oracle(document)), strict=True)
    for ours, theirs in pairs:
        for code in zxingcpp.read_barcodes(ours.resize((ours.width * 2, ours.height * 2))):
            # Its modules are drawn another way, and read in a test of their own.
            first, last = code.position.top_left, code.position.bottom_right
            square = (first.x // 2 - 4, first.y // 2 - 4, last.x // 2 + 4, last.y // 2 + 4)
            for page in (ours, theirs):
                ImageDraw.Draw(page).rectangle(square, fill=255)
        differs = ImageChops.difference(ours, theirs).point(lambda level: 255 if level > FAR_APART else 0)
        assert differs.histogram()[255] <= SHARE_MAX * ours.width * ours.height


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(receipts())
def test_a_pressed_receipt_says_what_weasyprint_says_or_is_refused_with_a_reason(receipt: GiftReceipt) -> None:
    made = room().press(receipt)
    if not isinstance(made, Printed):
        assert made in {"too_wide", "letter"}
        return
    printed = oracle(receipt)
    assert find_difference(made.pdf, printed) is None
    assert xmp_of(made.pdf) == xmp_of(printed)
    assert room().press(receipt) == made


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(receipts())
def test_no_invented_donor_of_many_finds_a_difference(receipt: GiftReceipt) -> None:
    made = room().press(receipt)
    assert not isinstance(made, Printed) or find_difference(made.pdf, oracle(receipt)) is None


@pytest.mark.parametrize("kind", PRESSED_KINDS)
def test_every_kind_is_pressed_and_equal_to_weasyprint(kind: str) -> None:
    document = samples.sample(kind)
    assert find_difference(pressed(document).pdf, oracle(document)) is None
    same_looks(document)


@pytest.mark.parametrize(
    "rows", [1, 12, pytest.param(24, marks=pytest.mark.slow), pytest.param(60, marks=pytest.mark.slow)]
)
def test_a_statement_is_pressed_for_each_number_of_gifts(rows: int) -> None:
    gifts = tuple(samples.row(n + 1, date(2026, 1 + n % 12, 1 + n % 28), amount_cents=100 + n) for n in range(rows))
    document = samples.statement(rows=gifts, total_cents=sum(gift.amount_cents for gift in gifts))
    assert find_difference(pressed(document).pdf, oracle(document)) is None
    same_looks(document)


def _occasions() -> dict[str, Document]:
    day, cheque = date(2026, 1, 4), {"method": "cheque", "gift_on_basis": "postmark", "cheque_number": "1047"}
    covers = (0, 428, 0, 33)
    gifts = tuple(
        samples.row(n + 1, date(2026, 1 + n, 3), amount_cents=13_000 + cover, fee_cover_cents=cover)
        for n, cover in enumerate(covers)
    )
    debit = {"method": "ach", "gift_on_basis": "settled", "gift_on": day}
    return {
        "a bank debit": samples.receipt(**debit, initiated_on=date(2026, 1, 2)),
        "a bank debit over New Year": samples.receipt(**debit, initiated_on=date(2025, 12, 30), straddles=True),
        "a cheque": samples.receipt(**cheque, gift_on=day, received_on=date(2026, 1, 7)),
        "a cheque over New Year": samples.receipt(
            **cheque, gift_on=date(2025, 12, 31), tax_year=2025, received_on=day, straddles=True
        ),
        "a cheque of another number": samples.receipt(
            **(cheque | {"cheque_number": "A-204"}), gift_on=day, received_on=date(2026, 1, 9)
        ),
        "a year in which some covered the fee": samples.statement(
            rows=gifts, total_cents=sum(gift.amount_cents for gift in gifts)
        ),
        "a service of one day": replace(samples.sample("volunteer_expense_letter"), served_to_on=None),  # type: ignore[arg-type]
    }


@pytest.mark.parametrize("occasion", _occasions())
def test_what_happens_every_week_is_pressed(occasion: str) -> None:
    document = _occasions()[occasion]
    assert find_difference(pressed(document).pdf, oracle(document)) is None
    same_looks(document)


def test_which_gifts_covered_the_fee_is_no_shape_of_a_statement() -> None:
    def shape(*covers: int) -> object:
        gifts = tuple(
            samples.row(n + 1, date(2026, 1 + n, 3), amount_cents=13_000 + cover, fee_cover_cents=cover)
            for n, cover in enumerate(covers)
        )
        return shape_of(samples.statement(rows=gifts, total_cents=sum(gift.amount_cents for gift in gifts)))

    assert shape(0, 33) == shape(428, 0) == shape(1, 1)
    assert shape(0, 0) != shape(0, 33)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(receipts())
def test_the_code_on_a_pressed_page_is_read_as_the_printed_address(receipt: GiftReceipt) -> None:
    made = room().press(receipt)
    if isinstance(made, Printed):
        # With every line a receipt may have, it goes on to a second page.
        pages = pixels(made.pdf, 144)
        assert {code.text for page in pages for code in zxingcpp.read_barcodes(page)} == {receipt.verify_url}


@pytest.mark.pdf_conformance
@pytest.mark.parametrize("kind", PRESSED_KINDS)
def test_what_is_pressed_is_archival_and_accessible_in_one_file(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "pressed.pdf"
    file.write_bytes(pressed(samples.sample(kind)).pdf)
    assert {name: open_checker().broken_rules(name, file) for name in PROFILES} == {"3a": [], "ua1": []}


@pytest.mark.parametrize("kind", PRESSED_KINDS)
def test_the_press_gives_the_anchors_that_reading_the_file_would_find(kind: str) -> None:
    made = pressed(samples.sample(kind))
    read = find_anchors(made.pdf)
    assert made.anchors is not None
    for name in ("size", "startxref", "xref_is_stream", "catalog_number", "page_number", "info_number", "identifier"):
        assert getattr(made.anchors, name) == getattr(read, name), name
    assert _squeezed(made.anchors.catalog) == _squeezed(read.catalog)
    assert _squeezed(made.anchors.page) == _squeezed(read.page)


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="needs qpdf")
def test_qpdf_finds_nothing_wrong(tmp_path: Path) -> None:
    file = tmp_path / "pressed.pdf"
    file.write_bytes(pressed(samples.receipt()).pdf)
    assert subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False).returncode == 0  # noqa: S607


def test_a_report_is_printed_the_long_way() -> None:
    report = samples.sample("transparency_report")
    assert isinstance(report, TransparencyReport)
    printed = room().print_document(freeze(report))
    assert (printed.reason, printed.maker.split(":")[0]) == ("kind", "weasyprint")


def _squeezed(dictionary: bytes) -> list[bytes]:
    return sorted(re.sub(rb"\s+", b"", dictionary.replace(rb"\055", b"-")).split(b"/"))
