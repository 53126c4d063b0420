from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import outbox
from donations.database import Database
from donations.tables import OutboxRow
from tests.clerk_room import NOON


def _rows(book: Database) -> int:
    with book.read() as session:
        return session.scalar(select(func.count()).select_from(OutboxRow)) or 0


def _owe(session: Session) -> None:
    outbox.owe(session, key="mail/receipt/R-1", kind="mail_receipt", subject="R-1", due_at=NOON)


def test_an_effect_owed_twice_is_owed_once(book: Database) -> None:
    book.write(_owe)
    book.write(_owe)
    assert _rows(book) == 1


def test_an_effect_owed_by_twenty_at_once_is_owed_once(book: Database) -> None:
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: book.write(_owe), range(20)))
    assert _rows(book) == 1


def test_an_effect_carried_out_is_not_owed_again(book: Database) -> None:
    book.write(_owe)
    (owed,) = book.write(lambda session: outbox.claim(session, now=NOON, limit=1))
    assert book.write(lambda session: outbox.finish(session, owed.lease, now=NOON))
    book.write(_owe)
    assert book.write(lambda session: outbox.claim(session, now=NOON, limit=1)) == []


def test_what_is_owed_goes_with_the_transaction_that_owes_it(book: Database) -> None:
    def owe_and_fail(session: Session) -> None:
        _owe(session)
        raise LookupError

    with pytest.raises(LookupError):
        book.write(owe_and_fail)
    assert _rows(book) == 0
