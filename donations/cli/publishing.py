"""Room: cli. Makes the report of a period and the statements of a year: hands the reporting room what it needs."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from donations import archive, outbox
from donations.cli.answers import progress_bar
from donations.reporting.building import build_report, publish_report
from donations.reporting.forms import write_report
from donations.reporting.periods import parse_period
from donations.reporting.report import Report, figures_json
from donations.reporting.statements import Hands, list_statements, write_statements
from donations.wiring import Rooms
from donations.worker import open_worker


def make_report(rooms: Rooms, period: str, out: Path, *, publish: bool) -> dict[str, Any]:
    """Write a period's report into a folder and return its files and figures exactly as published."""
    report = _publish(rooms, period) if publish else _draft(rooms, period)
    files = write_report(
        report,
        out,
        printing=rooms.printing,
        organisation=rooms.settings.organisation,
        base_url=rooms.settings.base_url,
    )
    return {"files": [str(file) for file in files], "figures": figures_json(report)}


def make_statements(rooms: Rooms, year: int, out: Path, *, mail: bool) -> dict[str, Any]:
    """Have every donor's statement of a year issued, printed and written into a folder; mail them when asked to."""
    now = rooms.clock.now()
    hands = Hands(
        write=rooms.database.write,
        work=open_worker(rooms, carries_webhooks=False).drain,
        read_pdf=lambda number: _read_pdf(rooms, number),
    )
    with progress_bar(f"statements {year}") as told:
        made = write_statements(rooms.database.read, hands, year=year, out=out, now=now, progress=told)
    if mail:
        _mail_statements(rooms, year)
    return {**asdict(made), "files": [str(file) for file in made.files]}


def _draft(rooms: Rooms, period: str) -> Report:
    with rooms.database.read() as session:
        return build_report(
            session, parse_period(period), organisation=rooms.settings.organisation, now=rooms.clock.now()
        )


def _publish(rooms: Rooms, period: str) -> Report:
    organisation, now = rooms.settings.organisation, rooms.clock.now()

    def publish(session: Session) -> Report:
        report = publish_report(session, parse_period(period), organisation=organisation, now=now)
        key = f"print/{report.reference}"
        outbox.owe(session, key=key, kind="print_report", subject=report.period.name, due_at=now)
        return report

    report = rooms.database.write(publish)
    open_worker(rooms, carries_webhooks=False).drain()
    return report


def _read_pdf(rooms: Rooms, number: str) -> bytes | None:
    with rooms.database.read() as session:
        return archive.read_printed(session, rooms.files, number)


def _mail_statements(rooms: Rooms, year: int) -> None:
    with rooms.database.read() as session:
        numbers = [statement.number for statement in list_statements(session, year)]
    now = rooms.clock.now()
    for number in numbers:
        rooms.database.write(partial(archive.owe_letter, number=number, now=now))
    open_worker(rooms, carries_webhooks=False).drain()
