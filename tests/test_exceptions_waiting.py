"""What waits at the desk is on the list: batches left open, purchases to decide, texts of states near their end."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from donations.bank import Saying
from donations.database import Database
from donations.exceptions import Task, listing
from donations.exceptions.listing import list_tasks
from donations.exceptions.waiting import LEFT_OPEN_AFTER
from donations.settings import Settings
from donations.tables import Batch, Purchase
from receipts.rules.us.states import Row, list_last_days
from tests.bank_files import Told
from tests.bank_room import TODAY, accept, take
from tests.money_facts import NOW
from tests.simulation.world import simulated_settings

SOON = NOW.date() + timedelta(days=20)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return a house as the simulation founds it."""
    return simulated_settings("sqlite://", tmp_path)


def _tasks(book: Database, settings: Settings) -> dict[str, Task]:
    with book.read() as session:
        return {task.kind: task for task in list_tasks(session, settings, now=NOW)}


def _batch(number: int, **others: object) -> dict[str, object]:
    row = {"reference": f"k_{number}", "control_count": 1, "control_cents": 5, "state": "open"}
    return row | {"opened_at": NOW - LEFT_OPEN_AFTER, "posted_at": None} | others


def _purchase(number: int, **others: object) -> dict[str, object]:
    row = {"reference": f"b_{number}", "receipt_number": "W-1", "bought_on": NOW.date(), "cents": 5}
    row |= {"paid_from": "bank", "state": "drafted", "drafted_by": "s_1", "drafted_at": NOW}
    return row | {"decided_by": None, "decided_at": None} | others


def test_a_batch_left_open_for_a_day_is_a_task_and_one_being_entered_or_posted_is_none(
    book: Database, settings: Settings
) -> None:
    young = _batch(1, opened_at=NOW - LEFT_OPEN_AFTER + timedelta(seconds=1))
    posted = _batch(2, state="posted", posted_at=NOW)
    book.write(lambda session: session.execute(insert(Batch), [young, posted]))
    assert "batch_open" not in _tasks(book, settings)
    book.write(lambda session: session.execute(insert(Batch), [_batch(3), _batch(4)]))
    task = _tasks(book, settings)["batch_open"]
    assert (task.count, task.since, task.severity) == (2, NOW - LEFT_OPEN_AFTER, "warns")
    assert task.actions[0].address == "/treasury/batches"


def test_a_bank_line_blocks_until_somebody_says_what_it_is(book: Database, settings: Settings) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=700))
    task = _tasks(book, settings)["bank_line"]
    assert (task.count, task.severity, task.actions[0].address) == (1, "blocks", "/treasury/bank")
    accept(book, Saying(act="suspense"))
    assert "bank_line" not in _tasks(book, settings)


def test_a_drafted_purchase_is_a_task_until_somebody_decides(book: Database, settings: Settings) -> None:
    decided = _purchase(1, state="declined", decided_by="s_2", decided_at=NOW)
    book.write(lambda session: session.execute(insert(Purchase), [decided]))
    assert "purchase_drafted" not in _tasks(book, settings)
    book.write(lambda session: session.execute(insert(Purchase), [_purchase(2)]))
    task = _tasks(book, settings)["purchase_drafted"]
    assert (task.count, task.since) == (1, NOW)
    assert task.actions[0].address == "/treasury/purchases"


@pytest.mark.parametrize(
    ("last", "kind", "severity"),
    [
        (NOW.date() - timedelta(days=1), "disclosure_lapsed", "blocks"),
        (NOW.date(), "disclosure_lapsing", "warns"),
        (NOW.date() + listing.SOON, "disclosure_lapsing", "warns"),
    ],
)
def test_a_text_near_or_past_its_last_day_is_a_task_due_on_it(last: date, kind: str, severity: str) -> None:
    (found,) = listing.lapsing_texts([last], NOW.date())
    assert (found.kind, found.due_on, found.severity, found.count) == (kind, last, severity, 1)


def test_a_text_that_holds_longer_is_no_task() -> None:
    assert listing.lapsing_texts([NOW.date() + listing.SOON + timedelta(days=1)], NOW.date()) == []


def _text(state: str, until: date | None) -> Row:
    return Row(
        id=f"{state}-{until}",
        state=state,
        surfaces=("mail",),
        style="plain",
        text="A text.",
        source="counsel",
        seen="S",
        verified=True,
        effective_from_on=date(2020, 1, 1),
        effective_to_on=until,
    )


def test_the_last_day_of_a_state_is_that_of_its_last_text() -> None:
    rows = (_text("FL", SOON), _text("FL", SOON - timedelta(days=300)), _text("NY", SOON), _text("NY", None))
    assert list_last_days({"FL", "NY"}, rows) == (("FL", SOON),)
    assert list_last_days({"NY"}, rows) == ()


def test_the_list_asks_the_database_as_often_for_many_as_for_none(book: Database, settings: Settings) -> None:
    asked: list[str] = []
    event.listen(book.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    _tasks(book, settings)
    few = len(asked)
    book.write(lambda session: session.execute(insert(Batch), [_batch(n) for n in range(200)]))
    book.write(lambda session: session.execute(insert(Purchase), [_purchase(n) for n in range(200)]))
    asked.clear()
    assert _tasks(book, settings)["batch_open"].count == 200
    assert len(asked) == few
