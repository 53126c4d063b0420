"""Room: web. The shape of a form before anyone believes its content: bytes to single fields, or one refusal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from donations.errors import DonationError, FieldRefusedError

FIELDS_MAX = 50
_FORM = "application/x-www-form-urlencoded"
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_CHILD_NAMES = frozenset({"fund", "clothing_fund", "designation", "beneficiary", "child", "child_id"})
_FUND_CODE = re.compile(r"CF-[0-9A-HJKMNP-TV-Z]{10}", re.ASCII)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_SIGNED_FIELDS = frozenset({"form_token"})
"""Random characters of our own making, which may look like anything."""


def read_form(request: Request) -> dict[str, str]:
    """Return the single-valued fields of an urlencoded body; raises a `DonationError` naming what is wrong."""
    if request.mimetype != _FORM:
        raise UnsupportedMediaType
    return single_fields(_pairs(request.get_data(cache=False)))


def read_query(request: Request) -> dict[str, str]:
    """Return the single-valued fields of the query string under the same rules."""
    return single_fields(_pairs(request.query_string))


def single_fields(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs as a dictionary; a repeated field is refused, not resolved."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            known = name if _PLAIN_NAME.fullmatch(name) else None
            raise FieldRefusedError("One field of this form was sent more than once.", field=known)
        fields[name] = value
    return fields


def refuse_a_child(fields: Mapping[str, str]) -> None:
    """Refuse fields that name a child or a clothing fund, and values that look like a clothing-fund code."""
    for name, value in fields.items():
        plain = name.casefold().replace("-", "_").partition("[")[0].strip()
        if plain in _CHILD_NAMES or (name not in _SIGNED_FIELDS and _looks_like_a_code(value)):
            raise FieldRefusedError(
                "A gift cannot be set aside for a particular child or clothing fund. Please leave this out.",
                field=plain if _PLAIN_NAME.fullmatch(plain) else None,
            )


def _looks_like_a_code(value: str) -> bool:
    return _FUND_CODE.search(unicodedata.normalize("NFKC", value.translate(_DASHES)).upper()) is not None


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=FIELDS_MAX
        )
    except UnicodeDecodeError:
        raise DonationError("This form holds bytes that are not UTF-8 text.") from None
    except ValueError:
        raise DonationError("This form has more fields than a form of ours can have.") from None
