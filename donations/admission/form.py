"""Room: admission. The form token: proves that our form was opened a moment ago by this browser."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime

from donations import tokens
from donations.admission.figures import TOKEN_AGE_MAX, TOKEN_AGE_MIN
from donations.errors import FieldRefusedError


def make_form_token(keys: Sequence[bytes], *, device: str, now: datetime) -> str:
    """Return a signed token for one opened form, bound to the browser's device value."""
    return tokens.sign(keys, "form", f"{tokens.draw_hex_token()}:{device}", now=now)


def check_form_token(keys: Sequence[bytes], form_token: str, *, device: str, now: datetime) -> None:
    """Refuse a token that is not ours, is for another browser, or is younger than 3 s or older than 2 h."""
    signed = tokens.unsign(keys, "form", form_token, now=now)
    if signed is None or not device or not hmac.compare_digest(signed[0].partition(":")[2].encode(), device.encode()):
        raise FieldRefusedError(
            "This form could not be matched to your browser. Please open the page again and allow its one cookie.",
            field="form_token",
        )
    age = now - signed[1]
    if not TOKEN_AGE_MIN <= age <= TOKEN_AGE_MAX:
        raise FieldRefusedError(
            "This form was open for too short or too long a time. Please look it over and send it once more.",
            field="form_token",
        )
