from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from donations.audit_log import COMMAND
from donations.database import Database
from donations.donors import READY, find_donors, plan_import, read_mapping, ready_mapping, take_in
from donations.errors import FieldRefusedError
from donations.tables import Donor, ImportedGift, entry

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Los_Angeles")
PAPER = read_mapping(
    'source = "paper"\ndate_formats = ["%m/%d/%Y"]\n'
    '[columns]\nname = "Donor"\nemail = "Mail"\namount = "Amount"\ndate = "Date"\npostal_code = "ZIP"\n'
)


def test_a_file_taken_in_twice_adds_nothing_and_books_nothing(book: Database) -> None:
    text = (
        "Donor;Mail;Amount;Date;ZIP\nAda Example;ada@example.org;1,025.00;01/02/2025;01234\n"
        "Zoe Other;;25;01/03/2025;00501\nZoe Other;;25;01/03/2025;00501\n"
    )
    plan = plan_import(text.encode("cp1252"), PAPER, zone=ZONE)
    assert (len(plan.gifts), plan.total_cents, plan.refused) == (3, 107_500, ())
    first = book.write(lambda session: take_in(session, COMMAND, plan, now=NOW))
    again = book.write(lambda session: take_in(session, COMMAND, plan, now=NOW))
    assert (first.taken, again.taken, again.known, again.reference) == (3, 0, 3, None)
    with book.read() as session:
        assert session.scalars(select(ImportedGift.postal_code).order_by(ImportedGift.id)).all()[0] == "01234"
        assert session.scalars(select(entry.c.id)).all() == []
        assert len(session.scalars(select(Donor.id)).all()) == 2
        assert [one.name for one in find_donors(session, "00501")] == ["Zoe Other"]


def test_namesakes_without_an_address_of_mail_are_not_one_donor(book: Database) -> None:
    text = "Donor,Amount,Date,ZIP\nZoe Other,25,01/03/2025,00501\nZoe Other,25,01/03/2025,89101\n"
    plan = plan_import(text.encode(), PAPER, zone=ZONE)
    book.write(lambda session: take_in(session, COMMAND, plan, now=NOW))
    with book.read() as session:
        assert len(find_donors(session, "zoe")) == 2


def test_a_refused_row_is_told_by_its_line_and_sentence() -> None:
    first = '\ufeffDonor\tAmount\tDate\n"Two\nLines"\t5\t01/02/2025\n'
    text = f"{first}Ada\t5.5\t01/02/2025\nAda\t5\t2025-01-02\n\t5\t01/02/2025\n"
    plan = plan_import(text.encode(), PAPER, zone=ZONE)
    assert [(row.line, row.sentence.split()[1]) for row in plan.refused] == [(4, "amount"), (5, "date"), (6, "row")]
    assert plan.gifts[0].name == "Two Lines"


@pytest.mark.parametrize("content", [b"", b"one\n", b"a,a\n", b"\xff\xfea", b"a\0,b", b'Donor,Amount,Date\n"open'])
def test_what_is_no_table_is_refused_kindly(content: bytes) -> None:
    with pytest.raises(FieldRefusedError):
        plan_import(content, PAPER, zone=ZONE)


def test_a_file_past_ten_mebibytes_is_refused() -> None:
    with pytest.raises(FieldRefusedError, match="10 MiB"):
        plan_import(b"a" * (10 * 1024 * 1024 + 1), PAPER, zone=ZONE)


@pytest.mark.parametrize("name", READY)
def test_the_ready_mappings_read_a_file_of_their_columns(name: str) -> None:
    mapping = ready_mapping(name)
    shown = datetime(2025, 1, 1, 3, 0, tzinfo=UTC).strftime(mapping.date_formats[0])
    told = {"amount": "12.50", "date": shown, "email": "ada@example.org", "currency": "usd", "refunded": "2.50"}
    told |= {"name": "Ada Example", "first_name": "Ada", "last_name": "Example", "status": min(mapping.taken)}
    values = [told.get(field, f"{field} 1") for field in mapping.columns]
    text = ",".join(mapping.columns.values()) + "\n" + ",".join(values) + "\n"
    (gift,) = plan_import(text.encode(), mapping, zone=ZONE).gifts
    assert (gift.name, gift.amount_cents) == ("Ada Example", 1250)
    assert gift.refunded_cents == (250 if name == "stripe" else 0)
    assert gift.given_on == (date(2024, 12, 31) if mapping.is_utc else date(2025, 1, 1))


def test_statuses_decide_what_is_taken_refunded_left_out_or_refused() -> None:
    mapping = ready_mapping("givewp")
    columns = ",".join(mapping.columns.values())
    rows = [
        f"{n},Ada,Example,,5.00,USD,2025-01-02,{status},,,,,,"
        for n, status in enumerate(["Complete", "Refunded", "Failed", "Strange"])
    ]
    plan = plan_import("\n".join([columns, *rows]).encode(), mapping, zone=ZONE)
    assert [gift.refunded_cents for gift in plan.gifts] == [0, 500]
    assert (plan.left_out, len(plan.refused)) == (1, 1)
