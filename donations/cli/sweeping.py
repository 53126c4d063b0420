"""Room: cli. `almoner sweep`, `reconcile` and `alarms`: what we missed, what differs, what needs a person."""

from __future__ import annotations

import sys

import click

from donations.cli.answers import answer_json, answer_table, json_option, say


@click.command()
@click.option("--object", "object_id", metavar="ID", help="Look at one object, by Stripe's id or our reference.")
@json_option
def sweep(*, object_id: str | None, as_json: bool) -> None:
    """Ask Stripe what we missed, and heal it.

    Example: almoner sweep --json
    """
    from donations.cli.opening import opened_rooms
    from donations.reconciliation import list_healed
    from donations.worker import look_at, open_worker, open_workshop, sweep_now

    with opened_rooms() as rooms:
        began_at = rooms.clock.now()
        shop = open_workshop(rooms)
        checked = sweep_now(shop).checked if object_id is None else look_at(shop, object_id)
        open_worker(rooms, carries_webhooks=False).drain()
        with rooms.database.read() as session:
            healed = list_healed(session, since=began_at)
    if as_json:
        answer_json({"healed": [{"object": name, "type": type_} for name, type_ in healed], "checked": checked})
        return
    say(f"Looked at {checked}; healed {len(healed)} that no webhook had told.")
    if healed:
        answer_table(("type", "object"), [(type_, name) for name, type_ in healed])


@click.command()
@json_option
def reconcile(*, as_json: bool) -> None:
    """Compare our Stripe account with Stripe's own, to 0.00; exit 1 on any difference.

    Example: almoner reconcile --json
    """
    from dataclasses import asdict

    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars
    from donations.reconciliation import compare

    with opened_rooms() as rooms:
        balance = rooms.payments.fetch_balance()
        with rooms.database.read() as session:
            found = compare(session, balance)
    if as_json:
        answer_json({"ok": found.ok, **asdict(found)})
    else:
        say(f"Our account of Stripe differs by {format_dollars(found.stripe_difference_cents)}.")
        for check in found.rows:
            if not check.ok:
                say(f"{check.id}: {check.name}: {list(check.rows)}")
        answer_table(
            ("payout", "status", "amount", "rows", "difference"),
            [
                (one.payout, one.status, format_dollars(one.amount_cents), one.rows, one.difference_cents)
                for one in found.payouts
            ],
        )
    if not found.ok:
        say("almoner: our book and Stripe's differ.")
        sys.exit(1)


@click.command()
@click.option(
    "--dealt-with", nargs=2, metavar="KIND SUBJECT", help="End one that only a person can end, and is dealt with."
)
@json_option
def alarms(*, dealt_with: tuple[str, str] | None, as_json: bool) -> None:
    """List what needs a person: alarms, told events and owed effects laid aside, money in suspense, healed gaps.

    Example: almoner alarms --json
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.exceptions import deal_with
    from donations.reconciliation import list_tasks

    with opened_rooms() as rooms:
        now = rooms.clock.now()
        if dealt_with is not None:
            rooms.database.write(lambda session: deal_with(session, *dealt_with, actor=COMMAND, now=now))
        with rooms.database.read() as session:
            tasks = list_tasks(session)
    if as_json:
        answer_json(tasks)
        return
    rows = [(kind, one) for kind, found in tasks.items() for one in found]
    answer_table(
        ("what", "details"), [(kind, " ".join(f"{k}={v}" for k, v in one.items() if v)) for kind, one in rows]
    )
