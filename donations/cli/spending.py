"""Room: cli. `almoner spend …`: clothing bought for funded clothing funds, by two people where there are two."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_json, answer_table, json_option, say

if TYPE_CHECKING:
    from datetime import datetime

    from donations.spending import SpendingDesk
    from donations.spending.desk import Act
    from donations.wiring import Rooms

_ITEMS = ("outfit", "shoes", "socks", "underwear", "coat")


@click.group()
def spend() -> None:
    """Record clothing bought. It is drafted first; booking it is a decision of its own.

    Example: almoner spend add --receipt-number W-1002 --amount 5200.00 --count 40
    """


@spend.command("add")
@click.option("--receipt-number", required=True, help="The shop's own number: letters, digits and # / . _ -")
@click.option("--amount", required=True, metavar="DOLLARS", help="What the whole bill says.")
@click.option("--count", default=1, show_default=True, type=int, help="For how many of the next funded funds.")
@click.option("--on", "bought_on", type=click.DateTime(["%Y-%m-%d"]), help="The day of the bill; today by default.")
@click.option("--on-account", is_flag=True, help="To be paid later, not from the bank now.")
@click.option("--item", "items", multiple=True, type=click.Choice(_ITEMS), help="An item of each set; repeat it.")
@json_option
def add(  # One option each.
    *,
    receipt_number: str,
    amount: str,
    count: int,
    bought_on: datetime | None,
    on_account: bool,
    items: tuple[str, ...],
    as_json: bool,
) -> None:
    """Draft one bill for the next funded clothing funds, divided to the cent; no money moves yet.

    Example: almoner spend add --receipt-number W-1002 --amount 5200.00 --count 40 --item coat --item shoes
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.errors import FieldRefusedError
    from donations.money import parse_dollars
    from donations.spending.desk import Bulk
    from donations.spending.drafting import ITEMS

    cents = parse_dollars(amount)
    if cents is None:
        raise FieldRefusedError("Write the amount in dollars, like 5200.00.", field="amount")
    bulk = Bulk(
        receipt_number=receipt_number,
        bought_on=None if bought_on is None else bought_on.date(),
        paid_from="account" if on_account else "bank",
        cents=cents,
        count=count,
        items={item: items.count(item) for item in ITEMS},
    )
    with opened_rooms() as rooms:
        reference = _desk(rooms).draft_bulk(COMMAND, bulk)
        drafted = _desk(rooms).find(reference)
    if as_json:
        answer_json(asdict(drafted))
        return
    click.echo(reference)
    say(f"Drafted for {drafted.funds} clothing funds; almoner spend approve {reference} books it.")


@spend.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the latest purchases, the newest first.

    Example: almoner spend list --json
    """
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars

    with opened_rooms() as rooms:
        found = _desk(rooms).list_latest()
    if as_json:
        answer_json([asdict(one) for one in found])
        return
    answer_table(
        ("reference", "state", "day", "funds", "amount", "paid from"),
        [
            (one.reference, one.state, one.bought_on, one.funds, format_dollars(one.cents), one.paid_from)
            for one in found
        ],
    )


@spend.command("approve")
@click.argument("reference")
def approve(*, reference: str) -> None:
    """Book a drafted purchase, while fewer than two people may enter the treasury; it is audited.

    Example: almoner spend approve b_0123456789abcdef
    """
    _decide(reference, "approve")
    say(f"{reference} is booked.")


@spend.command("return")
@click.argument("reference")
def return_(*, reference: str) -> None:
    """Undo a booked purchase whose clothing went back to the shop; draft what was kept anew.

    Example: almoner spend return b_0123456789abcdef
    """
    _decide(reference, "return")
    say(f"{reference} is undone: its cents stand in their clothing funds again.")


@spend.command("pay")
@click.argument("reference")
def pay(*, reference: str) -> None:
    """Note that a bill on account was paid from the children's bank account.

    Example: almoner spend pay b_0123456789abcdef
    """
    _decide(reference, "pay")
    say(f"The bill of {reference} is paid.")


@spend.command("unpay")
@click.argument("reference")
def unpay(*, reference: str) -> None:
    """Take back that a bill on account was paid, while the bank has not shown it: the bill is owed again.

    Example: almoner spend unpay b_0123456789abcdef
    """
    _decide(reference, "unpay")
    say(f"The bill of {reference} is owed again.")


def _decide(reference: str, act: Act) -> None:
    from donations.audit_log import COMMAND
    from donations.cli.alone import act_alone
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        now = rooms.clock.now()
        rooms.database.write(lambda session: act_alone(session, f"{act}_by_command", reference, now=now))
        _desk(rooms).decide(COMMAND, reference, act)


def _desk(rooms: Rooms) -> SpendingDesk:
    from donations.spending import SpendingDesk

    return SpendingDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings)
