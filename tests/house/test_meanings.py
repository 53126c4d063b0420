"""Beside every number of the desk stands where it comes from: one table of meanings, none missing, none left over."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment, FileSystemLoader

from tests.house.sources import ROOT

TEMPLATES = ROOT / "templates"
PAGES = sorted(page.name for page in (TEMPLATES / "treasury").glob("*.html") if page.name != "meanings.html")
_IMPORT = '{% import "treasury/meanings.html" as meanings %}'
ORDINALS = {"No.", "Line"}
"""Heads of columns that only count the rows of their own table."""
_HEAD = re.compile(r'<th scope="col" class="money">([^<]+)</th>')
_FACT = re.compile(
    r"<dt>([^<]+)</dt><dd>\{\{[^}]*\| dollars \}\}|<dt>([^<]+)</dt><dd>[^<]*, \{\{[^}]*\| dollars \}\}"
)
_CALL = re.compile(r'meanings\.of\("([a-z_.]+)"(?: if [a-z_. ]+ else "([a-z_.]+)")?\)')


def table_of_meanings() -> dict[str, dict[str, str]]:
    """Return the one table, as the pages read it."""
    page = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("treasury/meanings.html")
    found: dict[str, dict[str, str]] = page.make_module().table  # type: ignore[attr-defined]  # Set by the template.
    return found


def text_of(page: str) -> str:
    """Return the source of one page of the desk."""
    return (TEMPLATES / "treasury" / page).read_text(encoding="utf-8")


def calls(text: str) -> list[str]:
    """Return the keys whose meanings a text shows, in its order."""
    return [key for found in _CALL.finditer(text) for key in found.groups() if key]


def tables(text: str) -> Iterator[tuple[set[str], list[str]]]:
    """Yield the numeric columns of each table with what is shown between its end and the next."""
    for table in text.split("<table")[1:]:
        inside, _, behind = table.partition("</table>")
        if columns := set(_HEAD.findall(inside)) - ORDINALS:
            yield columns, calls(behind)


@pytest.mark.parametrize("page", PAGES)
def test_each_column_of_numbers_is_explained_beneath_its_table(page: str) -> None:
    known = table_of_meanings()
    for columns, shown in tables(text_of(page)):
        assert shown, f"{page}: nothing explains {columns}"
        assert set(known[shown[0]]) == columns


@pytest.mark.parametrize("page", PAGES)
def test_each_amount_among_the_facts_of_a_page_is_explained_on_it(page: str) -> None:
    known, text = table_of_meanings(), text_of(page)
    explained = {label for key in calls(text) for label in known[key]}
    facts = {one or other for one, other in _FACT.findall(text)}
    assert facts <= explained


@pytest.mark.parametrize("page", PAGES)
def test_no_page_calls_something_else_by_the_tables_name(page: str) -> None:
    """A `set` would hide the table from the page's blocks, and the page would fail where it shows a number."""
    assert not re.search(
        r"{% (?:set|macro|for|import [^%]* as) [a-z_, ]*\bmeanings\b", text_of(page).replace(_IMPORT, "")
    )


def test_no_meaning_is_left_over_and_each_is_a_sentence() -> None:
    known = table_of_meanings()
    assert {key for page in PAGES for key in calls(text_of(page))} == set(known)
    for labels in known.values():
        assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in labels.values())
    assert len(known) >= 30
