"""Room: cli. `almoner audit` and `almoner balances`: what the book holds, and whether it holds together."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_json, answer_table, json_option

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from donations.audit_log import Act, Head
    from donations.invariants import Check


@click.command()
@click.option("--log", "log", is_flag=True, help="List what everybody did, the newest first, and check nothing.")
@click.option("--head", metavar="POSITION:HASH", help="The audit log's end from a letter: it must still stand there.")
@json_option
def audit(*, log: bool, head: str | None, as_json: bool) -> None:
    """Run every invariant of ledger, designations, documents and audit log; exit 1 on a broken one, naming its rows.

    Example: almoner audit
    """
    from donations import audit_log, invariants
    from donations.cli.opening import opened_rooms
    from donations.worker.scribe import read_heads

    with opened_rooms() as rooms, rooms.database.read() as session:
        if log:
            _list_acts(audit_log.search(session, audit_log.Search(zone=rooms.settings.zone)), as_json=as_json)
            return
        checks = invariants.audit(session)
        heads = [*read_heads(rooms.settings.registers), *_told_head(head)]
        wrong = audit_log.verify(session, rooms.settings.secret_keys, heads)
        checks += _public_checks(session)
    checks.append(_log_check(wrong))
    ok = all(found.ok for found in checks)
    if as_json:
        rows = [{"id": one.id, "name": one.name, "ok": one.ok, "rows": one.rows} for one in checks]
        answer_json({"ok": ok, "checks": rows})
    else:
        _show(checks)
    if not ok:
        sys.exit(1)


def _public_checks(session: Session) -> list[Check]:
    from donations.invariants import Check
    from donations.log.auditing import find_broken_lines, find_unbooked

    asked = (
        ("I15", "the public log is whole: lines, tiles and every signed root", find_broken_lines(session)),
        ("I16", "what is published is what is booked: numbers, gifts and returns", find_unbooked(session)),
    )
    return [
        Check(id=id_, name=name, ok=not wrong, rows=tuple({"wrong": one} for one in wrong[:20]), is_hard=True)
        for id_, name, wrong in asked
    ]


def _log_check(wrong: Sequence[str]) -> Check:
    from donations.invariants import Check

    return Check(
        id="A1",
        name="nothing in the audit log was changed, removed or cut off",
        ok=not wrong,
        rows=tuple({"wrong": sentence} for sentence in wrong[:20]),
        is_hard=True,
    )


def _show(checks: Sequence[Check]) -> None:
    answer_table(
        ("check", "", "what must hold"), [(one.id, "ok" if one.ok else "BROKEN", one.name) for one in checks]
    )
    for one in checks:
        for row in one.rows if not one.ok else ():
            click.echo(f"{one.id}: {row}", err=True)


def _told_head(head: str | None) -> list[Head]:
    from donations.audit_log import Head
    from donations.errors import FieldRefusedError

    if head is None:
        return []
    position, _, hash_ = head.partition(":")
    if not position.isdecimal() or not hash_:
        raise FieldRefusedError("Write the end as in the letter: POSITION:HASH.", field="head")
    return [Head(position=int(position), hash=hash_.strip().lower())]


def _list_acts(acts: Sequence[Act], *, as_json: bool) -> None:
    from dataclasses import asdict

    from donations.clock import to_rfc3339

    if as_json:
        answer_json([asdict(act) for act in acts])
        return
    answer_table(
        ("when", "who", "what", "about"), [(to_rfc3339(act.at), act.actor, act.act, act.subject) for act in acts]
    )


@click.command()
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="As of the end of this day; default: now.")
@json_option
def balances(*, day: datetime | None, as_json: bool) -> None:
    """Show the balance of every fund and account; debit is positive.

    Example: almoner balances --on 2026-12-31
    """
    from donations import ledger
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars

    as_of = None if day is None else ledger.AsOf(effective_on=day.date())
    with opened_rooms() as rooms, rooms.database.read() as session:
        lines = ledger.trial_balance(session, as_of)
    if as_json:
        answer_json(
            [{"fund": line.fund, "account": line.account, "balance_cents": line.balance_cents} for line in lines]
        )
    else:
        answer_table(
            ("fund", "account", "balance"),
            [(line.fund, line.account, format_dollars(line.balance_cents).rjust(16)) for line in lines],
        )
