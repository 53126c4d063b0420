"""Room: web. What the edge lets in as text: normalised, capped, and free of characters nobody writes by hand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from receipts.facts import text_fault

EMAIL_CAP = 254
_LOCAL_PART_CAP = 64
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE_INITIALS = frozenset("CZM")
_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a text cannot be believed, as the end of a sentence that begins with the field's label."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    """What stands in its places, where it has any."""

    @property
    def why(self) -> str:
        """Return it in English, as the treasury reads it."""
        return self.message % self.values if self.values else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule:
    """How long one line may be, and whether it needs a letter."""

    cap: int
    needs: Literal["letter", "visible"] = "visible"


def believe_line(text: str, rule: TextRule) -> str | Refused:
    """Return one line in NFC without outer spaces, or why it is refused; "" stays ""."""
    line = unicodedata.normalize("NFC", text).strip()
    if len(line) > rule.cap:
        return Refused("is longer than %(cap)s characters. Please shorten it.", {"cap": rule.cap})
    if any(is_refused_character(character) for character in line):
        return Refused("holds a character that cannot be printed. Please write it again by hand.")
    if line and text_fault(line, limit=rule.cap):
        # The receipt's own rule: what is let in here can be printed there.
        return Refused("piles more marks on a letter than can be printed. Please write it more simply.")
    if line and not _has(line, rule.needs):
        return Refused("needs at least one letter." if rule.needs == "letter" else "holds nothing that can be seen.")
    return line


def believe_email(text: str) -> str | Refused:
    """Return a plain address (dot-atom @ dotted domain) whose domain is ASCII, or why it is refused."""
    line = believe_line(text, TextRule(cap=EMAIL_CAP))
    if isinstance(line, Refused):
        return line
    local = line.rpartition("@")[0]
    if len(local) > _LOCAL_PART_CAP or not _DOT_ATOM.fullmatch(local):
        return _NOT_AN_ADDRESS
    try:
        found = validate_email(line, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        return _NOT_AN_ADDRESS
    return found if found and len(found) <= EMAIL_CAP else _NOT_AN_ADDRESS


def is_refused_character(character: str) -> bool:
    """Return whether a character is a control, unassigned, private, a line end, or turns the reading direction."""
    return unicodedata.category(character) in _REFUSED_CATEGORIES or character in _BIDIRECTIONAL


def for_redisplay(text: str, cap: int) -> str:
    """Return what a person wrote, fit to stand in its field again: refused characters left out, cut at the cap."""
    return "".join(character for character in text[:cap] if not is_refused_character(character))


def _has(line: str, what: Literal["letter", "visible"]) -> bool:
    if what == "letter":
        return any(unicodedata.category(character).startswith("L") for character in line)
    return any(unicodedata.category(character)[0] not in _INVISIBLE_INITIALS for character in line)


_NOT_AN_ADDRESS = Refused("does not look like name@example.org. Please check it.")
