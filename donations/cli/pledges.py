"""Room: cli. `almoner pledge …`: look a monthly gift up with its state and every gift that came of it."""

from __future__ import annotations

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option


@click.group()
def pledge() -> None:
    """Look monthly gifts up.

    Example: almoner pledge list
    """


@pledge.command("show")
@click.argument("reference")
@json_option
def show(*, reference: str, as_json: bool) -> None:
    """Show one pledge with its gifts; the answer holds the donor's name.

    Example: almoner pledge show p_0123456789abcdef --json
    """
    from donations.cli.opening import opened_rooms
    from donations.giving import pledge_dossier
    from donations.money import format_dollars

    with opened_rooms() as rooms, rooms.database.read() as session:
        facts = pledge_dossier(session, reference)
    if as_json:
        answer_json(facts)
        return
    answer_facts({name: value for name, value in facts.items() if not isinstance(value, list | dict)})
    answer_table(
        ("gift", "state", "amount", "day"),
        [
            (one["reference"], one["state"], format_dollars(one["amount_cents"]), one["gift_date"])
            for one in facts["gifts"]
        ],
    )


@pledge.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@json_option
def list_(*, limit: int, as_json: bool) -> None:
    """List the latest pledges, newest first, without names.

    Example: almoner pledge list --limit 20
    """
    from donations.cli.opening import opened_rooms
    from donations.giving import list_pledges
    from donations.money import format_dollars

    with opened_rooms() as rooms, rooms.database.read() as session:
        pledges = list_pledges(session, limit=limit)
    if as_json:
        answer_json(pledges)
    else:
        answer_table(
            ("reference", "state", "each month", "gifts"),
            [
                (one["reference"], one["state"], format_dollars(one["amount_cents"]), one["gift_count"])
                for one in pledges
            ],
        )
