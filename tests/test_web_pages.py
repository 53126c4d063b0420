"""What the pages say: the law's sentences, the promise while it holds, the hotline everywhere, nobody by name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from donations.settings import Organisation, StateRegistration
from receipts import wording
from tests.web_examples import CHECKED, RECEIPT, THANKS, example_document, example_gift
from tests.web_house import FakeHouse

PAGES = ["/", "/give", "/about", "/why", "/transparency", f"/thanks/{THANKS}", f"/v/{CHECKED}", "/nothing-here"]
PROMISE = wording.promise().replace("'", "&#39;")


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


def read(client: FlaskClient, address: str) -> str:
    return client.get(address, base_url="http://127.0.0.1:8000").get_data(as_text=True)


@pytest.mark.parametrize("address", PAGES)
def test_the_hotline_stands_on_every_page(client: FlaskClient, address: str) -> None:
    page = read(client, address)
    assert 'href="tel:+18883737888">1-888-373-7888<' in page
    assert ">233733<" in page


@pytest.mark.parametrize("address", PAGES)
def test_simulated_pages_say_so_and_real_ones_do_not(house: FakeHouse, address: str) -> None:
    assert "SIMULATED" in read(house.open().test_client(), address)
    house.mode = "live"
    assert "SIMULATED" not in read(house.open().test_client(), address)


@pytest.mark.parametrize("address", ["/", "/give", "/about", "/why", "/transparency"])
def test_a_page_for_everyone_says_in_a_sentence_what_it_is(client: FlaskClient, address: str) -> None:
    page, robots = read(client, address), read(client, "/robots.txt")
    found = re.search(r'<meta name="description" content="([^"]{50,200})">', page)
    assert found is not None
    assert found[1].endswith(".")
    assert f"Disallow: {address}\n" not in robots


def test_a_page_for_one_person_describes_itself_to_no_search_engine(client: FlaskClient) -> None:
    assert 'name="description"' not in read(client, f"/thanks/{THANKS}")


@pytest.mark.parametrize("address", ["/", "/give", "/about"])
def test_the_promise_is_made_only_while_operations_can_pay(house: FakeHouse, address: str) -> None:
    assert PROMISE in read(house.open().test_client(), address)
    house.promise_is_kept = False
    page = read(house.open().test_client(), address)
    assert "100 %" not in page
    assert "either way" not in page


def test_who_asks_how_much_can_be_deducted_is_told_to_ask_an_adviser(client: FlaskClient) -> None:
    page = read(client, "/about")
    note = page[page.index("How much can I deduct?") :]
    note = note[: note.index("</section>")]
    assert "please ask your tax adviser" in note
    assert "to the extent allowed by law" in note
    assert "$" not in note
    assert "%" not in note


def test_the_control_statement_and_nevadas_block_stand_above_the_button(client: FlaskClient) -> None:
    page = read(client, "/give")
    button = page.index('<button class="button" type="submit">')
    control = page.index(wording.control_statement("Desert Line Clothing Fund").replace("'", "&#39;"))
    for needed in (
        "was formed in Nevada",
        "to clothe foster and homeless children",
        "section 170(c)",
        "NV registration number: E0000000000-0",
    ):
        assert control < page.index(needed) < button
    assert "<fieldset" not in page[control:button]


def test_a_state_without_registration_shows_no_block(house: FakeHouse) -> None:
    house.organisation = _changed(house.organisation, states_registered=())
    assert "was formed in Nevada" not in read(house.open().test_client(), "/give")
    house.organisation = _changed(house.organisation, states_registered=(StateRegistration(state="FL"),))
    assert "A COPY OF THE OFFICIAL REGISTRATION" in read(house.open().test_client(), "/give")


def test_the_ask_speaks_of_an_average_and_one_fund_for_all(client: FlaskClient) -> None:
    for address in ("/", "/give", "/about"):
        page = read(client, address)
        assert "$130 clothes one child." in page
        assert "average cost of one outfit set" in page
        assert "serves all children in the program" in page


def test_amounts_follow_the_price_of_a_set(house: FakeHouse) -> None:
    house.organisation = _changed(house.organisation, set_price_cents=20_000)
    page = read(house.open().test_client(), "/give")
    for value in ("40", "100", "200", "400"):
        assert f'name="amount" id="choice-{(40, 100, 200, 400).index(int(value)) + 1}" value="{value}"' in page
    assert "$200 clothes one child." in page


def test_each_cover_shown_is_the_one_that_will_be_asked(client: FlaskClient) -> None:
    page = read(client, "/give")
    for number, cover in enumerate(("$1.09", "$2.25", "$4.19", "$8.07"), start=1):
        assert f'<b class="only only-{number}">{cover}</b>' in page


@pytest.mark.parametrize("word", ["sponsor", "designate", "your $130 bought", "rescue", "!"])
def test_pages_never_say_what_the_law_or_dignity_forbids(client: FlaskClient, word: str) -> None:
    for address in ("/", "/give", "/about", "/transparency"):
        words = read(client, address).partition("<main")[2].partition("</main>")[0].lower()
        assert word not in words


def test_a_plain_visitor_gets_no_cookie_until_the_form_is_opened(client: FlaskClient) -> None:
    for address in PAGES:
        answer = client.get(address)
        assert ("Set-Cookie" in answer.headers) == (address == "/give")


def test_the_thanks_page_waits_by_itself_only_while_there_is_something_to_wait_for(
    house: FakeHouse, client: FlaskClient
) -> None:
    assert '<noscript><meta http-equiv="refresh"' in read(client, f"/thanks/{THANKS}")
    assert house.desk.asked == [THANKS]
    for state in ("settled", "abandoned"):
        house.desk.gifts[THANKS] = example_gift(state)
        assert "http-equiv" not in read(client, f"/thanks/{THANKS}")
    assert house.desk.asked == [THANKS]


def test_the_thanks_page_tells_programs_the_state(house: FakeHouse, client: FlaskClient) -> None:
    house.desk.gifts[THANKS] = example_gift("settled")
    answer = client.get(f"/thanks/{THANKS}", headers={"Accept": "application/json"})
    assert answer.get_json() == {"state": "settled", "receipt": True}


@pytest.mark.parametrize(
    ("status", "word"),
    [("valid", "Valid"), ("replaced", "Replaced"), ("void", "Void"), ("disputed", "Under review")],
)
def test_a_checked_document_says_one_large_word_and_no_name(
    house: FakeHouse, client: FlaskClient, status: str, word: str
) -> None:
    house.documents[CHECKED] = example_document(status)
    page = read(client, f"/v/{CHECKED}")
    assert f"</svg>{word}</h1>" in page
    assert "$134.19" in page
    assert "R-2026-000123-0" in page
    assert ("R-2026-000124-8" in page) == (status == "replaced")
    assert ("since December 3, 2026: " in page) == (status != "valid")


def test_a_checked_document_shows_its_chain_and_says_when_the_personal_data_are_gone(
    house: FakeHouse, client: FlaskClient
) -> None:
    house.documents[CHECKED] = replace(example_document("replaced"), is_erased=True)
    page = read(client, f"/v/{CHECKED}")
    assert page.index("R-2026-000123-0</strong> (this document)") < page.index("R-2026-000124-8</strong><br>")
    assert "a part was refunded" in page
    assert "Record retained, personal data erased." in page
    assert client.get(f"/v/{CHECKED}").headers["X-Robots-Tag"] == "noindex"


def test_a_copy_is_the_same_bytes_marked_by_a_header_alone(house: FakeHouse, client: FlaskClient) -> None:
    original = client.get(f"/r/{RECEIPT}.pdf")
    house.receipt_is_copy = True
    copy = client.get(f"/r/{RECEIPT}.pdf")
    assert (original.headers.get("X-Almoner-Copy"), copy.headers.get("X-Almoner-Copy")) == (None, "copy")
    assert original.data == copy.data


def test_unknown_ended_and_mistyped_links_are_one_answer(client: FlaskClient) -> None:
    for kind in ("/v/{}", "/thanks/{}", "/r/{}.pdf"):
        bodies = {client.get(kind.format(token)).data for token in ("0" * 32, "f" * 32, "x", "A" * 32, "0" * 31)}
        assert len(bodies) == 1


def test_readiness_and_life(house: FakeHouse, client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").get_json() == {"ready": True, "checks": {"database": True}}
    house.is_ready = False
    assert client.get("/readyz").status_code == 503


def test_browsers_may_report_and_are_never_echoed(client: FlaskClient) -> None:
    answer = client.post("/csp", data=b'{"csp-report":"<b>"}', headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.data) == (204, b"")


def _changed(organisation: Organisation, **changes: object) -> Organisation:
    facts = {name: getattr(organisation, name) for name in organisation.__struct_fields__}
    return Organisation(**{**facts, **changes})


def test_a_gift_that_is_not_ours_to_show_is_neutral(house: FakeHouse, client: FlaskClient) -> None:
    house.desk.gifts[THANKS] = replace(example_gift("settled"), name="<b>Ada</b>")
    assert "Ada" not in read(client, f"/thanks/{THANKS}")
