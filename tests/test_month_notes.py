"""The month's note by mail: only if wished, only once a month, only with an approved text, and ended by one post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from donations import correspondence, leases
from donations.correspondence import MonthFacts, Stationery, news_token, read_news_token
from donations.database import Database
from donations.errors import SettingsRefusedError
from donations.gateways.mail import compose
from donations.giving import end_news, wishes_news
from donations.outbox import Owed
from donations.ports import Letter
from donations.reporting import read_news
from donations.tables import Gift, NewsWish, OutboxRow
from donations.worker.news_watch import tell_of_month
from receipts.wording import MONTH_NOTE_VERSION, MONTH_NOTES
from tests.clerk_room import open_funds, organisation
from tests.reporting_room import clothe
from tests.test_reporting_news import OCTOBER, TOLD, fill
from tests.web_house import FakeHouse

DECEMBER = datetime(2026, 12, 16, 20, 0, tzinfo=TOLD.tzinfo)


@dataclass
class Desk:
    """A book in which twelve gifts came in October and were spent."""

    book: Database
    home: Path
    wished: str = ""
    version: str = MONTH_NOTE_VERSION

    def stationery(self) -> Stationery:
        """Return what letters are written with."""
        house = FakeHouse(self.home, organisation=organisation(month_note_version=self.version))
        return Stationery(settings=house.settings(), promise_is_kept=True)

    def tell(self, now: datetime) -> list[str]:
        """Let the worker look once and return the keys of all notes owed so far."""
        tell_of_month(self.book, self.stationery().settings, now)
        with self.book.read() as session:
            rows = select(OutboxRow.key).where(OutboxRow.kind == "mail_month_note").order_by(OutboxRow.key)
            return list(session.scalars(rows))

    def write(self, subject: str) -> Letter | None:
        """Write the note that is owed."""
        reference, _, day = subject.partition("/")
        lease = leases.Lease(row_id=1, generation=1, tries=1)
        owed = Owed(lease=lease, key=f"mail/month/{subject}", kind="mail_month_note", subject=subject)
        with self.book.read() as session:
            told = read_news(session, reference, month=date.fromisoformat(day))
            assert told is not None
            assert told.since is not None
            assert told.through is not None
            facts = MonthFacts(
                reference=reference,
                since=told.since,
                through=told.through,
                filled_count=told.filled_count,
                spent_cents=told.spent_cents,
            )
            return correspondence.write_month_note(session, owed, facts, self.stationery(), now=TOLD)


@pytest.fixture
def desk(book: Database, tmp_path: Path) -> Desk:
    """Fill a book; one donor wishes the note."""
    open_funds(book, funds=40, on=date(2026, 10, 1))
    fill(book, *OCTOBER)
    clothe(book, date(2026, 10, 20), *range(1, 13))
    with book.read() as session:
        wished = session.scalars(select(Gift.reference).order_by(Gift.id)).first() or ""
    book.write(lambda session: session.add(NewsWish(promise=wished, wished_at=TOLD)))
    return Desk(book, tmp_path, wished)


def test_only_who_wished_is_written_to_and_once_a_month(desk: Desk) -> None:
    key = f"mail/month/{desk.wished}/2026-10-31"
    assert desk.tell(TOLD) == [key]
    assert desk.tell(TOLD) == [key]
    fill(desk.book, *[date(2026, 11, 16)] * 12)
    clothe(desk.book, date(2026, 11, 20), *range(13, 25))
    # In November other gifts were spent: of this one there is nothing new to tell.
    assert desk.tell(DECEMBER) == [key]


def test_the_note_says_the_texts_sentences_and_nothing_else(desk: Desk) -> None:
    desk.tell(TOLD)
    letter = desk.write(f"{desk.wished}/2026-10-31")
    assert letter is not None
    said = " ".join(letter.text.split())
    assert "In October 2026 the Children's Clothing Fund filled 12 clothing funds." in said
    assert "Desert Wardrobe Foundation has since used $130 of your gift: one whole set." in said
    assert "We may still move money that is not yet spent." in said
    message = compose(letter, sender="gifts@example.org")
    assert message["List-Unsubscribe"] == f"<{letter.unsubscribe_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.unsubscribe_url is not None
    assert letter.unsubscribe_url in letter.text
    keys = desk.stationery().settings.secret_keys
    token = letter.unsubscribe_url.rpartition("/")[2]
    assert read_news_token(keys, token, now=DECEMBER) == desk.wished


def test_no_note_is_owed_or_sent_before_a_text_is_approved(desk: Desk) -> None:
    desk.version = ""
    assert desk.tell(TOLD) == []
    assert desk.write(f"{desk.wished}/2026-10-31") is None


def test_an_ended_wish_stops_a_note_that_is_owed_already(desk: Desk) -> None:
    desk.tell(TOLD)
    assert desk.book.write(lambda session: end_news(session, desk.wished, now=DECEMBER))
    with desk.book.read() as session:
        assert wishes_news(session, desk.wished) is False
    assert desk.write(f"{desk.wished}/2026-10-31") is None


def test_a_text_that_is_not_there_cannot_be_approved() -> None:
    for version in MONTH_NOTES:
        assert organisation(month_note_version=version).month_note_version == version
    with pytest.raises(SettingsRefusedError, match="month_note_version"):
        organisation(month_note_version="month-note-1999-1")


def test_a_link_of_another_purpose_ends_nothing() -> None:
    keys = (bytes(range(32)),)
    token = correspondence.pledge_token(keys, "p_0123456789abcdef", now=TOLD)
    assert read_news_token(keys, token, now=TOLD) is None
    assert read_news_token(keys, news_token(keys, "p_0123456789abcdef", now=TOLD), now=TOLD) == "p_0123456789abcdef"
