"""One asks, another decides: exactly what was frozen, once, within three days."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from donations import approvals
from donations.approvals import Asked, Request
from donations.audit_log import COMMAND, Actor
from donations.database import Database, open_database
from donations.errors import BrokenInvariantError, DonationError, FieldRefusedError, NotFoundError
from donations.staff.desk import add_member
from donations.tables import Approval, AuditAct, OutboxRow
from tests.clerk_room import NOON
from tests.databases import Foundry, fresh_database_url
from tests.races import meet

WISH = Request(act="refund", subject="g_0123456789abcdef", content={"amount_cents": 3000, "reason": "duplicate"})


def _hire(book: Database, count: int = 2) -> list[Actor]:
    return [
        book.write(
            lambda session, n=n: add_member(  # type: ignore[misc]
                session, name=f"Person {n}", email=f"p{n}@example.org", roles=["treasurer", "approver"], now=NOON
            )
        ).actor
        for n in range(count)
    ]


def _ask(book: Database, actor: Actor, wish: Request = WISH, *, now: datetime = NOON) -> str:
    return book.write(lambda session: approvals.request(session, actor, wish, now=now))


def _find(book: Database, reference: str, *, now: datetime = NOON) -> Asked:
    with book.read() as session:
        return approvals.find(session, reference, now=now)


def _owed(book: Database) -> list[str]:
    with book.read() as session:
        return list(session.scalars(select(OutboxRow.key)))


def test_what_another_person_approves_is_owed_once(book: Database) -> None:
    ada, ben = _hire(book)
    reference = _ask(book, ada)
    for _ in range(2):
        book.write(lambda session: approvals.approve(session, ben, reference, now=NOON))
    assert _owed(book) == [f"approved/{reference}"]
    asked = _find(book, reference)
    assert (asked.state, asked.requested_by, asked.decided_by) == ("approved", "Person 0", "Person 1")


def test_nobody_decides_what_they_asked_for_whatever_roles_they_hold(book: Database) -> None:
    ada, _ = _hire(book)
    reference = _ask(book, ada)
    with pytest.raises(FieldRefusedError, match="another person"):
        book.write(lambda session: approvals.approve(session, ada, reference, now=NOON))
    with pytest.raises(DBAPIError):
        book.write(
            lambda session: session.execute(update(Approval).values(state="approved", decided_by=ada.staff_id))
        )
    assert _owed(book) == []


def test_the_operators_command_neither_asks_nor_approves(book: Database) -> None:
    ada, _ = _hire(book)
    with pytest.raises(FieldRefusedError, match="by people"):
        _ask(book, COMMAND)
    reference = _ask(book, ada)
    with pytest.raises(FieldRefusedError, match="by people"):
        book.write(lambda session: approvals.approve(session, COMMAND, reference, now=NOON))


def test_the_same_wish_asked_again_while_it_waits_is_one_request(book: Database) -> None:
    ada, ben = _hire(book)
    reference = _ask(book, ada)
    assert _ask(book, ben) == reference
    book.write(lambda session: approvals.decline(session, ben, reference, now=NOON))
    assert _ask(book, ada) != reference


def test_a_request_lapses_after_three_days_and_cannot_be_decided_then(book: Database) -> None:
    ada, ben = _hire(book)
    reference, late = _ask(book, ada), NOON + timedelta(hours=72)
    assert _find(book, reference, now=late - timedelta(seconds=1)).state == "requested"
    assert _find(book, reference, now=late).state == "lapsed"
    with pytest.raises(FieldRefusedError, match="72 hours"):
        book.write(lambda session: approvals.approve(session, ben, reference, now=late))
    with book.read() as session:
        assert approvals.list_requests(session, now=late, waiting_only=True) == []


def test_only_who_asked_takes_it_back(book: Database) -> None:
    ada, ben = _hire(book)
    reference = _ask(book, ada)
    with pytest.raises(FieldRefusedError, match="Only the person who asked"):
        book.write(lambda session: approvals.withdraw(session, ben, reference, now=NOON))
    book.write(lambda session: approvals.withdraw(session, ada, reference, now=NOON))
    with pytest.raises(FieldRefusedError, match="withdrawn already"):
        book.write(lambda session: approvals.approve(session, ben, reference, now=NOON))


def test_content_that_was_changed_after_it_was_asked_is_not_carried_out(book: Database) -> None:
    ada, ben = _hire(book)
    reference = _ask(book, ada)
    book.write(lambda session: approvals.approve(session, ben, reference, now=NOON))
    book.write(
        lambda session: session.execute(update(Approval).values(content='{"amount_cents":9000,"reason":"duplicate"}'))
    )
    with book.read() as session, pytest.raises(BrokenInvariantError, match="not what was approved"):
        approvals.approved_content(session, reference)


def test_a_request_that_is_not_there_is_not_found(book: Database) -> None:
    _, ben = _hire(book)
    with pytest.raises(NotFoundError):
        book.write(lambda session: approvals.approve(session, ben, "a_nothere", now=NOON))


def test_every_step_stands_in_the_audit_log_without_what_was_asked(book: Database) -> None:
    ada, ben = _hire(book)
    reference = _ask(book, ada)
    book.write(lambda session: approvals.approve(session, ben, reference, now=NOON))
    book.write(lambda session: approvals.finish(session, reference, outcome="re_1", failed=False, now=NOON))
    book.write(lambda session: approvals.finish(session, reference, outcome="re_1", failed=False, now=NOON))
    with book.read() as session:
        acts = session.execute(select(AuditAct.act, AuditAct.actor).order_by(AuditAct.id)).all()
        assert [tuple(act) for act in acts] == [
            ("approval_requested", ada.reference),
            ("approval_given", ben.reference),
            ("approval_done", "worker"),
        ]
        assert session.scalar(select(func.count()).where(AuditAct.facts.contains("3000"))) == 0


@pytest.mark.parametrize("foundry", ["postgresql"], indirect=True)
def test_of_two_who_decide_at_once_the_first_is_heard(book: Database) -> None:
    ada, ben, cleo = _hire(book, 3)
    reference = _ask(book, ada)

    def refused() -> None:
        with pytest.raises(DonationError, match=r"just decided|declined already"):
            book.write(lambda session: approvals.approve(session, cleo, reference, now=NOON))

    meet(book, lambda session: approvals.decline(session, ben, reference, now=NOON), refused)
    assert (_find(book, reference).state, _owed(book)) == ("declined", [])


@given(steps=st.lists(st.tuples(st.sampled_from(["ask", "approve", "decline", "withdraw"]), st.integers(0, 3))))
@settings(max_examples=25, deadline=None)
def test_no_sequence_of_one_persons_calls_approves_anything(foundry: Foundry, steps: list[tuple[str, int]]) -> None:
    acts = {"approve": approvals.approve, "decline": approvals.decline, "withdraw": approvals.withdraw}
    with fresh_database_url(foundry) as url, closing(open_database(url)) as book:
        (ada,) = _hire(book, 1)
        asked: list[str] = []
        for act, which in steps:
            if act == "ask":
                asked.append(_ask(book, ada, Request(act="refund", subject="g_1", content={"amount_cents": which})))
            elif asked:
                with suppress(DonationError):
                    book.write(partial(_decide, acts[act], ada, asked[which % len(asked)]))
        assert {_find(book, reference).state for reference in asked} <= {"requested", "withdrawn"}
        assert _owed(book) == []


def _decide(act: Callable[..., None], actor: Actor, reference: str, session: Session) -> None:
    act(session, actor, reference, now=NOON)
