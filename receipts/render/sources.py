"""Room: render. What can be seen in a template and its style before anything is printed (pdf rules §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_COLOUR: Final = re.compile(r"(?<![\w-])color:\s*#([0-9A-Fa-f]{6})")
_CONTRAST_MIN: Final = 4.5
_SMALLEST_POINTS: Final = 8.5
_FIXED_TEXT_MAX: Final = 60
_EXPRESSION: Final = re.compile(r"\{\{(.*?)\}\}")
_VALUE: Final = re.compile(
    r"\b(?:document\.(?!issuer\b)|donor\.|row\.|item\.|line\.|benefit\.|notice\.)\w+(?:\.\w+)*"
)
_SENTENCE: Final = re.compile(r"\b(?:law|goods_services|purpose|control|parts\.say\w*)\(|\.english|\.reading")
_WRONG_IN_TEMPLATES: Final = {
    r"\|\s*safe": "take |safe away: a donor's name could become part of the page.",
    r"\sstyle\s*=": "put the look into style.css, not into style=.",
    r"\s(href|src)\s*=": "a document fetches nothing and links nowhere: write the address as text.",
    r"\s(?:class|id)\s*=\s*[\"'][^\"'>]*\{\{[^}]*document\.": "no value may stand inside class or id.",
    r"Gradient": "use flat colours: gradients vanish in some readers.",
    r"100\s*%[^.]{0,80}deductible|deductible[^.]{0,80}100\s*%": "never promise 100 % deductible.",
}
_WRONG_IN_STYLES: Final = {
    r"url\((?!\s*[\"']?house:)": "a style fetches only the fonts of the house (house:…).",
    r"@import": "a style imports nothing.",
    r"gradient\(": "use flat colours: gradients vanish in some readers.",
    r"width:\s*(?:auto|fit-content|max-content|min-content)": "say every width in millimetres: a value must not move "
    "its box.",
    r"table-layout:\s*auto": "leave table-layout fixed and give the columns widths: a value must not move its box.",
}


def list_source_faults(templates: Path, kind: str) -> Iterator[str]:
    """Yield what must be mended in a kind's template, the shared parts and both styles."""
    for file in (templates / kind / "template.html", templates / "shared" / "parts.html"):
        text = file.read_text("utf-8")
        for wrong, why in _WRONG_IN_TEMPLATES.items():
            if re.search(wrong, text):
                yield f"{file.name}: {why}"
        yield from _values_in_paragraphs(file.name, text)
    for file in (templates / kind / "style.css", templates / "shared" / "house.css"):
        text = file.read_text("utf-8")
        for wrong, why in _WRONG_IN_STYLES.items():
            if re.search(wrong, text):
                yield f"{file.name}: {why}"


def list_style_doubts(templates: Path, kind: str) -> Iterator[str]:
    """Yield what a person should look at: pale or small type, and boxes that cost time."""
    style = "".join((templates / part).read_text("utf-8") for part in ("shared/house.css", f"{kind}/style.css"))
    for colour in dict.fromkeys(_COLOUR.findall(style)):
        ratio = 1.05 / (_luminance(colour) + 0.05)
        if ratio < _CONTRAST_MIN:
            yield f"#{colour} on white has a contrast of {ratio:.1f}; 4.5 can be read."
    own = (templates / kind / "style.css").read_text("utf-8")
    for points in dict.fromkeys(re.findall(r"font(?:-size)?:[^;]*?(\d+(?:\.\d+)?)pt", own)):
        if float(points) < _SMALLEST_POINTS:
            yield f"Type of {points} pt is hard to read; {_SMALLEST_POINTS:g} pt is the smallest here."
    if re.search(r"display:\s*(?:flex|grid)", own):
        yield "Inline blocks and fixed tables print faster than flex and grid, and do not move with their values."


def _values_in_paragraphs(name: str, text: str) -> Iterator[str]:
    """Yield each value that stands in a text long enough to wrap: the press fills lines and breaks no paragraphs."""
    for line in text.splitlines():
        values = [
            match[0]
            for expression in _EXPRESSION.findall(line)
            if not _SENTENCE.search(expression)
            for match in _VALUE.finditer(expression)
        ]
        fixed = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", "", line)
        speaks = any(_SENTENCE.search(expression) for expression in _EXPRESSION.findall(line))
        if values and (speaks or len(" ".join(fixed.split())) > _FIXED_TEXT_MAX):
            yield f"{name}: put {{{values[0]}}} on its own line: the press fills lines, it does not break paragraphs."


def _luminance(colour: str) -> float:
    """Return the relative luminance of an sRGB colour (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
