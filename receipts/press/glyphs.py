"""Room: press. Which letters a hole may have to say, and so which glyphs the file must hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from receipts.press.blob import FontPart, Hole, digest_of
from receipts.press.shapes import Ink
from receipts.press.shaping import Face, add_ligatures, letters_that_show_themselves
from receipts.press.tokens import Use

_ASCII: Final = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\u2018\u2019\u201c\u201d–—")
_LATIN: Final = _ASCII | frozenset(map(chr, range(0xC0, 0x100))) - frozenset("×÷")
_WIDE: Final = (
    _LATIN
    | frozenset(map(chr, (*range(0xA1, 0xAD), *range(0xAE, 0xC0), *range(0x100, 0x180))))
    | frozenset("×÷ȘșȚțẞ\u201a\u201e…•€™") - {"¦"}
)
TIERS: Final[dict[Ink, tuple[tuple[str, frozenset[str]], ...]]] = {
    "name": (("latin", _LATIN), ("wide", _WIDE)),
    "line": (("ascii", _ASCII), ("wide", _WIDE)),
}
"""Letters of names and of address lines: most donors need the first ones alone, and their files are smaller."""
_NUMBER: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
_HEX: Final = frozenset("0123456789abcdef")
_CENTS: Final = (0, 5, -5, 1_234_567_890, 98_765_432_100)
_DAYS: Final = (*(date(1987, month, 26) for month in range(1, 13)), *(date(2034, 5, day) for day in range(1, 32)))
Maker = Callable[[Any], str]


def tier_of(said: Mapping[Ink, Sequence[str]]) -> str | None:
    """Return the smallest sets of letters that hold a document's names and lines, or None where none does."""
    chosen = []
    for ink, tiers in TIERS.items():
        letters = frozenset("".join(said[ink]))
        held = next((name for name, tier in tiers if tier >= letters), None)
        if held is None:
            return None
        chosen.append(held)
    return "+".join(chosen)


@lru_cache(maxsize=16)
def open_face(content: bytes) -> Face:
    """Return the face of a font file."""
    return Face(content)


class GlyphKeeper:
    """Adds to WeasyPrint's fonts, before they are cut, every glyph that a hole may need, and remembers which."""

    def __init__(self, uses: Sequence[Use], makers: Callable[[Use], Maker], *, tier: str, prefix: str) -> None:
        self._uses = uses
        self._makers = makers
        names, lines = tier.split("+")
        self._tiers = {"name": dict(TIERS["name"])[names], "line": dict(TIERS["line"])[lines]}
        self._prefix = prefix
        self.parts: dict[str, FontPart] = {}
        self.contents: dict[str, bytes] = {}

    def add(self, fonts: Mapping[str, Any], holes: Sequence[Hole], language: str) -> None:
        """Give each font the glyphs of its holes."""
        for font in fonts.values():
            own = [hole for hole in holes if hole.font == font.hash]
            if own:
                self.parts[font.hash] = self._part(font, own, language)

    def _part(self, font: Any, holes: Sequence[Hole], language: str) -> FontPart:  # noqa: ANN401
        content = bytes(font.file_content)
        face, shown, letters = open_face(content), dict(font.to_unicode), set[str]()
        for features, wanted in self._wanted(holes).items():
            own = letters_that_show_themselves(face, wanted, dict(features), shown, language)
            add_ligatures(face, own, dict(features), shown, language)
            letters |= own
        widths = {glyph: face.advance(glyph) for glyph in shown}
        font.to_unicode.update(shown)
        font.widths.update(widths)
        self.contents[digest_of(content)] = content
        return FontPart(digest=digest_of(content), widths=sorted(widths.items()), letters="".join(sorted(letters)))

    def _wanted(self, holes: Sequence[Hole]) -> dict[tuple[tuple[str, int], ...], set[str]]:
        wanted: dict[tuple[tuple[str, int], ...], set[str]] = {}
        for hole in holes:
            letters = wanted.setdefault(tuple(sorted(hole.features.items())), set())
            for part in hole.parts:
                letters |= set(part) if isinstance(part, str) else self._letters_of(self._uses[part])
        return wanted

    def _letters_of(self, use: Use) -> frozenset[str]:
        if use.ink in {"cents", "day"}:
            samples: Sequence[object] = _CENTS if use.ink == "cents" else _DAYS
            make = self._makers(use)
            return frozenset("".join(make(sample) for sample in samples))
        if use.ink == "address":
            return _HEX | frozenset(self._prefix)
        return self._tiers.get(use.ink, _NUMBER)
