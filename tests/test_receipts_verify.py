from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from receipts import wording
from receipts.facts import Document, canonical_json, freeze, receipt_json
from receipts.render import print_pdf
from receipts.verify import Verification
from receipts.verify import verify_file as verify_any_file
from tests.documents import samples


def verify_file(pdf: bytes) -> Verification:
    """Check a file that its book printed before there was a seal: what is asked of it here is everything else."""
    return verify_any_file(pdf, must_be_sealed=False)


def printed(document: Document) -> bytes:
    return print_pdf(freeze(document), samples.TEMPLATES).pdf


@pytest.fixture(scope="module")
def good() -> bytes:
    return printed(samples.receipt())


def broken(verification: Verification) -> set[str]:
    assert verification.ok == all(check.ok for check in verification.checks)
    return {check.name for check in verification.checks if not check.ok}


def with_attachment(pdf: bytes, content: bytes) -> bytes:
    """Return the same pages with another receipt.json."""
    writer = PdfWriter()
    for page in PdfReader(BytesIO(pdf)).pages:
        writer.add_page(page)
    writer.add_attachment("receipt.json", content)
    with BytesIO() as out:
        writer.write(out)
        return out.getvalue()


def test_a_receipt_as_printed_passes_every_check_and_names_what_was_looked_at(good: bytes) -> None:
    verification = verify_file(good)
    assert broken(verification) == set()
    assert verification.number == "R-2026-000123-0"
    assert verification.verify_url == samples.VERIFY_URL
    assert not verification.simulated
    assert [check.name for check in verification.checks] == [
        *("readable", "one_version", "attachment", "canonical", "number", "sums", "page_agrees", "goods_services"),
        *("simulated", "claims"),
    ]
    assert all(check.detail.endswith(".") for check in verification.checks)


def test_a_file_without_a_seal_is_nobodys(good: bytes) -> None:
    assert broken(verify_any_file(good)) == {"sealed"}


@pytest.mark.parametrize("kind", [kind for kind in samples.KINDS if kind not in samples.UNNUMBERED])
def test_every_kind_says_the_same_on_its_page_and_in_its_attachment(kind: str) -> None:
    assert broken(verify_file(printed(samples.sample(kind)))) == set()


def test_it_says_what_a_file_alone_cannot_prove(good: bytes) -> None:
    said = " ".join(verify_file(good).not_checked)
    for word in ("issued", "still valid", "seal", "claims"):
        assert word in said


def test_a_statement_passes_too() -> None:
    verification = verify_file(printed(samples.statement()))
    assert broken(verification) == set()
    assert verification.kind == "annual_statement"


def test_a_simulated_receipt_is_called_simulated() -> None:
    verification = verify_file(printed(samples.receipt(simulated=True)))
    assert verification.simulated
    assert any("SIMULATED" in check.detail for check in verification.checks)


@pytest.mark.parametrize(
    ("there", "instead", "fails"),
    [
        (b'"value":"134.28"', b'"value":"934.28"', {"sums", "page_agrees"}),
        (b'"R-2026-000123-0"', b'"R-2026-000124-8"', {"page_agrees"}),
        (b'"R-2026-000123-0"', b'"R-2026-000123-1"', {"number", "page_agrees"}),
        (b'"gift_on":"2026-11-21"', b'"gift_on":"2025-11-21"', {"page_agrees"}),
        (b'"ein":"00-0000000"', b'"ein":"00-0000001"', {"page_agrees"}),
        (b"Desert Thread", b"Desert Threat", {"page_agrees"}),
        (b'"simulated":false', b'"simulated":true', {"simulated"}),
        (b'"kind":', b'"kind" :', {"canonical"}),
        (b'"lines":[', b'"lines":[7,', {"sums"}),
    ],
)
def test_an_attachment_that_says_something_else_than_the_page_is_found(
    good: bytes, there: bytes, instead: bytes, fails: set[str]
) -> None:
    facts = receipt_json(samples.receipt())
    assert there in facts
    found = broken(verify_file(with_attachment(good, facts.replace(there, instead))))
    assert found - {"claims"} == fails


def test_a_file_made_anew_without_its_claims_or_attachment_is_found(good: bytes) -> None:
    facts = receipt_json(samples.receipt())
    assert broken(verify_file(with_attachment(good, facts))) == {"claims"}
    writer = PdfWriter()
    writer.add_page(PdfReader(BytesIO(good)).pages[0])
    with BytesIO() as out:
        writer.write(out)
        assert "attachment" in broken(verify_file(out.getvalue()))


def test_something_appended_to_the_file_is_found(good: bytes) -> None:
    writer = PdfWriter(BytesIO(good), incremental=True)
    writer.add_metadata({"/Keywords": "added later"})
    with BytesIO() as out:
        writer.write(out)
        changed = out.getvalue()
    assert changed.startswith(good)
    assert "one_version" in broken(verify_file(changed))


def test_a_receipt_without_the_goods_or_services_sentence_is_found(good: bytes) -> None:
    facts = receipt_json(samples.receipt()).replace(b'"goods_services":{"variant":"none"},', b"")
    assert "goods_services" in broken(verify_file(with_attachment(good, facts)))
    assert wording.RECEIPT_WORDINGS


@pytest.mark.parametrize("rubbish", [b"", b"%PDF-1.7", b"receipt", b"\x00" * 1_000, b"%PDF-1.7\n" + b"9" * 10_000])
def test_what_is_no_pdf_is_said_to_be_none(rubbish: bytes) -> None:
    assert broken(verify_file(rubbish)) == {"readable"}


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=40))
def test_no_damage_breaks_the_checker(good: bytes, place: int, damage: bytes) -> None:
    start = place % len(good)
    verify_file(good[:start] + damage + good[start + len(damage) :])
    verify_file(good[:start])


_NAMES = (
    "amount",
    "benefits",
    "excess",
    "gift_on",
    "goods_services",
    "issuer",
    "kind",
    "language",
    "lines",
    "name",
    "number",
    "rows",
    "series",
    "simulated",
    "value",
    "variant",
    "verify_url",
    "wording_version",
)


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("value", [[], {}, None, 1, [[]], [{}]])
def test_a_value_of_the_wrong_shape_is_wrong_and_breaks_nothing(good: bytes, name: str, value: object) -> None:
    assert not verify_file(with_attachment(good, canonical_json({name: value}))).ok


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(_NAMES),
                inner,
            )
        ),
        max_leaves=8,
    )
)
def test_no_attached_json_breaks_the_checker(good: bytes, value: object) -> None:
    assert not verify_file(with_attachment(good, canonical_json(value))).ok
