"""Room: seal. Where in a finished PDF an update can be appended: the few facts a second revision must repeat.

The press knows them for every layout and hands them over; for any other file `find_anchors` reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

_ENDING: Final = re.compile(rb"startxref\s+([0-9]{1,10})\s+%%EOF\s*\Z")
_FORBIDDEN: Final = ("/AcroForm", "/Perms", "/Extensions")


class UnsealableError(ValueError):
    """The file cannot be sealed; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What an appended revision repeats or points to. Object numbers are of generation 0, offsets are bytes.

    `catalog` and `page` are what stands between `<<` and `>>` of those two dictionaries, as it will be written again:
    the catalog without /AcroForm and /Perms, the first page without /Annots and /Tabs.
    """

    size: int
    """/Size of the last trailer: the first free object number."""
    startxref: int
    """Where the last cross-reference section begins."""
    xref_is_stream: bool
    """Whether that section is a stream object (PDF 1.5) or a plain table."""
    catalog_number: int
    catalog: bytes
    page_number: int
    page: bytes
    annotations: bytes = b""
    """What stands between `[` and `]` of the page's /Annots: references, with a space between them."""
    info_number: int | None = None
    identifier: bytes = b""
    """First half of the trailer's /ID, as the string's own bytes."""


def find_anchors(pdf: bytes) -> Anchors:
    """Read the anchors of a PDF of ours; raises `UnsealableError` where a second revision would not be honest."""
    ending = _ENDING.search(pdf[-64:])
    if ending is None:
        raise UnsealableError("the file does not end as a PDF does")
    reader = PdfReader(BytesIO(pdf), strict=True)
    catalog_at, catalog = _own(reader.trailer.raw_get("/Root"))
    page = reader.pages[0]
    page_at, _ = _own(page.indirect_reference)
    already = [name for name in _FORBIDDEN if name in catalog]
    if already or "/Encrypt" in reader.trailer:
        raise UnsealableError(f"the file already holds {', '.join(already) or 'encryption'}")
    start = int(ending[1])
    info = reader.trailer.raw_get("/Info") if "/Info" in reader.trailer else None
    identifier = reader.trailer.get("/ID")
    return Anchors(
        size=_whole(reader.trailer.get("/Size")),
        startxref=start,
        xref_is_stream=pdf[start : start + 4] != b"xref",
        catalog_number=catalog_at,
        catalog=_entries(catalog),
        page_number=page_at,
        page=_entries(page, without=("/Annots", "/Tabs")),
        annotations=_annotations(page.get("/Annots")),
        info_number=info.idnum if isinstance(info, IndirectObject) else None,
        identifier=_first_half(identifier),
    )


def _own(reference: object) -> tuple[int, DictionaryObject]:
    found = reference.get_object() if isinstance(reference, IndirectObject) else None
    if not isinstance(reference, IndirectObject) or reference.generation or not isinstance(found, DictionaryObject):
        raise UnsealableError("the catalog or the first page is not an object of its own")
    return reference.idnum, found


def _entries(dictionary: DictionaryObject, *, without: tuple[str, ...] = ()) -> bytes:
    return b"".join(
        name.encode("ascii") + b" " + _written(dictionary.raw_get(name)) for name in dictionary if name not in without
    )


def _written(value: PdfObject) -> bytes:
    stream = BytesIO()
    value.write_to_stream(stream)
    return stream.getvalue()


def _annotations(value: object) -> bytes:
    held = value.get_object() if isinstance(value, IndirectObject) else value
    if held is None:
        return b""
    if not isinstance(held, ArrayObject):
        raise UnsealableError("the first page's annotations are not a list")
    return b" ".join(_written(each).strip() for each in held)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise UnsealableError("the trailer does not say how many objects there are")
    return int(value)


def _first_half(value: object) -> bytes:
    held = value.get_object() if isinstance(value, IndirectObject) else value
    if not isinstance(held, ArrayObject) or not held:
        raise UnsealableError("the file carries no identifier, which PDF/A asks for")
    first = held[0]
    original = getattr(first, "original_bytes", first)
    return original if isinstance(original, bytes) else str(original).encode("latin-1")
