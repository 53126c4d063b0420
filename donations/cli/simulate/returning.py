"""Room: cli. `almoner simulate` refund, dispute, ach, payout: how money moves at Stripe without us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from donations.cli.answers import json_option
from donations.cli.simulate.group import answer, open_street, simulate

if TYPE_CHECKING:
    from donations.cli.playing import Street
    from donations.simulator.acts import Acted, DebitEnd, DisputeEnd

_no_deliver = click.option("--no-deliver", is_flag=True, help="Keep the webhooks back; see simulate deliver.")


@simulate.command("refund")
@click.option("--gift", "gift", required=True, help="Its reference.")
@click.option("--amount-cents", required=True, type=click.IntRange(1))
@click.option("--fail", is_flag=True, help="It fails after it had succeeded.")
@_no_deliver
@json_option
def refund(*, gift: str, amount_cents: int, fail: bool, no_deliver: bool, as_json: bool) -> None:
    """Give money back as if in Stripe's Dashboard, without a word to us.

    Example: almoner simulate refund --gift g_0123456789abcdef --amount-cents 5000
    """
    from donations.simulator import acts

    with open_street() as street:
        done = [acts.refund(street.stripe, _charge_of(street, gift), amount_cents)]
        _carry(street, held=no_deliver)
        if fail:
            done.append(acts.fail_refund(street.stripe, done[0].objects[0]))
            _carry(street, held=no_deliver)
    _answer({"gift": gift}, done, as_json=as_json)


@simulate.command("dispute")
@click.option("--gift", "gift", required=True, help="Its reference.")
@click.option("--amount-cents", type=click.IntRange(1), help="A part of it; by default what was not refunded.")
@click.option("--outcome", required=True, type=click.Choice(["open", "won", "lost", "inquiry"]))
@_no_deliver
@json_option
def dispute(*, gift: str, amount_cents: int | None, outcome: DisputeEnd, no_deliver: bool, as_json: bool) -> None:
    """Let the donor's bank dispute a gift, or only inquire; won and lost end the open dispute, if there is one.

    Example: almoner simulate dispute --gift g_0123456789abcdef --outcome lost
    """
    from donations.simulator import acts

    with open_street() as street:
        charge_id, done = _charge_of(street, gift), []
        begun = acts.open_dispute_of(street.stripe, charge_id)
        if begun is None or outcome in {"open", "inquiry"}:
            first: DisputeEnd = "inquiry" if outcome == "inquiry" else "open"
            done.append(acts.dispute(street.stripe, charge_id, amount_cents, outcome=first))
            begun = done[0].objects[0]
            _carry(street, held=no_deliver)
        if outcome in {"won", "lost"}:
            done.append(acts.end_dispute(street.stripe, begun, is_won=outcome == "won"))
            _carry(street, held=no_deliver)
    _answer({"gift": gift}, done, as_json=as_json)


@simulate.command("ach")
@click.option("--gift", "gift", required=True, help="Its reference; given with --method ach.")
@click.option("--outcome", required=True, type=click.Choice(["paid", "failed", "returned"]))
@_no_deliver
@json_option
def ach(*, gift: str, outcome: DebitEnd, no_deliver: bool, as_json: bool) -> None:
    """Let the bank answer a debit: paid, failed, or taken back after it was paid.

    Example: almoner simulate ach --gift g_0123456789abcdef --outcome returned
    """
    from donations.simulator import acts

    with open_street() as street:
        charge_id, done = _charge_of(street, gift), []
        if outcome == "returned" and acts.is_on_its_way(street.stripe, charge_id):
            done.append(acts.end_debit(street.stripe, charge_id, "paid"))
            _carry(street, held=no_deliver)
        done.append(acts.end_debit(street.stripe, charge_id, outcome))
        _carry(street, held=no_deliver)
    _answer({"gift": gift}, done, as_json=as_json)


@simulate.command("payout")
@click.option("--fail", is_flag=True, help="It comes back after it was paid.")
@_no_deliver
@json_option
def payout(*, fail: bool, no_deliver: bool, as_json: bool) -> None:
    """Pay out all that Stripe holds, to the bank and on to its certificate; the clock moves until it is available.

    Example: almoner simulate payout
    """
    from donations.simulator import acts

    with open_street() as street:
        done = [acts.pay_out_all(street.stripe)]
        _carry(street, held=no_deliver)
        done.append(acts.let_payout_arrive(street.stripe, done[0].objects[0]))
        _carry(street, held=no_deliver)
        if fail:
            done.append(acts.fail_payout(street.stripe, done[0].objects[0]))
            _carry(street, held=no_deliver)
    _answer({}, done, as_json=as_json)


def _charge_of(street: Street, gift: str) -> str:
    """Return the charge of a gift: as our book knows it (a month of a pledge carries no mark), else by its mark."""
    from sqlalchemy import select

    from donations.simulator import control
    from donations.tables import Gift, GiftSettlement

    settled = select(GiftSettlement.charge_id).join(Gift, Gift.id == GiftSettlement.gift_id)
    with street.rooms.database.read() as session:
        known = session.scalar(settled.where(Gift.reference == gift))
    return control.find_charge(street.stripe, gift) if known is None else known


def _carry(street: Street, *, held: bool) -> None:
    if not held:
        street.deliver_and_drain()


def _answer(about: dict[str, object], done: list[Acted], *, as_json: bool) -> None:
    objects = list(dict.fromkeys(name for act in done for name in act.objects))
    answer({**about, "objects": objects, "events": [event for act in done for event in act.events]}, as_json=as_json)
