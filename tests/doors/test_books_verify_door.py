from __future__ import annotations

from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from donations.web.books_verify import VERIFIERS
from tests.house.sources import ROOT


@pytest.mark.parametrize("name", VERIFIERS)
def test_a_verifier_is_saved_and_never_opened_as_a_page(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/books/verify/{name}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.data == (ROOT / "receipts" / "verify" / VERIFIERS[name]).read_bytes()


def test_the_page_tells_both_digests_and_so_does_the_repository(client: FlaskClient) -> None:
    page = client.get("/books/verify").get_data(as_text=True).replace("<wbr>", "")
    reference = (ROOT / "docs" / "reference" / "verifiers.md").read_text(encoding="utf-8")
    for name in VERIFIERS:
        digest = sha256(client.get(f"/books/verify/{name}").data).hexdigest()
        assert digest in page
        assert digest in reference


@pytest.mark.parametrize("name", ["books.py", "checking.py", "..%2f__init__.py", "VERIFY.PY", "%00"])
def test_nothing_else_is_handed_out(client: FlaskClient, name: str) -> None:
    assert client.get(f"/books/verify/{name}").status_code == 404


def test_the_page_says_neither_audited_nor_guaranteed(client: FlaskClient) -> None:
    page = client.get("/books/verify").get_data(as_text=True).lower()
    assert "audited" not in page
    assert "guarantee" not in page
