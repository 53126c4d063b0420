"""Room: log. Appends lines at the end of the public books, and keeps the hashes of each tile that is full with them.

Whoever appends holds the clerk's lock to the end of the transaction: there is one end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.log.lines import NONE, Line, Opening
from donations.log.stored import Stored, read_lines
from donations.log.tiles import HEIGHT, WIDTH, node_within
from donations.log.tree import HASH_BYTES, leaf_hash
from donations.tables import log_leaf, log_tile

InsertRows = Callable[[Session, str, Sequence[Mapping[str, Any]]], None]
"""Inserts rows of one table; handed in by whoever has the quickest way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a line is about, for us alone: a subject told once, its gift, its place among the gift's parts."""

    subject: str
    gift_id: int | None = None
    part: int = 1
    parts: int = 1


def count_lines(session: Session) -> int:
    """Return how many lines the books have."""
    last = session.scalar(select(func.max(log_leaf.c.idx)))
    return 0 if last is None else last + 1


class Pen:
    """Writes lines at the end of the books; the rows of one sitting are inserted together by `write`."""

    def __init__(self, session: Session, *, on: date, draw_nonce: Callable[[], bytes], insert: InsertRows) -> None:
        self._session = session
        self._on = on
        self._draw_nonce = draw_nonce
        self._insert = insert
        self._size = self._first = count_lines(session)
        self._rows: list[dict[str, Any]] = []
        self._nonces: list[dict[str, Any]] = []

    @property
    def size(self) -> int:
        """Return how many lines there are with those not yet written."""
        return self._size

    def add(self, line: Line, told: Told, opening: Opening | None = None) -> int:
        """Add a line and return its index; with an opening it is committed to under a nonce of its own.

        Only of a line with a number the nonce is kept: nobody could ask for another's proof.
        """
        if opening is not None:
            nonce = self._draw_nonce()
            line = _committed(line, opening.commit(nonce))
            if opening.part_number != NONE:
                self._nonces.append({"idx": self._size, "nonce": nonce})
        self._rows.append(
            {
                "idx": self._size,
                "kind": line.kind,
                "line": line.text,
                "subject": told.subject,
                "number": None if line.number == NONE else line.number,
                "month": line.month,
                "children_cents": line.children_cents,
                "operations_cents": line.operations_cents,
                "ref": int(line.ref) if line.ref.isdecimal() else None,
                "gift_id": told.gift_id,
                "part": told.part,
                "parts": told.parts,
                "appended_on": self._on,
            }
        )
        self._size += 1
        return self._size - 1

    def write(self) -> None:
        """Insert what was added, and the tiles that became full by it."""
        if not self._rows:
            return
        self._insert(self._session, "log_leaf", self._rows)
        if self._nonces:
            self._insert(self._session, "leaf_nonce", self._nonces)
        _fill_tiles(self._session, self._first, [row["line"] for row in self._rows])
        self._first = self._size
        self._rows, self._nonces = [], []


def _committed(line: Line, commitment: str) -> Line:
    return Line(
        kind=line.kind,
        number=line.number,
        month=line.month,
        children_cents=line.children_cents,
        operations_cents=line.operations_cents,
        ref=line.ref,
        commitment=commitment,
    )


def _fill_tiles(session: Session, old: int, lines: Sequence[str]) -> None:
    new, begun = old + len(lines), old - old % WIDTH
    if new // WIDTH == old // WIDTH:
        return
    texts = [*(read_lines(session, begun, old) if begun < old else ()), *lines]
    hashes = b"".join(leaf_hash(text.encode()) for text in texts)
    for level in range(new.bit_length() // HEIGHT + 1):
        first, end = old >> (HEIGHT * (level + 1)), new >> (HEIGHT * (level + 1))
        if first == end:
            return
        if level:
            hashes = Stored(session).roots(level - 1, first * WIDTH, end * WIDTH)
        _insert_tiles(session, level, range(first, end), hashes)


def _insert_tiles(session: Session, level: int, numbers: range, hashes: bytes) -> None:
    step = WIDTH * HASH_BYTES
    for place, n in enumerate(numbers):
        own = hashes[place * step : (place + 1) * step]
        session.execute(
            log_tile.insert().values(level=level, n=n, hashes=own, root=node_within(own, HEIGHT, 0)),
        )
