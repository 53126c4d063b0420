"""Room: cli. `almoner api-key …`: keys by which programs read. Made alone only while fewer than two may enter."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import click

from donations.cli.answers import answer_json, answer_table, json_option, say


@click.group(name="api-key")
def api_key() -> None:
    """Make, list and revoke keys by which programs read."""


@api_key.command()
@click.argument("label")
@click.option(
    "--scope",
    type=click.Choice(["public", "treasury"]),
    required=True,
    help="What it reads: published figures, or what a treasurer reads with donors masked.",
)
@click.option("--reason", required=True, help="Why a command makes it alone; the audit log keeps it.")
@json_option
def make(*, label: str, scope: Literal["public", "treasury"], reason: str, as_json: bool) -> None:
    """Make a key and print it, once; with two members, an admin asks in the treasury instead.

    Example: almoner api-key make "Board dashboard" --scope public --reason "first set-up"
    """
    from sqlalchemy.orm import Session

    from donations import partners
    from donations.audit_log import COMMAND
    from donations.cli.alone import act_alone
    from donations.cli.opening import opened_rooms
    from donations.errors import FieldRefusedError
    from donations.web.text import Refused, TextRule, believe_line
    from donations.worker import open_worker

    line, why = believe_line(label, TextRule(cap=60, needs="letter")), believe_line(reason, TextRule(cap=200))
    if isinstance(line, Refused) or not line:
        raise FieldRefusedError("Write what the key is for, in at most 60 characters.", field="label")
    if isinstance(why, Refused) or not why:
        raise FieldRefusedError("Write the reason in at most 200 characters.", field="reason")
    with opened_rooms() as rooms:
        now, people = rooms.clock.now(), (COMMAND.reference, COMMAND.reference)

        def draw(session: Session) -> tuple[str, str]:
            reference = partners.agree_on_key(session, label=line, scope=scope, people=people, now=now)
            act_alone(session, "make_api_key", reference, now=now, scope=scope, reason=why)
            return reference, partners.show_key(session, COMMAND, reference, now=now)

        reference, key = rooms.database.write(draw)
        open_worker(rooms, carries_webhooks=False).drain()
    if as_json:
        answer_json({"reference": reference, "scope": scope, "key": key})
        return
    click.echo(key)
    say(f"This is the key {reference} for {line}. It is shown once: keep it among your program's secrets.")


@api_key.command(name="list")
@json_option
def list_(*, as_json: bool) -> None:
    """List every key there ever was; the keys themselves are nowhere.

    Example: almoner api-key list --json
    """
    from donations import partners
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms, rooms.database.read() as session:
        rows = partners.list_keys(session, now=rooms.clock.now())
    if as_json:
        answer_json([asdict(row) for row in rows])
        return
    answer_table(
        ("reference", "for", "scope", "state", "agreed", "last used"),
        [(row.reference, row.label, row.scope, row.state, row.agreed_at.date(), row.used_on) for row in rows],
    )


@api_key.command()
@click.argument("reference")
def revoke(*, reference: str) -> None:
    """End a key at once.

    Example: almoner api-key revoke k_0123456789abcdef
    """
    from donations import partners
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        now = rooms.clock.now()
        rooms.database.write(lambda session: partners.revoke_key(session, COMMAND, reference, now=now))
    say(f"{reference} opens nothing any more.")
