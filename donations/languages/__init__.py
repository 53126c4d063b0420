"""Room: languages. What donors and the public read, in their own language; a message is its English sentence."""

from donations.languages.catalogs import message_tools, read_catalog, translate
from donations.languages.reading import WRITTEN, in_html, read_sentence
from receipts.wording import LANGUAGES, Language

__all__ = [
    "LANGUAGES",
    "WRITTEN",
    "Language",
    "in_html",
    "message_tools",
    "read_catalog",
    "read_sentence",
    "translate",
]
