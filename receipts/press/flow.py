"""Room: press. A compressed stream whose fixed parts are deflated once; holes go between them as stored blocks.

No compressor runs while a document is filled, so its bytes depend on no library: only on the fixed parts and the ink.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Final
from zlib import adler32

import msgspec

_WORTH_DEFLATING: Final = 96
_HEAD: Final = b"\x78\xda"
_LAST: Final = b"\x01\x00\x00\xff\xff"
_EMPTY_BLOCK_LENGTHS: Final = b"\x00\x00\xff\xff"
_BLOCK_MAX: Final = 65_535
_Step = tuple[bytes, bytes | None, list[bytes | int]]
"""A fixed part and its deflated form (None at the very beginning), and the plain run of parts and holes after it."""


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


class Pourer:
    """Fills the holes of one flow, again and again."""

    def __init__(self, flow: Flow) -> None:
        self._steps: list[_Step] = []
        before, packed, run = b"", None, list[bytes | int]()
        for place, part in enumerate(flow.fixed):
            deflated = flow.packed[place]
            if deflated is None:
                run.append(part)
            else:
                self._steps.append((before, packed, run))
                before, packed, run = part, deflated, []
            run += flow.holes[place : place + 1]
        self._steps.append((before, packed, run))

    def pour(self, inks: Sequence[bytes] | Mapping[int, bytes]) -> bytes:
        """Return the zlib stream of the flow whose holes are filled with `inks[number]`."""
        out, check = [_HEAD], 1
        for before, packed, run in self._steps:
            plain = b"".join([part if isinstance(part, bytes) else inks[part] for part in run])
            if packed is not None:
                out.append(packed)
                check = adler32(before, check)
            check = adler32(plain, check)
            _store(out, plain, is_open=packed is not None)
        out.append(_LAST)
        out.append(check.to_bytes(4, "big"))
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
