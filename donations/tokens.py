"""Room: tokens. Random references, secret links, and keys derived per use; nothing here is about a person."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from itsdangerous import BadSignature, TimestampSigner

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32 in lower case: no i, l, o, u to misread."""

_REFERENCE_LENGTH = 16
_SECRET_HEX_LENGTH = 32

Purpose = Literal[
    "form",
    "device",
    "thanks",
    "viewer",
    "attempt",
    "receipt-link",
    "proof",
    "code",
    "pledge",
    "consent",
    "donor-link",
    "donor-form",
    "news",
    "card",
    "card-address",
    "staff-form",
    "staff-link",
    "staff-challenge",
    "staff-codes",
    "staff-import",
    "audit",
    "partner",
    "partner-mark",
    "api-use",
    "erasure",
]


def draw_nonce() -> bytes:
    """Return 16 random bytes that open one line of the public books."""
    return secrets.token_bytes(16)


def draw_reference(kind: Literal["g", "p", "r", "d", "s", "a", "b", "m", "i", "h", "l", "o", "k", "w", "e"]) -> str:
    """Return a new reference: the kind's letter and 16 random base32 characters, as in `g_…`."""
    return f"{kind}_{''.join(secrets.choice(CROCKFORD) for _ in range(_REFERENCE_LENGTH))}"


def draw_hex_token() -> str:
    """Return 128 random bits as 32 lower-case hex digits."""
    return secrets.token_hex(_SECRET_HEX_LENGTH // 2)


def hash_token(token: str) -> str:
    """Return the SHA-256 by which a secret token is stored and found."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def derive_key(key: bytes, purpose: Purpose) -> bytes:
    """Return the key for one use (HKDF-SHA256, RFC 5869, empty salt, one block)."""
    extracted = hmac.digest(b"\0" * 32, key, "sha256")
    return hmac.digest(extracted, b"almoner/" + purpose.encode("ascii") + b"\x01", "sha256")


def derive_token(keys: Sequence[bytes], purpose: Purpose, subject: str) -> str:
    """Return the secret token of one subject: the same on every call, so a repeated letter or request is equal."""
    return hmac.digest(derive_key(keys[0], purpose), subject.encode("utf-8"), "sha256").hex()[:_SECRET_HEX_LENGTH]


def draw_long_token() -> str:
    """Return 256 random bits as 64 lower-case hex digits: for a secret that no person types."""
    return secrets.token_hex(_SECRET_HEX_LENGTH)


def derive_long_token(key: bytes, purpose: Purpose, subject: str) -> str:
    """Return the 256-bit secret of one subject under one key, as 64 lower-case hex digits."""
    return hmac.digest(derive_key(key, purpose), subject.encode("utf-8"), "sha256").hex()


def sign(keys: Sequence[bytes], purpose: Purpose, value: str, *, now: datetime) -> str:
    """Return `value` signed with the newest key and the instant of `now`, as ASCII safe in a form or cookie."""
    return _signer(keys, purpose, now).sign(value).decode("ascii")


def unsign(keys: Sequence[bytes], purpose: Purpose, text: str, *, now: datetime) -> tuple[str, datetime] | None:
    """Return the value and when it was signed, or None if no active key signed exactly this."""
    try:
        value, signed_at = _signer(keys, purpose, now).unsign(text, return_timestamp=True)
    except (BadSignature, ValueError):
        return None
    return value.decode("utf-8", "replace"), signed_at


def _signer(keys: Sequence[bytes], purpose: Purpose, now: datetime) -> _ClockedSigner:
    # itsdangerous signs with the last key of its list and accepts any; ours holds the newest first.
    signer = _ClockedSigner(
        [derive_key(key, purpose) for key in reversed(keys)], digest_method=hashlib.sha256, key_derivation="hmac"
    )
    signer.clock_seconds = int(now.astimezone(UTC).timestamp())
    return signer


class _ClockedSigner(TimestampSigner):
    """itsdangerous' signer on our clock: in simulated mode the whole application reads one clock."""

    clock_seconds = 0

    def get_timestamp(self) -> int:
        """Return the instant handed in instead of the machine's."""
        return self.clock_seconds
