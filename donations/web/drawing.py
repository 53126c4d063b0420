"""Room: web. Our own drawings as plain SVG attributes, and as pixels: the few shapes they use, and nothing else.

The art says classes, which a page colours by its style sheet; a picture that leaves the page carries its colours.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import font_source_serif_pro
from PIL import Image, ImageDraw, ImageFont

INK, PAPER, SOFT, CARD = "#1e2933", "#fbf8f3", "#51606e", "#ffffff"
_FILLS: Final = {
    "c1": "#2f7f7d",
    "c2": "#e3a12f",
    "c3": "#c0653c",
    "c4": "#7d9f74",
    "s": CARD,
    "peg": PAPER,
    "ground": PAPER,
}
_PALE = "#b3bdc6"
_SIZES: Final = {"words": 36, "soft": 26}
_CLASS = re.compile(' class="([a-z0-9]+)"')
_TOKEN = re.compile(r"[A-Za-z]|-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_FONT = Path(font_source_serif_pro.__file__).parent / "files" / "SourceSerifPro-Semibold.ttf"
_SVG = "{http://www.w3.org/2000/svg}"
_FINER = 2
"""Drawn twice as large and made small again: smooth edges."""
_COLOURS = 96
_CURVE_STEPS = 12
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6}
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where a group stands, and whether its pieces are only outlines."""

    x: float = 0
    y: float = 0
    scale: float = 1
    is_empty: bool = False

    def at(self, point: Point) -> Point:
        """Return a point of the group on the sheet."""
        return (self.x + point[0] * self.scale) * _FINER, (self.y + point[1] * self.scale) * _FINER


def dress_svg(svg: str) -> str:
    """Return the drawing with each class also said as attributes; it needs no style sheet."""
    return _CLASS.sub(lambda found: f' class="{found[1]}"{_attributes(found[1])}', svg).strip() + "\n"


def draw_png(svg: str) -> bytes:
    """Return the pixels of a drawing of ours (paths, groups, text); a shape we do not use is a `ValueError`."""
    root = ET.fromstring(svg)  # noqa: S314  # Our own template, never what came from outside.
    size = (int(root.attrib["width"]), int(root.attrib["height"]))
    sheet = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER), PAPER)
    _draw_all(ImageDraw.Draw(sheet), root, _Pen())
    pixels = io.BytesIO()
    sheet.resize(size, Image.Resampling.BOX).quantize(_COLOURS).save(pixels, "PNG")
    return pixels.getvalue()


def _attributes(name: str) -> str:
    if name in _SIZES:
        fill = SOFT if name == "soft" else INK
        family = "'Source Serif Pro', Georgia, serif"
        return f' fill="{fill}" font-family="{family}" font-weight="600" font-size="{_SIZES[name]}"'
    if name == "empty":
        return ' opacity="0.35" fill-opacity="0"'
    stroke = "" if name == "ground" else f' stroke="{INK}" stroke-width="1.5" stroke-linejoin="round"'
    return f' fill="{_FILLS.get(name, "none")}"{stroke} stroke-linecap="round"'


def _draw_all(canvas: ImageDraw.ImageDraw, parent: ET.Element, pen: _Pen) -> None:
    for shape in parent:
        kind = shape.tag.removeprefix(_SVG)
        if kind == "g":
            _draw_all(canvas, shape, _moved(pen, shape))
        elif kind == "path":
            _draw_path(canvas, shape, pen)
        elif kind == "text":
            _write(canvas, shape)
        elif kind != "title":
            raise ValueError(f"our drawings have no {kind}")


def _moved(pen: _Pen, group: ET.Element) -> _Pen:
    numbers = [float(text) for text in re.findall(r"-?[0-9.]+", group.get("transform", ""))]
    x, y, scale = (*numbers, 0, 0, 1)[:3] if len(numbers) > 2 else (*(numbers or [0, 0]), 1)  # noqa: PLR2004
    return replace(
        pen,
        x=pen.x + x * pen.scale,
        y=pen.y + y * pen.scale,
        scale=pen.scale * scale,
        is_empty=pen.is_empty or group.get("class") == "empty",
    )


def _draw_path(canvas: ImageDraw.ImageDraw, shape: ET.Element, pen: _Pen) -> None:
    name = shape.get("class", "")
    fill = None if pen.is_empty else _FILLS.get(name)
    ink = _PALE if pen.is_empty else INK
    width = max(1, round(1.5 * pen.scale * _FINER))
    for points, is_closed in _outlines(shape.attrib["d"]):
        placed = [pen.at(point) for point in points]
        if is_closed and fill is not None:
            canvas.polygon(placed, fill=fill)
        if name == "ground":
            continue
        line = [*placed, placed[0]] if is_closed else placed
        canvas.line(line, fill=ink, width=width, joint="curve")
        if len(set(line)) == 1:
            x, y = line[0]
            canvas.ellipse((x - width, y - width, x + width, y + width), fill=ink)


def _outlines(path: str) -> Iterator[tuple[list[Point], bool]]:
    """Yield the points of each part of a path, curves as short lines, and whether it is closed."""
    points: list[Point] = []
    tokens, letter = _TOKEN.findall(path), ""
    place = 0
    while place < len(tokens):
        if tokens[place].isalpha():
            letter = tokens[place]
            place += 1
        if letter in "Zz":
            yield points, True
            points = points[:1]
            continue
        count = _TAKES[letter.upper()]
        numbers = [float(text) for text in tokens[place : place + count]]
        place += count
        if letter in "Mm" and len(points) > 1:
            yield points, False
        points = _extended(points, letter, numbers)
        letter = {"M": "L", "m": "l"}.get(letter, letter)
    if len(points) > 1:
        yield points, False


def _extended(points: list[Point], letter: str, numbers: list[float]) -> list[Point]:
    x, y = points[-1] if points else (0.0, 0.0)
    x0, y0 = (x, y) if letter.islower() else (0.0, 0.0)
    if letter in "Mm":
        return [(x0 + numbers[0], y0 + numbers[1])]
    if letter in "Ll":
        return [*points, (x0 + numbers[0], y0 + numbers[1])]
    if letter in "Hh":
        return [*points, (x0 + numbers[0], y)]
    if letter in "Vv":
        return [*points, (x, y0 + numbers[0])]
    ends = [(x0 + numbers[i], y0 + numbers[i + 1]) for i in (0, 2, 4)]
    return [*points, *_curve((x, y), *ends)]


def _curve(start: Point, one: Point, two: Point, end: Point) -> Iterator[Point]:
    for step in range(1, _CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        corners = (start, one, two, end)
        yield (
            sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
            sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
        )


def _write(canvas: ImageDraw.ImageDraw, shape: ET.Element) -> None:
    name = shape.get("class", "words")
    where = (float(shape.attrib["x"]) * _FINER, float(shape.attrib["y"]) * _FINER)
    fill = SOFT if name == "soft" else INK
    canvas.text(where, shape.text or "", fill=fill, font=_font(_SIZES[name] * _FINER), anchor="ls")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)
