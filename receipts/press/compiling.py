"""Room: press. Compiles a template for one shape of document: drawn twice with marks, short and long, then frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

import pydyf
from jinja2 import UndefinedError
from jinja2.exceptions import TemplateRuntimeError

from receipts.facts import Document, kind_of
from receipts.press.blob import Hole, Press
from receipts.press.faults import UnpressableError
from receipts.press.freezing import Drawn, freeze_press, list_content
from receipts.press.glyphs import GlyphKeeper
from receipts.press.hooks import Recorder, find_places, listening
from receipts.press.qr import DIGITS
from receipts.press.shapes import shape_of, split_address
from receipts.press.tokens import INSTANT, Marks, Use, make_environment, put_marks, text_maker
from receipts.render.marks import QR_VERSION_BYTES
from receipts.render.printing import Held, attach, attached_files, comes_late, lay_out, make_html, write_pages
from receipts.render.workshop import Workshop

_MARK_WIDTH: Final = 0.32
"""At most so wide is a mark's broken bar, in parts of the font's size."""
_PAD_MAX: Final = 100
_PAD_ADDRESS: Final = 30
"""A longer mark would make a larger QR code than an address does."""
_CANNOT: Final = (TypeError, AttributeError, ValueError, UndefinedError, TemplateRuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A press and the font files that it needs, by their digests."""

    press: Press
    fonts: dict[str, bytes]


class _Captured(Exception):  # noqa: N818  # It ends WeasyPrint's writing; nothing went wrong.
    """Carries the drawn objects out of WeasyPrint before it would write them."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        super().__init__()
        self.pdf = pdf


def shape_digest(document: Document, maker: str, tier: str, *, is_proven: bool = False) -> str:
    """Return the name of a layout: the same for documents that differ in their ink alone.

    A document that carries a proof has one more attached file.
    """
    proven = ("proven",) if is_proven else ()
    return sha256(repr((maker, tier, comes_late(document), shape_of(document), *proven)).encode()).hexdigest()


def compile_press(document: Document, workshop: Workshop, tier: str, *, is_proven: bool = False) -> Compiled:
    """Return the press for documents of this one's shape; raises `UnpressableError`."""
    blank = [(name, told, b"{}") for name, told, _ in attached_files(document, b"" if is_proven else None)]
    short, _ = _draw(document, workshop, tier, {}, blank)
    long, keeper = _draw(document, workshop, tier, _long_pads(short), blank)
    _refuse_moved(short, long)
    shape = shape_digest(document, workshop.maker, tier, is_proven=is_proven)
    press = freeze_press(long, shape=shape, maker=workshop.maker)
    return Compiled(press=press, fonts=keeper.contents)


def _draw(
    document: Document, workshop: Workshop, tier: str, pads: Mapping[int, int], blank: list[Held]
) -> tuple[Drawn, GlyphKeeper]:
    address = split_address(getattr(document, "verify_url", ""))
    if address is None or len(address[0]) + DIGITS > QR_VERSION_BYTES:
        raise UnpressableError("the verification address has another form")
    marks = Marks(pads)
    environment = make_environment(workshop.templates)
    try:
        page = make_html(
            put_marks(document, marks), replace(workshop, templates=environment), is_late=comes_late(document)
        )
    except _CANNOT as fault:
        raise UnpressableError(f"the template computes with a value ({type(fault).__name__}: {fault})") from fault
    if not workshop.letters.issuperset(page):
        raise UnpressableError("the fixed words need fonts of this machine")
    keeper = GlyphKeeper(
        marks.uses, lambda use: text_maker(use, workshop.templates.filters), tier=tier, prefix=address[0]
    )
    pages = lay_out(kind_of(document), page, workshop)
    language = str(pages.metadata.lang or "en")
    recorder = Recorder(
        language=language,
        places=find_places(pages),
        add_glyphs=lambda fonts, holes: keeper.add(fonts, holes, language),
    )
    pages.metadata.attachments = attach(blank, INSTANT)
    pdf = _capture(pages, recorder)
    return Drawn(
        kind=kind_of(document),
        language=language,
        prefix=address[0],
        uses=list[Use](marks.uses),
        holes=recorder.holes,
        fonts=keeper.parts,
        pdf=pdf,
    ), keeper


def _capture(pages: Any, recorder: Recorder) -> pydyf.PDF:  # noqa: ANN401
    def keep(_: object, pdf: pydyf.PDF) -> None:
        raise _Captured(pdf)

    try:
        with listening(recorder):
            write_pages(pages, b"", keep)
    except _Captured as captured:
        return captured.pdf
    raise AssertionError("WeasyPrint no longer calls the finisher")


def _long_pads(drawn: Drawn) -> dict[int, int]:
    """Return by how many bars each mark can grow without leaving the narrowest of its boxes."""
    pads: dict[int, int] = {}
    for hole in drawn.holes:
        inks = [part for part in hole.parts if isinstance(part, int)]
        words = sum(len(part) for part in hole.parts if isinstance(part, str))
        free = hole.room - hole.size * (0.65 * words + 2 * len(inks))
        bars = max(0, min(_PAD_MAX, int(free / (_MARK_WIDTH * hole.size) / len(inks))))
        for ink in inks:
            most = _PAD_ADDRESS if drawn.uses[ink].ink == "address" else _PAD_MAX
            pads[ink] = min(bars, pads.get(ink, most))
    return pads


def _refuse_moved(short: Drawn, long: Drawn) -> None:
    if len(short.holes) != len(long.holes) or short.uses != long.uses:
        raise UnpressableError("a longer value changes how many lines there are")
    for one, other in zip(short.holes, long.holes, strict=True):
        if not _is_same_place(one, other):
            raise UnpressableError(f"the box of {_name(one, short)} moves with its words: give it a width of its own")
    if list_content(short) != list_content(long):
        raise UnpressableError("something beside a value moves with its words")


def _is_same_place(one: Hole, other: Hole) -> bool:
    near = all(abs(a - b) < 0.01 for a, b in ((one.x, other.x), (one.y, other.y), (one.room, other.room)))  # noqa: PLR2004
    return near and (one.parts, one.font, one.size, one.align) == (other.parts, other.font, other.size, other.align)


def _name(hole: Hole, drawn: Drawn) -> str:
    inks = [drawn.uses[part] for part in hole.parts if isinstance(part, int)]
    return ", ".join(".".join(map(str, use.path)) for use in inks)
