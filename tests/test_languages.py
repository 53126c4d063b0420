from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from donations.languages import WRITTEN, read_sentence
from donations.reporting.figures import Figure
from donations.reporting.periods import parse_period
from donations.reporting.sentences import write_headline, write_notes
from receipts import wording
from receipts.rules import us
from tests.web_examples import CHECKED, THANKS, example_document, example_gift
from tests.web_house import FakeHouse

BASE = "http://127.0.0.1:8000"
LISTED = ["/", "/about", "/give", "/transparency"]
PAGES = [*LISTED, f"/thanks/{THANKS}", f"/v/{CHECKED}"]
PAGE_MAX = 60 * 1024


@pytest.fixture
def house(fake_home: Path) -> FakeHouse:
    """Furnish a simulated house with one gift on its way and one document to check."""
    built = FakeHouse(home=fake_home)
    built.desk.gifts[THANKS] = example_gift()
    built.documents[CHECKED] = example_document()
    return built


@pytest.fixture
def client(house: FakeHouse) -> FlaskClient:
    """Stand a browser before the front door."""
    return house.open().test_client()


def ask(client: FlaskClient, address: str, reads: str = "") -> TestResponse:
    return client.get(address, base_url=BASE, headers={"Accept-Language": reads} if reads else {})


@pytest.mark.parametrize("address", PAGES)
def test_a_page_speaks_the_language_its_address_asks_for_whatever_the_browser_reads(
    client: FlaskClient, address: str
) -> None:
    for code, other in (("en", "es"), ("es", "en")):
        answer = ask(client, f"/{code}{address}", other)
        assert answer.status_code == 200
        assert f'<html lang="{code}">' in answer.text
        assert answer.headers["Content-Language"] == code
        assert "Accept-Language" not in answer.headers.get("Vary", "")
        assert len(answer.data) <= PAGE_MAX


@pytest.mark.parametrize(
    ("reads", "speaks"), [("", "en"), ("es", "es"), ("es-MX,es;q=0.9,en;q=0.5", "es"), ("fr", "en"), ("en, es", "en")]
)
@pytest.mark.parametrize("address", PAGES[:4])
def test_a_plain_address_speaks_what_the_browser_reads_and_tells_caches_so(
    client: FlaskClient, address: str, reads: str, speaks: str
) -> None:
    answer = ask(client, address, reads)
    assert answer.headers["Content-Language"] == speaks
    assert "Accept-Language" in answer.headers["Vary"]
    assert f'<html lang="{speaks}">' in answer.text


@pytest.mark.parametrize("address", ["/es/", "/es/about", "/es/transparency"])
def test_a_language_is_chosen_without_a_cookie_and_every_link_keeps_it(client: FlaskClient, address: str) -> None:
    answer = ask(client, address)
    assert "Set-Cookie" not in answer.headers
    for link in ("/give", "/about", "/transparency"):
        assert f'href="/es{link}"' in answer.text
        assert f'href="{link}"' not in answer.text
    assert f'href="/en{address.removeprefix("/es")}" lang="en"' in answer.text


@pytest.mark.parametrize("address", LISTED)
def test_search_engines_are_told_each_language_of_a_listed_page_and_of_no_secret_one(
    client: FlaskClient, address: str
) -> None:
    page = ask(client, f"/es{address}").text
    for code, path in (("en", f"/en{address}"), ("es", f"/es{address}"), ("x-default", address)):
        assert f'<link rel="alternate" hreflang="{code}" href="{BASE}{path}">' in page
    assert 'rel="alternate"' not in ask(client, f"/es/thanks/{THANKS}").text
    assert "Disallow: /es/thanks/" in ask(client, "/robots.txt").text


@pytest.mark.parametrize(
    "address", ["/es/treasury", "/es/webhooks/stripe", "/es/healthz", "/es/es/give", "/fr/give", "/es/static/x"]
)
def test_only_pages_of_donors_and_the_public_have_an_address_in_a_language(client: FlaskClient, address: str) -> None:
    assert ask(client, address).status_code == 404


def test_a_gift_remembers_the_language_of_its_form(house: FakeHouse, client: FlaskClient) -> None:
    for address, reads, language in (
        ("/es/give", "en", "es"),
        ("/en/give", "es", "en"),
        ("/give", "es", "es"),
        ("/give", "", "en"),
    ):
        assert _send(house, client, address, reads).status_code == 303
        assert house.desk.wishes[-1].language == language


def test_a_refusal_is_said_in_the_language_of_the_form(house: FakeHouse, client: FlaskClient) -> None:
    answer = _send(house, client, "/es/give", "", name="", amount="1.00", email="no", city="x" * 101)
    assert answer.status_code == 422
    for sentence in (
        "El nombre hace falta para su recibo. Escriba su nombre, por favor.",
        "El donativo más pequeño que podemos aceptar aquí es de $5.00.",
        "La dirección de correo electrónico no parece del tipo nombre@ejemplo.org. Revísela, por favor.",
        "La ciudad tiene más de 100 caracteres. Use menos, por favor.",
    ):
        assert sentence in answer.text
    told = client.post(
        "/es/give", data={"amount": ""}, base_url=BASE, headers={"Accept": "application/json", "Origin": BASE}
    )
    assert "Escriba el importe en dólares" in told.get_data(as_text=True)


def test_a_page_of_one_gift_speaks_its_language_unless_the_address_asks_for_another(
    house: FakeHouse, client: FlaskClient
) -> None:
    house.desk.gifts[THANKS] = example_gift(language="es")
    assert '<html lang="es">' in ask(client, f"/thanks/{THANKS}", "en").text
    assert '<html lang="en">' in ask(client, f"/en/thanks/{THANKS}", "es").text


def test_countries_and_days_are_written_in_the_language_of_the_page(client: FlaskClient) -> None:
    page = ask(client, "/es/give").text
    assert ">Estados Unidos</option>" in page
    assert ">Alemania</option>" in page
    assert " de noviembre de 2026" in ask(client, f"/es/v/{CHECKED}").text


def test_the_law_s_english_stands_beside_its_reading_on_a_spanish_give_page(client: FlaskClient) -> None:
    page = ask(client, "/es/give").text
    said = wording.say_control_statement("Desert Line Clothing Fund", version=wording.CONTROL_VERSION, language="es")
    assert said.reading in page
    assert f'lang="en">{said.english}' in page
    assert said.reading not in ask(client, "/en/give").text


def test_a_wrong_address_is_a_kind_page_in_spanish_that_echoes_nothing(client: FlaskClient) -> None:
    answer = ask(client, "/es/give/nothing-like-that", "")
    assert answer.status_code == 404
    assert "Aquí no hay nada" in answer.text
    assert "nothing-like-that" not in answer.text


def test_every_sentence_a_report_or_the_note_on_taxes_writes_can_be_read_in_spanish() -> None:
    figures = {
        name: Figure(id=name, label=name, unit="cents", value=value, until=date(2026, 9, 30), query="", since=since)
        for name, value, since in (
            ("gifts_count", 24, None),
            ("gifts_with_fee_cover_count", 11, None),
            ("gifts_received_cents", 578_300, None),
            ("fees_paid_by_operations_cents", 17_753, None),
            ("fees_paid_by_children_cents", 0, None),
            ("spent_cents", 156_000, date(2026, 7, 1)),
            ("children_clothed", 12, date(2026, 7, 1)),
        )
    }
    headlines = [write_headline(parse_period(period), figures) for period in ("2026", "2026-Q3")]
    notes = write_notes(figures, promise="kept", set_cents=13_000, k=11, simulated=True)
    for sentence in (*headlines, *notes, *us.deduction_note(2026, us.all_thresholds(()))):
        assert read_sentence(sentence, "es") not in {None, sentence}, sentence
    assert "el tercer trimestre de 2026" in str(read_sentence(headlines[1], "es"))
    assert read_sentence("A sentence that nobody has translated.", "es") is None
    assert len(set(WRITTEN)) == len(WRITTEN)


def _send(house: FakeHouse, client: FlaskClient, address: str, reads: str, **changes: str) -> TestResponse:
    page = ask(client, address, reads).text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    house.clock.advance(timedelta(seconds=30))
    fields = {"amount": "130", "name": "Ada Example", "email": "ada@example.org", "form_token": token, **changes}
    headers = {"Origin": BASE, **({"Accept-Language": reads} if reads else {})}
    return client.post(address, data=fields, base_url=BASE, headers=headers)
