"""The list of what needs a person: each kind with its count, age, due day and what to do; nothing else on it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from donations import alarms
from donations.database import Database
from donations.exceptions import Summary, summary
from donations.exceptions.kinds import ALARM_KINDS
from donations.settings import Settings
from tests.money_facts import NOW
from tests.simulation.world import simulated_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return a house whose standing was looked up today."""
    found = simulated_settings("sqlite://", tmp_path)
    organisation = msgspec.structs.replace(found.organisation, teos_checked_on=NOW.date())
    return dataclasses.replace(found, organisation=organisation)


def _look(book: Database, settings: Settings) -> Summary:
    with book.read() as session:
        return summary(session, settings, now=NOW)


def _kinds(found: Summary) -> set[str]:
    return {task.kind for task in found.tasks}


def test_every_kind_of_alarm_has_its_words_and_its_actions() -> None:
    assert set(ALARM_KINDS) == set(get_args(alarms.AlarmKind))
    assert all(actions for _, _, actions in ALARM_KINDS.values())


def test_a_raised_alarm_is_a_task_with_its_day_until_it_is_cleared(book: Database, settings: Settings) -> None:
    due = NOW + timedelta(days=7)
    book.write(lambda session: alarms.raise_alarm(session, "dispute", "dp_1", now=NOW, due_at=due))
    book.write(lambda session: alarms.raise_alarm(session, "dispute", "dp_2", now=NOW))
    first = _look(book, settings).tasks[0]
    assert (first.kind, first.count, first.severity) == ("dispute", 2, "blocks")
    assert first.due_on == due.astimezone(settings.zone).date()
    book.write(lambda session: alarms.clear_alarm(session, "dispute", "dp_1", now=NOW))
    book.write(lambda session: alarms.clear_alarm(session, "dispute", "dp_2", now=NOW))
    assert "dispute" not in _kinds(_look(book, settings))


def test_a_house_of_one_is_told_so_and_an_old_look_at_the_standing_too(book: Database, settings: Settings) -> None:
    assert "alone" in _kinds(_look(book, settings))
    assert "teos" not in _kinds(_look(book, settings))
    long_ago = msgspec.structs.replace(settings.organisation, teos_checked_on=NOW.date() - timedelta(days=37))
    assert "teos" in _kinds(_look(book, dataclasses.replace(settings, organisation=long_ago)))
