"""Room: worker. Whether operations can go on carrying fees: an alarm that comes and goes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from donations import alarms, reconciliation
from donations.alarms import AlarmKind
from donations.clock import day_in_zone
from donations.database import Database
from donations.reporting.promise import PromiseState, read_promise
from donations.settings import Settings

EVERY = timedelta(hours=1)
"""The whole book is summed for it."""
SUBJECT = "operations"
_ALARMS: Mapping[PromiseState, AlarmKind] = {"warning": "operations_low", "broken": "operations_broken"}


def watch_operations(database: Database, settings: Settings, now: datetime) -> PromiseState | None:
    """Raise or lower the alarm of operations' fund, once an hour; None where another worker has just looked.

    The rule is the report's own (`reporting.promise`): operations' cash less its suspense is low below the reserve of
    the setting `operations_reserve_cents`, or where that is 0, below twice last month's processing fees and two of
    the dearest dispute fees; below 0 the children's money is lending to operations, and the promise is broken.
    """
    if not database.write(
        lambda session: reconciliation.take_turn(session, "operations_watch", now=now, every=EVERY)
    ):
        return None
    with database.read() as session:
        state = read_promise(session, settings.organisation, day_in_zone(now, settings.zone)).state
        is_raised = {one.kind for one in alarms.list_open_alarms(session) if one.subject == SUBJECT}
    wanted = {_ALARMS[state]} if state in _ALARMS else set()
    if is_raised != wanted:
        database.write(lambda session: _say(session, state, now))
    return state


def _say(session: Session, state: PromiseState, now: datetime) -> None:
    for told, kind in _ALARMS.items():
        if told == state:
            alarms.raise_again(session, kind, SUBJECT, now=now)
        else:
            alarms.clear_alarm(session, kind, SUBJECT, now=now)
