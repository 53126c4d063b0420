"""Room: render. Looks over a kind's template as its sample fills it, and says in plain words what to mend.

An error stops publishing; a warning is a person's judgement. veraPDF stays the judge of the finished file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, Literal

from receipts.facts import Document, thaw_sample
from receipts.render.printing import make_html
from receipts.render.required import list_required
from receipts.render.workshop import Workshop, open_workshop

_COLOUR: Final = re.compile(r"(?<![\w-])color:\s*#([0-9A-Fa-f]{6})")
_CONTRAST_MIN: Final = 4.5
_VOID: Final = {"img", "object", "iframe", "script", "form", "input"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend, as a sentence for whoever edits the template."""

    level: Literal["error", "warning"]
    sentence: str


def list_findings(kind: str, templates: Path) -> tuple[Finding, ...]:
    """Return what is wrong with a kind's template and style; an empty tuple is a clean template."""
    workshop = open_workshop(templates)
    document = thaw_sample((templates / kind / "sample.json").read_bytes())
    page = make_html(document, workshop)
    reader = _Reader()
    reader.feed(page)
    style = "".join((templates / part / name).read_text("utf-8") for part, name in _styles(kind))
    errors = [*_structure(reader), *_sources(templates, kind), *_letters(page, workshop), *_missing(document, reader)]
    return tuple(Finding(level="error", sentence=each) for each in errors) + tuple(_contrast(style))


@dataclass(slots=True)
class _Seen:
    """What a page holds, as far as the rules ask."""

    headings: list[int] = field(default_factory=list)
    tags: dict[str, int] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    has_language: bool = False
    headless_cells: int = 0


class _Reader(HTMLParser):
    """Counts headings, drawings, tables and their titles."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = _Seen()
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        seen, named = self.seen, dict(attrs)
        seen.tags[tag] = seen.tags.get(tag, 0) + 1
        self._in_title = tag == "title"
        if re.fullmatch("h[1-6]", tag):
            seen.headings.append(int(tag[1]))
        seen.has_language |= tag == "html" and bool(named.get("lang"))
        seen.headless_cells += tag == "th" and "scope" not in named

    def handle_data(self, data: str) -> None:
        """Keep the words that are printed."""
        if not self._in_title:
            self.seen.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Leave a title."""
        self._in_title = self._in_title and tag != "title"


def _styles(kind: str) -> tuple[tuple[str, str], ...]:
    return (("shared", "house.css"), (kind, "style.css"))


def _structure(reader: _Reader) -> Iterator[str]:
    seen = reader.seen
    drawings, tables = seen.tags.get("svg", 0), seen.tags.get("table", 0)
    if not seen.has_language:
        yield 'Say the language: <html lang="en-US">.'
    if seen.tags.get("title", 0) != drawings + 1:
        yield "The page and every drawing (<svg>) need a <title>: it is read aloud in place of the drawing."
    if seen.headings.count(1) != 1:
        yield "There must be exactly one main heading (<h1>)."
    if any(after > before + 1 for before, after in zip([0, *seen.headings], seen.headings, strict=False)):
        yield "A heading skips a level: after <h1> comes <h2>, after <h2> comes <h3>."
    if seen.tags.get("caption", 0) != tables:
        yield "Every table needs a <caption> that says what it shows."
    if seen.headless_cells:
        yield 'Every heading cell needs its scope: <th scope="col"> or <th scope="row">.'
    if seen.tags.get("tfoot"):
        yield "Put the total into the last row of the table: a <tfoot> repeats on every page."
    for tag in sorted(_VOID & seen.tags.keys()):
        yield f"The element {tag} has no place in a document: draw with svg, write with words."


def _sources(templates: Path, kind: str) -> Iterator[str]:
    for file in (templates / kind / "template.html", templates / "shared" / "parts.html"):
        text = file.read_text("utf-8")
        for wrong, why in _WRONG_IN_TEMPLATES.items():
            if re.search(wrong, text):
                yield f"{file.name}: {why}"


_WRONG_IN_TEMPLATES: Final = {
    r"\|\s*safe": "take |safe away: a donor's name could become part of the page.",
    r"\sstyle\s*=": "put the look into style.css, not into style=.",
    r"\s(href|src)\s*=": "a document fetches nothing and links nowhere: write the address as text.",
    r"Gradient": "use flat colours: gradients vanish in some readers.",
}


def _letters(page: str, workshop: Workshop) -> Iterator[str]:
    foreign = sorted(set(page) - workshop.letters)
    if foreign:
        yield f"The fonts of the house do not hold these letters: {' '.join(foreign)}"


def _missing(document: Document, reader: _Reader) -> Iterator[str]:
    said = " ".join("".join(reader.seen.text).split())
    for name, required in list_required(document):
        if required not in said:
            yield f"The law or the house asks for {name}, and it is not on the page."


def _contrast(style: str) -> Iterator[Finding]:
    for colour in dict.fromkeys(_COLOUR.findall(style)):
        ratio = 1.05 / (_luminance(colour) + 0.05)
        if ratio < _CONTRAST_MIN:
            yield Finding(
                level="warning", sentence=f"#{colour} on white has a contrast of {ratio:.1f}; 4.5 can be read."
            )


def _luminance(colour: str) -> float:
    """Return the relative luminance of an sRGB colour (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
