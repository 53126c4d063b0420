"""Room: cli. `almoner year-end`: what stands in the way of closing a year, and the close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from donations.closing import YearEnd


@click.command("year-end")
@click.argument("year", type=click.IntRange(2000, 2999))
@click.option("--dry-run", is_flag=True, help="Only look; changes nothing.")
@click.option("--close", "closes", is_flag=True, help="Close it for good, while fewer than two people may enter.")
@json_option
def year_end(*, year: int, dry_run: bool, closes: bool, as_json: bool) -> None:
    """Tell what stands in the way of closing a year, the gravest first, or close it for good.

    A closed year takes no entry any more: what is told of it later is booked on the first open day. Where two people
    may enter the treasury, one of them asks for the close there and the other approves.

    Example: almoner year-end 2026 --dry-run --json
    """
    if dry_run == closes:
        raise click.UsageError("Say either --dry-run or --close.")
    if closes:
        _close(year, as_json=as_json)
    else:
        _look(year, as_json=as_json)


def _look(year: int, *, as_json: bool) -> None:
    from dataclasses import asdict

    from donations.cli.opening import opened_rooms
    from donations.closing import YearEndDesk

    with opened_rooms() as rooms:
        found = YearEndDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings).look(year)
    if as_json:
        answer_json({"ready": found.ready, **asdict(found)})
        return
    say(_sentence(found))
    answer_facts(found.totals)
    rows = [
        (
            "blocks" if one.blocks else "warns",
            one.words,
            one.count,
            ", ".join(one.examples),
            "; ".join(step.command or step.words for step in one.steps),
        )
        for one in found.obstacles
    ]
    answer_table(("severity", "what", "how many", "such as", "what to do"), rows)


def _sentence(found: YearEnd) -> str:
    if found.closed:
        return f"{found.year} is closed."
    return f"Nothing keeps {found.year} from being closed." if found.ready else f"{found.year} cannot be closed yet."


def _close(year: int, *, as_json: bool) -> None:
    """Close a year alone, noted and told to every member in the same commit."""
    from donations.audit_log import COMMAND
    from donations.cli.alone import act_alone
    from donations.cli.opening import opened_rooms
    from donations.closing import YearClose, close_year

    with opened_rooms() as rooms:

        def close(session: Session) -> tuple[str, ...]:
            act_alone(session, "close_year_by_command", str(year), now=rooms.clock.now())
            wish = YearClose(year=year, actor=COMMAND, by="command")
            return close_year(session, rooms.settings, rooms.clock, wish)

        keys = rooms.database.write(close)
    if as_json:
        answer_json({"year": year, "closed": True, "entries": list(keys)})
        return
    say(f"{year} is closed, and its days are locked: {', '.join(keys) or 'it moved no income or expense'}.")
