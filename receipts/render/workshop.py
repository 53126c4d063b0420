"""Room: render. What is made once for each process: fonts, style sheets, templates, the maker's name.

A new `FontConfiguration` for each document would leak about 0.4 MB and a temporary folder each time.
"""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from weasyprint import CSS
from weasyprint import __version__ as weasyprint_version
from weasyprint.text import ffi
from weasyprint.text.fonts import FontConfiguration

from receipts import wording
from receipts.facts import KINDS
from receipts.render.fetcher import DenyAll, read_fonts
from receipts.render.maker import environment_digest
from receipts.render.marks import WordMark, draw_words

KNOWN_VERSION = "70."
WATERMARK_WIDTH = 205


class WrongPressError(RuntimeError):
    """The machine cannot print as it should; the sentence names the package or file that is missing or wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """The shared tools of one printing process."""

    templates: ImmutableSandboxedEnvironment
    fetcher: DenyAll
    fonts: Any
    styles: dict[str, list[Any]]
    images: dict[str, Any]
    watermark: WordMark
    letters: frozenset[str]
    """Every letter that the plain faces of the house hold; others need the fonts of the machine."""
    maker: str


@cache
def open_workshop(templates: Path) -> Workshop:
    """Return this process's workshop for a folder of document templates; raises `WrongPressError`."""
    refuse_wrong_press()
    atexit.register(open_workshop.cache_clear)  # While Python still stands, so that the fonts' folder is removed.
    faces = read_fonts()
    fetcher = DenyAll(faces)
    fonts = FontConfiguration()
    shared = _read_style(templates / "shared" / "house.css", fetcher, fonts)
    return Workshop(
        templates=_environment(templates),
        fetcher=fetcher,
        fonts=fonts,
        styles={kind: [shared, _read_style(templates / kind / "style.css", fetcher, fonts)] for kind in KINDS},
        images={},
        watermark=draw_words(wording.SIMULATED, faces["house:SourceSansPro-Semibold.ttf"], width=WATERMARK_WIDTH),
        letters=_common_letters(faces),
        maker=f"weasyprint:{environment_digest(templates, faces)}",
    )


def refuse_wrong_press() -> None:
    """Raise `WrongPressError` unless WeasyPrint is the one we know and HarfBuzz can cut fonts."""
    if not weasyprint_version.startswith(KNOWN_VERSION):
        raise WrongPressError(f"WeasyPrint {weasyprint_version} is installed; this house prints with 70.")
    if ffi.harfbuzz_subset is None:
        raise WrongPressError(
            "The system package libharfbuzz-subset0 is missing; documents would differ and take long."
        )


def _read_style(file: Path, fetcher: DenyAll, fonts: Any) -> Any:  # noqa: ANN401  # WeasyPrint carries no types.
    text = file.read_text(encoding="utf-8")
    return CSS(string=text, url_fetcher=fetcher, font_config=fonts, base_url="house:")


def _common_letters(faces: dict[str, bytes]) -> frozenset[str]:
    held = [TTFont(BytesIO(face)).getBestCmap().keys() for name, face in faces.items() if "Sans" in name]
    return frozenset(map(chr, frozenset.intersection(*map(frozenset, held)))) | {"\n"}


def _environment(templates: Path) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dollars"] = wording.dollars
    environment.filters["long_day"] = wording.long_day
    return environment
