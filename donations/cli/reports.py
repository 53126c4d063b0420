"""Room: cli. `almoner export`, `report` and `statements`: the treasurer's files and the public's figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_facts, answer_json, json_option, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from donations.wiring import Rooms

_YEAR = click.IntRange(2000, 2999)
_WHAT = (
    *("gifts", "donors", "journal", "receipts", "payouts", "spending", "goods"),
    *("form-990", "schedule-b", "schedule-b-names"),
)


@click.command()
@click.argument("what", type=click.Choice([*_WHAT]))
@click.option("--year", required=True, type=_YEAR, help="Gifts by gift date; the journal by book day.")
@click.option(
    "--format",
    "sheet_format",
    type=click.Choice(["csv", "xlsx", "json", "beancount", "iif", "qbo", "xero"]),
    default="csv",
    show_default=True,
    help="The last four are for the journal: beancount, QuickBooks (iif, qbo) and Xero.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: WHAT-YEAR.FORMAT.")
@json_option
def export(*, what: str, year: int, sheet_format: str, out: Path | None, as_json: bool) -> None:
    """Write one of the treasurer's files; keep one that holds donors' names safe.

    Where two people may enter the treasury, such a file is asked for and approved there.

    Example: almoner export gifts --year 2026 --format xlsx
    """
    from donations import reporting
    from donations.cli.answers import progress_bar
    from donations.cli.opening import opened_rooms

    target = out or Path(f"{what}-{year}.{sheet_format}")
    with opened_rooms() as rooms, progress_bar(f"{what} {year}") as told:
        _note(rooms, what, year)
        made = reporting.export(
            rooms.database.read, what, year=year, sheet_format=sheet_format, out=target, progress=told
        )
    facts = {"file": str(made.file), "rows": made.rows, "totals_cents": made.totals_cents}
    answer_json(facts) if as_json else answer_facts(facts)


def _note(rooms: Rooms, what: str, year: int) -> None:
    """Write down what is taken out; who gave how much is taken out alone only while there are not two people."""
    from donations import audit_log
    from donations.audit_log import COMMAND
    from donations.cli.alone import act_alone
    from donations.reporting.exports import PERSONAL

    now = rooms.clock.now()

    def note(session: Session) -> None:
        if what in PERSONAL:
            act_alone(session, "export_by_command", what, now=now, year=year)
        else:
            audit_log.record(session, COMMAND, "export_by_command", at=now, subject=what, facts={"year": year})

    rooms.database.write(note)


@click.command()
@click.argument("period")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the files.")
@click.option("--publish", is_flag=True, help="Freeze this period's report for ever; a correction is a new edition.")
@json_option
def report(*, period: str, out: Path, publish: bool, as_json: bool) -> None:
    """Write the transparency report of a year or quarter as PDF, HTML, CSV and JSON; a draft without --publish.

    Example: almoner report 2026-Q4 --out report
    """
    from donations.cli.opening import opened_rooms
    from donations.cli.publishing import make_report

    with opened_rooms() as rooms:
        answer = make_report(rooms, period, out, publish=publish)
    if as_json:
        answer_json(answer)
    else:
        for file in answer["files"]:
            click.echo(file)
        say(
            "Published." if publish else "A draft: nothing is frozen. Figures that would count children are withheld."
        )


@click.command()
@click.argument("year", type=_YEAR)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of the sets `mail` and `print`."
)
@click.option("--mail", is_flag=True, help="Also mail each statement to its donor, once.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done and what to look at; write nothing.")
@json_option
def statements(*, year: int, out: Path | None, mail: bool, dry_run: bool, as_json: bool) -> None:
    """Write the annual statement of every donor with a gift in a year; killed, it goes on where it stopped.

    What is to be printed (no e-mail address, or the mail came back) lies apart from what is mailed. A statement that
    no longer tells what stands is corrected with a difference sheet.

    Example: almoner statements 2026 --out statements
    """
    from donations.cli.opening import opened_rooms
    from donations.cli.publishing import make_statements, plan_year
    from donations.errors import FieldRefusedError

    if out is None and not dry_run:
        raise FieldRefusedError("Say where the statements are to be put: --out FOLDER.", field="out")
    with opened_rooms() as rooms:
        answer = plan_year(rooms, year) if out is None or dry_run else make_statements(rooms, year, out, mail=mail)
    if as_json:
        answer_json(answer)
        return
    lists = {name: value for name, value in answer.items() if isinstance(value, tuple)}
    answer_facts({name: len(value) if name in lists else value for name, value in answer.items()})
    for name, rows in lists.items():
        for row in rows:
            parts = row.values() if isinstance(row, dict) else row if isinstance(row, tuple) else (row,)
            click.echo(f"{name}: {'  '.join(str(part) for part in parts if part is not None)}")
