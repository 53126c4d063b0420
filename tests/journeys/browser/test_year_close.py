"""Journey: a year is looked at, asked for by one person and approved by another, and stays closed for good."""

from __future__ import annotations

from datetime import UTC, date, datetime

from donations import ledger
from donations.cli.playing import Street
from donations.simulator import control
from tests.closing_room import vouch
from tests.doors.conftest import FORM
from tests.journeys.browser.conftest import Invite
from tests.journeys.browser.staff import accept, invite_by_command
from tests.journeys.browser.test_staff_enter import street

__all__ = ["street"]


def test_two_people_close_the_year(street: Street, invite: Invite) -> None:  # The fixture.
    street.give(FORM, how="paid")
    street.deliver_and_drain()
    year = street.rooms.clock.now().year
    vouch(street.rooms.database, date(year, 12, 31))
    control.set_clock(street.stripe, datetime(year + 1, 1, 20, 20, tzinfo=UTC))
    street.deliver_and_drain()
    invite_by_command(street, "Ada Admin", ("admin", "treasurer"))
    first = invite()
    ada = accept(street, first, "ada@example.org")
    invite_by_command(street, "Bo Board", ("approver",))
    second = invite()
    bo = accept(street, second, "bo@example.org")

    ada.get_by_role("link", name="Year-end").first.click()
    ada.get_by_text("Nothing keeps this year from being closed.").wait_for()
    ada.get_by_role("button", name=f"Ask for the close of {year}").click()
    ada.wait_for_url("**/treasury/approvals/*")
    assert not ada.get_by_role("button", name="Approve").is_visible()
    bo.get_by_role("link", name="Year-end").first.click()
    bo.get_by_role("link", name="The close is asked for, and waits for another person").click()
    bo.get_by_text("$130.00").first.wait_for()
    bo.get_by_role("button", name="Approve").click()
    bo.get_by_text("being carried out").wait_for()
    street.deliver_and_drain()

    ada.get_by_role("link", name="Year-end").first.click()
    ada.get_by_text("This year is closed.").wait_for()
    ada.get_by_text("Its days are locked for good.").wait_for()
    with street.rooms.database.read() as session:
        assert ledger.locked_through(session) == date(year, 12, 31)
    assert first.complaints + second.complaints == []
