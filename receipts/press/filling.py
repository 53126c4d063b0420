"""Room: press. Fills the holes of a compiled press: a pure function of the press and the facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5, sha256
from html import escape
from typing import Any, Final

from receipts.facts import Document
from receipts.press.blob import INSTANT_USE, Hole, InfoEntry, Press
from receipts.press.faults import Reason
from receipts.press.flow import Pourer
from receipts.press.glyphs import open_face
from receipts.press.qr import QrDrawer
from receipts.press.shapes import split_address, value_at
from receipts.press.shaping import Setter, Shaped
from receipts.press.tokens import text_maker
from receipts.render.printing import Held, attached_files, identifier_of
from receipts.seal.anchors import Anchors

_NO_SIGNS: Final = str.maketrans("", "", "-:T")
_UTF_16: Final = b"\xfe\xff"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "(": "\\(", ")": "\\)"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A finished, unsigned PDF and what an appended revision needs to know of it."""

    pdf: bytes
    anchors: Anchors


class OpenPress:
    """A press ready to fill. It remembers words it has set; the bytes do not depend on that."""

    def __init__(
        self, press: Press, digest: str, fonts: Mapping[str, bytes], filters: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.press = press
        self.digest = digest
        self._makers = [(use.path, text_maker(use, filters)) for use in press.uses]
        self._letters = {name: frozenset(part.letters) for name, part in press.fonts.items()}
        self._pages = [(page.number, page.dictionary, Pourer(page.flow)) for page in press.pages]
        self._metadata, self._xref = Pourer(press.metadata), Pourer(press.xref)
        self._info = [(b"/%s " % entry.key.encode("ascii"), _settled(entry) or entry) for entry in press.info]
        self._drawer = QrDrawer(press.qr) if press.qr else None
        setters: dict[tuple[str, tuple[tuple[str, int], ...]], Setter] = {}
        self._holes = [(hole, self._setter(hole, fonts, setters), self._letters[hole.font]) for hole in press.holes]

    def fill(self, document: Document, proof: bytes | None = None) -> Filled | Reason:
        """Return the PDF of a document of this press's shape, or why it must be printed the long way.

        Of two attached files the second is the proof: a press has as many places as its shape.
        """
        texts = [make(value_at(document, path)) for path, make in self._makers]
        inks = []
        for hole, setter, letters in self._holes:
            ink = _ink(hole, setter, letters, texts)
            if not isinstance(ink, bytes):
                return ink
            inks.append(ink)
        address = split_address(document.verify_url)  # type: ignore[union-attr]  # Others have no press.
        if address is None or address[0] != self.press.address_prefix:
            return "layout"
        if self._drawer:
            inks.append(self._drawer.draw(address[1]))
        return self._write(document, texts, inks, attached_files(document, proof))

    def _tell(self, texts: list[str], issued: _Instant) -> bytes:
        told = [(key, said if isinstance(said, bytes) else _info(said, texts, issued)) for key, said in self._info]
        return b"".join([key + said for key, said in told])

    def _setter(
        self,
        hole: Hole,
        fonts: Mapping[str, bytes],
        setters: dict[tuple[str, tuple[tuple[str, int], ...]], Setter],
    ) -> Setter:
        key = (hole.font, tuple(sorted(hole.features.items())))
        if key not in setters:
            part = self.press.fonts[hole.font]
            setters[key] = Setter(open_face(fonts[part.digest]), hole.features, self.press.language)
            setters[key].allow(dict(part.widths))
        return setters[key]

    def _write(self, document: Document, texts: list[str], inks: list[bytes], attached: list[Held]) -> Filled:
        press, out = self.press, _Writer(self.press.head)
        issued = _Instant(document.issued_at)
        for number, dictionary, page in self._pages:
            out.stream(number, dictionary, page.pour(inks), packed=True)
        told = {hole: escape(texts[hole], quote=False).encode() for hole in press.metadata.holes if hole >= 0}
        told[INSTANT_USE] = issued.w3c.encode()
        out.stream(press.metadata_number, press.metadata_dictionary, self._metadata.pour(told), packed=True)
        identifier = identifier_of(document)
        for held, (_, _, content) in zip(press.attached, attached, strict=True):
            out.stream(held.number, held.dictionary + _parameters(content, issued), content, packed=False)
        out.add(press.info_number, b"<<%s>>" % self._tell(texts, issued))
        started = out.at
        out.places[press.xref_number] = started.to_bytes(3, "big")
        second = sha256(f"{self.digest}\0{issued.w3c}\0".encode() + "\0".join(texts).encode()).hexdigest()[:32]
        size = press.xref_number + 1
        trailer = b"/Type /XRef/Index [0 %d]/W [1 3 2]/Size %d/Root %d 0 R/Info %d 0 R/ID [(%s) (%s)]" % (
            *(size, size, press.catalog_number, press.info_number),
            *(identifier, second.encode()),
        )
        out.stream(press.xref_number, trailer, self._xref.pour(out.places), packed=True)
        out.parts.append(b"startxref\n%d\n%%%%EOF\n" % started)
        anchors = Anchors(
            size=size,
            startxref=started,
            xref_is_stream=True,
            catalog_number=press.catalog_number,
            catalog=press.catalog,
            page_number=press.page_number,
            page=press.page,
            info_number=press.info_number,
            identifier=identifier,
        )
        return Filled(pdf=b"".join(out.parts), anchors=anchors)


class _Instant:
    """The instant of issue as the two parts of a PDF write it, in UTC."""

    __slots__ = ("pdf", "w3c")

    def __init__(self, at: datetime) -> None:
        at = at.astimezone(UTC)
        self.w3c = f"{at.year:04d}-{at.month:02d}-{at.day:02d}T{at.hour:02d}:{at.minute:02d}:{at.second:02d}Z"
        self.pdf = "D:" + self.w3c.translate(_NO_SIGNS)


class _Writer:
    """Appends objects and remembers where they begin."""

    def __init__(self, head: bytes) -> None:
        self.parts = [head]
        self.at = len(head)
        self.places: dict[int, bytes] = {}

    def add(self, number: int, body: bytes) -> None:
        """Append an object."""
        written = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        self.places[number] = self.at.to_bytes(3, "big")
        self.parts.append(written)
        self.at += len(written)

    def stream(self, number: int, dictionary: bytes, data: bytes, *, packed: bool) -> None:
        """Append a stream; `packed` data is deflated already."""
        self.add(
            number,
            b"<<%s%s/Length %d>>\nstream\n%s\nendstream"
            % (dictionary, b"/Filter /FlateDecode" if packed else b"", len(data), data),
        )


def _ink(hole: Hole, setter: Setter, letters: frozenset[str], texts: list[str]) -> bytes | Reason:
    text = "".join(part if isinstance(part, str) else texts[part] for part in hole.parts)
    if not letters.issuperset(text):
        return "letter"
    if "  " in text or text != text.strip():
        return "spaces"
    shaped = setter.set_words(text)
    if shaped is None:
        return "letter"
    width = shaped.width * hole.size / 1_000
    if width > hole.room:
        return "too_wide"
    return _placed(hole, shaped, width)


def _placed(hole: Hole, shaped: Shaped, width: float) -> bytes:
    if hole.align == "left":
        return shaped.shown
    x = hole.x - (width if hole.align == "right" else width / 2)
    return b"1 0 0 -1 %.3f %.4f Tm\n%s" % (x, hole.y, shaped.shown)


def _parameters(content: bytes, issued: _Instant) -> bytes:
    at = issued.pdf.encode()
    checksum = md5(content, usedforsecurity=False).hexdigest().encode()
    return b"/Params <</CheckSum <%s>/Size %d/CreationDate (%s)/ModDate (%s)>>" % (checksum, len(content), at, at)


def _info(entry: InfoEntry, texts: list[str], issued: _Instant) -> bytes:
    said = "".join(
        part if isinstance(part, str) else issued.pdf if part == INSTANT_USE else texts[part] for part in entry.parts
    )
    return _string(said)


def _settled(entry: InfoEntry) -> bytes | None:
    """Return what an entry says where no fact is in it."""
    words = [part for part in entry.parts if isinstance(part, str)]
    return _string("".join(words)) if len(words) == len(entry.parts) else None


def _string(text: str) -> bytes:
    if text.isascii():
        return b"(" + text.translate(_ESCAPES).encode("ascii") + b")"
    return b"<" + (_UTF_16 + text.encode("utf-16-be")).hex().encode() + b">"
