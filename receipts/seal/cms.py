"""Room: seal. The signature itself: a CMS of PAdES baseline B-B, built once for each key with holes in it.

Only the digest of the file and the signature over it differ from one document to the next, so signing is one
elliptic-curve operation and a few joins (ETSI EN 319 122-1, EN 319 142-1; RFC 5652, RFC 5035). Every certificate
that travels along is named in the signed attributes: none of its bytes can be changed unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from asn1crypto import cms, tsp, x509

SIGNATURE_MAX: Final = 72
"""Longest DER form of a P-256 signature, bytes."""
_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_OCTETS: Final = 0x04
_FIRST: Final = 0xA0
_SHORT: Final = 0x80
_DIGEST_SIZE: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A CMS with two holes: the digest (inside the signed attributes) and the signature."""

    attributes: tuple[bytes, bytes]
    """The signed attributes' content before and after the digest."""
    before_attributes: bytes
    after_attributes: bytes
    head: bytes
    """What stands in SignedData before its signer."""

    def to_sign(self, digest: bytes) -> bytes:
        """Return what the key signs: the attributes as a SET (RFC 5652 §5.4), for the SHA-256 of the file."""
        return _der(_SET, digest.join(self.attributes))

    def fill(self, digest: bytes, signature: bytes) -> bytes:
        """Return the whole CMS as DER."""
        attributes = _der(_FIRST, digest.join(self.attributes))
        signer = b"".join((self.before_attributes, attributes, self.after_attributes, _der(_OCTETS, signature)))
        signed = self.head + _der(_SET, _der(_SEQUENCE, signer))
        return _der(_SEQUENCE, _SIGNED_DATA + _der(_FIRST, _der(_SEQUENCE, signed)))

    @property
    def size_max(self) -> int:
        """Return the longest the CMS can be, bytes."""
        return len(self.fill(bytes(_DIGEST_SIZE), bytes(SIGNATURE_MAX)))


def make_form(certificates: Sequence[bytes]) -> Form:
    """Return the form for a signer's certificate (DER) and those that lead to its issuer."""
    signer = x509.Certificate.load(certificates[0])
    digest_algorithm = cms.DigestAlgorithm({"algorithm": "sha256"})
    identifier = cms.SignerIdentifier(
        "issuer_and_serial_number",
        cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number}),
    )
    return Form(
        attributes=_attributes(certificates),
        before_attributes=_VERSION_1 + identifier.dump() + digest_algorithm.dump(),
        after_attributes=bytes(cms.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()),
        head=b"".join(
            (
                _VERSION_1,
                _der(_SET, digest_algorithm.dump()),
                _der(_SEQUENCE, cms.ContentType("data").dump()),
                _der(_FIRST, b"".join(sorted(certificates))),
            )
        ),
    )


def _attributes(certificates: Sequence[bytes]) -> tuple[bytes, bytes]:
    hole = b"\xa5" * _DIGEST_SIZE
    named = tsp.SigningCertificateV2(
        {"certs": [{"cert_hash": sha256(certificate).digest()} for certificate in certificates]}
    )
    attributes = [
        cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [hole]}),
        cms.CMSAttribute({"type": "signing_certificate_v2", "values": [named]}),
    ]
    before, after = b"".join(sorted(attribute.dump() for attribute in attributes)).split(hole)
    return before, after


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < _SHORT:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, _SHORT | size)) + length.to_bytes(size, "big") + content


_SIGNED_DATA: Final = bytes(cms.ContentType("signed_data").dump())
_VERSION_1: Final = bytes(cms.CMSVersion("v1").dump())
