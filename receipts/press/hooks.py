"""Room: press. Where WeasyPrint is listened to: each line that holds a mark is taken out and remembered.

Leans on two private names of WeasyPrint 70: `draw.text.draw_first_line` and `pdf.build_fonts_dictionary`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import weasyprint.pdf
from weasyprint.draw import text as drawing
from weasyprint.formatting_structure import boxes
from weasyprint.text.ffi import ffi
from weasyprint.text.fonts import font_features

from receipts.press.blob import Align, Hole
from receipts.press.faults import UnpressableError
from receipts.press.tokens import MARK, split_marks

_HAIR: Final = 0.02
"""Pixels of the page by which a box may be narrower than its words before we trust a line break."""


@dataclass(slots=True)
class Recorder:
    """What one drawing told: holes in the order of painting, and the fonts they need."""

    language: str
    places: dict[Any, Place]
    add_glyphs: Callable[[dict[str, Any], list[Hole]], None]
    holes: list[Hole] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text box stands: the edges of the box around its line, and whether its line is its own."""

    left: float
    right: float
    is_alone: bool
    is_last: bool
    may_move: bool
    """Whether other words of the paragraph could come to stand on its line, or it on theirs."""


def hole_marker(number: int) -> bytes:
    """Return what stands in a content stream in place of a hole."""
    return b"%%HOLE%d%%" % number


def find_places(pages: Any) -> dict[Any, Place]:  # noqa: ANN401  # WeasyPrint carries no types.
    """Return where each text box of some pages stands."""
    places: dict[Any, Place] = {}
    for page in pages.pages:
        _walk(page._page_box, places)  # noqa: SLF001
    return places


@contextmanager
def listening(recorder: Recorder) -> Iterator[None]:
    """Take out lines with marks while pages are drawn; not for two threads at once."""
    draw, build = drawing.draw_first_line, weasyprint.pdf.build_fonts_dictionary

    def draw_line(stream: Any, textbox: Any, overflow: Any, ellipsis: Any, matrix: Any) -> Any:  # noqa: ANN401
        if MARK in textbox.text:
            _take_out(recorder, stream, textbox, matrix)
            return []
        return draw(stream, textbox, overflow, ellipsis, matrix)

    def build_fonts(pdf: Any, fonts: dict[str, Any], *rest: Any) -> Any:  # noqa: ANN401
        recorder.add_glyphs(fonts, recorder.holes)
        return build(pdf, fonts, *rest)

    drawing.draw_first_line, weasyprint.pdf.build_fonts_dictionary = draw_line, build_fonts
    try:
        yield
    finally:
        drawing.draw_first_line, weasyprint.pdf.build_fonts_dictionary = draw, build


def _take_out(recorder: Recorder, stream: Any, textbox: Any, matrix: Any) -> None:  # noqa: ANN401
    place = recorder.places.get(textbox)
    align = _alignment(textbox)
    if place is None or place.may_move:
        raise UnpressableError("a value stands in a paragraph that may wrap: put it on its own line")
    if not (place.is_alone or (place.is_last and align == "left")):
        raise UnpressableError("words follow a value on its line: put it at the end, or alone")
    font, size = _font_of(stream, textbox)
    stream.set_font_size(font.hash, size)
    left, right = textbox.position_x, textbox.position_x + textbox.width
    x, room = {
        "left": (left, place.right - left),
        "right": (right, right - place.left),
        "center": ((left + right) / 2, place.right - place.left),
    }[align]
    if align == "left":
        stream.set_text_matrix(*matrix.values)
    stream.stream.append(hole_marker(len(recorder.holes)))
    recorder.holes.append(
        Hole(
            parts=split_marks(textbox.text),
            font=font.hash,
            size=size,
            features=_features(textbox.style),
            align=align,
            x=round(x, 4),
            y=round(matrix.values[5], 6),
            room=round(room - _HAIR, 3),
        )
    )


def _alignment(textbox: Any) -> Align:  # noqa: ANN401
    said = textbox.style["text_align_all"]
    if said in {"start", "left"}:
        return "left"
    if said in {"end", "right"}:
        return "right"
    if said == "center":
        return "center"
    raise UnpressableError(f"a value is set with text-align: {said}")


def _font_of(stream: Any, textbox: Any) -> tuple[Any, float]:  # noqa: ANN401
    style = textbox.style
    if style["letter_spacing"] not in {"normal", 0} or style["word_spacing"] not in {"normal", 0}:
        raise UnpressableError("a value is set with spaced letters or words")
    line, _ = textbox.pango_layout.get_first_line()
    run, found = line.runs[0], []
    while run != ffi.NULL:
        found.append(stream.add_font(run.data.item.analysis.font))
        run = run.next
    if len({font.hash for font, _ in found}) != 1:
        raise UnpressableError("a line with a value needs two fonts")
    font, size = found[0]
    return font, float(size)


def _features(style: Any) -> dict[str, int]:  # noqa: ANN401
    found = font_features(
        style["font_kerning"],
        style["font_variant_ligatures"],
        style["font_variant_position"],
        style["font_variant_caps"],
        style["font_variant_numeric"],
        style["font_variant_alternates"],
        style["font_variant_east_asian"],
        style["font_feature_settings"],
    )
    return {str(name): int(value) for name, value in found.items()}


def _walk(box: Any, places: dict[Any, Place]) -> None:  # noqa: ANN401
    lines = [child for child in getattr(box, "children", ()) if isinstance(child, boxes.LineBox)]
    for number, line in enumerate(lines):
        _note_line(box, lines, number, places)
        for inner in _inner_blocks(line):
            _walk(inner, places)
    for child in getattr(box, "children", ()):
        if not isinstance(child, boxes.LineBox):
            _walk(child, places)


def _note_line(box: Any, lines: list[Any], number: int, places: dict[Any, Place]) -> None:  # noqa: ANN401
    line = lines[number]
    texts = list(_texts(line))
    is_pure = not any(True for _ in _inner_blocks(line))
    before, after = lines[number - 1] if number else None, lines[number + 1] if number + 1 < len(lines) else None
    may_move = (before is not None and not _is_broken(before)) or (after is not None and not _is_broken(line))
    left = box.content_box_x()
    for text in texts:
        places[text] = Place(
            left=left,
            right=left + box.width,
            is_alone=is_pure and len(texts) == 1,
            is_last=is_pure and text is texts[-1],
            may_move=may_move,
        )


def _texts(box: Any) -> Iterator[Any]:  # noqa: ANN401
    for child in box.children:
        if isinstance(child, boxes.TextBox):
            yield child
        elif isinstance(child, boxes.InlineBox):
            yield from _texts(child)


def _inner_blocks(box: Any) -> Iterator[Any]:  # noqa: ANN401
    for child in box.children:
        if isinstance(child, boxes.InlineBox):
            yield from _inner_blocks(child)
        elif not isinstance(child, boxes.TextBox):
            yield child


def _is_broken(line: Any) -> bool:  # noqa: ANN401
    """Return whether a line ends with `<br>`."""
    return any(child.element_tag == "br" for child in line.children)
