"""Room: press. Freezes drawn objects into the bytes that all documents of a shape begin with."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pydyf

from receipts.press.blob import FORMAT, INSTANT_USE, Attached, FontPart, Hole, InfoEntry, Page, Press
from receipts.press.faults import UnpressableError
from receipts.press.flow import make_flow
from receipts.press.hooks import hole_marker
from receipts.press.qr import make_table
from receipts.press.sfnt import keep_page_tables
from receipts.press.tokens import INSTANT, Use, split_marks

_HOLE: Final = re.compile(rb"%HOLE(\d+)%")
_STROKE: Final = re.compile(rb"\d+ \d+\.5 [ml]")
_STROKES_MIN: Final = 300
_HEADER: Final = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_INSTANTS: Final = (INSTANT.strftime("%Y-%m-%dT%H:%M:%SZ"), INSTANT.strftime("D:%Y%m%d%H%M%SZ"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What one drawing with marks gave."""

    kind: str
    language: str
    prefix: str
    uses: list[Use]
    holes: list[Hole]
    fonts: dict[str, FontPart]
    pdf: pydyf.PDF


def list_content(drawn: Drawn) -> list[list[bytes | int]]:
    """Return the content of each page that holds ink, as fixed bytes and numbers of holes."""
    return [parts for _, parts in _pages_with_ink(drawn)]


def freeze_press(drawn: Drawn, *, shape: str, maker: str) -> Press:
    """Return the press of a drawing."""
    pdf = drawn.pdf
    pages = _pages_with_ink(drawn)
    metadata = _only(_streams(pdf, "/Metadata"), "metadata")
    attached = _streams(pdf, "/EmbeddedFile")
    pdf.add_object(pdf.info)
    own = {stream.number for stream in (metadata, *attached, *(page for page, _ in pages))} | {pdf.info.number}
    head, places = _head(pdf, own)
    xref_number = len(pdf.objects) + 1
    first = pdf.objects[pdf.pages["Kids"][0]]
    has_code = any(len(drawn.holes) in parts for _, parts in pages)
    return Press(
        format=FORMAT,
        kind=drawn.kind,
        shape=shape,
        maker=maker,
        language=drawn.language,
        address_prefix=drawn.prefix,
        uses=drawn.uses,
        holes=drawn.holes,
        fonts=drawn.fonts,
        qr=make_table(drawn.prefix) if has_code else None,
        head=head,
        pages=[_page(stream, parts) for stream, parts in pages],
        metadata_number=metadata.number,
        metadata=make_flow(_split_bytes(metadata.stream[0])),
        metadata_dictionary=_entries(metadata.extra),
        attached=[Attached(number=each.number, dictionary=_entries(each.extra, "Params")) for each in attached],
        info_number=pdf.info.number,
        info=[InfoEntry(key=key, parts=_split(value.string)) for key, value in pdf.info.items()],
        xref_number=xref_number,
        xref=make_flow(_xref(places, own, xref_number)),
        catalog_number=pdf.catalog.number,
        catalog=_entries(pdf.catalog),
        page_number=first.number,
        page=_entries(first, "Annots", "Tabs"),
    )


def _page(stream: Any, parts: list[bytes | int]) -> Page:  # noqa: ANN401
    return Page(number=stream.number, dictionary=_entries(stream.extra), flow=make_flow(parts))


def _split_bytes(content: bytes) -> list[bytes | int]:
    return [part if isinstance(part, int) else part.encode() for part in _split(content.decode())]


def _pages_with_ink(drawn: Drawn) -> list[tuple[Any, list[bytes | int]]]:
    found = []
    for stream in drawn.pdf.objects:
        if isinstance(stream, pydyf.Stream):
            parts = _content(stream, qr=len(drawn.holes))
            if any(isinstance(part, int) for part in parts):
                found.append((stream, parts))
    inks = [part for _, parts in found for part in parts if isinstance(part, int)]
    if [ink for ink in inks if ink != len(drawn.holes)] != list(range(len(drawn.holes))):
        raise UnpressableError("a value is painted twice, or inside another drawing")
    return found


def _content(stream: Any, *, qr: int) -> list[bytes | int]:  # noqa: ANN401
    items = _take_out_code([_bytes(item) for item in stream.stream], hole_marker(qr))
    parts = _HOLE.split(b"\n".join(items))
    split: list[bytes | int] = [int(part) if place % 2 else part for place, part in enumerate(parts)]
    return split


def _take_out_code(items: list[bytes], marker: bytes) -> list[bytes]:
    """Return the items of a content stream with the strokes of a QR code replaced by a hole."""
    kept, run = list[bytes](), list[bytes]()
    for item in (*items, b""):
        if _STROKE.fullmatch(item):
            run.append(item)
            continue
        is_code = len(run) >= _STROKES_MIN and item == b"S"
        kept += [marker] if is_code else [*run, item]
        run = []
    return kept[:-1]


def _head(pdf: pydyf.PDF, own: set[int]) -> tuple[bytes, dict[int, bytes]]:
    """Return the fixed beginning of every file, and the row of the cross-reference of each object in it."""
    out, places = bytearray(_HEADER), {0: _row(0, 0, 0xFFFF)}
    loose = [each for each in pdf.objects[1:] if each.number not in own]
    for each in loose:
        if isinstance(each, pydyf.Stream):
            _trim_font(each)
            places[each.number] = _row(1, len(out), 0)
            out += each.indirect + b"\n"
    packed = [each for each in loose if each.number not in places]
    number = len(pdf.objects)
    for index, each in enumerate(packed):
        places[each.number] = _row(2, number, index)
    places[number] = _row(1, len(out), 0)
    out += _object_stream(number, packed)
    return bytes(out), places


def _trim_font(stream: pydyf.Stream) -> None:
    if "Length1" in stream.extra:
        stream.stream = [keep_page_tables(b"".join(stream.stream))]
        stream.extra["Length1"] = len(stream.stream[0])


def _object_stream(number: int, objects: list[Any]) -> bytes:
    bodies, index, at = [each.data for each in objects], [], 0
    for each, body in zip(objects, bodies, strict=True):
        index.append(b"%d %d" % (each.number, at))
        at += len(body) + 1
    first = b" ".join(index) + b"\n"
    data = zlib.compress(first + b"\n".join(bodies), 9)
    return (
        b"%d 0 obj\n<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n"
        % (number, len(objects), len(first), len(data), data)
    )


def _xref(places: Mapping[int, bytes], own: set[int], last: int) -> list[bytes | int]:
    parts: list[bytes | int] = []
    for number in range(last + 1):
        if number in own or number == last:
            parts += [b"\x01", number, b"\x00\x00"]
        else:
            parts.append(places[number])
    return parts


def _row(kind: int, second: int, third: int) -> bytes:
    return bytes([kind]) + second.to_bytes(3, "big") + third.to_bytes(2, "big")


def _split(text: str) -> list[str | int]:
    """Return fixed words, numbers of uses, and `INSTANT_USE` where the instant of issue stands."""
    parts: list[str | int] = []
    for place, between in enumerate(re.split("|".join(map(re.escape, _INSTANTS)), text)):
        parts += [INSTANT_USE] * bool(place)
        parts += split_marks(between)
    return parts


def _streams(pdf: pydyf.PDF, kind: str) -> list[Any]:
    return [each for each in pdf.objects if isinstance(each, pydyf.Stream) and each.extra.get("Type") == kind]


def _only(found: list[Any], name: str) -> Any:  # noqa: ANN401
    if len(found) != 1:
        raise UnpressableError(f"the file has {len(found)} streams of {name}")
    return found[0]


def _entries(dictionary: Mapping[str, Any], *without: str) -> bytes:
    kept = pydyf.Dictionary({key: value for key, value in dictionary.items() if key not in without})
    entries: bytes = kept.data[2:-2]
    return entries


def _bytes(item: object) -> bytes:
    if isinstance(item, bytes):
        return item
    if isinstance(item, pydyf.Object):
        data: bytes = item.data
        return data
    return str(item).encode("ascii")
