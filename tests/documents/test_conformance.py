"""Every kind of document keeps PDF/A-3a and PDF/UA-1 in one file, as veraPDF sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from weasyprint import HTML

from receipts.facts import Document, DonorFacts, Insubstantial, StateDisclosure, freeze
from receipts.numbers import format_number
from receipts.render import print_pdf
from receipts.render.printing import make_html
from receipts.render.workshop import open_workshop
from receipts.seal import seal_pdf
from tests.documents import samples
from tests.documents.certificates import make_chain
from tests.documents.verapdf import PROFILES, find_jar, held_profiles, open_checker

pytestmark = pytest.mark.pdf_conformance

HOSTILE_NAMES = {
    "markup": "<b>Bobby</b> & <script>alert(1)</script> {{7*7}}",
    "right to left": "שלום ירושלים",
    "arabic": "محمد بن عبد الله",
    "emoji": "Zoë 🧥👩‍👧 Smile",
    "no font holds it": "山田太郎 สมชาย",
    "one long word": "Wolfeschlegelsteinhausenbergerdorff" * 3 + "abcdefghijklmno",
    "wide letters": "W" * 120,
    "combining marks": "ẹ́ẹ́ẹ́x",
    "no width": "a\u200bb\u00adc" * 20,
}


def broken_rules(document: Document, folder: Path) -> dict[str, list[str]]:
    file = folder / "document.pdf"
    file.write_bytes(print_pdf(freeze(document), samples.TEMPLATES).pdf)
    return {name: open_checker().broken_rules(name, file) for name in PROFILES}


def test_the_jar_still_holds_the_profiles_we_check_against() -> None:
    assert held_profiles(find_jar()) == set(PROFILES)


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_is_archival_and_accessible_in_one_file(kind: str, tmp_path: Path) -> None:
    assert broken_rules(samples.sample(kind), tmp_path) == {"3a": [], "ua1": []}


@pytest.mark.parametrize("kind", sorted(set(samples.KINDS) - samples.UNNUMBERED))
def test_every_kind_is_archival_and_accessible_in_spanish_too(kind: str, tmp_path: Path) -> None:
    assert broken_rules(samples.spoken(kind, "es"), tmp_path) == {"3a": [], "ua1": []}


@pytest.mark.parametrize("kind", sorted(set(samples.KINDS) - samples.UNNUMBERED))
def test_every_kind_stays_archival_and_accessible_under_its_seal(kind: str, tmp_path: Path) -> None:
    document, file = samples.sample(kind), tmp_path / "sealed.pdf"
    key = make_chain(at=document.issued_at)
    file.write_bytes(seal_pdf(print_pdf(freeze(document), samples.TEMPLATES).pdf, key, at=document.issued_at).pdf)
    assert {name: open_checker().broken_rules(name, file) for name in PROFILES} == {"3a": [], "ua1": []}


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_donor_of_any_name_gets_an_archival_and_accessible_receipt(name: str, tmp_path: Path) -> None:
    document = samples.receipt(donor=DonorFacts(name=name, address_lines=(name, name)))
    assert broken_rules(document, tmp_path) == {"3a": [], "ua1": []}


def test_a_receipt_with_everything_on_it_still_conforms(tmp_path: Path) -> None:
    text = " ".join(["A COPY OF THE OFFICIAL REGISTRATION MAY BE OBTAINED."] * 9)
    texts = tuple(StateDisclosure(id=f"fl-{n}", state="FL", text=text, style="capitals") for n in range(6))
    document = samples.receipt(
        state_disclosures=texts,
        replaces=format_number("R", 2026, 1),
        replaces_reason="The name was misspelt.",
        returned_cents=1_000,
        goods_services=Insubstantial(item="a logo mug"),
        simulated=True,
    )
    assert broken_rules(document, tmp_path) == {"3a": [], "ua1": []}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_check_finds_a_file_that_does_not_say_it_is_accessible(tmp_path: Path) -> None:
    workshop = open_workshop(samples.TEMPLATES)
    page = make_html(samples.receipt(), workshop)
    file = tmp_path / "without.pdf"
    HTML(string=page, base_url="house:", url_fetcher=workshop.fetcher).write_pdf(
        file,
        font_config=workshop.fonts,
        stylesheets=workshop.styles["gift_receipt"],
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
    )
    assert open_checker().broken_rules("3a", file) == []
    assert open_checker().broken_rules("ua1", file) == ["5-1"]
