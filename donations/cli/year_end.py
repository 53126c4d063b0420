"""Room: cli. `almoner year-end`: what stands in the way of closing a year."""

from __future__ import annotations

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option, say


@click.command("year-end")
@click.argument("year", type=click.IntRange(2000, 2999))
@click.option("--dry-run", is_flag=True, required=True, help="Only look, which is all it does yet.")
@json_option
def year_end(*, year: int, dry_run: bool, as_json: bool) -> None:
    """Tell what stands in the way of closing a year, the gravest first; changes nothing.

    Example: almoner year-end 2026 --dry-run --json
    """
    from dataclasses import asdict

    from donations.cli.opening import opened_rooms
    from donations.closing import YearEndDesk

    del dry_run
    with opened_rooms() as rooms:
        found = YearEndDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings).look(year)
    if as_json:
        answer_json({"ready": found.ready, **asdict(found)})
        return
    say(f"Nothing keeps {year} from being closed." if found.ready else f"{year} cannot be closed yet.")
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
