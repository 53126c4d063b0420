"""A template that misbehaves, or facts that try to: nothing outside is read, and no half document comes out."""

from __future__ import annotations

import ast
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError, UndefinedError
from weasyprint.urls import FatalURLFetchingError

import receipts
from receipts.facts import DocumentRefusedError, freeze
from receipts.render import print_pdf
from tests.documents import samples


class Canary:
    """Listens on loopback and counts who calls."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self._door.accept()[0].close()
            except OSError:
                return
            self.calls += 1

    def close(self) -> None:
        """Stop listening."""
        self._door.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """Copy the templates, to be spoilt."""
    copied: Path = shutil.copytree(samples.TEMPLATES, tmp_path / "documents")
    return copied


def spoil(templates: Path, inserted: str) -> Path:
    file = templates / "gift_receipt" / "template.html"
    file.write_text(file.read_text(encoding="utf-8").replace("</main>", f"{inserted}</main>"), encoding="utf-8")
    return templates


ASKS = (
    '<img alt="x" src="http://127.0.0.1:{port}/pixel.png">',
    '<img alt="x" src="file:///etc/hostname">',
    '<img alt="x" src="data:image/png;base64,iVBORw0KGgo=">',
    '<img alt="x" src="/etc/hostname">',
    '<img alt="x" src="house:../../../../etc/hostname">',
    '<link rel="stylesheet" href="http://127.0.0.1:{port}/style.css">',
    '<p style="background: url(http://127.0.0.1:{port}/paper.png)">x</p>',
    '<object data="file:///etc/hostname">x</object>',
)


def test_no_template_reads_a_file_or_calls_anybody(templates: Path, canary: Canary, tmp_path: Path) -> None:
    refused = 0
    for place, asked in enumerate(ASKS):
        spoilt = shutil.copytree(templates, tmp_path / str(place))
        with pytest.raises(FatalURLFetchingError):
            print_pdf(freeze(samples.receipt()), spoil(spoilt, asked.format(port=canary.port)))
        refused += 1
    assert refused == len(ASKS)
    assert canary.calls == 0


def test_a_link_that_would_attach_a_file_ends_the_job(templates: Path) -> None:
    spoilt = spoil(templates, '<a rel="attachment" href="file:///etc/hostname">x</a>')
    with pytest.raises(FatalURLFetchingError):
        print_pdf(freeze(samples.receipt()), spoilt)


def test_a_template_that_names_a_field_no_document_has_prints_nothing(templates: Path) -> None:
    with pytest.raises(UndefinedError):
        print_pdf(freeze(samples.receipt()), spoil(templates, "{{ document.child_name }}"))


def test_a_template_cannot_leave_its_sandbox(templates: Path) -> None:
    with pytest.raises(SecurityError):
        print_pdf(freeze(samples.receipt()), spoil(templates, "{{ document.__class__.__mro__ }}"))


def test_facts_that_were_touched_are_not_printed() -> None:
    with pytest.raises(DocumentRefusedError):
        print_pdf(freeze(samples.receipt()).replace(b"13428", b"13429"), samples.TEMPLATES)


def test_no_html_is_built_by_hand_in_the_printing_house() -> None:
    looked_at = 0
    for file in Path(receipts.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                looked_at += 1
                text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
                assert "<" not in text.replace("(?<!", ""), f"{file.name}:{node.lineno} builds markup from values"
    assert looked_at > 0


def test_no_template_trusts_a_value_or_puts_one_into_style() -> None:
    for file in samples.TEMPLATES.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", "")
        assert " style=" not in text
        assert "href=" not in text
        assert "|attr(" not in text.replace(" ", "")
        assert "<tfoot" not in text
        assert "<img" not in text
