"""Journey: a treasurer maps the columns of her own file by keyboard, tries it, takes it in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from donations.cli.playing import Street
from donations.tables import ImportedGift
from tests.journeys.browser.conftest import Invite
from tests.journeys.browser.staff import accept, invite_by_command
from tests.journeys.browser.test_pages import violations
from tests.journeys.browser.test_staff_enter import street

__all__ = ["street"]

BOOK = (
    "Received From,Street,Town,ZIP Code,Sum,Day of the deposit,A remark that is of no use to anyone\n"
    'Zoe Other,1 A Street,Reno,00501,"1,025.00",01/02/2025,\nBo Bad,,,,twelve,01/02/2025,late\n'
    "Ada Example,,,,25,12/31/2024,\n"
)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_columns_of_ones_own_file_are_mapped_by_keyboard(
    street: Street, invite: Invite, tmp_path: Path, width: int
) -> None:
    kept = Path(os.environ.get("ALMONER_SCREENSHOTS", tmp_path))
    file = tmp_path / "book.csv"
    file.write_text(BOOK, encoding="utf-8")
    invite_by_command(street, "Ada Admin", ("treasurer",))
    visitor = invite(width=width)
    ada = accept(street, visitor, "ada@example.org")
    ada.goto(ada.url + "/import")
    ada.locator("#file").set_input_files(file)
    ada.get_by_role("button", name="Look at its columns").press("Enter")
    ada.get_by_role("heading", name="What each column is").wait_for()
    _choose(ada, "Sum", "Amount")
    _choose(ada, "Day of the deposit", "Date of the gift")
    _choose(ada, "Days are written like", "12/31/2025")
    ada.get_by_label("Where the file comes from").fill("paper-book")
    _fits(ada, width, kept / f"import-columns-{width}.png")
    ada.keyboard.press("Enter")
    ada.get_by_text("Tried only: nothing was changed.").wait_for()
    assert ada.get_by_role("rowheader", name="Zoe Other").is_visible()
    _fits(ada, width, kept / f"import-tried-{width}.png")
    with ada.expect_download() as download:
        ada.get_by_role("button", name="Download refused rows").press("Enter")
    assert "Bo Bad" in download.value.path().read_text(encoding="utf-8")
    ada.get_by_role("button", name="Take it in").press("Enter")
    ada.get_by_text("Gifts taken in: 2; known already: 0; refused: 1.").wait_for()
    with street.rooms.database.read() as session:
        assert sorted(session.scalars(select(ImportedGift.amount_cents))) == [2_500, 102_500]
    assert visitor.complaints == []


def _choose(page: Page, label: str, wanted: str) -> None:
    """Type the first letters of a choice into its list, as a keyboard alone does it."""
    field = page.get_by_label(label)
    field.focus()
    page.keyboard.type(wanted)
    assert field.evaluate("field => field.selectedOptions[0].text").startswith(wanted)


def _fits(page: Page, width: int, picture: Path) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    page.screenshot(path=picture, full_page=True)
