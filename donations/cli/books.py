"""Room: cli. `almoner audit` and `almoner balances`: what the book holds, and whether it holds together."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from donations.cli.answers import answer_json, answer_table, json_option


@click.command()
@json_option
def audit(*, as_json: bool) -> None:
    """Run every invariant of ledger, designations and documents; exit 1 on a broken one, naming its rows.

    Example: almoner audit
    """
    from donations import invariants
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms, rooms.database.read() as session:
        checks = invariants.audit(session)
    ok = all(found.ok for found in checks)
    if as_json:
        rows = [{"id": one.id, "name": one.name, "ok": one.ok, "rows": one.rows} for one in checks]
        answer_json({"ok": ok, "checks": rows})
    else:
        answer_table(
            ("check", "", "what must hold"), [(one.id, "ok" if one.ok else "BROKEN", one.name) for one in checks]
        )
        for one in checks:
            for row in one.rows if not one.ok else ():
                click.echo(f"{one.id}: {row}", err=True)
    if not ok:
        sys.exit(1)


@click.command()
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="As of the end of this day; default: now.")
@json_option
def balances(*, day: datetime | None, as_json: bool) -> None:
    """Show the balance of every fund and account; debit is positive.

    Example: almoner balances --on 2026-12-31
    """
    from donations import ledger
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars

    as_of = None if day is None else ledger.AsOf(effective_on=day.date())
    with opened_rooms() as rooms, rooms.database.read() as session:
        lines = ledger.trial_balance(session, as_of)
    if as_json:
        answer_json(
            [{"fund": line.fund, "account": line.account, "balance_cents": line.balance_cents} for line in lines]
        )
    else:
        answer_table(
            ("fund", "account", "balance"),
            [(line.fund, line.account, format_dollars(line.balance_cents).rjust(16)) for line in lines],
        )
