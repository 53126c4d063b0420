"""The seal: what it appends, what it costs, and that any other reader believes it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, RectangleObject

from receipts.facts import freeze
from receipts.render import print_pdf
from receipts.seal import (
    SealKey,
    SealKeyRefusedError,
    UnsealableError,
    find_anchors,
    finish_document,
    load_seal_key,
    make_self_signed,
    open_seal,
    seal_pdf,
)
from receipts.verify import verify_file
from tests.documents import samples
from tests.documents.certificates import make_chain

ISSUED = datetime(2026, 11, 22, 19, 4, 11, tzinfo=UTC)
NAME = "Desert Thread Children's Closet (Example)"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SealKey:
    file = tmp_path_factory.mktemp("keys") / "seal.p12"
    return load_seal_key(private(file, make_self_signed(NAME, at=ISSUED - timedelta(days=1))))


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return print_pdf(freeze(samples.receipt()), samples.TEMPLATES).pdf


@pytest.fixture(scope="module")
def sealed(unsigned: bytes, key: SealKey) -> bytes:
    return seal_pdf(unsigned, key, at=ISSUED).pdf


def private(file: Path, content: bytes) -> Path:
    file.touch(mode=0o600)
    file.write_bytes(content)
    return file


def classic(pdf: bytes) -> bytes:
    """Return the same pages in a file with a plain cross-reference table, and a list of annotations on the first."""
    writer = PdfWriter(clone_from=BytesIO(pdf))
    writer.add_uri(0, "https://example.org", RectangleObject((10, 10, 50, 50)))
    writer.generate_file_identifiers()
    with BytesIO() as out:
        writer.write(out)
        return out.getvalue()


def believed(pdf: bytes, key: SealKey) -> bool:
    """Return whether pyHanko, strict, finds one signature that holds in every respect."""
    (signature,) = PdfFileReader(BytesIO(pdf), strict=True).embedded_signatures
    root = asn1_x509.Certificate.load(key.certificate)
    status = validate_pdf_signature(
        signature, ValidationContext(trust_roots=[root], allow_fetching=False, moment=ISSUED)
    )
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    return status.intact and status.valid and status.trusted and whole and bool(status.docmdp_ok)


def test_the_unsigned_document_stays_as_it_was_and_the_seal_stands_behind_it(unsigned: bytes, key: SealKey) -> None:
    made = seal_pdf(unsigned, key, at=ISSUED)
    assert made.pdf == unsigned + made.appended
    assert made.unsigned_sha256 == hashlib.sha256(unsigned).hexdigest()
    assert made.sha256 == hashlib.sha256(made.pdf).hexdigest()


def test_pyhanko_finds_it_intact_valid_trusted_whole_and_certified(sealed: bytes, key: SealKey) -> None:
    assert believed(sealed, key)
    (signature,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    held = signature.sig_object
    assert (held["/Reason"], held["/Name"]) == ("Official donation receipt", NAME)
    assert held["/SubFilter"] == "/ETSI.CAdES.detached"


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_poppler_finds_it_valid_over_the_whole_document(sealed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed)
    said = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout  # noqa: S607
    assert "Signature is Valid." in said
    assert "Total document signed" in said


def test_a_file_with_a_plain_table_and_annotations_is_sealed_too(unsigned: bytes, key: SealKey) -> None:
    file = classic(unsigned)
    anchors = find_anchors(file)
    assert not anchors.xref_is_stream
    assert anchors.annotations
    made = seal_pdf(file, key, at=ISSUED).pdf
    assert believed(made, key)
    annotations = PdfReader(BytesIO(made), strict=True).pages[0]["/Annots"]
    assert isinstance(annotations, ArrayObject)
    assert len(annotations) == 2


def test_the_same_document_key_and_time_give_the_same_bytes(unsigned: bytes, key: SealKey) -> None:
    assert key.deterministic
    first = seal_pdf(unsigned, key, at=ISSUED)
    assert seal_pdf(unsigned, key, at=ISSUED, anchors=find_anchors(unsigned)) == first
    assert seal_pdf(unsigned, key, at=ISSUED + timedelta(seconds=1)) != first


def test_a_certificate_of_an_authority_brings_its_chain_and_no_byte_of_it_is_free(unsigned: bytes) -> None:
    key = make_chain(at=ISSUED - timedelta(days=1))
    made = seal_pdf(unsigned, key, at=ISSUED).pdf
    assert verify_file(made, trusted={key.fingerprint}).ok
    middle = made.index(key.certificate[:40].hex().encode())
    for place in range(middle - 40, made.index(b">", middle), 61):
        assert not verify_file(changed(made, place)).ok


def changed(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes((pdf[place] ^ 0x20 or 1,)) + pdf[place + 1 :]


def test_a_sealed_receipt_passes_every_check(sealed: bytes, key: SealKey) -> None:
    verification = verify_file(sealed, trusted={key.fingerprint})
    assert [check.name for check in verification.checks if not check.ok] == []
    assert verification.seal is not None
    assert (verification.seal.name, verification.seal.at) == (NAME, ISSUED)
    assert any(key.fingerprint in sentence for sentence in verify_file(sealed).not_checked)


@given(st.data())
def test_one_changed_appended_or_missing_byte_is_found_wherever_it_is(sealed: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(sealed) - 1) | st.integers(len(sealed) - 4_000, len(sealed) - 1))
    value = data.draw(st.integers(1, 255))
    assert not verify_file(sealed[:place] + bytes((sealed[place] ^ value,)) + sealed[place + 1 :]).ok
    assert not verify_file(sealed[:place]).ok
    assert not verify_file(sealed[:place] + bytes((value,)) + sealed[place:]).ok
    assert not verify_file(sealed + bytes((value,))).ok


def test_the_digits_of_the_signature_in_capitals_are_another_file(sealed: bytes) -> None:
    start = sealed.index(b"/Contents<3082") + 10
    place = next(at for at in range(start, len(sealed)) if sealed[at : at + 1].isalpha())
    assert not verify_file(changed(sealed, place)).ok


def test_a_revision_after_the_seal_is_found_though_its_signature_stays_valid(sealed: bytes) -> None:
    writer = PdfWriter(BytesIO(sealed), incremental=True)
    writer.add_metadata({"/Keywords": "added later"})
    with BytesIO() as out:
        writer.write(out)
        later = out.getvalue()
    assert later.startswith(sealed)
    assert [check.name for check in verify_file(later).checks if not check.ok] == ["seal_covers"]


def test_somebody_elses_seal_is_called_somebody_elses(unsigned: bytes, key: SealKey) -> None:
    thief = make_chain(at=ISSUED - timedelta(days=1))
    forged = seal_pdf(unsigned, thief, at=ISSUED).pdf
    assert [check.name for check in verify_file(forged, trusted={key.fingerprint}).checks if not check.ok] == [
        "seal_trusted"
    ]


def test_a_sealed_file_is_not_sealed_again_nor_outside_the_years_of_its_certificate(
    sealed: bytes, unsigned: bytes, key: SealKey
) -> None:
    with pytest.raises(UnsealableError, match="already holds"):
        seal_pdf(sealed, key, at=ISSUED)
    for at in (key.valid_from - timedelta(days=1), key.valid_until + timedelta(days=1)):
        with pytest.raises(UnsealableError, match="not valid on"):
            seal_pdf(unsigned, key, at=at)
    with pytest.raises(UnsealableError):
        find_anchors(unsigned + b"tail")


def test_a_seal_used_outside_its_years_is_found(unsigned: bytes, key: SealKey) -> None:
    early = replace(key, valid_from=ISSUED - timedelta(days=9_000))
    made = seal_pdf(unsigned, early, at=ISSUED - timedelta(days=5)).pdf
    assert "seal_holds" in [check.name for check in verify_file(made).checks if not check.ok]


def test_numbered_documents_are_sealed_and_reports_are_not(unsigned: bytes, key: SealKey) -> None:
    finished = finish_document(freeze(samples.receipt()), unsigned, key)
    assert (finished.seal, finished.pdf) == (key.fingerprint, unsigned + finished.appended)
    report = freeze(samples.sample("transparency_report"))
    assert finish_document(report, unsigned, key).pdf == unsigned
    assert finish_document(freeze(samples.receipt()), unsigned, None).pdf == unsigned


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = private(tmp_path / "seal.p12", make_self_signed(NAME, at=ISSUED))
    assert load_seal_key(file).name == NAME
    file.chmod(0o640)
    with pytest.raises(SealKeyRefusedError, match="chmod 600"):
        load_seal_key(file)
    with pytest.raises(SealKeyRefusedError, match="cannot be read"):
        load_seal_key(tmp_path / "none.p12")
    with pytest.raises(SealKeyRefusedError, match="is not a file"):
        load_seal_key(tmp_path)


def test_a_key_with_a_password_is_opened_by_the_file_that_holds_it(tmp_path: Path) -> None:
    held = ec.generate_private_key(ec.SECP256R1())
    own = make_chain(at=ISSUED, key=held).certificate
    from cryptography import x509  # noqa: PLC0415

    content = pkcs12.serialize_key_and_certificates(
        b"seal", held, x509.load_der_x509_certificate(own), None, BestAvailableEncryption(b"long and secret")
    )
    file = private(tmp_path / "seal.p12", content)
    opened = open_seal(file, private(tmp_path / "password", b"long and secret\n"))
    assert opened is not None
    assert opened.certificate == own
    assert "long" not in repr(opened)
    with pytest.raises(SealKeyRefusedError, match="password"):
        load_seal_key(file)


def test_any_key_but_p256_is_refused(tmp_path: Path) -> None:
    for made in (rsa.generate_private_key(65_537, 2_048), ec.generate_private_key(ec.SECP384R1())):
        content = pkcs12.serialize_key_and_certificates(b"seal", made, None, None, NoEncryption())
        with pytest.raises(SealKeyRefusedError, match="P-256"):
            load_seal_key(private(tmp_path / f"{type(made).__name__}.p12", content))
    with pytest.raises(SealKeyRefusedError, match="not a PKCS#12"):
        load_seal_key(private(tmp_path / "x.p12", b"no key at all"))


def test_a_long_legal_name_in_any_script_is_kept_whole(unsigned: bytes, tmp_path: Path) -> None:
    name = "Ropero Infantil «Ñandú» " * 8
    key = load_seal_key(private(tmp_path / "seal.p12", make_self_signed(name.strip(), at=ISSUED)))
    assert key.name == name.strip()
    assert believed(seal_pdf(unsigned, key, at=ISSUED).pdf, key)


def test_a_seal_costs_well_under_two_milliseconds(unsigned: bytes, key: SealKey) -> None:
    anchors = find_anchors(unsigned)
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(40):
            seal_pdf(unsigned, key, at=ISSUED, anchors=anchors)
        best = min(best, (time.process_time() - started) / 40)
    assert best < 0.002
