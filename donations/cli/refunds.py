"""Room: cli. `almoner refund`: money goes back to its giver, and the book learns of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_json, json_option, say
from donations.ports import RefundReason

if TYPE_CHECKING:
    from donations.refunding import MadeRefund, RefundWish
    from donations.wiring import Rooms


@click.command()
@click.argument("reference")
@click.option("--amount", required=True, metavar="DOLLARS", help="How much goes back, like 130 or 12.50.")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["duplicate", "fraudulent", "requested_by_customer"]),
    help="Why, in Stripe's words.",
)
@json_option
def refund(*, reference: str, amount: str, reason: RefundReason, as_json: bool) -> None:
    """Give a gift back, in whole or part; the fee stays with operations. With two staff it is asked for at /treasury.

    Example: almoner refund g_0123456789abcdef --amount 25.00 --reason requested_by_customer
    """
    from donations.cli.opening import opened_rooms
    from donations.errors import FieldRefusedError
    from donations.money import format_dollars, parse_dollars
    from donations.refunding import RefundWish

    cents = parse_dollars(amount)
    if cents is None:
        raise FieldRefusedError("Write the amount in dollars, like 130 or 12.50.", field="amount")
    with opened_rooms() as rooms:
        made = _make(rooms, RefundWish(reference=reference, amount_cents=cents, reason=reason, actor="command"))
    if as_json:
        answer_json(
            {
                "refund": made.reference,
                "refund_id": made.refund_id,
                "charge": made.charge_id,
                "amount_cents": made.amount_cents,
                "status": made.status,
            }
        )
        return
    say(f"{format_dollars(made.amount_cents)} goes back ({made.reference}, {made.status}).")


def _make(rooms: Rooms, wish: RefundWish) -> MadeRefund:
    """Note that a command acts alone, make the refund, and work off what follows from it."""
    from donations.cli.alone import act_alone
    from donations.refunding import RefundDesk, charge_of, make_refund
    from donations.worker import converge, open_worker, open_workshop

    facts = {"cents": wish.amount_cents, "reason": wish.reason}
    shop, now = open_workshop(rooms), rooms.clock.now()
    with rooms.database.read() as session:
        charge_id, _ = charge_of(session, wish.reference)
    rooms.database.write(lambda session: act_alone(session, "refund_by_command", wish.reference, now=now, **facts))
    # What remains and whether a dispute forbids it is Stripe's word of this moment, not of the last event.
    converge(shop, "charge", charge_id)
    made = make_refund(RefundDesk(database=rooms.database, payments=rooms.payments, clock=rooms.clock), wish)
    converge(shop, "charge", charge_id)
    open_worker(rooms, carries_webhooks=False).drain()
    return made
