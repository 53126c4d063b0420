"""Room: cli. `almoner goods …`: gifts in kind taken in, and what leaves, by two people where there are two."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

import click

from donations.cli.answers import answer_json, answer_table, json_option, say

if TYPE_CHECKING:
    from datetime import datetime

    from donations.goods import Act, GoodsDesk, HowOut, ItemWish, Kind, Part
    from donations.wiring import Rooms

_KINDS = ("goods", "securities")
_HOWS = ("given", "discarded", "sold")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def goods() -> None:
    """Take gifts in kind in, and let them leave. They are described, and never valued on a document.

    Example: almoner goods list
    """


@goods.command("add")
@click.option("--kind", type=click.Choice(_KINDS), default="goods", show_default=True)
@click.option("--name", required=True, help="The donor.")
@click.option("--email", default="", help="Without it the acknowledgment is for paper.")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True, help="Of the letter.")
@click.option("--on", "handed_over_on", type=_DAY, required=True, help="The day they were handed over.")
@click.option("--place", required=True, help="Where.")
@click.option(
    "--item",
    "items",
    multiple=True,
    required=True,
    type=(int, str, str, str),
    metavar="COUNT WHAT CONDITION DOLLARS",
    help="Some things of one sort; new, good_used or worn (- for securities); worth together. Repeat it.",
)
@click.option("--note", "notes", multiple=True, type=(int, str), metavar="N TEXT", help="A note on the Nth item.")
@json_option
def add(  # One option each.
    *,
    kind: Kind,
    name: str,
    email: str,
    language: Literal["en", "es"],
    handed_over_on: datetime,
    place: str,
    items: tuple[tuple[int, str, str, str], ...],
    notes: tuple[tuple[int, str], ...],
    as_json: bool,
) -> None:
    """Book a gift in kind at its fair value; the acknowledgment describes it alone.

    Example: almoner goods add --name "Ada Example" --on 2026-11-20 --place "The workroom"
    --item 12 "Winter coats" new 480.00 --item 3 "Pairs of shoes" worn 9.00 --note 2 stained
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.goods import GoodsWish

    told = dict(notes)
    wish = GoodsWish(
        kind=kind,
        name=name,
        email=email,
        language=language,
        handed_over_on=handed_over_on.date(),
        place=place,
        items=tuple(_item(n, item, told.pop(n, "")) for n, item in enumerate(items, start=1)),
    )
    _refuse_left_over(told)
    with opened_rooms() as rooms:
        reference = _desk(rooms).take_in(wish, actor=COMMAND)
    if as_json:
        answer_json({"reference": reference, "kind": kind, "value_cents": wish.value_cents})
        return
    click.echo(reference)
    say("The clerk acknowledges it; almoner goods list shows what is on hand.")


@goods.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List what is on hand, then what left or is to leave.

    Example: almoner goods list --json
    """
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars

    with opened_rooms() as rooms:
        on_hand, outs = _desk(rooms).on_hand(), _desk(rooms).list_out()
    if as_json:
        answer_json({"on_hand": [asdict(one) for one in on_hand], "out": [asdict(one) for one in outs]})
        return
    answer_table(
        ("item", "what", "condition", "came", "left", "value"),
        [
            (
                f"{one.gift}/{one.n}",
                one.description,
                one.condition or one.kind,
                one.came_on,
                f"{one.left} of {one.count}",
                format_dollars(one.left_cents),
            )
            for one in on_hand
        ],
    )
    answer_table(
        ("reference", "state", "day", "how", "pieces"),
        [(one.reference, one.state, one.out_on, one.how, sum(line.count for line in one.lines)) for one in outs],
    )


@goods.command("out")
@click.option("--how", type=click.Choice(_HOWS), default="given", show_default=True)
@click.option("--on", "out_on", type=_DAY, required=True, help="The day they leave.")
@click.option(
    "--piece", "pieces", multiple=True, required=True, type=(str, int), metavar="ITEM COUNT", help="Repeat it."
)
@click.option("--proceeds", metavar="DOLLARS", help="What securities were sold for: all of it is the children's.")
@click.option("--commission", metavar="DOLLARS", help="What the broker kept of it: operations bears it.")
@json_option
def out(
    *,
    how: HowOut,
    out_on: datetime,
    pieces: tuple[tuple[str, int], ...],
    proceeds: str | None,
    commission: str | None,
    as_json: bool,
) -> None:
    """Draft what leaves; nothing leaves the book until it is approved.

    Example: almoner goods out --on 2026-12-01 --piece g_0123456789abcdef/1 5
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.goods import OutWish

    wish = OutWish(
        how=how,
        out_on=out_on.date(),
        parts=tuple(_part(item, count) for item, count in pieces),
        proceeds_cents=_cents(proceeds or "0", "proceeds"),
        commission_cents=_cents(commission or "0", "commission"),
    )
    with opened_rooms() as rooms:
        reference = _desk(rooms).draft_out(wish, actor=COMMAND)
        drafted = _desk(rooms).find_out(reference)
    if as_json:
        answer_json(asdict(drafted))
        return
    click.echo(reference)
    say(f"Drafted; almoner goods approve {reference} books it.")


@goods.command("approve")
@click.argument("reference")
def approve(*, reference: str) -> None:
    """Book what leaves, while fewer than two people may enter the treasury; it is audited.

    Example: almoner goods approve o_0123456789abcdef
    """
    _decide(reference, "approve")
    say(f"{reference} is booked.")


@goods.command("decline")
@click.argument("reference")
def decline(*, reference: str) -> None:
    """Decline what was drafted: everything stays on the shelf.

    Example: almoner goods decline o_0123456789abcdef
    """
    _decide(reference, "decline")
    say(f"{reference} is declined.")


def _decide(reference: str, act: Act) -> None:
    from donations.audit_log import COMMAND
    from donations.cli.alone import act_alone
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        now = rooms.clock.now()
        rooms.database.write(lambda session: act_alone(session, f"{act}_by_command", reference, now=now))
        _desk(rooms).decide(reference, act, actor=COMMAND)


def _item(n: int, told: tuple[int, str, str, str], note: str) -> ItemWish:
    from donations.errors import FieldRefusedError
    from donations.goods import CONDITIONS, ItemWish

    count, what, said, dollars = told
    condition = next((known for known in CONDITIONS if known == said), None)
    if condition is None and said != "-":
        raise FieldRefusedError(f"Item {n} is new, good_used or worn; write - for securities.", field="item")
    value = _cents(dollars, "item")
    return ItemWish(description=what, count=count, condition=condition, value_cents=value, note=note)


def _part(item: str, count: int) -> Part:
    from donations.errors import FieldRefusedError
    from donations.goods import Part

    gift, _, n = item.partition("/")
    if not (n.isascii() and n.isdigit()):
        raise FieldRefusedError("Name each item as almoner goods list does: g_…/1.", field="piece")
    return Part(gift=gift, n=int(n), count=count)


def _cents(dollars: str, field: str) -> int:
    from donations.errors import FieldRefusedError
    from donations.money import parse_dollars

    cents = parse_dollars(dollars)
    if cents is None:
        raise FieldRefusedError("Write the amount in dollars, like 480.00.", field=field)
    return cents


def _refuse_left_over(notes: dict[int, str]) -> None:
    from donations.errors import FieldRefusedError

    if notes:
        raise FieldRefusedError(f"There is no item {min(notes)} to note anything on.", field="note")


def _desk(rooms: Rooms) -> GoodsDesk:
    from donations.goods import GoodsDesk

    return GoodsDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings)
