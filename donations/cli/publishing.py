"""Room: cli. Makes the report of a period and the statements of a year: hands the reporting room what it needs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from donations import archive, outbox
from donations.cli.answers import progress_bar
from donations.reporting.building import build_report, publish_report
from donations.reporting.forms import write_report
from donations.reporting.periods import parse_period
from donations.reporting.report import Report, figures_json
from donations.reporting.statement_plan import plan_statements
from donations.reporting.statements import Hands, Order, write_statements
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
    """Have every donor's statement of a year issued and printed, mailed when asked to, and put into two folders."""
    hands = Hands(
        write=rooms.database.write,
        work=open_worker(rooms, carries_webhooks=False).run_round,
        read_pdf=lambda number: _read_pdf(rooms, number),
    )
    order = Order(year=year, out=out, now=rooms.clock.now(), mails=mail)
    with progress_bar(f"statements {year}") as told:
        made = write_statements(rooms.database.read, hands, order, progress=told)
    return {"year": year, "out": str(out), **asdict(made)}


def plan_year(rooms: Rooms, year: int) -> dict[str, Any]:
    """Return what a run of statements would do, and what a treasurer should look at before."""
    with rooms.database.read() as session:
        return asdict(plan_statements(session, year))


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
