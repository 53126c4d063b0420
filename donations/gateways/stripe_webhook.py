"""Room: gateways. The letter slot's verifier: believes a signed Stripe event of either payload kind, or says why not.

Our own reader, not the SDK's: that one accepts timestamps of the future and raises TypeError on a non-ASCII
signature. It reads nothing of an event but the fields of `ports.Ring`; the rest is fetched later, from Stripe.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from donations.clock import from_epoch, from_rfc3339
from donations.errors import SettingsRefusedError
from donations.ports import Rejected, Ring

TOLERANCE_SECONDS = 300
HEADER_BYTES_MAX = 4096
NESTING_MAX = 32

_HEADER = re.compile(rb"[a-z][a-z0-9_]*=[!-+\--~]*(?:,[a-z][a-z0-9_]*=[!-+\--~]*)*")
_TIMESTAMP = re.compile(rb"[1-9][0-9]{0,11}")
_SIGNATURE = re.compile(rb"[0-9a-f]{64}")
_WORD = re.compile(r"[!-~]{1,255}")
_EPOCH_MAX = 253_402_300_799


class StripeDoorbell:
    """Implements `ports.Doorbell` over every active signing secret (two while one is being rotated)."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        if not secrets or any(not secret.strip() for secret in secrets):
            raise SettingsRefusedError(
                "ALMONER_STRIPE_WEBHOOK_SECRETS must name at least one secret, and none empty."
            )
        self._secrets = tuple(secret.encode() for secret in secrets)

    def verify(self, *, signature: bytes | None, body: bytes, now: datetime) -> Ring | Rejected:
        """Return what rang, or why it is refused; nothing is decoded before a signature holds. Never raises."""
        if signature is None:
            return Rejected("no signature header")
        signed = _read_header(signature)
        if isinstance(signed, Rejected):
            return signed
        timestamp, signatures = signed
        if abs(int(now.timestamp()) - int(timestamp)) > TOLERANCE_SECONDS:
            return Rejected("time outside the window")
        if not self._is_signed(timestamp + b"." + body, signatures):
            return Rejected("no signature matches")
        return _read_event(body)

    def _is_signed(self, payload: bytes, signatures: list[bytes]) -> bool:
        """Compare with every secret and every signature, without an early end that would tell which one matched."""
        found = False
        for secret in self._secrets:
            expected = hmac.new(secret, payload, hashlib.sha256).hexdigest().encode()
            for given in signatures:
                found |= hmac.compare_digest(expected, given)
        return found


def _read_header(header: bytes) -> tuple[bytes, list[bytes]] | Rejected:
    """Return the one timestamp and all `v1` signatures; other schemes may stand beside them and mean nothing."""
    if len(header) > HEADER_BYTES_MAX:
        return Rejected("signature header too long")
    if not _HEADER.fullmatch(header):
        return Rejected("signature header malformed")
    items = [item.split(b"=", 1) for item in header.split(b",")]
    timestamps = [value for name, value in items if name == b"t"]
    signatures = [value for name, value in items if name == b"v1"]
    if len(timestamps) != 1 or not _TIMESTAMP.fullmatch(timestamps[0]):
        return Rejected("not exactly one timestamp")
    if not signatures or not all(_SIGNATURE.fullmatch(value) for value in signatures):
        return Rejected("no v1 signature, or a malformed one")
    return timestamps[0], signatures


def _read_event(body: bytes) -> Ring | Rejected:
    try:
        event = _strict_object(body)
        if event.get("object") == "event":
            return _snapshot(event)
        if event.get("object") == "v2.core.event":
            return _thin(event)
    except Exception as fault:  # noqa: BLE001 (Whatever a parser raises, the answer to the street is 400, never 500.)
        return Rejected(f"not an event: {type(fault).__name__}")
    return Rejected("not an event of either kind")


def _snapshot(event: Mapping[str, Any]) -> Ring:
    about = event["data"]["object"]
    version = event.get("api_version")
    created = event["created"]
    if type(created) is not int or not 0 < created <= _EPOCH_MAX:
        raise ValueError("created is no epoch")
    return Ring(
        event_id=_word(event["id"]),
        type=_word(event["type"]),
        object_type=_word(about["object"]),
        object_id=_word_or_nothing(about.get("id")),
        livemode=_truth(event["livemode"]),
        created_at=from_epoch(created),
        api_version=None if version is None else _word(version),
    )


def _thin(event: Mapping[str, Any]) -> Ring:
    about = event.get("related_object") or {}
    return Ring(
        event_id=_word(event["id"]),
        type=_word(_word(event["type"]).removeprefix("v1.")),
        object_type=_word_or_nothing(about.get("type")),
        object_id=_word_or_nothing(about.get("id")),
        livemode=_truth(event["livemode"]),
        created_at=from_rfc3339(event["created"]),
        api_version=None,
    )


def _word(value: object) -> str:
    """Believe an id or type: printable ASCII, opaque otherwise, so that no database or log can choke on it."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise ValueError("no plain word")
    return value


def _word_or_nothing(value: object) -> str:
    """Singletons such as the balance have no id, and some events are about no object: both are empty."""
    return "" if value is None else _word(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("no boolean")
    return value


def _strict_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object without repeated keys, NaN or Infinity, nested 32 deep at most; raises ValueError."""
    found = json.loads(body.decode("utf-8"), object_pairs_hook=_unrepeated, parse_constant=_no_constant)
    if not isinstance(found, dict):
        raise TypeError("no object")
    level: list[object] = [found]
    for _ in range(NESTING_MAX):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return found
    raise ValueError("nested too deep")


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [inner for inner in value.values() if isinstance(inner, dict | list)]
    return [inner for inner in value if isinstance(inner, dict | list)] if isinstance(value, list) else []


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a repeated key")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
