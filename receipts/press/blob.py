"""Room: press. A compiled press as data: everything a document of one shape shares, and where its ink goes.

Stored by the digest of its bytes, so that the same facts can be set again years later.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Literal

import msgspec

from receipts.press.flow import Flow
from receipts.press.qr import QrTable
from receipts.press.tokens import Use

FORMAT: Final = 1
INSTANT_USE: Final = -1
Align = Literal["left", "right", "center"]


class Hole(msgspec.Struct, frozen=True):
    """One line of ink: `x` is its left edge, right edge or middle; sizes are those of the page's own space."""

    parts: list[str | int]
    """Fixed words, and numbers of uses."""
    font: str
    size: float
    features: dict[str, int]
    align: Align
    x: float
    y: float
    room: float
    """How wide the words may be."""


class FontPart(msgspec.Struct, frozen=True):
    """A face inside the file: the digest of its font, the glyphs kept with their widths, the letters it can say."""

    digest: str
    widths: list[tuple[int, int]]
    letters: str


class Attached(msgspec.Struct, frozen=True):
    """An object that holds the machine's facts; `dictionary` is what stands before its parameters."""

    number: int
    dictionary: bytes


class InfoEntry(msgspec.Struct, frozen=True):
    """One line of the file's information: fixed words and uses; -1 is the instant of issue."""

    key: str
    parts: list[str | int]


class Page(msgspec.Struct, frozen=True):
    """One page: its object's number and dictionary, and its stream; after the last hole comes the code."""

    number: int
    dictionary: bytes
    flow: Flow


class Press(msgspec.Struct, frozen=True):
    """A compiled press. `head` begins every file; object numbers are of the files."""

    format: int
    kind: str
    shape: str
    """The digest of the shape it was compiled for."""
    maker: str
    """The environment in which it was compiled."""
    language: str
    address_prefix: str
    uses: list[Use]
    holes: list[Hole]
    fonts: dict[str, FontPart]
    qr: QrTable | None
    head: bytes
    pages: list[Page]
    metadata_number: int
    metadata: Flow
    metadata_dictionary: bytes
    attached: list[Attached]
    info_number: int
    info: list[InfoEntry]
    xref_number: int
    xref: Flow
    """Its holes are numbered like the objects whose places they say."""
    catalog_number: int
    catalog: bytes
    page_number: int
    page: bytes


def pack(press: Press) -> bytes:
    """Return a press as bytes; the same press gives the same bytes."""
    return msgspec.msgpack.encode(press, order="deterministic")


def unpack(content: bytes) -> Press:
    """Return a press again; raises ValueError for bytes that are none, or of another format."""
    press = msgspec.msgpack.decode(content, type=Press)
    if press.format != FORMAT:
        raise ValueError("a press of another format")
    return press


def digest_of(content: bytes) -> str:
    """Return the digest by which a press or a font is stored."""
    return sha256(content).hexdigest()
