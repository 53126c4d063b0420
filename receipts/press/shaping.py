"""Room: press. Words to glyphs, as the page shows them: kerned, with the figures the style asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import uharfbuzz as hb

CACHE_MAX: Final = 20_000
_PER_EM: Final = 1_000


class Shaped:
    """A line of glyphs: what the page says for it, and its width in thousandths of the font's size."""

    __slots__ = ("shown", "width")

    def __init__(self, shown: bytes, width: int) -> None:
        self.shown = shown
        self.width = width


class Face:
    """One font file."""

    def __init__(self, content: bytes) -> None:
        face = hb.Face(content)
        if face.upem != _PER_EM:
            raise ValueError("a font whose em is not 1000 units")
        self.font = hb.Font(face)

    def advance(self, glyph: int) -> int:
        """Return a glyph's own width in thousandths of an em."""
        return int(self.font.get_glyph_h_advance(glyph))

    def glyphs(self, text: str, features: Mapping[str, int], language: str) -> list[tuple[int, str]]:
        """Return each glyph of a text with the letters it shows; what follows in a cluster shows none."""
        infos = self.shape(text, dict(features), language).glyph_infos
        starts = [info.cluster for info in infos] + [len(text)]
        return [(info.codepoint, text[starts[at] : starts[at + 1]]) for at, info in enumerate(infos)]

    def shape(self, text: str, features: dict[str, int], language: str) -> hb.Buffer:
        """Return HarfBuzz's buffer of glyphs and their positions."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction, buffer.script, buffer.language = "ltr", "Latn", language
        hb.shape(self.font, buffer, features)
        return buffer


class Setter:
    """Sets words in one face with one set of features, from a closed set of letters; remembers what it set."""

    def __init__(self, face: Face, features: Mapping[str, int], language: str) -> None:
        self._face = face
        self._features = dict(features)
        self._language = language
        self._set: dict[str, Shaped | None] = {}
        self._widths: dict[int, int] = {}
        self._beside: dict[str, tuple[str, int] | None] = {}

    def allow(self, widths: Mapping[int, int]) -> None:
        """Give the glyphs that the file will hold; a word that needs another is not set."""
        self._widths = dict(widths)

    def set_words(self, text: str) -> Shaped | None:
        """Return a line of glyphs, or None where it needs a glyph or a shift that the press does not have."""
        if text in self._set:
            return self._set[text]
        if len(self._set) >= CACHE_MAX:
            self._set.clear()
        shaped = self._set[text] = self._by_pairs(text) or self._shape(text)
        return shaped

    def _by_pairs(self, text: str) -> Shaped | None:
        """Set a text from its pairs of letters, or return None where two letters change each other's shape."""
        shown, width, beside = [], 0, self._beside
        for at in range(len(text)):
            pair = text[at : at + 2]
            if pair not in beside:
                beside[pair] = self._set_beside(pair)
            known = beside[pair]
            if known is None:
                return None
            shown.append(known[0])
            width += known[1]
        return Shaped(("[<" + "".join(shown) + ">] TJ").replace("<>", "").encode("ascii"), width)

    def _set_beside(self, pair: str) -> tuple[str, int] | None:
        """Return the first letter of a pair as it stands before the second, and how far it leads."""
        buffer = self._face.shape(pair, self._features, self._language)
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        alone = [self._face.shape(letter, self._features, self._language).glyph_infos for letter in pair]
        if [info.codepoint for info in infos] != [info.codepoint for letters in alone for info in letters]:
            return None
        if len(infos) != len(pair) or any(position.x_offset or position.y_offset for position in positions):
            return None
        glyph, advance = infos[0].codepoint, positions[0].x_advance
        own, last = self._widths.get(glyph), self._widths.get(infos[-1].codepoint)
        if own is None or last is None or (len(pair) > 1 and positions[1].x_advance != last):
            return None
        return _as_shown(glyph, own - advance), advance

    def _shape(self, text: str) -> Shaped | None:
        buffer = self._face.shape(text, self._features, self._language)
        shown, width, widths = ["<"], 0, self._widths
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyph, advance = info.codepoint, position.x_advance
            own = widths.get(glyph)
            if own is None or position.x_offset or position.y_offset:
                return None
            shown.append(_as_shown(glyph, own - advance))
            width += advance
        return Shaped(("[" + "".join(shown) + ">] TJ").replace("<>", "").encode("ascii"), width)


def _as_shown(glyph: int, moved: int) -> str:
    """Return a glyph in the hexadecimal string of a TJ, which a move of the pen interrupts."""
    shown = format(glyph, "04x")
    return shown + ">" + str(moved) + "<" if moved else shown


def letters_that_show_themselves(
    face: Face, letters: Iterable[str], features: Mapping[str, int], shown: dict[int, str], language: str
) -> set[str]:
    """Return the letters that have a glyph of their own, and add their glyphs to `shown` (glyph → letters)."""
    own = set()
    for letter in sorted(letters):
        glyphs = face.glyphs(letter, features, language)
        if len(glyphs) == 1 and glyphs[0][0] and shown.setdefault(glyphs[0][0], letter) == letter:
            own.add(letter)
    return own


def add_ligatures(
    face: Face, letters: set[str], features: Mapping[str, int], shown: dict[int, str], language: str
) -> None:
    """Add the glyphs that letters take beside each other."""
    small = sorted(letter for letter in letters if letter.isascii() and letter.isalpha())
    for text in (*(one + other for one in small for other in small), *_TRIPLES):
        if letters.issuperset(text):
            for glyph, shows in face.glyphs(text, features, language):
                shown.setdefault(glyph, shows)


_TRIPLES: Final = ("ffi", "ffl", "ffj", "fft", "ffb", "ffh", "ffk", "fff", "tti", "ttf")
