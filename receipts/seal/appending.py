"""Room: seal. Appends a signed revision to a finished PDF: the file stays as it was, its signature stands behind it.

The signature certifies the document and allows no change (ISO 32000-1 §12.8.2.2, DocMDP with P 1), covers every byte
but its own value, and is invisible. The same bytes, key and time give the same sealed bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from receipts.seal.anchors import Anchors, UnsealableError, find_anchors
from receipts.seal.keys import SealKey

REASON: Final = "Official donation receipt"
FIELD_NAME: Final = "Seal"
FIELD_HINT: Final = "Seal of the charity"
_RANGE_WIDTH: Final = 32
_TEXT_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed PDF: `pdf` is the unsigned bytes and `appended`. Digests are SHA-256 in lower-case hex."""

    pdf: bytes
    appended: bytes
    unsigned_sha256: str
    sha256: str


def seal_pdf(unsigned: bytes, key: SealKey, *, at: datetime, anchors: Anchors | None = None) -> Sealed:
    """Sign a finished PDF as of its issue; raises `UnsealableError` for a file or an instant that cannot be."""
    if not key.valid_from <= at <= key.valid_until:
        raise UnsealableError(f"the seal's certificate is not valid on {at:%Y-%m-%d}")
    so_far = sha256(unsigned)
    before, after = _revision(anchors or find_anchors(unsigned), key, at, len(unsigned), so_far.digest()[:16])
    covered = so_far.copy()
    covered.update(before)
    covered.update(after)
    digest = covered.digest()
    value = key.form.fill(digest, key.sign(key.form.to_sign(digest)))
    appended = b"".join((before, b"<", value.hex().encode().ljust(2 * key.form.size_max, b"0"), b">", after))
    whole = so_far.copy()
    whole.update(appended)
    return Sealed(
        pdf=unsigned + appended,
        appended=appended,
        unsigned_sha256=so_far.hexdigest(),
        sha256=whole.hexdigest(),
    )


def _revision(anchors: Anchors, key: SealKey, at: datetime, start: int, identity: bytes) -> tuple[bytes, bytes]:
    """Return everything that is appended before and after the signature's value."""
    field, signature, ending = anchors.size, anchors.size + 1, anchors.size + 2
    # An object begins on a line of its own, whatever the unsigned file ended with.
    bodies = {
        anchors.catalog_number: b"<<%b/AcroForm<</Fields[%d 0 R]/SigFlags 3>>/Perms<</DocMDP %d 0 R>>%b>>"
        % (anchors.catalog, field, signature, _EXTENSIONS),
        anchors.page_number: b"<<%b/Annots[%b %d 0 R]/Tabs/S>>" % (anchors.page, anchors.annotations, field),
        field: b"<</Type/Annot/Subtype/Widget/FT/Sig/T%b/TU%b/F 132/Rect[0 0 0 0]/P %d 0 R/V %d 0 R>>"
        % (_text(FIELD_NAME), _text(FIELD_HINT), anchors.page_number, signature),
    }
    written, at_byte, offsets = [b"\n"], start + 1, {}
    for number, body in bodies.items():
        offsets[number] = at_byte
        written.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        at_byte += len(written[-1])
    offsets[signature] = at_byte
    head = b"%d 0 obj\n%b/Name%b/M(D:%b)/ByteRange[" % (
        signature,
        _SIGNATURE,
        _text(key.name[:_TEXT_MAX]),
        at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode("ascii"),
    )
    gap = at_byte + len(head) + _RANGE_WIDTH + len(_VALUE)
    resumed = gap + 2 * key.form.size_max + 2
    offsets[ending] = resumed + len(_CLOSE)
    after = _CLOSE + _ending(anchors, offsets, identity)
    covered = b"0 %d %d %d]" % (gap, resumed, len(after))
    return b"".join((*written, head, covered.ljust(_RANGE_WIDTH), _VALUE)), after


_SIGNATURE: Final = (
    b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
    b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]"
    b"/Reason(%b)" % REASON.encode("ascii")
)
_VALUE: Final = b"/Contents"
_CLOSE: Final = b">>\nendobj\n"
_EXTENSIONS: Final = b"/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>"


def _ending(anchors: Anchors, offsets: dict[int, int], identity: bytes) -> bytes:
    """Return the cross-reference of the appended objects, in the kind the file already uses."""
    stream_at = max(offsets)
    info = b"" if anchors.info_number is None else b"/Info %d 0 R" % anchors.info_number
    trailer = b"/Root %d 0 R%b/Prev %d/ID[<%b><%b>]" % (
        anchors.catalog_number,
        info,
        anchors.startxref,
        anchors.identifier.hex().encode(),
        identity.hex().encode(),
    )
    begins = offsets[stream_at]
    if anchors.xref_is_stream:
        rows = sorted(offsets.items())
        index = b" ".join(b"%d 1" % number for number, _ in rows)
        content = b"".join(b"\x01%b\x00\x00" % offset.to_bytes(4, "big") for _, offset in rows)
        section = (
            b"%d 0 obj\n<</Type/XRef/W[1 4 2]/Index[%b]/Size %d%b/Length %d>>\nstream\n%b\nendstream\nendobj\n"
            % (
                stream_at,
                index,
                stream_at + 1,
                trailer,
                len(content),
                content,
            )
        )
    else:
        rows = sorted(each for each in offsets.items() if each[0] != stream_at)
        table = b"".join(b"%d 1\n%010d 00000 n \n" % each for each in rows)
        section = b"xref\n%btrailer\n<</Size %d%b>>\n" % (table, stream_at, trailer)
    return b"%bstartxref\n%d\n%%%%EOF\n" % (section, begins)


def _text(text: str) -> bytes:
    """Return a PDF text string; anything beyond plain ASCII becomes UTF-16."""
    if text.isascii() and text.isprintable() and not set(text) & set("()\\"):
        return b"(%b)" % text.encode("ascii")
    return b"<feff%b>" % text.encode("utf-16-be").hex().encode()
