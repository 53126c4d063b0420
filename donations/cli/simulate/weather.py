"""Room: cli. `almoner simulate` deliver, clock, advance, outage, faults, book: what happens around the gifts."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from donations.cli.answers import answer_json, answer_table, json_option
from donations.cli.simulate.group import INSTANT, answer, open_street, simulate, utc


@simulate.command("deliver")
@click.option("--shuffle", is_flag=True, help="In any order.")
@click.option("--duplicate", is_flag=True, help="Each one twice.")
@click.option("--lose", default=0, show_default=True, type=click.IntRange(0, 100), help="Percent lost for ever.")
@click.option(
    "--seed", default=0, show_default=True, type=int, help="Draws every choice; the same seed, the same way."
)
@click.option("--again", is_flag=True, help="First owe again whatever was lost or given up.")
@json_option
def deliver(*, shuffle: bool, duplicate: bool, lose: int, seed: int, again: bool, as_json: bool) -> None:
    """Let the webhooks that are due out, in this weather, and work off what they bring.

    Example: almoner simulate deliver --shuffle --duplicate --lose 30 --seed 7
    """
    from donations.simulator import control
    from donations.simulator.delivery import Weather

    weather = Weather(shuffle=shuffle, duplicates=int(duplicate), lose=lose / 100, seed=seed)
    with open_street() as street:
        if again:
            control.resend_lost(street.stripe)
        done = street.deliver(weather)
        street.worker().drain()
    facts = {"seed": seed, "taken": done.taken, "refused": done.refused, "lost": done.lost}
    answer(facts, as_json=as_json)


@simulate.command("clock")
@click.option("--set", "instant", type=INSTANT, help="Move to this instant (UTC).")
@json_option
def clock(*, instant: datetime | None, as_json: bool) -> None:
    """Show or set the clock the whole application reads.

    Example: almoner simulate clock --set 2026-12-31T23:30:00Z
    """
    from donations.simulator import control

    with open_street() as street:
        moved = utc(instant)
        now = street.rooms.clock.now() if moved is None else control.set_clock(street.stripe, moved)
    answer({"now": now}, as_json=as_json)


@simulate.command("advance")
@click.option("--days", required=True, type=click.IntRange(1, 4000))
@json_option
def advance(*, days: int, as_json: bool) -> None:
    """Let days pass; what is due on the way happens.

    Example: almoner simulate advance --days 40
    """
    from donations.simulator import control

    with open_street() as street:
        now = control.advance(street.stripe, timedelta(days=days))
        street.deliver_and_drain()
    answer({"now": now}, as_json=as_json)


@simulate.command("outage")
@click.option("--minutes", required=True, type=click.IntRange(1, 10_000))
@json_option
def outage(*, minutes: int, as_json: bool) -> None:
    """Let the simulated Stripe be away for a while of simulated time.

    Example: almoner simulate outage --minutes 180
    """
    from donations.simulator import control

    with open_street() as street:
        control.order_outage(street.stripe, timedelta(minutes=minutes))
        now = street.rooms.clock.now()
    answer({"from": now, "until": now + timedelta(minutes=minutes)}, as_json=as_json)


@simulate.command("faults")
@click.option("--operation", help="For example checkout.sessions.create or charges.*.")
@click.option(
    "--kind", help="conflict, rate_limit, server_error, timeout, cut, server_error_after, lost_answer or slow."
)
@click.option("--from-call", default=1, show_default=True, type=click.IntRange(1))
@click.option("--calls", default=1, show_default=True, type=click.IntRange(1))
@click.option("--percent", type=click.IntRange(0, 100), help="Let so many of a hundred calls fail in some way.")
@click.option("--seed", default=0, show_default=True, type=int, help="Draws which calls fail, and how.")
@click.option("--clear", is_flag=True, help="Forget all faults and end any outage.")
@json_option
def faults(
    *,
    operation: str | None,
    kind: str | None,
    from_call: int,
    calls: int,
    percent: int | None,
    seed: int,
    clear: bool,
    as_json: bool,
) -> None:
    """Order faults of the simulated Stripe, or list them with how often each fired.

    Example: almoner simulate faults --operation charges.retrieve --kind timeout --calls 3
    """
    from dataclasses import asdict

    from donations.simulator import control

    with open_street() as street:
        if clear:
            control.clear_faults(street.stripe)
        if operation and kind:
            control.order_fault(street.stripe, operation, kind, from_call=from_call, calls=calls)
        if percent is not None:
            control.order_chance(street.stripe, percent=percent, seed=seed)
        rules = [asdict(rule) for rule in control.list_faults(street.stripe)]
    if as_json:
        answer_json(rules)
    else:
        answer_table(("operation", "kind", "fired"), [(r["operation"], r["kind"], r["fired"]) for r in rules])


@simulate.command("book")
@json_option
def book(*, as_json: bool) -> None:
    """Show the simulated Stripe's own book: the second opinion on our ledger.

    Example: almoner simulate book
    """
    from dataclasses import asdict

    from donations.money import format_dollars
    from donations.simulator import control

    with open_street() as street:
        kept = control.read_book(street.stripe)
    if as_json:
        answer_json(asdict(kept))
    else:
        answer_table(
            ("balance transaction", "type", "amount", "fee"),
            [
                (line.id, line.kind, format_dollars(line.amount_cents), format_dollars(line.fee_cents))
                for line in kept.lines
            ],
        )
