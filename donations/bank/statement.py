"""Room: bank. A statement as the bank told it, cleaned to what matching needs; the file itself is not kept.

A line is known again by the bank's own id (FITID), or, where a file has none, by a digest of its day, cents and words
and by how many lines before it in the file were the same: so overlapping files add nothing twice.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from donations.errors import FieldRefusedError
from donations.money import CENTS_MAX

LineKind = Literal["charge", "interest", "cheque", "other"]
FILE_MAX: Final = 10 * 1024 * 1024
LINES_MAX: Final = 20_000
WORDS_MAX: Final = 80
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_LONG_NUMBER: Final = re.compile(r"\d[\d -]{5,}\d")
_CHARGE_WORDS: Final = re.compile(r"\b(fee|fees|service charge|monthly charge|analysis charge)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One line: what came (cents > 0) or went (< 0) on a day of the bank's."""

    key: str
    booked_on: date
    cents: int
    kind: LineKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementBalance:
    """What the bank says the account holds at the end of a day."""

    on: date
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The lines of one account, in the order of the file."""

    lines: tuple[StatementLine, ...]
    balance: StatementBalance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLine:
    """A line as a file holds it."""

    bank_id: str
    booked_on: date
    cents: int
    kind: LineKind
    words: str


def refused(sentence: str) -> FieldRefusedError:
    """Return the refusal of a file."""
    return FieldRefusedError(sentence, field="file")


def statement_of(raw: Iterable[RawLine], balance: StatementBalance | None) -> Statement:
    """Return a statement of the lines that moved money; raises `FieldRefusedError` for more than a file may hold."""
    seen: Counter[str] = Counter()
    lines: dict[str, StatementLine] = {}
    for one in raw:
        if len(lines) >= LINES_MAX:
            raise refused(f"A statement holds at most {LINES_MAX:,} lines. Please export a shorter time.")
        if abs(one.cents) > CENTS_MAX:
            raise refused("A line of this statement moves more than any bank would.")
        if one.cents == 0:
            continue
        line = _line(one, seen)
        if lines.setdefault(line.key, line) != line:
            raise refused(f"The file holds two different lines with the bank's id {line.key}.")
    return Statement(lines=tuple(lines.values()), balance=balance)


def _line(raw: RawLine, seen: Counter[str]) -> StatementLine:
    words = _clean(raw.words)
    kind: LineKind = "charge" if raw.kind == "other" and raw.cents < 0 and _CHARGE_WORDS.search(words) else raw.kind
    return StatementLine(key=_key(raw, words, seen), booked_on=raw.booked_on, cents=raw.cents, kind=kind, words=words)


def _key(raw: RawLine, words: str, seen: Counter[str]) -> str:
    if raw.bank_id:
        plain = _PLAIN_KEY.fullmatch(raw.bank_id)
        return raw.bank_id if plain else hashlib.sha256(raw.bank_id.encode("utf-8")).hexdigest()[:32]
    told = f"{raw.booked_on.isoformat()}|{raw.cents}|{words}"
    seen[told] += 1
    return hashlib.sha256(f"{told}|{seen[told]}".encode()).hexdigest()[:32]


def _clean(words: str) -> str:
    """Return the bank's words in one line, cut to what a person needs; long numbers keep their last four digits."""
    one_line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    masked = _LONG_NUMBER.sub(lambda found: "…" + re.sub(r"\D", "", found[0])[-4:], one_line)
    return masked[:WORDS_MAX].rstrip()
