"""Room: seal. The seal key: one P-256 key and its certificates, in a PKCS#12 file that only its owner may read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from receipts.seal.cms import Form, make_form

LIFE: Final = timedelta(days=3_652)
FILE_MAX: Final = 2**20
CHAIN_MAX: Final = 8
_COMMON_NAME_MAX: Final = 64


class SealKeyRefusedError(ValueError):
    """The file is no seal key of ours; one sentence says why and never holds any of its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealKey:
    """A key ready to sign. Its secret stands behind `sign` alone and never shows in its repr."""

    name: str
    """Whose seal it is: the organisation in the certificate, or else its common name."""
    certificate: bytes
    """DER of the signer's own certificate."""
    fingerprint: str
    """SHA-256 of `certificate`, lower-case hex."""
    valid_from: datetime
    valid_until: datetime
    deterministic: bool
    """Whether the same document is signed with the same bytes (RFC 6979)."""
    form: Form = field(repr=False)
    sign: Callable[[bytes], bytes] = field(repr=False)
    """Sign bytes with SHA-256 and the key; a DER signature."""


def load_seal_key(file: Path, password: bytes | None = None) -> SealKey:
    """Read a PKCS#12 with a P-256 key; raises `SealKeyRefusedError` for any other, or one that others may read."""
    content = _read_private(file)
    try:
        held = pkcs12.load_pkcs12(content, password)
    except (ValueError, UnsupportedAlgorithm):
        raise SealKeyRefusedError(f"{file} is not a PKCS#12 file, or its password is another.") from None
    key, own = held.key, held.cert
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SealKeyRefusedError(
            f"{file} must hold an elliptic-curve key on P-256; RSA and other curves are not used."
        )
    if own is None:
        raise SealKeyRefusedError(f"{file} holds a key without its certificate.")
    chain = [each.certificate for each in held.additional_certs]
    _check_certificate(file, own.certificate, key)
    if len(chain) >= CHAIN_MAX:
        raise SealKeyRefusedError(f"{file} holds more than {CHAIN_MAX} certificates.")
    return make_seal_key(key, [own.certificate, *chain])


def open_seal(file: Path | None, password_file: Path | None = None) -> SealKey | None:
    """Return the key of a house that has one; the password, if any, stands in a file as private as the key's."""
    if file is None:
        return None
    return load_seal_key(file, _read_private(password_file).strip() if password_file else None)


def make_seal_key(key: ec.EllipticCurvePrivateKey, certificates: list[x509.Certificate]) -> SealKey:
    """Return a P-256 key ready to sign, with the signer's own certificate first."""
    own = certificates[0]
    algorithm, deterministic = _choose_algorithm(key)
    return SealKey(
        name=_name_of(own),
        certificate=own.public_bytes(Encoding.DER),
        fingerprint=own.fingerprint(hashes.SHA256()).hex(),
        valid_from=own.not_valid_before_utc,
        valid_until=own.not_valid_after_utc,
        deterministic=deterministic,
        form=make_form([each.public_bytes(Encoding.DER) for each in certificates]),
        sign=lambda content: key.sign(content, algorithm),
    )


def make_self_signed(legal_name: str, *, at: datetime) -> bytes:
    """Return a new PKCS#12 file, without a password, whose certificate names the charity for ten years from `at`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, legal_name),
            x509.NameAttribute(NameOID.COMMON_NAME, legal_name.encode()[:_COMMON_NAME_MAX].decode(errors="ignore")),
        ]
    )
    public = key.public_key()
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at.astimezone(UTC))
        .not_valid_after(at.astimezone(UTC) + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_KEY_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, NoEncryption())


def _read_private(file: Path) -> bytes:
    """Return the file's bytes, looked at and read through one handle, so that it cannot be exchanged in between."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        raise SealKeyRefusedError(f"{file} cannot be read: {fault.strerror}.") from None
    state = os.fstat(handle)
    if not stat.S_ISREG(state.st_mode):
        os.close(handle)
        raise SealKeyRefusedError(f"{file} is not a file.")
    with os.fdopen(handle, "rb") as opened:
        if state.st_mode & 0o077:
            raise SealKeyRefusedError(f"{file} can be read by others than its owner: chmod 600 it.")
        content = opened.read(FILE_MAX + 1)
    if len(content) > FILE_MAX:
        raise SealKeyRefusedError(f"{file} is too large for a key.")
    return content


def _check_certificate(file: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    if certificate.public_key() != key.public_key():
        raise SealKeyRefusedError(f"{file} holds a certificate of another key.")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise SealKeyRefusedError(f"{file} holds a certificate that does not allow signing documents.")


def _choose_algorithm(key: ec.EllipticCurvePrivateKey) -> tuple[ec.ECDSA, bool]:
    try:
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        key.sign(b"", algorithm)
    except UnsupportedAlgorithm:
        return ec.ECDSA(hashes.SHA256()), False
    return algorithm, True


def _name_of(certificate: x509.Certificate) -> str:
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(oid):
            return str(attribute.value)
    return certificate.subject.rfc4514_string()


_KEY_USAGE: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
