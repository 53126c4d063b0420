"""Room: render. Finds the boxes that a longer value pushes aside: the page is laid out twice and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from weasyprint import HTML

from receipts.facts import Document, UnnumberedDocument, kind_of
from receipts.render.printing import make_html
from receipts.render.workshop import Workshop

_SHORT, _LONG = "Bo", "Wilhelmina Montgomery-Featherstonehaugh"
_TOLERANCE = 0.5


def list_moved_boxes(sample: Document, workshop: Workshop) -> Iterator[str]:
    """Yield a sentence for each text that stands elsewhere, from left to right, once the donor's name is longer."""
    if isinstance(sample, UnnumberedDocument):
        return
    short, long = (_places(replace(sample, donor=replace(sample.donor, name=n)), workshop) for n in (_SHORT, _LONG))
    for text, left in short.items():
        if text in long and abs(long[text] - left) > _TOLERANCE:
            yield f"The box of “{text[:40]}” moves with the length of a value: give the boxes beside it a width."


def _places(document: Document, workshop: Workshop) -> dict[str, float]:
    """Return how far from the left each text begins that stands once on the first page."""
    html = HTML(string=make_html(document, workshop), base_url="house:", url_fetcher=workshop.fetcher)
    pages = html.render(
        font_config=workshop.fonts,
        stylesheets=workshop.styles[kind_of(document)],
        cache=workshop.images,
        presentational_hints=False,
    ).pages
    found = [(box.text.strip(), box.position_x) for box in _texts(pages[0]._page_box)]  # noqa: SLF001
    once = {text for text, count in Counter(text for text, _ in found).items() if count == 1 and text}
    return {text: left for text, left in found if text in once}


def _texts(box: Any) -> Iterator[Any]:  # noqa: ANN401  # WeasyPrint carries no types.
    if hasattr(box, "text"):
        yield box
    for child in getattr(box, "children", ()):
        yield from _texts(child)
