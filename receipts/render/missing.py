"""Room: render. Hears which letters no font of this machine holds, as WeasyPrint says it while it paints."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SAID: Final = re.compile(r"\(U\+([0-9A-F]{4,6})\)")
_NOTDEF: Final = ".notdef glyph rendered"


class _Listener(logging.Handler):
    """Keeps the letters that WeasyPrint names; the words themselves go nowhere."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.letters: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Note the letter of one warning."""
        said = record.getMessage()
        if said.startswith(_NOTDEF):
            self.letters.update(chr(int(digits, 16)) for digits in _SAID.findall(said))


@contextmanager
def listen_for_missing_letters() -> Iterator[set[str]]:
    """Yield a set that fills with the letters missing from every font while documents are painted."""
    listener = _Listener()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(listener)
    try:
        yield listener.letters
    finally:
        logger.removeHandler(listener)
