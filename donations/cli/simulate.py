"""Room: cli. `almoner simulate …`: plays donor, card network and calendar, through the simulated Stripe alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option

if TYPE_CHECKING:
    from donations.cli.playing import PlayedGift, Street

_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"])
How = Literal["paid", "declined", "left"]


@click.group()
def simulate() -> None:
    """Play donor, card network and calendar; only in simulated mode.

    Example: almoner simulate gift --amount-cents 13000 --email a@example.org --name "Ada Example"
    """


@contextmanager
def _street() -> Iterator[Street]:
    from donations.cli.opening import opened_rooms
    from donations.cli.playing import open_street

    with opened_rooms() as rooms:
        street = open_street(rooms)
        _ = street.stripe  # Refuses here, before anything is done, where money is real.
        yield street


@simulate.command("gift")
@click.option("--amount-cents", required=True, type=click.IntRange(1, 99_999_999))
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--cover-fee", is_flag=True, help="Also give what the fee is expected to be, to operations.")
@click.option("--preference", default="", help="coats, shoes or school_wear; never binding.")
@click.option("--method", type=click.Choice(["card"]), default="card", show_default=True)
@click.option("--at", type=_INSTANT, help="When the charge succeeds (UTC); the simulated clock moves on to it.")
@click.option("--no-pay", is_flag=True, help="Leave at the till.")
@click.option("--no-deliver", is_flag=True, help="Keep the webhooks back; see simulate deliver.")
@json_option
def gift(
    *,
    amount_cents: int,
    email: str,
    name: str,
    cover_fee: bool,
    preference: str,
    method: str,
    at: datetime | None,
    no_pay: bool,
    no_deliver: bool,
    as_json: bool,
) -> None:
    """Give once: the form's own code, the checkout, the till, the signed webhooks, and all that follows.

    Example: almoner simulate gift --amount-cents 13000 --email a@example.org --name "Ada Example" --cover-fee
    """
    del method  # The one there is; others come with bank debits.
    fields = _fields(amount_cents, email, name, preference=preference) | ({"cover_fee": "1"} if cover_fee else {})
    how: How = "left" if no_pay else "paid"
    _give(fields, how=how, at=_utc(at), deliver=not no_deliver, as_json=as_json)


@simulate.command("decline")
@click.option("--amount-cents", required=True, type=click.IntRange(1, 99_999_999))
@click.option("--email", default="declined@example.org", show_default=True)
@click.option("--name", default="Declined Example", show_default=True)
@click.option("--no-deliver", is_flag=True, help="Keep the webhooks back; see simulate deliver.")
@json_option
def decline(*, amount_cents: int, email: str, name: str, no_deliver: bool, as_json: bool) -> None:
    """Try to give with a card that the bank declines: a promise, and no gift.

    Example: almoner simulate decline --amount-cents 5000
    """
    _give(_fields(amount_cents, email, name), how="declined", at=None, deliver=not no_deliver, as_json=as_json)


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
    with _street() as street:
        if again:
            control.resend_lost(street.stripe)
        done = street.deliver(weather)
        street.worker().drain()
    facts = {"seed": seed, "taken": done.taken, "refused": done.refused, "lost": done.lost}
    _answer(facts, as_json=as_json)


@simulate.command("clock")
@click.option("--set", "instant", type=_INSTANT, help="Move to this instant (UTC).")
@json_option
def clock(*, instant: datetime | None, as_json: bool) -> None:
    """Show or set the clock the whole application reads.

    Example: almoner simulate clock --set 2026-12-31T23:30:00Z
    """
    from donations.simulator import control

    with _street() as street:
        moved = _utc(instant)
        now = street.rooms.clock.now() if moved is None else control.set_clock(street.stripe, moved)
    _answer({"now": now}, as_json=as_json)


@simulate.command("advance")
@click.option("--days", required=True, type=click.IntRange(1, 4000))
@json_option
def advance(*, days: int, as_json: bool) -> None:
    """Let days pass; what is due on the way happens.

    Example: almoner simulate advance --days 40
    """
    from donations.simulator import control

    with _street() as street:
        now = control.advance(street.stripe, timedelta(days=days))
        street.deliver_and_drain()
    _answer({"now": now}, as_json=as_json)


@simulate.command("outage")
@click.option("--minutes", required=True, type=click.IntRange(1, 10_000))
@json_option
def outage(*, minutes: int, as_json: bool) -> None:
    """Let the simulated Stripe be away for a while of simulated time.

    Example: almoner simulate outage --minutes 180
    """
    from donations.simulator import control

    with _street() as street:
        control.order_outage(street.stripe, timedelta(minutes=minutes))
        now = street.rooms.clock.now()
    _answer({"from": now, "until": now + timedelta(minutes=minutes)}, as_json=as_json)


@simulate.command("faults")
@click.option("--operation", help="For example checkout.sessions.create or charges.*.")
@click.option(
    "--kind", help="conflict, rate_limit, server_error, timeout, cut, server_error_after, lost_answer or slow."
)
@click.option("--from-call", default=1, show_default=True, type=click.IntRange(1))
@click.option("--calls", default=1, show_default=True, type=click.IntRange(1))
@click.option("--clear", is_flag=True, help="Forget all faults and end any outage.")
@json_option
def faults(
    *, operation: str | None, kind: str | None, from_call: int, calls: int, clear: bool, as_json: bool
) -> None:
    """Order faults of the simulated Stripe, or list them with how often each fired.

    Example: almoner simulate faults --operation charges.retrieve --kind timeout --calls 3
    """
    from dataclasses import asdict

    from donations.simulator import control

    with _street() as street:
        if clear:
            control.clear_faults(street.stripe)
        if operation and kind:
            control.order_fault(street.stripe, operation, kind, from_call=from_call, calls=calls)
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

    with _street() as street:
        kept = control.read_book(street.stripe)
    if as_json:
        answer_json(asdict(kept))
    else:
        answer_table(
            ("balance transaction", "amount", "fee"),
            [(line.id, format_dollars(line.amount_cents), format_dollars(line.fee_cents)) for line in kept.lines],
        )


def _give(fields: dict[str, str], *, how: How, at: datetime | None, deliver: bool, as_json: bool) -> None:
    with _street() as street:
        given = street.give(fields, how=how, at=at)
        if deliver:
            street.deliver_and_drain()
    _answer(_facts(given), as_json=as_json)


def _facts(given: PlayedGift) -> dict[str, object]:
    played = given.played
    return {
        "gift": given.begun.reference,
        "checkout_session": given.begun.checkout_id,
        "charge": played.charge_id if played else None,
        "events": list(played.events) if played else [],
    }


def _fields(amount_cents: int, email: str, name: str, *, preference: str = "") -> dict[str, str]:
    from donations.money import format_decimal

    return {"amount": format_decimal(amount_cents), "email": email, "name": name, "preference": preference}


def _utc(instant: datetime | None) -> datetime | None:
    if instant is None:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _answer(facts: dict[str, object], *, as_json: bool) -> None:
    answer_json(facts) if as_json else answer_facts(facts)
