"""Room: cli. The group `almoner simulate`: donor, card network and calendar, through the simulated Stripe alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_facts, answer_json

if TYPE_CHECKING:
    from donations.cli.playing import Street

INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"])


@click.group()
def simulate() -> None:
    """Play donor, card network and calendar; only in simulated mode.

    Example: almoner simulate gift --amount-cents 13000 --email a@example.org --name "Ada Example"
    """


@contextmanager
def open_street() -> Iterator[Street]:
    """Open the house and the street before it; refused where money is real."""
    from donations.cli.opening import opened_rooms
    from donations.cli.playing import open_street as open_before

    with opened_rooms() as rooms:
        street = open_before(rooms)
        _ = street.stripe  # Refuses here, before anything is done, where money is real.
        yield street


def utc(instant: datetime | None) -> datetime | None:
    """Return an instant in UTC; one without a zone is meant so."""
    if instant is None:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def answer(facts: dict[str, object], *, as_json: bool) -> None:
    """Print the facts."""
    answer_json(facts) if as_json else answer_facts(facts)
