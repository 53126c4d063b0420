"""Room: admission. Proof of work and the code by mail: bound to one form, so used once; neither is stored."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from donations import tokens

_NONCE = re.compile("[0-9]{1,15}", re.ASCII)
_CODE_LENGTH = 8
_BITS_PER_CHARACTER = 5


def challenge_for(keys: Sequence[bytes], form_token: str, amount_cents: int) -> str:
    """Return what a proof must be found for: bound to this form and this amount."""
    return tokens.derive_token(keys, "proof", f"{tokens.hash_token(form_token)}\n{amount_cents}")


def is_proof_of(challenge: str, nonce: str, bits: int) -> bool:
    """Tell whether SHA-256 of `<challenge>:<nonce>` begins with so many zero bits."""
    if not _NONCE.fullmatch(nonce):
        return False
    return _zero_bits(hashlib.sha256(f"{challenge}:{nonce}".encode("ascii")).digest()) >= bits


def solve(challenge: str, bits: int) -> str:
    """Find a nonce as the browser's script does: about 2 ** bits hashes."""
    begun, nonce = hashlib.sha256(f"{challenge}:".encode("ascii")), 0
    while True:
        tried = begun.copy()
        tried.update(b"%d" % nonce)
        if _zero_bits(tried.digest()) >= bits:
            return str(nonce)
        nonce += 1


def code_for(keys: Sequence[bytes], form_token_hash: str, email: str) -> str:
    """Return the code sent to an address for one form: 40 bits, as `k7qd-m2xw`."""
    message = f"{form_token_hash}\n{email.casefold()}".encode()
    bits = int.from_bytes(hmac.digest(tokens.derive_key(keys[0], "code"), message, "sha256"))
    letters = "".join(tokens.CROCKFORD[bits >> _BITS_PER_CHARACTER * place & 31] for place in range(_CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def is_code(written: str, code: str) -> bool:
    """Tell whether a person wrote the code, however spaced and in whatever case."""
    plain = re.sub(r"[\s-]", "", written).casefold()
    return hmac.compare_digest(plain.encode("utf-8", "replace"), code.replace("-", "").encode())


def _zero_bits(digest: bytes) -> int:
    return len(digest) * 8 - int.from_bytes(digest).bit_length()
