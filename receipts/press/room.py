"""Room: press. The press as the printing child uses it: by the press where it can, by WeasyPrint where it must."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from receipts.facts import Document, UnnumberedDocument, freeze, thaw
from receipts.press.compiling import compile_press, shape_digest
from receipts.press.equality import find_difference
from receipts.press.faults import Reason, UnpressableError
from receipts.press.filling import Filled, OpenPress
from receipts.press.glyphs import TIERS, tier_of
from receipts.press.shapes import Ink, shape_of
from receipts.press.store import PressStore
from receipts.render.printing import comes_late, print_pdf
from receipts.render.workshop import open_workshop
from receipts.seal.anchors import Anchors

COMPILE_AT: Final = 3
"""At which document of one shape a press is compiled: it costs about as much as eight documents the long way."""
_OPEN_MAX: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """An unsigned PDF. `anchors` come from the press alone; `reason` says why the press was not used."""

    pdf: bytes
    maker: str
    anchors: Anchors | None = None
    reason: Reason | None = None


def read_shape(document: Document) -> tuple[str | None, Hashable]:
    """Return which letters a document needs (None for more than the press has), and its shape."""
    said: dict[Ink, list[str]] = {ink: [] for ink in TIERS}
    shape = shape_of(document, said)
    return tier_of(said), shape


class PressRoom:
    """Prints frozen facts. `presses` is the folder of compiled presses, or None for memory; not for two threads."""

    def __init__(self, templates: Path, presses: Path | None, *, compile_at: int | None = COMPILE_AT) -> None:
        """`compile_at` None never presses anything."""
        self._templates = templates
        self._workshop = open_workshop(templates)
        self._store = PressStore(presses)
        self.store_folder = presses
        self._compile_at = compile_at
        self._open: dict[object, OpenPress | None] = {}
        self._seen: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        """How many documents were pressed, compiled for, and printed the long way for each reason."""

    @property
    def maker(self) -> str:
        """Return the name of the long way."""
        return self._workshop.maker

    def print_document(self, facts: bytes, proof: bytes | None = None) -> Printed:
        """Return the PDF of frozen facts, the proof of its line attached, by the press where it can be."""
        document = thaw(facts)
        try:
            pressed = self.press(document, proof)
        except Exception:  # noqa: BLE001  # Whatever breaks in the press, the donor still gets the document.
            pressed = "fault"
            self.counts[pressed] += 1
        if isinstance(pressed, Printed):
            return pressed
        rendered = print_pdf(facts, self._templates, proof)
        return Printed(pdf=rendered.pdf, maker=rendered.maker, reason=pressed)

    def press(self, document: Document, proof: bytes | None = None) -> Printed | Reason:
        """Return the pressed PDF of a document, or why it must be printed the long way."""
        found = self._find(document, proof)
        made = found.fill(document, proof) if isinstance(found, OpenPress) else found
        if isinstance(made, Filled) and isinstance(found, OpenPress):
            self.counts["pressed"] += 1
            return Printed(pdf=made.pdf, maker=f"press:{found.digest}", anchors=made.anchors)
        reason: Reason = "layout" if isinstance(made, Filled) else made
        self.counts[reason] += 1
        return reason

    def refill(self, digest: str, facts: bytes, proof: bytes | None = None) -> bytes:
        """Make a pressed document again; raises KeyError or `SpoiltPressError` where the press is gone or changed."""
        opened, document = self._open_stored(digest), thaw(facts)
        tier, _ = read_shape(document)
        shape = shape_digest(document, opened.press.maker, tier or "", is_proven=proof is not None)
        if tier is None or shape != opened.press.shape:
            raise UnpressableError("these facts were not made by this press")
        filled = opened.fill(document, proof)
        if not isinstance(filled, Filled):
            raise UnpressableError(f"these facts were not made by this press: {filled}")
        return filled.pdf

    def _find(self, document: Document, proof: bytes | None) -> OpenPress | Reason:
        if self._compile_at is None:
            return "off"
        if isinstance(document, UnnumberedDocument):
            return "kind"
        tier, shape = read_shape(document)
        if tier is None:
            return "letter"
        key = (tier, comes_late(document), shape, proof is not None)
        if key not in self._open:
            held = self._look_up(document, tier, proof)
            if isinstance(held, str):
                return held
            if len(self._open) >= _OPEN_MAX:
                self._open.clear()
            self._open[key] = held
        return self._open[key] or "layout"

    def _look_up(self, document: Document, tier: str, proof: bytes | None) -> OpenPress | Reason | None:
        shape = shape_digest(document, self._workshop.maker, tier, is_proven=proof is not None)
        digest = self._store.find(shape)
        if digest is not None:
            return self._open_stored(digest) if digest else None
        self._seen[shape] += 1
        is_worth_it = self._compile_at is not None and self._seen[shape] >= self._compile_at
        return self._compile(document, tier, shape, proof) if is_worth_it else "not_compiled"

    def _compile(self, document: Document, tier: str, shape: str, proof: bytes | None) -> OpenPress | Reason | None:
        self.counts["compiled"] += 1
        try:
            made = compile_press(document, self._workshop, tier, is_proven=proof is not None)
            opened = OpenPress(made.press, "", made.fonts, self._workshop.templates.filters)
            filled = opened.fill(document, proof)
            if not isinstance(filled, Filled):
                return filled  # This very document does not fit: another of its shape will be the proof.
            self._refuse_unequal(document, filled, proof)
        except UnpressableError as fault:
            self._store.refuse(shape, str(fault))
            return None
        return self._open_stored(self._store.keep(made.press, made.fonts))

    def _refuse_unequal(self, document: Document, filled: Filled, proof: bytes | None) -> None:
        differs = find_difference(filled.pdf, print_pdf(freeze(document), self._templates, proof).pdf)
        if differs:
            raise UnpressableError(f"the press and WeasyPrint differ in {differs}")

    def _open_stored(self, digest: str) -> OpenPress:
        press = self._store.press(digest)
        opened = OpenPress(press, digest, self._store.fonts(press), self._workshop.templates.filters)
        # What stays for good need not be looked through for rubbish again: that took longer than filling.
        gc.collect()
        gc.freeze()
        return opened
