"""The public figures: live ones as they stand, published ones as they were frozen, hidden ones with their reason."""

from __future__ import annotations

import csv
import json

import pytest
from flask.testing import FlaskClient

from donations.reporting import freeze_report
from tests.web_examples import PDF, example_report
from tests.web_house import FakeHouse


@pytest.fixture
def published(house: FakeHouse) -> FlaskClient:
    """Publish the report of 2025 and stand before the door."""
    house.published["2025"] = example_report(edition=2, spent_cents=260_000)
    return house.open().test_client()


def test_a_hidden_figure_is_a_dash_with_its_reason_and_never_a_nought(client: FlaskClient) -> None:
    page = client.get("/transparency").get_data(as_text=True)
    assert (
        page.count("told with the first published report") == 5
    )  # Three figures, a row, and the list of the hidden.
    assert "Spent on clothing <span" in page
    assert 'aria-label="not told"' in page
    assert "$4,160.00" in page


def test_the_same_figures_are_handed_out_as_json_and_csv(client: FlaskClient, house: FakeHouse) -> None:
    answer = client.get("/transparency/live.json")
    assert answer.get_data(as_text=True) == freeze_report(house.report or example_report())
    assert json.loads(answer.data)["figures"]["spent_cents"]["value"] is None
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(client.get("/transparency/live.csv").get_data(as_text=True).splitlines()))
    assert {row["id"]: row["cents"] for row in rows}["gifts_received_cents"] == "416000"
    months = client.get("/transparency/live/months.csv")
    assert months.content_type == "text/csv; charset=utf-8"
    assert months.headers["Content-Disposition"] == 'attachment; filename="report-2026-draft.months.csv"'
    assert "September 2026" in months.get_data(as_text=True)


def test_a_published_report_says_its_edition_and_may_be_kept_for_a_while(published: FlaskClient) -> None:
    page = published.get("/transparency/2025")
    assert "edition 2" in page.get_data(as_text=True)
    for address in ("/transparency/2025", "/transparency/2025.json", "/transparency/2025.csv"):
        assert published.get(address).headers["Cache-Control"] == "public, max-age=300"
    assert published.get("/transparency").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "2024",
        "2025-Q4",
        "2025-Q5",
        "25",
        "2024.pdf",
        "live.pdf",
        "live",
        "../2025",
        "2025%00",
        "2025/months",
        "x.json",
    ],
)
def test_what_was_not_published_is_not_there(published: FlaskClient, name: str) -> None:
    assert published.get(f"/transparency/{name}").status_code == 404
    assert published.get("/transparency/live/nonsense.csv").status_code == 404


def test_the_chart_tells_its_figures_in_words(client: FlaskClient) -> None:
    page = client.get("/transparency").get_data(as_text=True)
    assert "September 2026: $1,300.00. October 2026: $910.00. November 2026: $1,950.00." in page
    assert page.count('<rect class="bar"') == 3
    assert 'width="98.50%"' in page


def test_a_published_report_is_there_as_pdf(published: FlaskClient) -> None:
    answer = published.get("/transparency/2025.pdf")
    assert answer.data == PDF
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report-2026-2.pdf"'
    assert answer.headers["Cache-Control"] == "public, max-age=300"
