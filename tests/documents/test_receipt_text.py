"""What stands on the page, read back from the finished files."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from receipts import wording
from receipts.facts import (
    AnnualStatement,
    Document,
    DonorFacts,
    StateDisclosure,
    freeze,
    gift_lines,
    receipt_json,
    text_fault,
)
from receipts.numbers import format_number
from receipts.render import print_pdf
from receipts.render.printing import make_html
from receipts.render.workshop import open_workshop
from receipts.verify import verify_file
from receipts.wording import Language
from tests.documents import samples


def pages_of(document: Document) -> tuple[bytes, str]:
    pdf = print_pdf(freeze(document), samples.TEMPLATES).pdf
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return pdf, " ".join(text.split())


def test_a_receipt_says_everything_the_law_asks_for() -> None:
    receipt = samples.receipt()
    _, text = pages_of(receipt)
    for said in (
        receipt.issuer.legal_name,
        f"EIN {receipt.issuer.ein}",
        receipt.number,
        "Issued November 22, 2026",
        "November 21, 2026",
        "the day your card was charged",
        "Marisol Vega-Ørsted",
        "48 Sample Street",
        "$130.00",
        "$4.28",
        "$134.28",
        "No goods or services were provided in exchange for this contribution.",
        wording.purpose_line(receipt.issuer.legal_name, "coats"),
        wording.control_statement(receipt.issuer.legal_name),
        "Your gift is deductible to the extent allowed by law.",
        "170(b)(1)(A)",
        "Please keep this written acknowledgment for your tax records.",
        samples.VERIFY_URL,
    ):
        assert said in text


def test_the_amount_stands_once_on_the_receipt_of_a_gift_with_one_line() -> None:
    _, text = pages_of(samples.receipt(amount_cents=13_000, lines=gift_lines(gift_cents=13_000, fee_cover_cents=0)))
    assert text.count("$130.00") == 1


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_an_amount_in_another_currency_is_the_amount_and_dollars_inform(language: Language) -> None:
    pdf, text = pages_of(samples.receipt_in_euros(language=language))
    informed = text.index("$129.60")
    assert (text.count("€120.00"), text.count("$")) == (1, 1)
    assert f"{wording.labels(language)['gift_receipt']['purpose']} EUR" in text
    said = text[informed - 60 : informed + 160]
    marked = {"en": "For information only", "es": "Solo como información"}[language]
    assert all(word in said for word in (marked, "1.08", "Stripe", "1 EUR"))
    attached = json.loads(receipt_json(samples.receipt_in_euros(language=language)))
    assert attached["amount"] == {"value": "120.00", "currency": "EUR"}
    assert attached["information"]["reached_us"] == {"value": "129.60", "currency": "USD"}
    assert [check.name for check in verify_file(pdf, must_be_sealed=False).checks if not check.ok] == []


def test_a_statement_tells_what_was_given_in_another_currency_and_adds_up_what_reached_us() -> None:
    statement = samples.sample("annual_statement")
    assert isinstance(statement, AnnualStatement)
    rows = (replace(statement.rows[0], presented=samples.EUROS), *statement.rows[1:])
    _, text = pages_of(replace(statement, rows=rows))
    assert "reached us of €120.00" in text
    assert wording.dollars(statement.total_cents) in text


def test_yen_have_no_decimals_and_dinars_three() -> None:
    yen, dinars = (
        pages_of(samples.receipt_in_euros(presented=replace(samples.EUROS, currency=currency, minor_units=units)))[1]
        for currency, units in (("JPY", 18_000), ("KWD", 1_234_500))
    )
    assert "¥18,000 " in yen
    assert "KWD 1,234.500" in dinars


def test_a_donor_without_an_address_has_no_empty_line() -> None:
    workshop = open_workshop(samples.TEMPLATES)
    page = make_html(samples.receipt(donor=DonorFacts(name="Ana")), workshop)
    assert not re.search(r"<p[^>]*>\s*</p>", page)


def test_a_receipt_fits_on_one_page_in_the_usual_case() -> None:
    pdf, _ = pages_of(samples.sample("gift_receipt"))
    assert len(PdfReader(BytesIO(pdf)).pages) == 1


def test_nothing_on_a_receipt_is_about_a_child() -> None:
    _, text = pages_of(samples.receipt())
    said = text.replace(samples.ISSUER.legal_name, "").replace(wording.FUND_NAME, "")
    said = said.replace(wording.control_statement(samples.ISSUER.legal_name), "")
    assert "child" not in said.replace(wording.control_statement("").split(", which", maxsplit=1)[1], "").lower()
    assert not re.search(r"CF-[0-9A-Z]{10}", text)


def test_a_simulated_receipt_says_so_and_a_real_one_does_not() -> None:
    _, simulated = pages_of(samples.receipt(simulated=True))
    _, real = pages_of(samples.receipt(simulated=False))
    assert simulated.startswith(wording.SIMULATED) or wording.SIMULATED in simulated
    assert "SIMULATED" not in real


def test_a_replacement_names_what_it_replaces_before_anything_else() -> None:
    old = samples.receipt().number
    new = format_number("R", 2026, 124)
    _, text = pages_of(samples.receipt(number=new, replaces=old, replaces_reason="The name was misspelt."))
    assert text.index(f"Replaces receipt {old}. The name was misspelt.") < text.index("Written acknowledgment")


def test_a_state_s_text_is_printed_word_for_word() -> None:
    text = "A COPY OF THE OFFICIAL REGISTRATION MAY BE OBTAINED."
    disclosure = StateDisclosure(id="fl-2026-1", state="FL", text=text, style="capitals")
    assert text in pages_of(samples.receipt(state_disclosures=(disclosure,)))[1]


def test_the_pdf_carries_receipt_json_byte_for_byte_with_the_day_of_issue() -> None:
    receipt = samples.receipt()
    pdf, _ = pages_of(receipt)
    reader = PdfReader(BytesIO(pdf))
    assert reader.attachments == {"receipt.json": [receipt_json(receipt)]}
    root: Any = reader.trailer["/Root"].get_object()
    assert {file.get_object()["/AFRelationship"] for file in root["/AF"]} == {"/Data"}
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.creation_date == metadata.modification_date == receipt.issued_at
    assert metadata.title == f"Gift receipt {receipt.number}"


def test_a_report_carries_its_files() -> None:
    pdf, _ = pages_of(samples.sample("transparency_report"))
    held = PdfReader(BytesIO(pdf)).attachments
    assert set(held) == {"report.json", "both_funds.csv"}
    assert json.loads(held["report.json"][0])["schema"] == 1


@pytest.mark.parametrize("kind", ["gift_receipt", "annual_statement"])
def test_the_code_on_the_page_leads_to_the_verification_page(kind: str) -> None:
    document = samples.receipt() if kind == "gift_receipt" else samples.statement()
    pdf, _ = pages_of(document)
    assert scan(pdf) == samples.VERIFY_URL


def scan(pdf: bytes) -> str:
    """Return what a camera reads from the last page at 150 dpi."""
    paper = pypdfium2.PdfDocument(pdf)
    try:
        picture = paper[len(paper) - 1].render(scale=150 / 72).to_pil()
        (found,) = zxingcpp.read_barcodes(picture)
    finally:
        paper.close()
    return str(found.text)


def test_a_statement_lists_every_gift_and_its_total_comes_last() -> None:
    statement = samples.statement()
    _, text = pages_of(statement)
    for row in statement.rows:
        assert row.receipt_number in text
        assert wording.long_day(row.gift_on) in text
    assert text.index("$260.00") > text.rindex("$130.00")
    assert "This statement repeats receipts already issued and replaces none." in text


def test_a_statement_with_mixed_days_says_what_each_rests_on() -> None:
    rows = (
        samples.row(1, date(2026, 3, 1)),
        samples.row(2, date(2026, 5, 1), gift_on_basis="settled", status="disputed"),
    )
    _, text = pages_of(samples.statement(rows=rows))
    for said in ("the day your card was charged", "the day the funds settled", "under review"):
        assert said in text


def test_a_masked_figure_is_words_and_never_a_zero() -> None:
    _, text = pages_of(samples.sample("transparency_report"))
    assert "fewer than 11" in text
    assert "What is hidden, and why" in text


@settings(max_examples=15)
@given(st.text(min_size=1, max_size=120).filter(lambda name: text_fault(name, limit=120) is None))
def test_a_name_never_becomes_markup(name: str) -> None:
    page = make_html(samples.receipt(donor=DonorFacts(name=name)), open_workshop(samples.TEMPLATES))
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f'<p class="strong">{escaped.replace(chr(34), "&#34;").replace(chr(39), "&#39;")}</p>' in page


def test_the_templates_of_this_folder_are_the_ones_that_are_shipped() -> None:
    assert Path(samples.TEMPLATES, "shared", "house.css").is_file()
    assert all(Path(samples.TEMPLATES, kind, "sample.json").is_file() for kind in samples.KINDS)


def test_letters_that_no_font_holds_are_boxes_and_the_page_says_so() -> None:
    _, text = pages_of(samples.receipt(donor=DonorFacts(name="山田 Tarō")))
    boxed = f"{wording.BOX}{wording.BOX} Tarō" in text
    assert boxed or "山田 Tarō" in text  # Some machines hold a font for them.
    assert boxed == (wording.BOXED_NOTE in text)
    assert wording.BOX not in pages_of(samples.receipt())[1]


def test_pages_are_numbered_in_the_language_of_the_document() -> None:
    assert "Page 1 of 1" in pages_of(samples.receipt())[1]
    assert "Página 1 de 1" in pages_of(samples.receipt(language="es"))[1]
