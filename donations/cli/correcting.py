"""Room: cli. What a treasurer does about one document: void, replace, send again; and the report of every number."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

import click

from donations.cli.answers import answer_json, answer_table, json_option, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from donations.clerk import Desk, ReplaceReason, VoidReason
    from donations.wiring import Rooms

_Made = TypeVar("_Made")


@click.command("void")
@click.argument("number")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["issued_in_error", "duplicate"]),
    help="Why; the class of it is shown on the verification page.",
)
def void(*, number: str, reason: VoidReason) -> None:
    """Void a document that should not be; its number stays, its donor is told by mail.

    Example: almoner receipt void R-2026-000001-6 --reason issued_in_error
    """
    from donations import clerk
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        _at_the_desk(
            rooms, "void_by_command", number, lambda session, desk: clerk.void_document(session, desk, number, reason)
        )
    say(f"{number} is void; its number is never used again. almoner work tells the donor.")


@click.command("replace")
@click.argument("number")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["misspelt_name", "corrected_address", "correction", "wrong_donor"]),
    help="Why; wrong_donor also voids the old receipt for the person it went to.",
)
@click.option("--name", help="The donor's name as it should be.")
@click.option("--address-line", "address_lines", multiple=True, help="A line of the address; give it once per line.")
@click.option("--email", help="The true donor's e-mail address; only with wrong_donor.")
@json_option
def replace(  # One option each.
    *,
    number: str,
    reason: ReplaceReason,
    name: str | None,
    address_lines: tuple[str, ...],
    email: str | None,
    as_json: bool,
) -> None:
    """Issue a receipt in the place of another: same gift, day and amount, under a new number and of today.

    Example: almoner receipt replace R-2026-000001-6 --reason misspelt_name --name "Alex Example"
    """
    from donations import acknowledgment, clerk
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        wish = clerk.Correction(
            reason=reason,
            name=_line(name),
            address_lines=address_lines or None,
            email=None if email is None else _email(email),
        )
        new = _at_the_desk(
            rooms,
            "replace_by_command",
            number,
            lambda session, desk: clerk.replace_receipt(session, desk, number, wish),
        )
        with rooms.database.read() as session:
            is_late = acknowledgment.is_late(session, new)
    if as_json:
        answer_json({"number": new, "replaces": number, "reason": reason})
    else:
        click.echo(new)
    say(f"{new} replaces {number}; almoner work prints and sends it.")
    if is_late:
        say("It is after 15 April following the year of the gift: it may come too late for a return already filed.")


@click.command("resend")
@click.argument("number")
@click.option("--email", help="The donor's corrected address; what we send from now on goes there.")
def resend(*, number: str, email: str | None) -> None:
    """Send a document again to the donor's address on file; the same bytes, a new letter marked as a copy.

    Example: almoner receipt resend R-2026-000001-6 --email alex@example.org
    """
    from donations import archive
    from donations.cli.opening import opened_rooms

    to = None if email is None else _email(email)
    with opened_rooms() as rooms:
        now, keys = rooms.clock.now(), rooms.settings.secret_keys
        rooms.database.write(lambda session: archive.owe_again(session, keys, number, now=now, to=to))
    say(f"{number} will be sent again; almoner work sends it.")


@click.command("gaps")
@click.option("--series", type=click.Choice(["R", "S", "N", "L"]), help="Only one series.")
@click.option("--year", type=click.IntRange(2000, 2999), help="Only one year of issue.")
@json_option
def gaps(*, series: str | None, year: int | None, as_json: bool) -> None:
    """Give a reason for each number of a series and year; a number that is missing ends with status 1.

    Example: almoner receipt gaps --series R --year 2026
    """
    from donations import acknowledgment
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms, rooms.database.read() as session:
        lines = [asdict(line) for line in acknowledgment.account_for_numbers(session, series=series, year=year)]
    missing = [line["number"] for line in lines if line["status"] == "missing"]
    if as_json:
        answer_json({"ok": not missing, "missing": missing, "numbers": lines})
    else:
        answer_table(
            ("number", "status", "why", "since", "replaced by"),
            [
                (line["number"], line["status"], line["reason"], line["changed_on"], line["replaced_by"])
                for line in lines
            ],
        )
        say(f"{len(lines)} numbers, {len(missing)} missing.")
    if missing:
        sys.exit(1)


@click.command("owed")
@json_option
def owed(*, as_json: bool) -> None:
    """List receipts that no longer tell what was kept: the clerk corrects them, what stays could not be issued.

    Example: almoner receipt owed
    """
    from donations import acknowledgment
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars

    with opened_rooms() as rooms, rooms.database.read() as session:
        lines = [asdict(line) for line in acknowledgment.list_owed_documents(session)]
    if as_json:
        answer_json(lines)
        return
    answer_table(
        ("number", "gift", "needs", "told", "kept"),
        [
            (
                line["number"],
                line["gift_reference"],
                line["need"],
                format_dollars(line["told_cents"]),
                format_dollars(line["kept_cents"]),
            )
            for line in lines
        ],
    )


def _at_the_desk(rooms: Rooms, name: str, number: str, act: Callable[[Session, Desk], _Made]) -> _Made:
    """Let the clerk act in one commit with the note that a command did it alone; refused where there are two."""
    from donations.cli.alone import act_alone
    from donations.worker import open_workshop

    desk = open_workshop(rooms).desk()

    def together(session: Session) -> _Made:
        act_alone(session, name, number, now=desk.now)
        return act(session, desk)

    return rooms.database.write(together)


def _line(text: str | None) -> str | None:
    from unicodedata import normalize

    return None if text is None else normalize("NFC", " ".join(text.split()))


def _email(text: str) -> str:
    from donations.errors import FieldRefusedError
    from donations.web.text import Refused, believe_email

    believed = believe_email(text)
    if isinstance(believed, Refused) or not believed:
        raise FieldRefusedError("That is not an e-mail address that can be written to.", field="email")
    return believed
