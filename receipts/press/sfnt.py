"""Room: press. A font file with only the tables that a page needs: names and lookups stay outside the PDF."""

from __future__ import annotations

import struct
from typing import Final

_KEPT: Final = (b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep")
_ENTRY: Final = struct.Struct(">4sLLL")
_HEAD: Final = 12


def keep_page_tables(font: bytes) -> bytes:
    """Return a TrueType font without the tables that ISO 32000-1 §9.9 does not ask for; another format unchanged."""
    if font[:4] != b"\x00\x01\x00\x00":
        return font
    (count,) = struct.unpack_from(">H", font, 4)
    entries = [_ENTRY.unpack_from(font, _HEAD + _ENTRY.size * place) for place in range(count)]
    kept = sorted((tag, checksum, font[at : at + length]) for tag, checksum, at, length in entries if tag in _KEPT)
    return _directory(kept) + b"".join(_padded(table) for _, _, table in kept)


def _directory(tables: list[tuple[bytes, int, bytes]]) -> bytes:
    power = len(tables).bit_length() - 1
    out = struct.pack(
        ">4sHHHH", b"\x00\x01\x00\x00", len(tables), 16 << power, power, 16 * len(tables) - (16 << power)
    )
    at = _HEAD + _ENTRY.size * len(tables)
    for tag, checksum, table in tables:
        out += _ENTRY.pack(tag, checksum, at, len(table))
        at += len(_padded(table))
    return out


def _padded(table: bytes) -> bytes:
    return table + bytes(-len(table) % 4)
