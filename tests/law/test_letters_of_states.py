"""A state's text stands in the letter too, where the charity is registered, and only for its own donors."""

from __future__ import annotations

from datetime import timedelta

from donations import archive, correspondence
from donations.correspondence import Stationery
from donations.database import Database
from donations.leases import Lease
from donations.outbox import Owed
from tests.clerk_room import NOON, Giving, numbers, organisation, settle_all, tick
from tests.giving_room import settings

_ADDRESS = {"address_line1": "5 Sample Street", "city": "Miami", "postal_code": "33101", "country": "US"}


def _letter_to(book: Database, region: str) -> tuple[str, str]:
    settle_all(book, Giving(address=_ADDRESS | {"region": region}))
    tick(book)
    (number,) = numbers(book)
    owed = Owed(
        lease=Lease(row_id=1, generation=1, tries=1),
        key=archive.letter_key(number),
        kind=archive.letter_kind(number),
        subject=number,
    )
    charity = organisation(states_registered=[{"state": "FL", "registration_number": "CH-1"}])
    stationery = Stationery(settings=settings(organisation=charity), promise_is_kept=True)
    with book.read() as session:
        letter = correspondence.write_letter(session, owed, b"%PDF", stationery, now=NOON + timedelta(minutes=1))
    return letter.text, letter.html


def test_a_donor_of_florida_reads_florida_s_text_in_the_letter(book: Database) -> None:
    for body in _letter_to(book, "FL"):
        assert "REGISTRATION DOES NOT IMPLY ENDORSEMENT" in body
        assert "FL REGISTRATION NUMBER: CH-1." in body


def test_a_donor_of_nevada_does_not(book: Database) -> None:
    assert all("ENDORSEMENT" not in body for body in _letter_to(book, "NV"))
