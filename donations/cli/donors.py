"""Room: cli. `almoner donor …`: donors are found, joined and taken apart; masked unless asked with `--show`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option, say

if TYPE_CHECKING:
    from donations.donors import DonorDesk, MergeReason
    from donations.wiring import Rooms

_REASON = click.Choice(["same_person", "misspelt_name", "new_name", "new_email", "same_organization"])
_show_option = click.option("--show", "shows", is_flag=True, help="With names and addresses; the audit log says so.")


@click.group()
def donor() -> None:
    """Find donors, join those who are one person, and take a merge back.

    Example: almoner donor duplicates
    """


@donor.command("find")
@click.argument("query")
@json_option
def find(*, query: str, as_json: bool) -> None:
    """Find donors by name, e-mail, ZIP code, gift or document number; names are masked.

    Example: almoner donor find R-2026-000001-7
    """
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        found = _desk(rooms).find(query)
    if as_json:
        answer_json([asdict(one) for one in found])
    else:
        rows = [(one.reference, one.name, one.email, one.gifts, one.last_gift_on) for one in found]
        answer_table(("reference", "name", "email", "gifts", "last gift"), rows)


@donor.command("show")
@click.argument("reference")
@_show_option
@json_option
def show(*, reference: str, shows: bool, as_json: bool) -> None:
    """Show one donor: rows, gifts, history from elsewhere, documents and merges.

    Example: almoner donor show d_0123456789abcdef --show
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        desk = _desk(rooms)
        found = desk.show(COMMAND, reference) if shows else desk.look(reference)
    if as_json:
        answer_json(found)
        return
    answer_facts({name: len(value) if isinstance(value, list) else value for name, value in found.items()})
    answer_table(("row", "name", "email"), [tuple(row.values()) for row in found["rows"]])


@donor.command("merge")
@click.argument("reference")
@click.argument("into")
@click.option("--reason", type=_REASON, default="same_person", show_default=True, help="Why they are one donor.")
@json_option
def merge_(*, reference: str, into: str, reason: MergeReason, as_json: bool) -> None:
    """Join a donor to another; no document changes, and `donor unmerge` takes it back.

    Example: almoner donor merge d_0123456789abcdef d_fedcba9876543210 --reason new_email
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        made = _desk(rooms).merge(COMMAND, reference, into, reason=reason)
    if as_json:
        answer_json({"merge": made, "donor": reference, "into": into, "reason": reason})
    else:
        say(f"{reference} is joined to {into} ({made}). Take it back with almoner donor unmerge {made}.")


@donor.command("unmerge")
@click.argument("merge")
@json_option
def unmerge_(*, merge: str, as_json: bool) -> None:
    """Take a merge back; everything answers as before it.

    Example: almoner donor unmerge m_0123456789abcdef
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        _desk(rooms).unmerge(COMMAND, merge)
    if as_json:
        answer_json({"merge": merge, "undone": True})
    else:
        say(f"{merge} is taken back.")


@donor.command("duplicates")
@json_option
def duplicates(*, as_json: bool) -> None:
    """List donors who may be one person, with the reason; names are masked.

    Example: almoner donor duplicates --json
    """
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        found = _desk(rooms).list_duplicates()
    if as_json:
        answer_json([asdict(one) for one in found])
    else:
        rows = [(s.one.reference, s.other.reference, s.one.name, s.other.name, ", ".join(s.reasons)) for s in found]
        answer_table(("one", "other", "name", "name", "why"), rows)


def _desk(rooms: Rooms) -> DonorDesk:
    from donations.donors import DonorDesk

    return DonorDesk(database=rooms.database, clock=rooms.clock)
