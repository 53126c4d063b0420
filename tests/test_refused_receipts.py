"""A gift that is refused its receipt is told, says why, and gets it once what stood in the way is mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from donations.alarms import list_open_alarms
from donations.audit_log import COMMAND
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.web.treasury.desks import GiftsDesk
from tests.clerk_room import NOON, Giving, desk, organisation, settle_all, tick
from tests.closing_room import StoppedClock
from tests.giving_room import settings

REFERENCE = "g_0000000000000001"


def gifts_desk(book: Database, **changes: object) -> GiftsDesk:
    return GiftsDesk(
        database=book,
        clock=StoppedClock(NOON),
        settings=replace(settings(), organisation=organisation(**changes)),
    )


def told(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        return [(one.kind, one.subject) for one in list_open_alarms(session)]


def test_a_refusal_is_told_until_the_receipt_is_issued(book: Database) -> None:
    settle_all(book, Giving())
    assert tick(book, desk(public_charity=False)).issued == ()
    assert told(book) == [("receipt_refused", REFERENCE)]
    assert gifts_desk(book, public_charity=False).why_no_receipt(REFERENCE) != ()
    asked = gifts_desk(book)
    assert asked.why_no_receipt(REFERENCE) == ("Nothing stands in the way now; ask for the receipt.",)
    asked.ask_receipt(COMMAND, REFERENCE)
    assert tick(book, desk(public_charity=False)).issued == ()
    assert told(book) == [("receipt_refused", REFERENCE)], "asked too early, it is refused and told again"
    for _ in range(2):
        asked.ask_receipt(COMMAND, REFERENCE)
    assert len(tick(book).issued) == 1
    assert told(book) == []
    assert asked.why_no_receipt(REFERENCE) == ()
    asked.ask_receipt(COMMAND, REFERENCE)
    assert tick(book).issued == (), "a gift has one receipt"


def test_what_has_no_donor_cannot_be_asked_for(book: Database) -> None:
    with pytest.raises(FieldRefusedError, match="no donor to receipt"):
        gifts_desk(book).ask_receipt(COMMAND, REFERENCE)
    assert gifts_desk(book).why_no_receipt(REFERENCE) == ()
