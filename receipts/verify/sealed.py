"""Room: verify. The seal: read twice, byte by byte by our own rules and as any PDF reader does by pyHanko.

Our own reading is the stricter: a signature leaves its own value uncovered, so that value must be, to the last digit,
what this house writes around exactly this signature. A file with full coverage and another spelling is refused too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from receipts.seal.cms import make_form
from receipts.verify.opening import Check

MARKS: Final = (b"/ByteRange", b"/Type/Sig", b"/AcroForm", b"/DocMDP")
"""Any of them makes a file count as sealed: then its seal must hold."""
_PLACE: Final = re.compile(
    rb"/M\(D:([0-9]{14})Z\)/ByteRange\[0 ([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9})\] {0,30}"
    rb"/Contents<([0-9a-f]{2,65536})>"
)


class _WrongError(Exception):
    """The seal does not hold; the sentence says in which way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Who sealed a file and when, by what the file itself says; worth something only if the checks passed."""

    fingerprint: str
    """SHA-256 of the certificate, lower-case hex."""
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    at: datetime
    value: bytes
    covered: tuple[bytes, bytes]
    covers: tuple[int, int, int, int]


def has_seal(pdf: bytes) -> bool:
    """Return whether anything in a file speaks of a seal."""
    return any(mark in pdf for mark in MARKS)


def check_seal(pdf: bytes, trusted: AbstractSet[str]) -> tuple[Seal | None, list[Check]]:
    """Check the seal of a file; `trusted` are fingerprints of the charity's certificates, empty if none is known."""
    checks: list[Check] = []
    try:
        place = _find(pdf)
        checks.append(_passed("seal_covers", "The seal covers every byte of the file, and nothing stands behind it."))
        seal, certificate = _open_value(place)
        checks.append(_passed("seal_holds", f"Not a byte was changed since {seal.name} sealed it on {_said(place)}."))
        _ask_pyhanko(pdf, place, certificate)
        checks.append(
            _passed("seal_forbids", "The seal certifies the document and allows no change, as pyHanko sees it.")
        )
    except _WrongError as wrong:
        name = ("seal_covers", "seal_holds", "seal_forbids")[len(checks)]
        return None, [*checks, Check(name=name, ok=False, detail=f"{wrong}.")]
    return seal, [*checks, *_trust(seal, trusted)]


def _passed(name: str, detail: str) -> Check:
    return Check(name=name, ok=True, detail=detail)


def _said(place: _Place) -> str:
    return f"{place.at:%Y-%m-%d at %H:%M:%S} UTC"


def _trust(seal: Seal, trusted: AbstractSet[str]) -> list[Check]:
    if not trusted:
        return []
    good = seal.fingerprint in trusted
    detail = (
        f"The certificate ({seal.fingerprint}) is one of the charity's."
        if good
        else f"The certificate ({seal.fingerprint}) is none of the charity's: somebody else sealed this file."
    )
    return [Check(name="seal_trusted", ok=good, detail=detail)]


def _find(pdf: bytes) -> _Place:
    found = list(_PLACE.finditer(pdf))
    if len(found) != 1 or pdf.count(b"/ByteRange") != 1:
        raise _WrongError("The file does not carry exactly one seal in the form this house writes")
    (match,) = found
    first, second, length = (int(match[group]) for group in (2, 3, 4))
    if (first, second) != (match.start(5) - 1, match.end(5) + 1) or second + length != len(pdf):
        raise _WrongError("The seal does not cover the whole file: something was added, cut off or left out")
    try:
        at = datetime.strptime(match[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        value = bytes.fromhex(match[5].decode("ascii"))
    except ValueError:
        raise _WrongError("The seal's time or value cannot be read") from None
    return _Place(
        at=at,
        value=value,
        covered=(pdf[:first], pdf[second:]),
        covers=(0, first, second, length),
    )


def _open_value(place: _Place) -> tuple[Seal, bytes]:
    """Return who signed, proven, and the certificate as DER."""
    try:
        certificates, signature = _parts(place.value)
        form = make_form(certificates)
    except Exception:  # noqa: BLE001  # A hostile signature may break its parser in any way.
        raise _WrongError("The seal's value cannot be read") from None
    digest = sha256(b"".join(place.covered)).digest()
    rebuilt = form.fill(digest, signature)
    if place.value != rebuilt.ljust(form.size_max, b"\0"):
        raise _WrongError("The file was changed after it was sealed, or its seal was written by something else")
    try:
        own = x509.load_der_x509_certificate(certificates[0])
        key = own.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise _WrongError("The seal was made with another kind of key than P-256")
        key.verify(signature, form.to_sign(digest), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        raise _WrongError("The seal is broken: its signature is not that of its certificate") from None
    if not own.not_valid_before_utc <= place.at <= own.not_valid_after_utc:
        raise _WrongError("The seal's certificate was not valid on the day it says it was used")
    return Seal(fingerprint=sha256(certificates[0]).hexdigest(), name=_name_of(own), at=place.at), certificates[0]


def _parts(value: bytes) -> tuple[list[bytes], bytes]:
    """Return the certificates in the order the signer named them, his own first, and the signature."""
    signed: Any = cms.ContentInfo.load(value)["content"]
    (signer,) = signed["signer_infos"]
    held = {sha256(each.dump()).digest(): each.dump() for each in signed["certificates"]}
    named = {attribute["type"].native: attribute["values"][0] for attribute in signer["signed_attrs"]}
    order = [each["cert_hash"].native for each in named["signing_certificate_v2"]["certs"]]
    if set(order) != set(held) or len(order) != len(signed["certificates"]):
        raise _WrongError("The seal carries a certificate that its signer did not name")
    return [held[each] for each in order], signer["signature"].native


def _name_of(certificate: x509.Certificate) -> str:
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(oid):
            return str(attribute.value)
    return "somebody unnamed"


def _ask_pyhanko(pdf: bytes, place: _Place, certificate: bytes) -> None:
    """Let the library that other people use agree: intact, valid, whole, certified with no change allowed."""
    # It takes half a second to load, which only those pay who check a sealed file.
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
    from pyhanko.sign.fields import MDPPerm  # noqa: PLC0415
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    try:
        (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
        root = asn1_x509.Certificate.load(certificate)
        status = validate_pdf_signature(
            signature, ValidationContext(trust_roots=[root], allow_fetching=False, moment=place.at)
        )
        same = tuple(int(each) for each in signature.byte_range) == place.covers
        whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        certified = signature.docmdp_level is MDPPerm.NO_CHANGES and bool(status.docmdp_ok)
        good = status.intact and status.valid and status.trusted and whole and certified and same
    except Exception:  # noqa: BLE001  # Whatever a hostile file does to a library, the answer is the same.
        good = False
    if not good:
        raise _WrongError("pyHanko does not find the file intact, wholly covered and certified")
