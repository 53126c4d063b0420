"""Room: render. The only things a document may fetch: its own fonts, from memory. Everything else ends the job."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import font_source_sans_pro
import font_source_serif_pro
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME: Final = "house:"
_FACES: Final = {
    "SourceSansPro-Regular.ttf": font_source_sans_pro,
    "SourceSansPro-Semibold.ttf": font_source_sans_pro,
    "SourceSerifPro-Regular.ttf": font_source_serif_pro,
    "SourceSerifPro-Semibold.ttf": font_source_serif_pro,
}


def read_fonts() -> dict[str, bytes]:
    """Return the bundled faces by their addresses, e.g. `house:SourceSansPro-Regular.ttf`."""
    return {SCHEME + name: (Path(home.font_directory) / name).read_bytes() for name, home in _FACES.items()}


class DenyAll(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types.
    """Serves what it was given and raises WeasyPrint's fatal error for all else, `data:` and `file:` included.

    A fatal error cannot be swallowed: the job fails and never yields half a receipt.
    """

    def __init__(self, held: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._held = dict(held)

    def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ANN401, ARG002  # WeasyPrint's own shape.
        """Return a held thing, or end the rendering."""
        if url not in self._held:
            raise FatalURLFetchingError(f"a document asked for {url[:40]!r}, which is not in the house")
        return URLFetcherResponse(url, self._held[url], {"Content-Type": "font/ttf"})
