"""Room: log. One line of the public books: its layout, its kinds and their signs, and what its commitment hides.

A line is about cents, a month and perhaps a receipt's number; never about a person (docs: the public books).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from donations.errors import LogRefusedError
from donations.money import CENTS_MAX

VERSION: Final = "1"
NONE: Final = "-"
NONCE_BYTES: Final = 16
_COMMITMENT: Final = b"almoner-commitment-v1\n"

Kind = Literal[
    "gift",
    "goods",
    "part",
    "refund",
    "late-return",
    "disputed",
    "refund-failed",
    "reinstated",
    "lost",
    "void",
    "reissue",
    "withdrawn",
    "spent",
    "recovered",
    "moved",
    "unassigned",
    "assigned",
    "goods-in",
    "goods-out",
    "balance",
    "report",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
ADDS: Final[frozenset[Kind]] = frozenset(
    {"gift", "part", "refund-failed", "reinstated", "recovered", "unassigned"},
)
"""Kinds whose cents are added; `moved` adds the children's cents and takes those of operations."""
TAKES: Final[frozenset[Kind]] = frozenset({"refund", "late-return", "disputed", "spent", "assigned"})
NUMBERED: Final[frozenset[Kind]] = frozenset({"gift", "goods", "reissue"})
"""Kinds that carry the number of a receipt, where one was issued."""
_LINE = re.compile(
    r"1\t([a-z-]+)\t(R-20[0-9]{2}-[0-9]{6,}-[0-9]|-)\t(20[0-9]{2}(?:-(?:0[1-9]|1[0-2]|Q[1-4]))?)"
    r"\t(-?[0-9]{1,15})\t(-?[0-9]{1,15})\t([^\t\n]{1,64})\t([A-Za-z0-9+/]{43}=|-)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, in the words of its layout; cents are never negative, but for a balance."""

    kind: Kind
    number: str = NONE
    month: str
    children_cents: int
    operations_cents: int
    ref: str = NONE
    commitment: str = NONE

    def __post_init__(self) -> None:
        if _LINE.fullmatch(self.text) is None or self.kind not in KINDS:
            raise LogRefusedError(f"This is no line of the public books: {self.text!r}.")
        if self.kind != "balance" and min(self.children_cents, self.operations_cents) < 0:
            raise LogRefusedError("A line of the public books takes its sign from its kind.")
        if max(abs(self.children_cents), abs(self.operations_cents)) > CENTS_MAX:
            raise LogRefusedError("A line of the public books has more cents than any book.")

    @property
    def text(self) -> str:
        """Return the line, without its end."""
        cents = f"{self.children_cents}\t{self.operations_cents}"
        return f"{VERSION}\t{self.kind}\t{self.number}\t{self.month}\t{cents}\t{self.ref}\t{self.commitment}"


def read_line(text: str) -> Line:
    """Return a line from its text; raises `LogRefusedError` for any other spelling."""
    found = _LINE.fullmatch(text)
    kind = next((known for known in KINDS if found is not None and found[1] == known), None)
    if found is None or kind is None:
        raise LogRefusedError(f"This is no line of the public books: {text[:100]!r}.")
    line = Line(
        kind=kind,
        number=found[2],
        month=found[3],
        children_cents=int(found[4]),
        operations_cents=int(found[5]),
        ref=found[6],
        commitment=found[7],
    )
    if line.text != text:
        raise LogRefusedError(f"This is no line of the public books: {text[:100]!r}.")
    return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens a line's commitment: only who holds the nonce can tell that the line is of this gift.

    `part` is "1/1"; of a gift told in parts "2/3", behind it the receipt's number where the line does not carry it.
    """

    number: str
    children_cents: int
    operations_cents: int
    gift_on: date
    part: str = "1/1"

    @property
    def part_number(self) -> str:
        """Return the number of the receipt whose holder can open this, or "-" where nobody holds one."""
        return self.part.partition(" ")[2] or self.number

    def commit(self, nonce: bytes) -> str:
        """Return base64 of SHA-256(the layout's name, nonce, what is committed to)."""
        cents = f"{self.children_cents}\n{self.operations_cents}"
        hidden = f"{self.number}\n{cents}\n{self.gift_on.isoformat()}\n{self.part}\n"
        return base64.b64encode(hashlib.sha256(_COMMITMENT + nonce + hidden.encode()).digest()).decode()


def split_cents(cents: int, parts: int) -> list[int]:
    """Return cents in equal parts, the first ones a cent larger where it does not come out even."""
    each, rest = divmod(cents, parts)
    return [each + (place < rest) for place in range(parts)]


def count_parts(cents: int, part_max_cents: int) -> int:
    """Return in how many parts a gift is told: one, unless it is above the largest part."""
    return max(1, -(-cents // part_max_cents))
