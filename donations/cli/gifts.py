"""Room: cli. `almoner gift …`: look a gift up; hold one that was set aside for a person until its donor answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option, say
from donations.cli.telling import gift_options, read_wish, tribute_fields, tribute_options

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from donations.offline import CorrectionReason
    from receipts.rules.us.earmarks import EarmarkReason


@click.group()
def gift() -> None:
    """Look gifts up, and hold those that were set aside for a person.

    Example: almoner gift show g_0123456789abcdef
    """


@gift.command("show")
@click.argument("reference")
@json_option
def show(*, reference: str, as_json: bool) -> None:
    """Show one gift with everything the book knows about it; the answer holds the donor's name.

    Example: almoner gift show g_0123456789abcdef --json
    """
    from donations.cli.opening import opened_rooms
    from donations.giving import gift_dossier

    with opened_rooms() as rooms, rooms.database.read() as session:
        facts = gift_dossier(session, reference)
    if as_json:
        answer_json(facts)
        return
    answer_facts({name: value for name, value in facts.items() if not isinstance(value, list | dict)})
    for entry in facts["entries"]:
        click.echo(f"\n{entry['kind']}  {entry['key']}  {entry['effective_on']}")
        for line in entry["transfers"]:
            click.echo(f"  {line['fund']}: {line['debit']} / {line['credit']}  {line['cents']}")


@gift.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@json_option
def list_(*, limit: int, as_json: bool) -> None:
    """List the latest gifts, newest first, without names.

    Example: almoner gift list --limit 20
    """
    from donations.cli.opening import opened_rooms
    from donations.giving import list_gifts
    from donations.money import format_dollars

    with opened_rooms() as rooms, rooms.database.read() as session:
        gifts = list_gifts(session, limit=limit)
    if as_json:
        answer_json(gifts)
    else:
        answer_table(
            ("reference", "state", "amount", "day"),
            [
                (
                    one["reference"],
                    one["state"],
                    "in kind" if one["is_in_kind"] else format_dollars(one["amount_cents"]),
                    one["gift_date"],
                )
                for one in gifts
            ],
        )


@gift.command("hold")
@click.argument("reference")
@click.option(
    "--reason",
    type=click.Choice(["named_person", "own_relative", "clothing_fund_code", "only_for"]),
    help="Why it must wait; without it you are asked for the words, which are read once and kept nowhere.",
)
def hold(*, reference: str, reason: EarmarkReason | None) -> None:
    """Hold a gift that was set aside for one person, before its money comes; its donor is asked then.

    Example: almoner gift hold g_0123456789abcdef --reason own_relative
    """
    from donations import earmarks
    from donations.cli.opening import opened_rooms
    from donations.earmarks import Hold

    # Asked for, never given as an argument: a shell keeps its history, and the words may name a child.
    memo = "" if reason else click.prompt("The words that came with it")
    with opened_rooms() as rooms:
        asked, now = Hold(reference=reference, reason=reason, memo=memo), rooms.clock.now()
        why = rooms.database.write(lambda session: earmarks.hold_gift(session, asked, now=now))
    say(f"{reference} is held ({why.replace('_', ' ')}). When its money comes, its donor is asked by mail.")


@gift.command("correct")
@click.argument("reference")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["entered_twice", "wrong_amount", "wrong_facts", "never_came"]),
    help="What was wrong with it.",
)
def correct(*, reference: str, reason: CorrectionReason) -> None:
    """Take a gift out of the book that was entered wrongly at the desk; enter the right one afresh.

    With two staff it is asked for at /treasury.

    Example: almoner gift correct g_0123456789abcdef --reason wrong_amount
    """
    from donations.audit_log import COMMAND
    from donations.cli.alone import act_alone
    from donations.cli.opening import opened_rooms
    from donations.offline import GiftCorrection, correct_gift

    by = COMMAND.reference
    wish = GiftCorrection(reference=reference, reason=reason, asked_by=by, approved_by=by)
    with opened_rooms() as rooms:
        now = rooms.clock.now()

        def together(session: Session) -> None:
            correct_gift(session, COMMAND, wish, now=now)
            act_alone(session, "correct_by_command", reference, now=now)

        rooms.database.write(together)
    say(f"{reference} is out of the book; its documents will be void once the worker has run.")


@gift.command("add")
@gift_options
@tribute_options
@json_option
def add(*, as_json: bool, not_duplicate: bool, **told: Any) -> None:  # noqa: ANN401  # What `gift_options` asks for.
    """Book one gift that did not come through Stripe; no e-mail address is needed.

    Example: almoner gift add --kind cash --amount-cents 2500 --name "Ada Example" --received 2026-11-20
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.web.forms import believe_tribute

    with opened_rooms() as rooms:
        wish = replace(read_wish(told), tribute=believe_tribute(tribute_fields(told)))
        reference = rooms.offline.add(wish, actor=COMMAND, is_no_duplicate=not_duplicate)
    if as_json:
        answer_json({"reference": reference, "kind": wish.kind, "amount_cents": wish.amount_cents})
    else:
        document = "letter" if wish.custodian or wish.kind == "donor_advised_fund" else "receipt"
        then = "it gets no receipt" if wish.is_donor_unknown else f"almoner work makes its {document}"
        say(f"{reference} is booked; {then}.")


@gift.command("held")
@json_option
def held(*, as_json: bool) -> None:
    """List gifts that wait for their donor's answer, or for their money to go back, the oldest first.

    Example: almoner gift held --json
    """
    from dataclasses import asdict

    from donations import earmarks
    from donations.cli.opening import opened_rooms
    from donations.money import format_dollars

    with opened_rooms() as rooms, rooms.database.read() as session:
        waiting = earmarks.list_held(session)
    if as_json:
        answer_json([asdict(one) for one in waiting])
    else:
        answer_table(
            ("reference", "state", "reason", "amount", "charge"),
            [
                (one.reference, one.state, one.reason, format_dollars(one.amount_cents), one.charge_id or "–")
                for one in waiting
            ],
        )


@gift.command("answer")
@click.argument("reference")
@click.option(
    "--donor",
    "answer",
    required=True,
    type=click.Choice(["agrees", "wants-it-back"]),
    help="What the donor wrote to you.",
)
def answer_(*, reference: str, answer: str) -> None:
    """Record what the donor of a held gift decided, when the answer came on paper.

    Example: almoner gift answer g_0123456789abcdef --donor agrees
    """
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        rooms.consents.record(reference, agrees=answer == "agrees", by="treasurer")
    if answer == "agrees":
        say(f"{reference} joins the pool; almoner work makes its receipt.")
    else:
        say(f"{reference} goes back: ask for it with almoner refund {reference}.")


@gift.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--mapping", required=True, help="civicrm, donorbox, givewp, stripe, or a TOML file of your own.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken in.")
@click.option("--refused", "refused_file", type=click.Path(dir_okay=False), help="Write refused rows here as CSV.")
@json_option
def import_(*, file: str, mapping: str, dry_run: bool, refused_file: str | None, as_json: bool) -> None:
    """Take in gifts another system received, as history: no money is booked and no receipt is made. Once only.

    Example: almoner gift import givewp.csv --mapping givewp --dry-run
    """
    from donations.cli.importing import import_file

    import_file(file, mapping, refused_file=refused_file, is_dry=dry_run, as_json=as_json)
