"""Room: verify. A PDF is opened once, however hostile; everything that is judged later was read here."""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from pypdf import PdfReader

logging.getLogger("pypdf").addHandler(logging.NullHandler())
FILE_MAX: Final = 20 * 2**20
PAGES_MAX: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at; `detail` is a plain sentence."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What was read out of a PDF before any judgement."""

    text: str
    attachments: tuple[bytes, ...]
    proofs: tuple[bytes, ...]
    metadata: bytes
    endings: int


def open_pdf(pdf: bytes) -> Opened | None:
    """Read a PDF, or return None for anything that cannot be read or is too large."""
    if len(pdf) > FILE_MAX:
        return None
    try:
        reader = PdfReader(BytesIO(pdf))
        if len(reader.pages) > PAGES_MAX:
            return None
        root: Any = reader.trailer["/Root"]
        metadata = root.get_object().get("/Metadata")
        return Opened(
            text=squeeze("".join(page.extract_text() for page in reader.pages)),
            attachments=tuple(content for content in reader.attachments.get("receipt.json", [])),
            proofs=tuple(reader.attachments.get("receipt.tlog-proof", [])),
            metadata=bytes(metadata.get_object().get_data()) if metadata is not None else b"",
            endings=len(re.findall(rb"startxref\s+[0-9]+\s+%%EOF", pdf)),
        )
    except (KeyboardInterrupt, SystemExit):
        raise
    except Exception:  # noqa: BLE001  # A hostile file may break the reader in any way; all mean "cannot be read".
        return None


def squeeze(text: str) -> str:
    """Return the text without spaces and in one spelling, so that line breaks and ligatures make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def check_claims(opened: Opened) -> Check:
    """Tell whether the file claims to be archival and accessible."""
    archival = re.search(rb"""pdfaid:part(?:=["']|>)3""", opened.metadata)
    level = re.search(rb"""pdfaid:conformance(?:=["']|>)A""", opened.metadata)
    accessible = re.search(rb"""pdfuaid:part(?:=["']|>)1""", opened.metadata)
    good = bool(archival and level and accessible)
    detail = "It claims PDF/A-3a and PDF/UA-1." if good else "It does not claim both PDF/A-3a and PDF/UA-1."
    return Check(name="claims", ok=good, detail=detail)
