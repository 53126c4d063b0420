"""Room: correspondence. The signed links that mails carry: each opens one pledge or one held gift."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from donations import tokens

LINK_LIFE = timedelta(days=60)
_REFERENCE = re.compile("[gp]_[0-9a-hjkmnp-tv-z]{16}", re.ASCII)


def pledge_token(keys: Sequence[bytes], reference: str, *, now: datetime) -> str:
    """Return the secret of a pledge's page, good for 60 days; nothing of it is stored."""
    return tokens.sign(keys, "pledge", reference, now=now)


def read_pledge_token(keys: Sequence[bytes], token: str, *, now: datetime) -> str | None:
    """Return the pledge that a secret opens; unknown, ended and mistyped are one None."""
    return _read(keys, "pledge", token, now=now)


def consent_token(keys: Sequence[bytes], reference: str, *, now: datetime) -> str:
    """Return the secret of a held gift's page, good for 60 days; nothing of it is stored."""
    return tokens.sign(keys, "consent", reference, now=now)


def read_consent_token(keys: Sequence[bytes], token: str, *, now: datetime) -> str | None:
    """Return the held gift that a secret opens; unknown, ended and mistyped are one None."""
    return _read(keys, "consent", token, now=now)


def news_token(keys: Sequence[bytes], reference: str, *, now: datetime) -> str:
    """Return the secret by which a donor ends the month's notes of a gift or pledge; it does not run out."""
    return tokens.sign(keys, "news", reference, now=now)


def read_news_token(keys: Sequence[bytes], token: str, *, now: datetime) -> str | None:
    """Return whose notes a secret ends: an old letter's link must still end them."""
    signed = tokens.unsign(keys, "news", token, now=now) if token.isascii() else None
    return None if signed is None or not _REFERENCE.fullmatch(signed[0]) else signed[0]


def _read(keys: Sequence[bytes], purpose: Literal["pledge", "consent"], token: str, *, now: datetime) -> str | None:
    signed = tokens.unsign(keys, purpose, token, now=now) if token.isascii() else None
    if signed is None or not timedelta(0) <= now - signed[1] <= LINK_LIFE or not _REFERENCE.fullmatch(signed[0]):
        return None
    return signed[0]
