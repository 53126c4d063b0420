"""Room: render. Looks over a kind's template as its sample fills it, and says in plain words what to mend.

An error stops publishing; a warning is a person's judgement. veraPDF stays the judge of the finished file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, Literal

from jinja2 import TemplateSyntaxError, UndefinedError

from receipts import wording
from receipts.facts import Document, UnnumberedDocument, thaw_sample
from receipts.render.moving import list_moved_boxes
from receipts.render.printing import make_html
from receipts.render.required import list_forbidden, list_required
from receipts.render.sources import list_source_faults, list_style_doubts
from receipts.render.workshop import Workshop, open_workshop

_VOID: Final = {"img", "object", "iframe", "script", "form", "input"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend, as a sentence for whoever edits the template."""

    level: Literal["error", "warning"]
    sentence: str


def list_findings(kind: str, templates: Path) -> tuple[Finding, ...]:
    """Return what is wrong with a kind's template and style; an empty tuple is a clean template."""
    sample = thaw_sample((templates / kind / "sample.json").read_bytes())
    errors = list(list_source_faults(templates, kind))
    try:
        workshop = open_workshop(templates)
        for document in _in_every_language(sample):
            errors.extend(_page_faults(document, workshop))
        errors.extend(list_moved_boxes(sample, workshop))
    except UndefinedError as fault:
        errors.append(f"The template asks for something this kind does not have: {fault.message}.")
    except TemplateSyntaxError as fault:
        errors.append(f"{Path(fault.filename or 'template.html').name}, line {fault.lineno}: {fault.message}")
    warnings = list_style_doubts(templates, kind)
    return tuple(Finding(level="error", sentence=each) for each in dict.fromkeys(errors)) + tuple(
        Finding(level="warning", sentence=each) for each in warnings
    )


def _in_every_language(sample: Document) -> tuple[Document, ...]:
    if isinstance(sample, UnnumberedDocument):
        return (sample,)
    return tuple(replace(sample, language=language) for language in wording.LANGUAGES)


def _page_faults(document: Document, workshop: Workshop) -> Iterator[str]:
    page = make_html(document, workshop)
    reader = _Reader()
    reader.feed(page)
    yield from _structure(reader)
    yield from _letters(page, workshop)
    said = " ".join("".join(reader.seen.text).split())
    for name, required in list_required(document):
        if " ".join(required.split()) not in said:
            yield f"The law or the house asks for {name}, and it is not on the page."
    for name, pattern in list_forbidden(document):
        if pattern.search(said):
            yield f"{name} has no place on this kind of document."


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


def _letters(page: str, workshop: Workshop) -> Iterator[str]:
    foreign = sorted(set(page) - workshop.letters)
    if foreign:
        yield f"The fonts of the house do not hold these letters: {' '.join(foreign)}"
