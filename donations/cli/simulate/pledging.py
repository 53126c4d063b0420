"""Room: cli. `almoner simulate pledge` and `renew`: a donor gives every month, and the months go by."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from donations.cli.answers import json_option
from donations.cli.simulate.group import INSTANT, answer, open_street, simulate, utc

if TYPE_CHECKING:
    from donations.cli.playing import How

_no_deliver = click.option("--no-deliver", is_flag=True, help="Keep the webhooks back; see simulate deliver.")


@simulate.command("pledge")
@click.option("--amount-cents", required=True, type=click.IntRange(1, 99_999_999), help="Every month.")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--cover-fee", is_flag=True, help="Also give what the fee is expected to be, to operations.")
@click.option("--preference", default="", help="coats, shoes or school_wear; never binding.")
@click.option("--method", type=click.Choice(["card", "ach"]), default="card", show_default=True)
@click.option("--at", type=INSTANT, help="When the first charge succeeds (UTC); the simulated clock moves on to it.")
@click.option("--no-pay", is_flag=True, help="Leave at the till.")
@_no_deliver
@json_option
def pledge(
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
    """Promise to give every month, and give for the first: the form's own code, the till, the signed webhooks.

    Example: almoner simulate pledge --amount-cents 2500 --email a@example.org --name "Ada Example" --cover-fee
    """
    from donations.money import format_decimal
    from donations.simulator import pledge_control

    fields = {"amount": format_decimal(amount_cents), "email": email, "name": name, "preference": preference}
    monthly = {"frequency": "monthly"} | ({"cover_fee": "1"} if cover_fee else {})
    how: How = "left" if no_pay else "debited" if method == "ach" else "paid"
    with open_street() as street:
        given = street.give(fields | monthly, how=how, at=utc(at))
        reference, played = given.begun.reference, given.played
        objects = () if played is None else pledge_control.objects_of(street.stripe, reference)
        if not no_deliver:
            street.deliver_and_drain()
    facts: dict[str, object] = {
        "pledge": reference,
        "checkout_session": given.begun.checkout_id,
        "charge": None if played is None else played.charge_id,
        "objects": list(objects),
        "events": [] if played is None else list(played.events),
    }
    answer(facts, as_json=as_json)


@simulate.command("renew")
@click.option("--pledge", "pledge", required=True, help="Its reference.")
@click.option("--decline", is_flag=True, help="The bank declines this try; the next one comes days later.")
@_no_deliver
@json_option
def renew(*, pledge: str, decline: bool, no_deliver: bool, as_json: bool) -> None:
    """Go on to a pledge's next month, or to the next try of a month that failed: the simulated clock moves there.

    Example: almoner simulate renew --pledge p_0123456789abcdef
    """
    from donations.simulator import pledge_control

    with open_street() as street:
        done = pledge_control.renew(street.stripe, pledge, decline="generic_decline" if decline else None)
        if not no_deliver:
            street.deliver_and_drain()
    objects = [name for name in (done.subscription_id, done.invoice_id, done.charge_id) if name is not None]
    facts: dict[str, object] = {
        "pledge": pledge,
        "charge": done.charge_id,
        "is_paid": done.is_paid,
        "objects": objects,
        "events": list(done.events),
    }
    answer(facts, as_json=as_json)
