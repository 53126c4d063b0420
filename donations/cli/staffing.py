"""Room: cli. `almoner staff …`: who may enter the treasury. Alone while fewer than two may."""

from __future__ import annotations

from dataclasses import asdict

import click

from donations.cli.answers import answer_json, answer_table, json_option, say

_ROLE = click.Choice(["purchaser", "treasurer", "approver", "auditor", "admin"])


@click.group()
def staff() -> None:
    """Invite, list and revoke the people who may enter the treasury."""


@staff.command()
@click.argument("email")
@click.option("--name", required=True, help="Their name, as the audit log shows it.")
@click.option("--role", "roles", type=_ROLE, multiple=True, required=True, help="What they may do; again for more.")
@json_option
def invite(*, email: str, name: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Mail somebody a link that works once for 72 hours; with two members, an admin asks in the treasury instead.

    Example: almoner staff invite ada@example.org --name "Ada Example" --role treasurer --role admin
    """
    from typing import cast

    from donations import entrance
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.errors import FieldRefusedError
    from donations.staff import Role
    from donations.web.text import Refused, TextRule, believe_email, believe_line
    from donations.worker import open_worker

    line, address = believe_line(name, TextRule(cap=120, needs="letter")), believe_email(email)
    if isinstance(line, Refused) or not line:
        raise FieldRefusedError("Write a name of at most 120 characters.", field="name")
    if isinstance(address, Refused):
        raise FieldRefusedError("Write an e-mail address like ada@example.org.", field="email")
    wish = entrance.Invitation(name=line, email=address, roles=cast("tuple[Role, ...]", roles))
    with opened_rooms() as rooms:
        keys, now = rooms.settings.secret_keys, rooms.clock.now()
        reference = rooms.database.write(lambda session: entrance.invite_alone(session, keys, COMMAND, wish, now=now))
        open_worker(rooms, carries_webhooks=False).drain()
    if as_json:
        answer_json({"staff": reference, "email": address.casefold(), "roles": sorted(roles)})
        return
    say(f"{line} is invited ({reference}). The link was mailed to {address} and works once, for 72 hours.")


@staff.command(name="list")
@json_option
def list_(*, as_json: bool) -> None:
    """List everybody who was ever invited.

    Example: almoner staff list --json
    """
    from donations import entrance
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms, rooms.database.read() as session:
        rows = entrance.list_all(session)
    if as_json:
        answer_json([asdict(row) for row in rows])
        return
    answer_table(
        ("reference", "name", "e-mail", "roles", "state", "keys"),
        [(row.reference, row.name, row.email, ", ".join(row.roles), row.state, row.keys) for row in rows],
    )


@staff.command()
@click.argument("who", metavar="EMAIL-OR-REFERENCE")
def revoke(*, who: str) -> None:
    """Let somebody in no more: their sign-ins end at once, their keys open nothing, everybody is told.

    Example: almoner staff revoke ada@example.org
    """
    from donations import entrance
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.worker import open_worker

    with opened_rooms() as rooms:
        now = rooms.clock.now()
        reference = rooms.database.write(lambda session: entrance.revoke(session, COMMAND, who, now=now))
        open_worker(rooms, carries_webhooks=False).drain()
    say(f"{reference} may enter no more.")
