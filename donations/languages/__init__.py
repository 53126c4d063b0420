"""Room: languages. What donors and the public read, in their own language; a message is its English sentence."""

from donations.languages.catalogs import message_tools, read_catalog, translate
from donations.languages.reading import WRITTEN, read_sentence
from receipts.wording import LANGUAGES, Language

__all__ = [
    "LANGUAGES",
    "WRITTEN",
    "Language",
    "message_tools",
    "read_catalog",
    "read_sentence",
    "translate",
]
