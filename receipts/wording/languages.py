"""Room: wording. Headings and explanations in each language, from the tables beside this module.

The law's own sentences stay English (`sentences`); a table of another language holds a reading of each.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, get_args

from receipts.wording.words import Language

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


def labels(language: Language) -> dict[str, dict[str, str]]:
    """Return the headings and names of a language by table and key; the same keys in every language."""
    found: dict[str, dict[str, str]] = _table(language)["labels"]
    return found


def readings(language: Language, version: str) -> dict[str, str]:
    """Return a language's readings of the sentences of one version; KeyError where there are none."""
    found: dict[str, str] = _table(language)["readings"][version]
    return found


@cache
def _table(language: Language) -> dict[str, Any]:
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
