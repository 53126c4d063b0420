"""A little authority: root, issuer and signer, as a charity's own PKCS#12 would carry them."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from receipts.seal import SealKey
from receipts.seal.keys import make_seal_key


def make_chain(*, at: datetime, key: ec.EllipticCurvePrivateKey | None = None) -> SealKey:
    """Return a seal key whose certificate was issued by an authority, that authority's certificates with it."""
    root_key, issuer_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    own_key = key or ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Example Root", root_key, "Example Root", root_key, at)
    issuer = _certificate("Example Issuer", issuer_key, "Example Root", root_key, at)
    own = _certificate("Another Charity (Example)", own_key, "Example Issuer", issuer_key, at)
    return make_seal_key(own_key, [own, issuer, root])


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, at: datetime
) -> x509.Certificate:
    is_authority = not subject.startswith("Another")
    return (
        x509.CertificateBuilder(_name(issuer), _name(subject), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + timedelta(days=900))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(by, hashes.SHA256())
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
