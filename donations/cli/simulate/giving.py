"""Room: cli. `almoner simulate gift` and `decline`: a donor fills in the form and comes to the till."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from donations.cli.answers import json_option
from donations.cli.simulate.group import INSTANT, answer, open_street, simulate, utc
from donations.cli.telling import tribute_options

if TYPE_CHECKING:
    from donations.cli.playing import How, PlayedGift


@simulate.command("gift")
@click.option("--amount-cents", required=True, type=click.IntRange(1, 99_999_999))
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--cover-fee", is_flag=True, help="Also give what the fee is expected to be, to operations.")
@click.option("--preference", default="", help="coats, shoes or school_wear; never binding.")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True, help="Of the page.")
@click.option("--method", type=click.Choice(["card", "ach"]), default="card", show_default=True)
@click.option("--at", type=INSTANT, help="When the charge succeeds (UTC); the simulated clock moves on to it.")
@tribute_options
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
    language: str,
    method: str,
    at: datetime | None,
    no_pay: bool,
    no_deliver: bool,
    as_json: bool,
    **tribute: str,
) -> None:
    """Give once: the form's own code, the checkout, the till, the signed webhooks, and all that follows.

    Example: almoner simulate gift --amount-cents 13000 --email a@example.org --name "Ada Example" --cover-fee
    """
    fields = _fields(amount_cents, email, name, preference=preference) | {"language": language} | tribute
    fields |= {"cover_fee": "1"} if cover_fee else {}
    how: How = "left" if no_pay else "debited" if method == "ach" else "paid"
    _give(fields, how=how, at=utc(at), deliver=not no_deliver, as_json=as_json)


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


def _give(fields: dict[str, str], *, how: How, at: datetime | None, deliver: bool, as_json: bool) -> None:
    with open_street() as street:
        given = street.give(fields, how=how, at=at)
        if deliver:
            street.deliver_and_drain()
    answer(_facts(given), as_json=as_json)


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
