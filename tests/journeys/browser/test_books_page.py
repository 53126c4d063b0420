"""The offline page in a real browser, opened from a file: it must say what the Python verifier says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page

from receipts.verify import books
from tests.books_corpus import Case, corpus
from tests.journeys.browser.conftest import Invite
from tests.test_books_verifier import judge

PAGE = Path(books.__file__).with_name("verify.html")
CORPUS = corpus()
WITHOUT_ED25519 = """
const known = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, name, ...rest) =>
  name === "Ed25519" ? Promise.reject(new DOMException("", "NotSupportedError")) : known(format, key, name, ...rest);
"""


def drop(page: Page, case: Case) -> tuple[str, set[tuple[str, str]]]:
    """Hand a case's files to the page and return its verdict and every finding's name and class."""
    page.evaluate("delete document.getElementById('verdict').dataset.verdict")
    payloads = [
        FilePayload(name=f"{name}.bin" if name == "receipt" else name, mimeType="", buffer=content)
        for name, content in case.files.items()
    ]
    page.set_input_files("#files", payloads)
    verdict = page.wait_for_selector("#verdict[data-verdict]", state="attached")
    assert verdict is not None
    told = json.loads(
        page.evaluate(
            "JSON.stringify([...document.querySelectorAll('#found li')].map(e => [e.dataset.name, e.className]))"
        )
    )
    return verdict.get_attribute("data-verdict") or "", {(name, kind) for name, kind in told}


def test_page_and_program_find_the_same_in_every_case(invite: Invite, tmp_path: Path) -> None:
    visitor = invite()
    requests: list[str] = []
    visitor.context.on("request", lambda request: requests.append(request.url))
    page = visitor.open()
    page.goto(PAGE.as_uri())
    words = {True: "right", False: "wrong", None: "open"}
    for place, (name, case) in enumerate(CORPUS.items()):
        folder = tmp_path / str(place)
        folder.mkdir()
        found = judge(case, folder)
        assert drop(page, case) == (case.verdict, {(each.name, words[each.ok]) for each in found}), name
    assert requests == [PAGE.as_uri()]
    assert not visitor.complaints


def test_without_ed25519_nothing_is_called_right(invite: Invite) -> None:
    visitor = invite()
    visitor.context.add_init_script(WITHOUT_ED25519)
    page = visitor.open()
    page.goto(PAGE.as_uri())
    verdict, found = drop(page, CORPUS["a true receipt and the book"])
    assert verdict == "open"
    assert {kind for name, kind in found if name.endswith("signature")} == {"open"}
    told = page.inner_text("#found")
    assert "signature not checked" in told
    assert "verify.py" in told


@pytest.mark.parametrize("width", [320, 1440])
def test_the_page_fits_its_window(invite: Invite, width: int) -> None:
    page = invite(width=width).open()
    page.goto(PAGE.as_uri())
    drop(page, CORPUS["a true receipt and the book"])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
