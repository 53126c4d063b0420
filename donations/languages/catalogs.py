"""Room: languages. Catalogs of messages in gettext's own format, read as they are written: nothing is compiled."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from babel.messages.pofile import read_po
from jinja2 import Environment

from receipts.wording import Language

ENGLISH: Final[Language] = "en"


@cache
def read_catalog(language: Language) -> Mapping[str, str]:
    """Return every message of a language by its English; English itself needs none."""
    if language == ENGLISH:
        return {}
    written = files(__package__).joinpath(f"{language}.po").read_bytes()
    messages = read_po(io.BytesIO(written), locale=language, abort_invalid=True)
    return {str(message.id): str(message.string) for message in messages if message.id and message.string}


def translate(message: str, language: Language) -> str:
    """Return a message in a language; what nobody has translated stays English."""
    return read_catalog(language).get(message, message)


def message_tools(
    environment: Environment, speaking: Callable[[], Language], *, shape: Callable[[str], str] = str
) -> None:
    """Let the templates of an environment speak the language that `speaking` names, each message in a shape."""

    def gettext(message: str) -> str:
        return shape(translate(message, speaking()))

    def ngettext(singular: str, plural: str, number: int) -> str:
        return gettext(singular if number == 1 else plural)

    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # The extension's.
