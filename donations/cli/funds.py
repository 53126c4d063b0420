"""Room: cli. `almoner fund …`: clothing funds are opened, listed in filling order, and closed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_json, answer_table, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from donations.filing import ClothingFundLine


@click.group()
def fund() -> None:
    """Open, list and close clothing funds; a code stands for one child and says nothing about who.

    Example: almoner fund open --count 25
    """


@fund.command("open")
@click.option("--count", default=1, show_default=True, type=int, help="How many to open.")
@json_option
def open_(*, count: int, as_json: bool) -> None:
    """Open clothing funds at the end of the queue; money that waits fills them at once.

    Example: almoner fund open --count 25
    """
    from donations.cli.opening import opened_rooms
    from donations.clock import day_in_zone
    from donations.filing import draw_clothing_fund_code, open_clothing_funds

    with opened_rooms() as rooms:
        organisation, today = rooms.settings.organisation, day_in_zone(rooms.clock.now(), rooms.settings.zone)
        opened = rooms.database.write(
            lambda session: open_clothing_funds(
                session,
                count=count,
                target_cents=organisation.set_price_cents,
                opened_on=today,
                draw_code=draw_clothing_fund_code,
            )
        )
    _answer(opened, as_json=as_json)


@fund.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List clothing funds in filling order.

    Example: almoner fund list
    """
    from donations.cli.opening import opened_rooms
    from donations.filing import list_clothing_funds

    with opened_rooms() as rooms, rooms.database.read() as session:
        lines = list_clothing_funds(session)
    _answer(lines, as_json=as_json)


@fund.command("close")
@click.argument("code")
@json_option
def close(*, code: str, as_json: bool) -> None:
    """Close a clothing fund; what was not spent moves on to the next.

    Example: almoner fund close CF-0123456789
    """
    from donations.cli.opening import opened_rooms
    from donations.clock import day_in_zone
    from donations.filing import close_clothing_fund

    with opened_rooms() as rooms:
        today = day_in_zone(rooms.clock.now(), rooms.settings.zone)
        closed = rooms.database.write(lambda session: close_clothing_fund(session, code, closed_on=today))
    _answer([closed], as_json=as_json)


def _answer(lines: Sequence[ClothingFundLine], *, as_json: bool) -> None:
    from donations.money import format_dollars

    if as_json:
        answer_json([asdict(line) for line in lines])
    else:
        answer_table(
            ("code", "state", "designated", "target"),
            [
                (line.code, line.state, format_dollars(line.designated_cents), format_dollars(line.target_cents))
                for line in lines
            ],
        )
