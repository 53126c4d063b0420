"""Room: press. A compressed stream whose fixed parts are deflated once; holes go between them as stored blocks.

No compressor runs while a document is filled, so its bytes depend on no library: only on the fixed parts and the ink.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

_WORTH_DEFLATING: Final = 96
_HEAD: Final = b"\x78\xda"
_LAST: Final = b"\x01\x00\x00\xff\xff"
_EMPTY_BLOCK_LENGTHS: Final = b"\x00\x00\xff\xff"
_BLOCK_MAX: Final = 65_535


class Flow(msgspec.Struct, frozen=True):
    """Fixed parts and, between each two of them, the number of a hole. `packed` is None where a part stays plain."""

    fixed: list[bytes]
    packed: list[bytes | None]
    holes: list[int]


def make_flow(parts: Sequence[bytes | int]) -> Flow:
    """Return a flow of bytes and numbers of holes in their order."""
    fixed, holes = [b""], []
    for part in parts:
        if isinstance(part, int):
            holes.append(part)
            fixed.append(b"")
        else:
            fixed[-1] += part
    return Flow(fixed=fixed, packed=[_deflate(part) for part in fixed], holes=holes)


def pour(flow: Flow, inks: Sequence[bytes] | Mapping[int, bytes]) -> bytes:
    """Return the zlib stream of a flow whose holes are filled with `inks[number]`."""
    out, raw, run = [_HEAD], [], []
    is_open = False
    filled = [inks[hole] for hole in flow.holes]
    for place, part in enumerate(flow.fixed):
        packed = flow.packed[place]
        raw.append(part)
        if packed is None:
            run.append(part)
        else:
            _store(out, b"".join(run), is_open=is_open)
            run, is_open = [], True
            out.append(packed)
        if place < len(filled):
            run.append(filled[place])
            raw.append(filled[place])
    _store(out, b"".join(run), is_open=is_open)
    out.append(_LAST)
    out.append(zlib.adler32(b"".join(raw)).to_bytes(4, "big"))
    return b"".join(out)


def _deflate(part: bytes) -> bytes | None:
    """Return deflate blocks that end inside the head of a stored block: its two lengths follow with the next hole."""
    if len(part) < _WORTH_DEFLATING:
        return None
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflater.compress(part) + deflater.flush(zlib.Z_FULL_FLUSH)
    if not packed.endswith(_EMPTY_BLOCK_LENGTHS):
        raise AssertionError("zlib ends a full flush in another way than the format says")
    return packed[: -len(_EMPTY_BLOCK_LENGTHS)]


def _store(out: list[bytes], run: bytes, *, is_open: bool) -> None:
    """Append plain bytes as stored blocks; `is_open` where a block's head was begun and waits for its lengths."""
    if not run and not is_open:
        return
    while True:
        block, run = run[:_BLOCK_MAX], run[_BLOCK_MAX:]
        if not is_open:
            out.append(b"\x00")
        length = len(block)
        out.append(length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little"))
        out.append(block)
        is_open = False
        if not run:
            return
