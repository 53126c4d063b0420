"""Room: render. Who made these bytes: one digest over everything that can change them."""

from __future__ import annotations

import ctypes
import zlib
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from receipts.facts import canonical_json

_PACKAGES: Final = (
    "weasyprint",
    "pydyf",
    "tinycss2",
    "cssselect2",
    "tinyhtml5",
    "fonttools",
    "pillow",
    "segno",
    "jinja2",
    "msgspec",
)
_LIBRARIES: Final = {
    "pango": ("libpango-1.0.so.0", "pango_version_string"),
    "harfbuzz": ("libharfbuzz.so.0", "hb_version_string"),
    "fontconfig": ("libfontconfig.so.1", "FcGetVersion"),
}


def environment_digest(templates: Path, fonts: dict[str, bytes]) -> str:
    """Return the SHA-256 over packages, libraries, fonts, templates and this house's own code."""
    return sha256(
        canonical_json(
            {
                "packages": {name: version(name) for name in _PACKAGES},
                "libraries": {name: _library_version(*where) for name, where in _LIBRARIES.items()},
                "zlib": zlib.ZLIB_RUNTIME_VERSION,
                "fonts": {name: sha256(content).hexdigest() for name, content in fonts.items()},
                "templates": _template_digests(templates),
                "house": _code_digests(files("receipts"), ""),
            }
        )
    ).hexdigest()


def _library_version(file: str, function: str) -> str:
    try:
        ask = getattr(ctypes.CDLL(file), function)
    except (OSError, AttributeError):
        return "unknown"
    if function == "FcGetVersion":
        return str(ask())
    ask.restype = ctypes.c_char_p
    return str(ask().decode("ascii"))


def _template_digests(templates: Path) -> dict[str, str]:
    found = sorted(path for path in templates.rglob("*") if path.suffix in {".html", ".css"})
    return {path.relative_to(templates).as_posix(): sha256(path.read_bytes()).hexdigest() for path in found}


def _code_digests(folder: Traversable, prefix: str) -> dict[str, str]:
    digests: dict[str, str] = {}
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            digests |= _code_digests(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".py", ".toml")):
            digests[prefix + entry.name] = sha256(entry.read_bytes()).hexdigest()
    return digests
