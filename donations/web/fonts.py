"""Room: web. The page's type: three faces of Source Serif and Sans, cut down to WOFF2 once and kept by their digest.

No font lies in the repository: the faces come from hash-locked packages, the same that documents are set in.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import font_source_sans_pro
import font_source_serif_pro

_SANS = Path(font_source_sans_pro.__file__).parent / "files"
_SERIF = Path(font_source_serif_pro.__file__).parent / "files"
_SOURCES = {
    "serif-600": _SERIF / "SourceSerifPro-Semibold.ttf",
    "sans-400": _SANS / "SourceSansPro-Regular.ttf",
    "sans-600": _SANS / "SourceSansPro-Semibold.ttf",
}
_LETTERS = "U+0020-007E,U+00A0-017F,U+02C6,U+02DC,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032-2033,"
_SIGNS = "U+2039-203A,U+2044,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2264-2265,U+2713"
_FEATURES = ("kern", "liga", "ccmp", "locl", "mark", "mkmk", "lnum", "tnum")
_RECIPE = f"{_LETTERS}{_SIGNS}|{','.join(_FEATURES)}|2"
"""Raise the last figure when the way of cutting changes, so that no old file is served."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face, ready to serve under the digest of its bytes."""

    name: str
    digest: str
    woff2: bytes


def load_faces(folder: Path) -> tuple[Face, ...]:
    """Return every face, cut now or found in `folder` from an earlier start."""
    return tuple(_load(name, source, folder) for name, source in _SOURCES.items())


def _load(name: str, source: Path, folder: Path) -> Face:
    original = source.read_bytes()
    kept = folder / f"{hashlib.sha256(original + _RECIPE.encode()).hexdigest()[:32]}.woff2"
    if not kept.exists():
        _write_whole(kept, _cut(original))
    woff2 = kept.read_bytes()
    return Face(name, hashlib.sha256(woff2).hexdigest()[:20], woff2)


@cache
def _cut(original: bytes) -> bytes:
    """Cut one face, once in a process: a simulation opens hundreds of houses, each with a folder of its own."""
    from fontTools.subset import Options, Subsetter, parse_unicodes  # noqa: PLC0415  Half a second, once in a house.
    from fontTools.ttLib import TTFont  # noqa: PLC0415  As above.

    font = TTFont(io.BytesIO(original), recalcTimestamp=False)
    options = Options(layout_features=list(_FEATURES), hinting=False, desubroutinize=True, name_IDs=[1, 2, 13, 14])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(_LETTERS + _SIGNS))
    subsetter.subset(font)
    font.flavor = "woff2"
    cut = io.BytesIO()
    font.save(cut)
    return cut.getvalue()


def _write_whole(target: Path, content: bytes) -> None:
    """Write so that another process never reads half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(target)
