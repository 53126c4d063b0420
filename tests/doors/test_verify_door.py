from __future__ import annotations

from flask.testing import FlaskClient

from tests.web_examples import CHECKED
from tests.web_house import FakeHouse


def test_the_page_shows_digest_and_seal_to_compare(client: FlaskClient, house: FakeHouse) -> None:
    document = house.documents[CHECKED]
    page = client.get(f"/v/{CHECKED}").get_data(as_text=True).replace("<wbr>", "")
    assert document.sha256 is not None
    assert document.seal is not None
    assert document.sha256 in page
    assert document.seal in page


def test_a_program_is_told_the_same_in_figures_and_no_name(client: FlaskClient, house: FakeHouse) -> None:
    document = house.documents[CHECKED]
    answer = client.get(f"/v/{CHECKED}", headers={"Accept": "application/json"})
    assert answer.get_json() == {
        "number": document.number,
        "kind": "gift_receipt",
        "status": "valid",
        "issued_on": "2026-11-22",
        "amount_cents": document.amount_cents,
        "sha256": document.sha256,
        "seal": document.seal,
        "newest_number": document.number,
    }


def test_a_program_that_asks_for_an_unknown_document_is_told_nothing(client: FlaskClient) -> None:
    assert client.get("/v/" + "0" * 32, headers={"Accept": "application/json"}).status_code == 404
