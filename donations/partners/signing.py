"""Room: partners. How a doorbell is signed: `t=<seconds>,v1=<HMAC-SHA256>`, one `v1` for each secret that signs."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

HEADER: Final = "Almoner-Signature"
WINDOW_SECONDS: Final = 300
_SIGNATURE: Final = re.compile(r"t=([0-9]{1,12})((?:,v1=[0-9a-f]{64}){1,4})", re.ASCII)


def sign_ring(body: bytes, secrets: Sequence[str], *, now: datetime) -> str:
    """Return the header of a body: the instant, and what each secret makes of instant and body."""
    seconds = int(now.timestamp())
    return ",".join((f"t={seconds}", *(f"v1={_digest(secret, seconds, body)}" for secret in secrets)))


def is_signed(header: str, body: bytes, secret: str, *, now: datetime) -> bool:
    """Tell whether a header signs this body with this secret, at most five minutes off: a receiver's part."""
    found = _SIGNATURE.fullmatch(header)
    if found is None or abs(now.timestamp() - int(found[1])) > WINDOW_SECONDS:
        return False
    wanted = _digest(secret, int(found[1]), body)
    return any(hmac.compare_digest(wanted, told) for told in found[2].replace(",v1=", " ").split())


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.digest(secret.encode("ascii"), f"{seconds}.".encode() + body, "sha256").hex()
