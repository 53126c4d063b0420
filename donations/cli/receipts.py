"""Room: cli. `almoner receipt …`: documents are listed, shown, checked, printed as a sample, and sent again."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from donations.cli.answers import answer_facts, answer_json, answer_table, json_option, say
from donations.cli.correcting import gaps, owed, replace, resend, void

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from donations.archive import DocumentStanding
    from donations.tables import Receipt
    from donations.wiring import Rooms


@click.group()
def receipt() -> None:
    """List, show, preview, correct, resend and verify documents.

    Example: almoner receipt verify receipt-R-2026-000001-6.pdf
    """


for _command in (void, replace, resend, gaps, owed):
    receipt.add_command(_command)


@receipt.command("list")
@click.option("--limit", type=click.IntRange(1), help="Only the newest so many.")
@json_option
def list_(*, limit: int | None, as_json: bool) -> None:
    """List issued documents, newest first.

    Example: almoner receipt list --json
    """
    from donations import archive
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms, rooms.database.read() as session:
        rows = [
            _facts(rooms, session, document, standing, file)
            for document, standing, file in archive.list_documents(session, limit=limit)
        ]
    if as_json:
        answer_json(rows)
    else:
        answer_table(
            ("number", "kind", "status", "issued"),
            [(row["number"], row["kind"], row["status"], row["issued_at"].date()) for row in rows],
        )


@receipt.command("show")
@click.argument("number")
@json_option
def show(*, number: str, as_json: bool) -> None:
    """Show one document's standing, its chain from the first number to the newest, and where its file lies.

    Example: almoner receipt show R-2026-000001-6
    """
    from donations import acknowledgment, archive
    from donations.cli.opening import opened_rooms
    from donations.tables import Printed

    with opened_rooms() as rooms, rooms.database.read() as session:
        document = archive.find_document(session, number)
        printed = session.get(Printed, number)
        standing = archive.stand_of(session, document)
        facts = _facts(rooms, session, document, standing, printed.file if printed else None)
        chain = [asdict(link) for link in acknowledgment.trace(session, number).links]
    if as_json:
        answer_json(facts | {"chain": chain})
        return
    answer_facts(facts)
    click.echo()
    answer_table(
        ("number", "issued", "status", "why", "since"),
        [(link["number"], link["issued_on"], link["status"], link["reason"], link["changed_on"]) for link in chain],
    )


@receipt.command("preview")
@click.argument("kind")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", help="Of headings and explanations.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; default KIND.pdf.")
def preview(*, kind: str, language: Literal["en", "es"], out: Path | None) -> None:
    """Print a kind's sample, with invented facts, as the real document would look.

    Example: almoner receipt preview gift_receipt
    """
    from donations.cli.previewing import look_over, print_sample

    target = out or Path(f"{kind}.pdf")
    target.write_bytes(print_sample(kind, language))
    say(f"Wrote {target}.")
    for sentence in look_over(kind):
        say(sentence)


@receipt.command("prove")
@click.argument("number", required=False)
@click.option("--sample", default=20, show_default=True, type=click.IntRange(1), help="How many, drawn by chance.")
@json_option
def prove(*, number: str | None, sample: int, as_json: bool) -> None:
    """Print documents again from their frozen facts and hold the stored files against that; exit 1 if one differs.

    Without a number it takes some by chance: let a timer run it every night. Example: almoner receipt prove
    """
    from donations.cli.proving import prove_documents

    found = prove_documents(number, sample)
    if as_json:
        answer_json(found)
    else:
        answer_table(("number", "ok", "what"), [(each["number"], each["ok"], each["detail"]) for each in found])
    if not all(each["ok"] for each in found):
        sys.exit(1)


@receipt.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--online", is_flag=True, help="Ask the verification page named in the file for its standing.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The charity's certificate (PEM or DER) the seal must be of; default: those the book at hand has used.",
)
@json_option
def verify(*, file: Path, online: bool, certificate: Path | None, as_json: bool) -> None:
    """Check a PDF alone, offline, and say exactly what was checked and what was not; beside a book, its status too.

    Example: almoner receipt verify receipt-R-2026-000001-6.pdf
    """
    from donations.cli.verifying import verify_document

    answer = verify_document(file.read_bytes(), certificate=certificate, online=online)
    if as_json:
        answer_json(answer)
    else:
        for check in answer["checks"]:
            click.echo(f"{'ok  ' if check['ok'] else 'FAIL'}  {check['name']}: {check['detail']}")
        for sentence in answer["not_checked"]:
            click.echo(f"not checked: {sentence}")
        click.echo(f"status: {answer['status']}")
    if not answer["ok"]:
        sys.exit(1)


def _facts(
    rooms: Rooms, session: Session, document: Receipt, standing: DocumentStanding, file: str | None
) -> dict[str, Any]:
    from donations.tables import Gift

    gift = None if document.gift_id is None else session.get_one(Gift, document.gift_id).reference
    return {
        "number": document.number,
        "kind": document.kind,
        "status": standing.status,
        "gift": gift,
        "amount_cents": document.amount_cents,
        "tax_year": document.tax_year,
        "issued_at": document.issued_at,
        "replaces": document.replaces,
        "replaced_by": standing.newest_number if standing.status == "replaced" else None,
        "sha256": standing.sha256,
        "pdf": None if file is None else str(rooms.files.path_of(file)),
    }
