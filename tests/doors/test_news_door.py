"""What a donor sees of a gift later on, and the picture to keep: cents, sets and months, and nothing of a child."""

from __future__ import annotations

import io
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from PIL import Image

from donations.reporting import GiftNews
from receipts.wording import MONTH_NOTE_VERSION
from tests.clerk_room import organisation
from tests.web_examples import CONSENT_LINK as LINK
from tests.web_examples import REFERENCE, THANKS, example_gift
from tests.web_house import FakeHouse

NEWS = GiftNews(
    kept_cents=20_000,
    since=date(2026, 9, 1),
    through=date(2026, 10, 31),
    filled_count=12,
    designated_cents=20_000,
    spent_cents=13_000,
    items=("coat", "outfit", "shoes"),
)


def _page(client: FlaskClient, house: FakeHouse, news: GiftNews | None) -> str:
    house.desk.gifts[THANKS] = example_gift("settled")
    if news is not None:
        house.news[REFERENCE] = news
    return client.get(f"/thanks/{THANKS}").get_data(as_text=True)


def test_the_thanks_page_tells_cents_sets_items_and_months(client: FlaskClient, house: FakeHouse) -> None:
    page = _page(client, house, NEWS)
    for said in (
        "What your gift did",
        "by the end of October 2026",
        "$200.00",
        "$130.00",
        "one whole set, and $70 towards another",
        "outfits, shoes and winter coats",
        "In September to October 2026 the Children&#39;s Clothing Fund filled 12 clothing funds.",
        "We may still move money that is not yet spent.",
        "/picture/1-4.svg",
        "/picture/20000.png",
    ):
        assert said in page, said


def test_before_a_month_is_told_the_page_says_when(client: FlaskClient, house: FakeHouse) -> None:
    page = _page(client, house, GiftNews(kept_cents=20_000))
    assert "from two weeks after a month&#39;s end" in page or "from two weeks after a month's end" in page
    assert "/picture/" not in page


@pytest.mark.parametrize("state", ["disputed", "refunded", "lost", "held"])
def test_a_gift_that_is_gone_or_in_question_tells_nothing(client: FlaskClient, house: FakeHouse, state: str) -> None:
    house.desk.gifts[THANKS] = example_gift(state)  # type: ignore[arg-type]  # The states stand in the parameters.
    house.news[REFERENCE] = NEWS
    assert "What your gift did" not in client.get(f"/thanks/{THANKS}").get_data(as_text=True)


@pytest.mark.parametrize("name", ["0-0", "0-3", "1-0", "1-4", "3-2", "40-1", "500", "13000", "20000"])
def test_a_picture_has_a_title_its_words_and_nothing_that_runs(client: FlaskClient, name: str) -> None:
    svg = client.get(f"/picture/{name}.svg")
    assert svg.content_type == "image/svg+xml"
    root = ET.fromstring(svg.get_data())  # noqa: S314  # Our own answer.
    kinds = {shape.tag.rpartition("}")[2] for shape in root.iter()}
    assert kinds <= {"svg", "title", "path", "g", "text"}
    assert "A clothesline" in (root[0].text or "")
    assert "$" not in svg.get_data(as_text=True) or name.isdecimal()
    png = client.get(f"/picture/{name}.png")
    with Image.open(io.BytesIO(png.get_data())) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 4


@pytest.mark.parametrize("name", ["0", "1-9", "01-4", "-1", "x", "999999999", "9999-1", "1-4-2", "٣-1"])
def test_what_no_gift_makes_has_no_picture(client: FlaskClient, name: str) -> None:
    for ending in ("svg", "png"):
        assert client.get(f"/picture/{name}.{ending}").status_code == 404


def test_looking_at_the_link_changes_nothing_and_a_mail_program_may_end_it(
    client: FlaskClient, house: FakeHouse
) -> None:
    house.news_wishes[LINK] = True
    assert "End these notes?" in client.get(f"/news/{LINK}").get_data(as_text=True)
    client.head(f"/news/{LINK}")
    assert house.news_wishes[LINK] is True
    elsewhere = {"Origin": "https://mail.example.net", "Sec-Fetch-Site": "cross-site"}
    sent = client.post(f"/news/{LINK}", data={"List-Unsubscribe": "One-Click"}, headers=elsewhere)
    assert (sent.status_code, house.news_wishes[LINK]) == (303, False)
    assert "We write no more" in client.get(f"/news/{LINK}").get_data(as_text=True)
    assert client.post("/news/x").status_code == client.get(f"/news/{LINK}x").status_code == 404


def test_the_form_offers_the_note_only_with_an_approved_text(client: FlaskClient, house: FakeHouse) -> None:
    assert 'name="news"' not in client.get("/give").get_data(as_text=True)
    house.organisation = organisation(month_note_version=MONTH_NOTE_VERSION)
    page = house.open().test_client().get("/give").get_data(as_text=True)
    assert 'name="news" id="news" value="1" aria' in page
