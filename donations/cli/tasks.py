"""Room: cli. `almoner tasks`: everything that needs a person, with what to do about it."""

from __future__ import annotations

import click

from donations.cli.answers import answer_json, answer_table, json_option, say


@click.command()
@json_option
def tasks(*, as_json: bool) -> None:
    """List everything that needs a person, the gravest first, with what to do about it.

    Example: almoner tasks --json
    """
    from dataclasses import asdict

    from donations.cli.opening import opened_rooms
    from donations.exceptions import TasksDesk

    with opened_rooms() as rooms:
        found = TasksDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings).look()
    if as_json:
        answer_json([asdict(task) for task in found.tasks])
    elif found.all_is_well:
        say("All is well: nothing needs a person.")
    else:
        rows = [
            (
                task.severity,
                task.words,
                task.count,
                task.due_on,
                "; ".join(a.command or a.words for a in task.actions),
            )
            for task in found.tasks
        ]
        answer_table(("severity", "what", "how many", "due", "what to do"), rows)
