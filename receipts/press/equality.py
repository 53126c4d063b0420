"""Room: press. Whether a pressed document says what WeasyPrint's own says: asked once for each compiled press."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader


def find_difference(pressed: bytes, printed: bytes) -> str | None:
    """Return what differs first between two PDFs of the same facts, or None: pages, text, attachments, tags."""
    ours, theirs = PdfReader(BytesIO(pressed)), PdfReader(BytesIO(printed))
    if [page.mediabox for page in ours.pages] != [page.mediabox for page in theirs.pages]:
        return "pages"
    if [page.extract_text() for page in ours.pages] != [page.extract_text() for page in theirs.pages]:
        return "text"
    if ours.attachments != theirs.attachments:
        return "attachments"
    if ours.metadata != theirs.metadata or ours.trailer["/ID"][0] != theirs.trailer["/ID"][0]:  # type: ignore[index]
        return "metadata"
    return None if outline_tags(ours) == outline_tags(theirs) else "tags"


def outline_tags(reader: PdfReader) -> object:
    """Return the tree of tags: types, alternative texts, and which marked content each holds."""
    pages = {
        page.indirect_reference.idnum: number for number, page in enumerate(reader.pages) if page.indirect_reference
    }
    return _outline(reader.trailer["/Root"]["/StructTreeRoot"]["/K"], pages)  # type: ignore[index]


def _outline(tag: object, pages: dict[int, int]) -> object:
    held = tag.get_object() if hasattr(tag, "get_object") else tag
    if isinstance(held, list):
        return [_outline(each, pages) for each in held]
    if not isinstance(held, dict):
        return held
    page = pages.get(held.raw_get("/Pg").idnum) if "/Pg" in held else None  # type: ignore[attr-defined]
    return (held.get("/S"), held.get("/Alt"), page, _outline(held.get("/K"), pages))
