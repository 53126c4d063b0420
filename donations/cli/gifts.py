"""Room: cli. `almoner gift …`: look a gift up with its entries, designations and receipts."""

from __future__ import annotations

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option


@click.group()
def gift() -> None:
    """Look gifts up.

    Example: almoner gift show g_0123456789abcdef
    """


@gift.command("show")
@click.argument("reference")
@json_option
def show(*, reference: str, as_json: bool) -> None:
    """Show one gift with everything the book knows about it; the answer holds the donor's name.

    Example: almoner gift show g_0123456789abcdef --json
    """
    from donations.cli.opening import opened_rooms
    from donations.giving import gift_dossier

    with opened_rooms() as rooms, rooms.database.read() as session:
        facts = gift_dossier(session, reference)
    if as_json:
        answer_json(facts)
        return
    answer_facts({name: value for name, value in facts.items() if not isinstance(value, list | dict)})
    for entry in facts["entries"]:
        click.echo(f"\n{entry['kind']}  {entry['key']}  {entry['effective_on']}")
        for line in entry["transfers"]:
            click.echo(f"  {line['fund']}: {line['debit']} / {line['credit']}  {line['cents']}")


@gift.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@json_option
def list_(*, limit: int, as_json: bool) -> None:
    """List the latest gifts, newest first, without names.

    Example: almoner gift list --limit 20
    """
    from donations.cli.opening import opened_rooms
    from donations.giving import list_gifts
    from donations.money import format_dollars

    with opened_rooms() as rooms, rooms.database.read() as session:
        gifts = list_gifts(session, limit=limit)
    if as_json:
        answer_json(gifts)
    else:
        answer_table(
            ("reference", "state", "amount", "day"),
            [
                (one["reference"], one["state"], format_dollars(one["amount_cents"]), one["gift_date"])
                for one in gifts
            ],
        )
