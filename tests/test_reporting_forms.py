"""A report says the same in every form: page, PDF, CSV, JSON and the picture of a chart."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import closing
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from donations.database import Database
from donations.gateways.printing import PrintingRoom
from donations.paths import document_templates_folder
from donations.reporting import (
    figures_json,
    freeze_report,
    report_page,
    write_report,
)
from donations.reporting.forms import write_amount
from receipts.facts import TransparencyReport, thaw
from tests.clerk_room import BASE_URL, open_funds, organisation, tick
from tests.reporting_room import (
    DAYS,
    PaperPress,
    clothe,
    give,
    noon_of,
    report_of,
)


def test_the_forms_say_the_same(book: Database, tmp_path: Path) -> None:
    open_funds(book, funds=20)
    give(book, *DAYS * 3, fee_cover_cents=408)
    tick(book)
    report = report_of(book, "2026")
    files = write_report(report, tmp_path, printing=PaperPress(), organisation=organisation(), base_url=BASE_URL)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(file.name for file in files)
    told = json.loads((tmp_path / "report-2026-draft.json").read_text(encoding="utf-8"))
    assert told["figures"] == figures_json(report)
    assert told["edition"] is None
    figures = csv.DictReader(io.StringIO((tmp_path / "report-2026-draft-figures.csv").read_text(encoding="utf-8")))
    for row in figures:
        assert (row["cents"] or row["count"] or None) == _written(told["figures"][row["id"]]["value"])
    document = thaw(files[0].read_bytes())
    assert isinstance(document, TransparencyReport)
    assert document.draft
    for form in (files[0].read_text(encoding="utf-8"), report_page(report)):
        amounts = set(re.findall(r"\$[0-9,]+\.[0-9]{2}", form))
        assert amounts <= {f"${cents / 100:,.2f}" for cents in _numbers(told)}
    assert "DRAFT" in report_page(report)


@pytest.mark.slow
def test_the_printed_report_says_what_its_attached_json_says(book: Database, tmp_path: Path) -> None:
    open_funds(book, funds=5)
    give(book, *DAYS)
    tick(book)
    report = report_of(book, "2026")
    with closing(PrintingRoom(document_templates_folder())) as press:
        files = write_report(report, tmp_path, printing=press, organisation=organisation(), base_url=BASE_URL)
    printed = PdfReader(files[0])
    words = " ".join(" ".join(page.extract_text() for page in printed.pages).split())
    for figure in report.figures.values():
        assert figure.label in words
        assert write_amount(figure.value, figure.unit, figure.reason) in words
    assert report.headline in words
    assert printed.attachments["report.json"] == [freeze_report(report).encode()]
    assert {"figures.csv", "months.csv", "promise.csv"} <= set(printed.attachments)


def _written(value: int | None) -> str | None:
    return None if value is None else str(value)


def _numbers(told: object) -> set[int]:
    """Return every whole number in the JSON, signs aside."""
    if isinstance(told, dict):
        return set().union(*map(_numbers, told.values()))
    if isinstance(told, list):
        return set().union(*map(_numbers, told))
    return {abs(told)} if isinstance(told, int) else set()


def test_a_chart_can_be_read_back_from_its_picture(book: Database) -> None:
    open_funds(book, funds=20)
    give(book, *DAYS, cents=12_345)
    give(book, *DAYS[2:] * 5)
    tick(book)
    clothe(book, date(2026, 11, 20), 1)
    report = report_of(book, "2026")
    pictures = re.findall(r"<svg.*?</svg>", report_page(report), re.DOTALL)
    assert len(pictures) == len(report.charts) == 1
    picture = ET.fromstring(pictures[0])  # noqa: S314  # Our own picture.
    space = "{http://www.w3.org/2000/svg}"
    assert picture.get("role") == "img"
    title, description = (picture.find(f"{space}{name}") for name in ("title", "desc"))
    assert title is not None
    assert description is not None
    assert title.text == report.charts[0].title
    widths = [float(bar.get("width", "0")) for bar in picture.iter(f"{space}rect")]
    amounts = [bar.value or 0 for bar in report.charts[0].bars]
    assert widths == [pytest.approx(318 * cents / max(amounts), abs=0.01) for cents in amounts]
    texts = [element.text for element in picture.iter(f"{space}text")]
    assert texts[1::2] == [bar.text for bar in report.charts[0].bars]
    assert "<script" not in pictures[0]


def test_a_hidden_bar_is_a_gap_with_its_words() -> None:
    from donations.reporting.forms import _pages  # noqa: PLC0415  # The macro has no other door in tests.
    from receipts.facts import Bar, BarChart  # noqa: PLC0415

    chart = BarChart(
        title="Clothing",
        description="By quarter.",
        unit="cents",
        bars=(Bar(label="Q1", value=130_000, text="$1,300.00"), Bar(label="Q2", value=None, text="fewer than 11")),
    )
    drawn = str(_pages().get_template("charts/bars.html").module.bars(chart, "one"))  # type: ignore[attr-defined]
    assert drawn.count("<rect") == 1
    assert drawn.count("chart-gap") == 1
    assert ">fewer than 11</text>" in drawn


def test_two_points_or_fewer_are_a_table_and_no_chart(book: Database) -> None:
    give(book, date(2026, 1, 5), date(2026, 2, 5))
    report = report_of(book, "2026-Q1", now=noon_of(date(2026, 2, 6)))
    assert [chart.title for chart in report.charts] == []
    assert {table.id for table in report.tables} >= {"months"}
