"""Room: press. The QR code of an address by exclusive or: for a fixed mask and version the code is linear.

A table holds the code of `prefix + 32 zeros` and what each bit of each digit turns over.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec
import segno

from receipts.render.marks import QR_MASK, QR_QUIET, QR_VERSION

DIGITS: Final = 32
_BITS: Final = (1, 2, 4, 8, 0x50)
"""The bits in which 0–9 and a–f differ from "0"; 0x50 is what all letters share."""


class QrTable(msgspec.Struct, frozen=True):
    """`zero` is the code of 32 zeros, `turns[place][bit]` what a bit turns over; both as rows of whole bytes."""

    size: int
    zero: bytes
    turns: list[list[bytes]]


@cache
def make_table(prefix: str) -> QrTable:
    """Return the table of all addresses that begin alike; about a third of a second."""
    zero = _code(prefix + "0" * DIGITS)
    turns = []
    for place in range(DIGITS):
        row = []
        for bit in _BITS:
            sign = chr(ord("0") ^ bit)
            turned = _code(prefix + "0" * place + sign + "0" * (DIGITS - 1 - place))
            row.append(bytes(one ^ other for one, other in zip(zero, turned, strict=True)))
        turns.append(row)
    size = segno.make(prefix, version=QR_VERSION, error="m", mask=QR_MASK, micro=False, boost_error=False)
    return QrTable(size=len(size.matrix), zero=zero, turns=turns)


class QrDrawer:
    """Draws codes as inline images of one bit a module, black where a bit is set."""

    def __init__(self, table: QrTable) -> None:
        wide = (table.size + 7) // 8 * table.size
        if len(table.zero) != wide:
            raise ValueError("a table of another size")
        self._zero = int.from_bytes(table.zero, "big")
        self._length = wide
        self._turns = [self._turns_of(row) for row in table.turns]
        size, far = table.size, table.size + QR_QUIET
        self._before = b"q\n0 0 0 rg\n%d 0 0 -%d %d %d cm\nBI /IM true /W %d /H %d /BPC 1 /D [1 0] /F /AHx ID " % (
            size,
            size,
            QR_QUIET,
            far,
            size,
            size,
        )

    def draw(self, digits: str) -> bytes:
        """Return the drawing of an address by its own digits, in a square of the code and its quiet zone."""
        code = self._zero
        for turn, digit in zip(self._turns, digits, strict=True):
            code ^= turn[digit]
        return self._before + code.to_bytes(self._length, "big").hex().encode() + b"> EI\nQ"

    @staticmethod
    def _turns_of(row: list[bytes]) -> dict[str, int]:
        bits = [int.from_bytes(turn, "big") for turn in row]
        turns = {}
        for digit in "0123456789abcdef":
            differs, turned = ord(digit) ^ ord("0"), 0
            for bit, turn in zip(_BITS, bits, strict=True):
                if differs & bit == bit:
                    turned ^= turn
            turns[digit] = turned
        return turns


def _code(address: str) -> bytes:
    code = segno.make(address, error="m", version=QR_VERSION, mask=QR_MASK, micro=False, boost_error=False)
    rows = []
    for row in code.matrix:
        bits = "".join("1" if module else "0" for module in row)
        rows.append(int(bits.ljust((len(bits) + 7) // 8 * 8, "0"), 2).to_bytes((len(bits) + 7) // 8, "big"))
    return b"".join(rows)
