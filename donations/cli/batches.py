"""Room: cli. `almoner batch …`: gifts are counted, entered and posted when they agree; the slip goes to the bank."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option
from donations.cli.telling import gift_options, read_wish

if TYPE_CHECKING:
    from donations.offline import BatchFacts


@click.group()
def batch() -> None:
    """Enter cheques and cash in batches that post only when count and total agree.

    Example: almoner batch open --count 2 --total-cents 15500
    """


@batch.command("open")
@click.option("--count", required=True, type=int, help="How many gifts you counted.")
@click.option("--total-cents", required=True, type=int, help="What they come to, in cents.")
@json_option
def open_(*, count: int, total_cents: int, as_json: bool) -> None:
    """Open a batch with what was counted before anything is entered.

    Example: almoner batch open --count 2 --total-cents 15500
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        opened = rooms.offline.open_batch(count=count, cents=total_cents, actor=COMMAND)
    _answer(opened, as_json=as_json)


@batch.command("add")
@click.argument("reference")
@gift_options
@json_option
def add(*, reference: str, as_json: bool, not_duplicate: bool, **told: Any) -> None:  # noqa: ANN401  # `gift_options`.
    """Enter one gift of an open batch as a draft.

    Example: almoner batch add b_0123456789abcdef --kind cash --amount-cents 500 --name "Ada" --received 2026-11-20
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        wish = read_wish(told)
        added = rooms.offline.add_line(reference, wish, actor=COMMAND, is_no_duplicate=not_duplicate)
    _answer(added, as_json=as_json)


@batch.command("remove")
@click.argument("reference")
@click.argument("line")
@json_option
def remove(*, reference: str, line: str, as_json: bool) -> None:
    """Take a draft line out of an open batch.

    Example: almoner batch remove b_0123456789abcdef b_fedcba9876543210
    """
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        left = rooms.offline.remove_line(reference, line)
    _answer(left, as_json=as_json)


@batch.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List batches, the newest first, without names.

    Example: almoner batch list
    """
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        batches = rooms.offline.list_batches()
    if as_json:
        answer_json([_summary(one) for one in batches])
    else:
        headings = ("reference", "state", "counted", "total_cents", "entered", "entered_cents")
        answer_table(headings, [tuple(_summary(one).values())[:6] for one in batches])


@batch.command("post")
@click.argument("reference")
@json_option
def post(*, reference: str, as_json: bool) -> None:
    """Book a batch whose lines agree with its count and total, and lock it.

    Example: almoner batch post b_0123456789abcdef
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        posted = rooms.offline.post_batch(reference, actor=COMMAND)
    _answer(posted, as_json=as_json)


@batch.command("slip")
@click.argument("reference")
@json_option
def slip(*, reference: str, as_json: bool) -> None:
    """Show what of a posted batch goes to the bank: one line for each cheque, and the cash.

    Example: almoner batch slip b_0123456789abcdef
    """
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars
    from donations.offline import slip_of

    with opened_rooms() as rooms:
        found = slip_of(rooms.offline.read_batch(reference))
    if as_json:
        answer_json(found)
        return
    rows = [(one["cheque_number"], format_dollars(one["amount_cents"])) for one in found["cheques"]]
    answer_table(("cheque", "amount"), [*rows, ("cash", format_dollars(found["cash_cents"]))])
    answer_facts({"count": found["count"], "total": format_dollars(found["total_cents"])})


def _summary(one: BatchFacts) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "state": one.state,
        "control_count": one.control_count,
        "control_cents": one.control_cents,
        "count": one.count,
        "cents": one.cents,
        "opened_at": one.opened_at,
        "posted_at": one.posted_at,
    }


def _answer(one: BatchFacts, *, as_json: bool) -> None:
    if as_json:
        answer_json({**_summary(one), "lines": [asdict(line) for line in one.lines]})
    else:
        answer_facts(_summary(one))
