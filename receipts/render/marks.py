"""Room: render. Shapes computed before the template sees them: the QR code and the bars of a chart."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import segno
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from receipts.facts import Bar, BarChart

QR_MASK = 3
QR_VERSION = 5
QR_VERSION_BYTES = 84
QR_QUIET = 4
_CURVE_ERROR = 1.0
"""Units of a font, of a thousand to its size."""
_BAR_WIDTH = 300
_BAR_STEP = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class QrMark:
    """A QR code as one path of strokes, 1 wide, in a square of `size` units, quiet zone included."""

    size: int
    path: str


def draw_qr(address: str) -> QrMark:
    """Return the code of an address: level M, one fixed mask, and one fixed version up to 84 bytes."""
    version = QR_VERSION if len(address.encode()) <= QR_VERSION_BYTES else None
    code = segno.make(address, error="m", version=version, mask=QR_MASK, micro=False, boost_error=False)
    runs = []
    for y, row in enumerate(code.matrix, start=QR_QUIET):
        x = 0
        while x < len(row):
            width = _run_length(row, x)
            if row[x]:
                runs.append(f"M{x + QR_QUIET} {y}.5h{width}")
            x += width
    return QrMark(size=len(code.matrix) + 2 * QR_QUIET, path="".join(runs))


def _run_length(row: bytes | bytearray, start: int) -> int:
    end = start
    while end < len(row) and row[end] == row[start]:
        end += 1
    return end - start


@dataclass(frozen=True, slots=True, kw_only=True)
class BarMark:
    """One bar laid out: its top edge and width in drawing units; width None is a masked figure."""

    bar: Bar
    top: int
    width: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartMark:
    """A bar chart laid out from zero; the longest bar is `BAR_WIDTH` units."""

    chart: BarChart
    height: int
    bars: tuple[BarMark, ...]


def draw_chart(chart: BarChart) -> ChartMark:
    """Return the bars of a chart to one scale that starts at 0, in whole units."""
    longest = max((bar.value or 0 for bar in chart.bars), default=0)
    bars = tuple(
        BarMark(bar=bar, top=place * _BAR_STEP, width=_scale(bar.value, longest))
        for place, bar in enumerate(chart.bars)
    )
    return ChartMark(chart=chart, height=len(bars) * _BAR_STEP, bars=bars)


def _scale(value: int | None, longest: int) -> int | None:
    if value is None:
        return None
    return value * _BAR_WIDTH // longest if longest else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMark:
    """Words as one path of outlines; `scale` makes them `width` units long in a drawing whose y axis points down."""

    path: str
    scale: str


def draw_words(words: str, face: bytes, *, width: int) -> WordMark:
    """Return the outlines of words: a watermark that a reader sees and that no copied text is torn apart by."""
    font = TTFont(BytesIO(face))
    glyphs, letters = font.getGlyphSet(), font.getBestCmap()
    pen, along = SVGPathPen(glyphs, ntos=lambda units: str(round(units))), 0
    # The curves that a PDF draws itself, in whole units: a third of what the others take to write down.
    cubic = Qu2CuPen(pen, max_err=_CURVE_ERROR, all_cubic=True)
    for letter in words:
        name = letters[ord(letter)]
        glyphs[name].draw(TransformPen(cubic, (1, 0, 0, -1, along, 0)))
        along += glyphs[name].width
    return WordMark(path=pen.getCommands(), scale=f"{width / along:.5f}")
