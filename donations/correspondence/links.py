"""Room: correspondence. The signed links that mails carry: each opens one pledge, one held gift or one card."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from donations import tokens

LINK_LIFE = timedelta(days=60)
CARD_LINK_LIFE = timedelta(days=366)
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


def card_token(keys: Sequence[bytes], reference: str, *, now: datetime) -> str:
    """Return the secret by which whoever got a card may ask for no other; nothing of it is stored."""
    return tokens.sign(keys, "card", reference, now=now)


def read_card_token(keys: Sequence[bytes], token: str, *, now: datetime) -> str | None:
    """Return the gift or pledge whose card a secret came with: good for a year, for a card may lie long."""
    return _read(keys, "card", token, now=now, life=CARD_LINK_LIFE)


def _read(
    keys: Sequence[bytes], purpose: tokens.Purpose, token: str, *, now: datetime, life: timedelta = LINK_LIFE
) -> str | None:
    signed = tokens.unsign(keys, purpose, token, now=now) if token.isascii() else None
    if signed is None or not timedelta(0) <= now - signed[1] <= life or not _REFERENCE.fullmatch(signed[0]):
        return None
    return signed[0]
