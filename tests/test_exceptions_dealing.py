"""What nothing but a person ends is ended by a person, once, under their name; the rest ends with its cause."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from donations import alarms
from donations.audit_log import COMMAND
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError
from donations.exceptions import deal_with, list_cases
from donations.exceptions.kinds import ALARM_KINDS, WHAT_TO_DO
from donations.tables import AuditAct
from receipts.rules import us

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)


def _raise(book: Database, kind: alarms.AlarmKind, subject: str) -> None:
    book.write(lambda session: alarms.raise_alarm(session, kind, subject, now=NOW, due_at=NOW + timedelta(days=5)))


def _deal(book: Database, kind: str, subject: str) -> None:
    book.write(lambda session: deal_with(session, kind, subject, actor=COMMAND, now=NOW))


def test_what_a_person_dealt_with_is_over_and_the_log_says_who_said_so(book: Database) -> None:
    _raise(book, "refund_failed", "re_1")
    with book.read() as session:
        (case,) = list_cases(session)
    assert (case.subject, case.what_to_do) == ("re_1", WHAT_TO_DO["refund_failed"])
    _deal(book, "refund_failed", "re_1")
    with book.read() as session:
        assert list_cases(session) == []
        (act,) = session.scalars(select(AuditAct).where(AuditAct.subject == "re_1")).all()
        assert act.actor == COMMAND.reference
    _raise(book, "refund_failed", "re_1")
    with book.read() as session:
        assert list_cases(session) == [], "told again, it stays dealt with"


def test_what_ends_by_itself_is_ended_by_nobody(book: Database) -> None:
    _raise(book, "dispute", "dp_1")
    with pytest.raises(FieldRefusedError, match="ends by itself"):
        _deal(book, "dispute", "dp_1")
    with book.read() as session:
        assert [one.what_to_do for one in list_cases(session)] == [""]


@pytest.mark.parametrize(
    ("kind", "subject"), [("refund_failed", "re_2"), ("no_such_kind", "re_1"), ("dispute", "re_1")]
)
def test_what_is_not_open_cannot_be_dealt_with(book: Database, kind: str, subject: str) -> None:
    _raise(book, "refund_failed", "re_1")
    with pytest.raises(NotFoundError):
        _deal(book, kind, subject)
    with book.read() as session:
        assert len(list_cases(session)) == 1


def test_only_known_kinds_have_something_to_do() -> None:
    assert set(WHAT_TO_DO) < set(ALARM_KINDS)


@pytest.mark.parametrize(
    ("came_on", "out_on", "due_on"),
    [
        (date(2026, 3, 1), date(2026, 3, 2), date(2026, 7, 5)),
        (date(2026, 3, 1), date(2029, 3, 1), date(2029, 7, 4)),
        (date(2026, 3, 1), date(2029, 3, 2), None),
        (date(2024, 2, 29), date(2027, 3, 1), date(2027, 7, 4)),
        (date(2024, 2, 29), date(2027, 3, 2), None),
    ],
)
def test_form_8282_is_due_125_days_after_what_was_signed_for_is_gone_within_three_years(
    came_on: date, out_on: date, due_on: date | None
) -> None:
    assert us.form_8282_due_on(came_on, out_on) == due_on


@pytest.mark.parametrize(("cents", "may"), [(500_000, False), (500_001, True)])
def test_a_signature_may_be_wanted_above_the_threshold_and_not_at_it(cents: int, may: bool) -> None:  # noqa: FBT001
    assert us.may_want_signature(cents, date(2026, 11, 22)) is may
