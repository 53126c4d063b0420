"""Room: cli. `almoner bank …` and `almoner period …`: statements, what their lines are, and months closed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option, say

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from donations.bank import BankDesk
    from donations.bank.matching import Act
    from donations.wiring import Rooms

_ACTS = (
    *("payout", "payout_back", "deposit", "booked", "sweep", "charge", "suspense", "sent_back", "returned_cheque"),
    *("interest", "funding"),
)
_account = click.option(
    "--account", type=click.Choice(["children", "operations"]), default="children", show_default=True
)


@click.group()
def bank() -> None:
    """Take in bank statements and say what each of their lines is.

    Example: almoner bank import november.qfx
    """


@bank.command("import")
@click.argument("file", type=click.File("rb"))
@_account
@json_option
def import_(*, file: BinaryIO, account: str, as_json: bool) -> None:
    """Take in the new lines of an OFX, QFX or CSV file; lines known already are left.

    Example: almoner bank import november.qfx --account children --json
    """
    from donations.audit_log import COMMAND
    from donations.bank import believe_account
    from donations.bank.statement import FILE_MAX
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        done, statement = _desk(rooms).take_in(COMMAND, believe_account(account), file.read(FILE_MAX + 1))
    balance = None if statement.balance is None else asdict(statement.balance)
    if as_json:
        answer_json({**asdict(done), "balance": balance})
        return
    say(f"New lines: {done.new}; known already: {done.known}.")


@bank.command("lines")
@click.option("--waiting", is_flag=True, help="Only those that are not in the book yet.")
@json_option
def lines(*, waiting: bool, as_json: bool) -> None:
    """List the bank's lines, the newest first, or those that wait and what each may be.

    Example: almoner bank lines --waiting --json
    """
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars

    with opened_rooms() as rooms:
        desk = _desk(rooms)
        if waiting:
            found = desk.list_waiting()
            rows = [{**asdict(one.line), "candidates": list(map(asdict, one.candidates))} for one in found]
        else:
            rows = [asdict(one) for one in desk.list_latest()]
    if as_json:
        answer_json(rows)
        return
    answer_table(
        ("line", "day", "account", "amount", "in the book"),
        [
            (one["reference"], one["booked_on"], one["account"], format_dollars(one["cents"]), one["act"] or "waits")
            for one in rows
        ],
    )


@bank.command("match")
@click.argument("line", required=False)
@click.option("--as", "act", type=click.Choice(_ACTS), help="What the line is.")
@click.option("--subject", "subjects", multiple=True, help="What it settles: a payout, a gift, an entry's key.")
@click.option("--certain", is_flag=True, help="Book every line that is certainly one thing the book awaits.")
@json_option
def match(*, line: str | None, act: Act | None, subjects: tuple[str, ...], certain: bool, as_json: bool) -> None:
    """Book a line as what it is, or all that are certain at once.

    Example: almoner bank match l_0123456789abcdef --as charge
    """
    from donations.audit_log import COMMAND
    from donations.bank import Saying
    from donations.cli.opening import opened_rooms

    if certain == (line is not None) or (line is None) != (act is None):
        raise click.UsageError("Name a line and what it is (--as), or say --certain.")
    with opened_rooms() as rooms:
        if line is None or act is None:
            count = _desk(rooms).accept_certain(COMMAND)
        else:
            _desk(rooms).accept(COMMAND, line, Saying(act=act, subjects=subjects))
            count = 1
    if as_json:
        answer_json({"booked": count})
        return
    say(f"Lines in the book: {count}.")


@bank.command("assert")
@click.option("--on", "on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="At the end of this day.")
@click.option("--balance-cents", required=True, type=int, help="What the statement says, in cents.")
@_account
@json_option
def assert_(*, on: datetime, balance_cents: int, account: str, as_json: bool) -> None:
    """Note what the bank's statement says, and compare it with the book to 0.00.

    Example: almoner bank assert --on 2026-11-30 --balance-cents 12547 --account children
    """
    from donations.audit_log import COMMAND
    from donations.bank import Assertion, believe_account
    from donations.cli.opening import opened_rooms

    told = Assertion(account=believe_account(account), on=on.date(), cents=balance_cents)
    with opened_rooms() as rooms:
        found = _desk(rooms).assert_balance(COMMAND, told)
    facts = {
        "account": found.account,
        "on": found.on,
        "book_cents": found.book_cents,
        "outstanding_cents": found.outstanding_cents,
        "unmatched_cents": found.unmatched_cents,
        "expected_cents": found.expected_cents,
        "bank_cents": found.bank_cents,
        "difference_cents": found.difference_cents,
    }
    if as_json:
        answer_json(facts)
        return
    answer_facts(facts)


@bank.command("undo")
@click.argument("line")
@click.option("--reason", required=True, type=click.Choice(["wrong_kind", "wrong_subject", "wrong_line"]))
@json_option
def undo(*, line: str, reason: str, as_json: bool) -> None:
    """Undo a wrong match: what it posted is reversed, and the line waits again; while fewer than two may enter.

    Example: almoner bank undo l_0123456789abcdef --reason wrong_kind
    """
    from donations.audit_log import COMMAND
    from donations.bank import Undoing, believe_reason, undo_match
    from donations.bank.months import ALONE
    from donations.bank.undoing import check_undoing
    from donations.cli.alone import act_alone
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:

        def let_it_wait(session: Session) -> None:
            found = check_undoing(session, line)
            wish = Undoing(
                reference=line,
                entry_key=found.entry_key or "",
                reason=believe_reason(reason),
                asked_by=COMMAND.reference,
                approved_by=ALONE,
            )
            act_alone(session, "bank_undo_by_command", line, now=rooms.clock.now())
            undo_match(session, COMMAND, wish, now=rooms.clock.now())

        rooms.database.write(let_it_wait)
    if as_json:
        answer_json({"line": line, "state": "waits"})
        return
    say("What it had posted is reversed; the line waits again.")


@bank.command("certificate")
@click.argument("payout")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: payout-PAYOUT.pdf.")
@json_option
def certificate(*, payout: str, out: Path | None, as_json: bool) -> None:
    """Write a payout's certificate as a PDF; refused while a cent of it is unexplained.

    Example: almoner bank certificate po_1QExamplePayout01 --out payout.pdf
    """
    from donations.bank import CertificateDesk
    from donations.cli.opening import opened_rooms
    from donations.reporting.sheets import written_whole

    target = out or Path(f"payout-{payout}.pdf")
    with opened_rooms() as rooms:
        desk = CertificateDesk(
            database=rooms.database, clock=rooms.clock, settings=rooms.settings, printing=rooms.printing
        )
        pdf = desk.print_certificate(payout)
    with written_whole(target) as unfinished:
        unfinished.write_bytes(pdf)
    if as_json:
        answer_json({"payout": payout, "file": str(target)})
        return
    click.echo(target)


@click.group()
def period() -> None:
    """Close months once book and bank agree.

    Example: almoner period close 2026-11
    """


@period.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List every month of the book and whether it is open, closed or locked.

    Example: almoner period list --json
    """
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        found = _desk(rooms).list_months()
    if as_json:
        answer_json([asdict(one) for one in found])
        return
    answer_table(("month", "state"), [(one.name, one.state) for one in found])


@period.command("close")
@click.argument("month")
@json_option
def close(*, month: str, as_json: bool) -> None:
    """Close a month and every one before it; refused with all that stands in the way.

    Example: almoner period close 2026-11
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        _desk(rooms).close_month(COMMAND, month)
    if as_json:
        answer_json({"month": month, "state": "closed"})
        return
    say(f"{month} is closed: what is told of it later is booked on the first open day.")


@period.command("reopen")
@click.argument("month")
@json_option
def reopen(*, month: str, as_json: bool) -> None:
    """Open a closed month and every later one again, while fewer than two people may enter; it is audited.

    Example: almoner period reopen 2026-11
    """
    from donations.audit_log import COMMAND
    from donations.bank import Reopening, reopen_month
    from donations.bank.months import ALONE
    from donations.cli.alone import act_alone
    from donations.cli.opening import opened_rooms

    wish = Reopening(name=month, asked_by=COMMAND.reference, approved_by=ALONE)
    with opened_rooms() as rooms:

        def open_again(session: Session) -> None:
            act_alone(session, "reopen_by_command", month, now=rooms.clock.now())
            reopen_month(session, COMMAND, rooms.clock, wish)

        rooms.database.write(open_again)
    if as_json:
        answer_json({"month": month, "state": "open"})
        return
    say(f"{month} is open again, and every later month.")


def _desk(rooms: Rooms) -> BankDesk:
    from donations.bank import BankDesk

    return BankDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings)
