"""Room: cli. `almoner suspense …`: real money whose purpose nobody knows yet, and how it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from donations.cli.answers import answer_json, answer_table, json_option, say
from donations.cli.telling import gift_options, read_wish

if TYPE_CHECKING:
    from donations.bank import BankDesk
    from donations.bank.settling import ClearedAs
    from donations.wiring import Rooms


@click.group()
def suspense() -> None:
    """Settle money that waits for a name.

    Example: almoner suspense list
    """


@suspense.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the money that waits, the oldest first, by the key of what brought it.

    Example: almoner suspense list --json
    """
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars

    with opened_rooms() as rooms:
        held = _desk(rooms).list_held()
    if as_json:
        rows = [
            {
                "key": one.key,
                "since": one.since,
                "children_cents": one.parts.children,
                "operations_cents": one.parts.operations,
                "presented": one.presented,
            }
            for one in held
        ]
        answer_json(rows)
        return
    answer_table(
        ("since", "amount", "brought by"), [(one.since, format_dollars(one.parts.total), one.key) for one in held]
    )


@suspense.command("claim")
@click.argument("key")
@gift_options
@json_option
def claim(*, key: str, as_json: bool, **told: Any) -> None:  # noqa: ANN401  # `gift_options`.
    """Book money of suspense as the gift it was; its receipt follows. Of one deposit several may be claimed.

    A charge of Stripe's is claimed whole, and was given on the day it was charged, whatever --received says.

    Example: almoner suspense claim bank/children/7 --kind wire --amount-cents 13000 --name Ada --received 2026-11-20
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        gift = _desk(rooms).claim(COMMAND, key, read_wish(told))
    if as_json:
        answer_json({"gift": gift})
        return
    say(f"It is gift {gift}; almoner work makes its receipt.")


@suspense.command("clear")
@click.argument("key")
@click.option("--as", "as_what", required=True, type=click.Choice(["processing_fee", "bank_charge"]))
@json_option
def clear(*, key: str, as_what: ClearedAs, as_json: bool) -> None:
    """Book money of operations' suspense as the cost it was.

    Example: almoner suspense clear btxn/txn_1 --as processing_fee
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        _desk(rooms).clear(COMMAND, key, as_what)
    if as_json:
        answer_json({"key": key, "cleared_as": as_what})
        return
    say(f"{key} is settled.")


@suspense.command("unclear")
@click.argument("key")
@json_option
def unclear(*, key: str, as_json: bool) -> None:
    """Take back that money of suspense was a cost, while its month is open: it waits again.

    Example: almoner suspense unclear btxn/txn_1
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        _desk(rooms).wait_again(COMMAND, key)
    if as_json:
        answer_json({"key": key})
        return
    say(f"{key} waits again.")


def _desk(rooms: Rooms) -> BankDesk:
    from donations.bank import BankDesk

    return BankDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings)
