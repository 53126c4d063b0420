"""The examples of the tax rules that apply to card gifts, through the clerk, on the stored rows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from donations import acknowledgment, ledger
from donations.acknowledgment import list_refused_gifts, read_letterhead
from donations.database import Database
from donations.tables import DocumentRequest, Donor, FrozenFacts, GiftSettlement, Receipt, ReceiptEvent
from receipts import wording
from receipts.facts import AnnualStatement, GiftReceipt, NothingGiven, ReceiptLine, freeze, receipt_json, thaw
from receipts.numbers import format_number
from tests.clerk_room import BASE_URL, NOON, Giving, desk, numbers, organisation, settle_all, tick

_ADDRESS = {
    "address_line1": "5 Sample Street",
    "city": "Reno",
    "region": "NV",
    "postal_code": "89501",
    "country": "US",
}


def _frozen(book: Database, number: str) -> GiftReceipt | AnnualStatement:
    with book.read() as session:
        document = thaw(session.scalars(select(FrozenFacts.facts).where(FrozenFacts.number == number)).one().encode())
    assert isinstance(document, (GiftReceipt, AnnualStatement))
    return document


def _receipt(book: Database, giving: Giving) -> GiftReceipt:
    settle_all(book, giving)
    (number,) = tick(book).issued
    document = _frozen(book, number)
    assert isinstance(document, GiftReceipt)
    return document


def _statement(book: Database, number: str) -> AnnualStatement:
    document = _frozen(book, number)
    assert isinstance(document, AnnualStatement)
    return document


def _ask(book: Database, *, year: int = 2026) -> tuple[str, ...]:
    book.write(partial(acknowledgment.request_statement, donor_id=1, year=year, now=NOON))
    return tick(book).issued


@pytest.mark.parametrize("cents", [13_000, 25_000])
def test_a_card_gift_is_acknowledged_with_day_amount_and_sentence_whatever_its_size(
    book: Database, cents: int
) -> None:
    receipt = _receipt(book, Giving(cents=cents))
    assert receipt.amount_cents == cents
    assert receipt.gift_on == date(2026, 11, 22)
    assert receipt.gift_on_basis == "charged"
    assert receipt.goods_services == NothingGiven()
    assert receipt.issuer.legal_name == "Desert Wardrobe Foundation"
    assert receipt.issuer.ein == "88-1234567"
    assert receipt.donor.name == "Alex Example"
    assert receipt.simulated


def test_the_row_remembers_exactly_the_facts_that_were_frozen(book: Database) -> None:
    receipt = _receipt(book, Giving())
    with book.read() as session:
        row = session.scalars(select(Receipt)).one()
    assert (row.number, row.amount_cents, row.tax_year, row.kind) == (receipt.number, 13_000, 2026, "gift_receipt")
    assert receipt.verify_url == f"{BASE_URL}/v/{row.verify_token}"
    assert len(row.verify_token) == 32


@pytest.mark.parametrize(
    ("giving", "changes", "word"),
    [
        (Giving(name=" "), {}, "donor"),
        (Giving(name="\u202eecilA"), {}, "donor"),
        (Giving(), {"public_charity": False}, "public_charity"),
        (Giving(), {"legal_name": " "}, "legal_name"),
        (Giving(), {"signatory_name": "\u202eB"}, "signatory_name"),
        (Giving(charged_at=datetime(2026, 11, 23, 9, tzinfo=UTC)), {}, "gift_on"),
    ],
)
def test_a_refusal_names_its_reason_and_takes_no_number(
    book: Database, giving: Giving, changes: dict[str, Any], word: str
) -> None:
    settle_all(book, giving)
    advanced = tick(book, desk(**changes))
    assert (advanced.filed, advanced.issued) == (1, ())
    with book.read() as session:
        letterhead = read_letterhead(session, organisation(**changes), now=NOON, base_url=BASE_URL)
        (refusal,) = list_refused_gifts(session, letterhead)
        assert session.scalar(select(func.count()).select_from(FrozenFacts)) == 0
    assert refusal.gift_reference == "g_0000000000000001"
    assert word in refusal.reasons[0]


def test_an_address_written_in_capitals_is_printed_as_one_that_can_be_checked(book: Database) -> None:
    settle_all(book, Giving())
    (number,) = tick(book, replace(desk(), base_url="https://Give.Example.ORG")).issued
    assert _frozen(book, number).verify_url.startswith("https://give.example.org/v/")


def test_a_refused_gift_gets_its_receipt_once_what_stood_in_the_way_is_mended(book: Database) -> None:
    settle_all(book, Giving())
    assert tick(book, desk(public_charity=False)).issued == ()
    for _ in range(2):
        book.write(partial(acknowledgment.request_receipt, gift_id=1, donor_id=1, year=2026, now=NOON))
    assert tick(book).issued == (format_number("R", 2026, 1),)
    book.write(partial(acknowledgment.request_receipt, gift_id=1, donor_id=1, year=2026, now=NOON))
    assert tick(book).issued == ()
    with book.read() as session:
        letterhead = read_letterhead(session, organisation(), now=NOON, base_url=BASE_URL)
        assert list_refused_gifts(session, letterhead) == []


def test_a_donor_without_an_address_gets_a_receipt_without_a_blank_line(book: Database) -> None:
    receipt = _receipt(book, Giving())
    assert receipt.donor.address_lines == ()
    spelled = json.dumps(json.loads(receipt_json(receipt))).casefold()
    assert not any(word in spelled for word in ("ssn", "tin", "social", "address", "alex"))


def test_an_address_is_printed_as_it_was_given(book: Database) -> None:
    assert _receipt(book, Giving(address=_ADDRESS)).donor.address_lines == ("5 Sample Street", "Reno, NV 89501")


def test_a_state_text_is_printed_for_its_donors_where_the_charity_is_registered(book: Database) -> None:
    registered = [{"state": "FL", "registration_number": "CH-1"}]
    abroad = {"region": "FL", "country": "FR"}
    settle_all(book, *(Giving(address=_ADDRESS | change) for change in ({"region": "FL"}, {}, abroad)), Giving())
    texts = [
        _frozen(book, number).state_disclosures for number in tick(book, desk(states_registered=registered)).issued
    ]
    assert [[text.state for text in of_one] for of_one in texts] == [["FL"], [], [], ["FL"]]


def test_a_gift_charged_before_midnight_on_the_last_day_belongs_to_the_old_year(book: Database) -> None:
    late = Giving(charged_at=datetime(2027, 1, 1, 7, 30, tzinfo=UTC))
    settle_all(book, late)
    (number,) = tick(book, desk(now=datetime(2027, 1, 1, 9, 0, tzinfo=UTC))).issued
    receipt = _frozen(book, number)
    assert isinstance(receipt, GiftReceipt)
    assert (receipt.gift_on, receipt.tax_year) == (date(2026, 12, 31), 2026)
    assert (receipt.issued_on, number[:6]) == (date(2027, 1, 1), "R-2027")


def test_a_preference_is_noted_beside_who_keeps_control(book: Database) -> None:
    receipt = _receipt(book, Giving(preference="coats"))
    line = wording.purpose_line(receipt.issuer.legal_name, receipt.preference)
    assert "winter coats" in line
    assert "full control and discretion" in line
    assert receipt.control_statement_version == "control-2026-1"


def test_a_fee_cover_is_a_second_line_and_no_fee_is_netted(book: Database) -> None:
    receipt = _receipt(book, Giving(cents=10_000, fee_cover_cents=330))
    assert receipt.amount_cents == 10_330
    assert [(line.label, line.cents) for line in receipt.lines] == [
        (wording.GIFT_LINE, 10_000),
        (wording.FEE_COVER_LINE, 330),
    ]


def test_a_statement_lists_each_gift_of_the_year_and_totals_to_the_ledger(book: Database) -> None:
    early = Giving(charged_at=datetime(2026, 3, 1, 12, tzinfo=UTC), fee_cover_cents=400)
    settle_all(book, Giving(), early, Giving(charged_at=datetime(2025, 6, 1, 12, tzinfo=UTC)))
    tick(book)
    (number,) = _ask(book)
    statement = _statement(book, number)
    assert number == format_number("S", 2026, 1)
    assert [(row.gift_on, row.amount_cents, row.fee_cover_cents) for row in statement.rows] == [
        (date(2026, 3, 1), 13_400, 400),
        (date(2026, 11, 22), 13_000, 0),
    ]
    assert all(row.goods_services == NothingGiven() for row in statement.rows)
    assert statement.total_cents == 26_400 == _ledger_cents_of_donor(book, 2026)


def _ledger_cents_of_donor(book: Database, year: int) -> int:
    with book.read() as session:
        settled = session.execute(select(GiftSettlement.entry_id, GiftSettlement.gift_on)).all()
        booked = ledger.entries_by_id(session, [row.entry_id for row in settled if row.gift_on.year == year])
    return sum(transfer.cents for entry in booked for transfer in entry.transfers)


def test_a_donor_with_nothing_in_the_year_gets_no_statement_and_takes_no_number(book: Database) -> None:
    settle_all(book, Giving(name=" "))
    tick(book)
    assert _ask(book) == ()
    assert numbers(book, series="S") == []


def test_a_statement_asked_for_twice_is_issued_once(book: Database) -> None:
    settle_all(book, Giving())
    tick(book)
    for _ in range(2):
        book.write(partial(acknowledgment.request_statement, donor_id=1, year=2026, now=NOON))
    assert len(tick(book).issued) == 1
    assert _ask(book) == ()
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(DocumentRequest)) == 0


def test_a_statement_asked_for_again_after_another_gift_replaces_the_first(book: Database) -> None:
    settle_all(book, Giving())
    tick(book)
    (first,) = _ask(book)
    settle_all(book, Giving(), first=2)
    receipt, second = _ask(book)
    statement = _statement(book, second)
    assert (receipt[0], statement.replaces, statement.total_cents) == ("R", first, 26_000)
    assert _statement(book, first).total_cents == 13_000


def test_a_statement_leaves_out_what_is_void_and_marks_what_is_under_dispute(book: Database) -> None:
    settle_all(book, Giving(), Giving(cents=700), Giving(cents=900))
    first, second, third = tick(book).issued
    _tell(book, first, "void")
    for kind in ("hold", "unhold", "hold"):
        _tell(book, second, kind)
    for kind in ("hold", "unhold"):
        _tell(book, third, kind)
    (number,) = _ask(book)
    rows = _statement(book, number).rows
    assert [(row.receipt_number, row.status) for row in rows] == [(second, "disputed"), (third, "valid")]


def _tell(book: Database, number: str, kind: str) -> None:
    happened = {"number": number, "kind": kind, "reason_code": "test", "recorded_at": NOON}
    book.write(lambda session: session.execute(insert(ReceiptEvent).values(happened)))


def test_a_statement_lists_the_replacement_and_not_the_receipt_it_replaced(book: Database) -> None:
    receipt = _receipt(book, Giving(cents=1_000))
    later = replace(
        receipt,
        number=format_number("R", 2026, 2),
        amount_cents=600,
        lines=(ReceiptLine(label=wording.GIFT_LINE, cents=600),),
        returned_cents=400,
        replaces=receipt.number,
        replaces_reason="A part was returned.",
    )
    book.write(partial(_write_receipt, later=later))
    (number,) = _ask(book)
    assert [(row.receipt_number, row.amount_cents) for row in _statement(book, number).rows] == [(later.number, 600)]


def _write_receipt(session: Session, later: GiftReceipt) -> None:
    facts = freeze(later)
    row = Receipt(
        series="R",
        year=2026,
        n=2,
        number=later.number,
        kind="gift_receipt",
        gift_id=1,
        donor_id=1,
        tax_year=later.tax_year,
        amount_cents=later.amount_cents,
        replaces=later.replaces,
        issued_on=later.issued_on,
        issued_at=later.issued_at,
        facts_sha256=hashlib.sha256(facts).hexdigest(),
        verify_token="f" * 32,
    )
    session.add(row)
    session.flush()
    session.add(FrozenFacts(number=later.number, facts=facts.decode()))


def test_every_donor_of_a_year_can_be_asked_for_at_once(book: Database) -> None:
    settle_all(book, Giving(), Giving(name="Blake Example", email="blake@example.org"), Giving())
    tick(book)
    assert book.write(partial(acknowledgment.request_statements, year=2026, now=NOON)) == 2
    assert book.write(partial(acknowledgment.request_statements, year=2026, now=NOON)) == 2
    issued = tick(book).issued
    assert [_statement(book, number).total_cents for number in issued] == [26_000, 13_000]
    assert [_statement(book, number).donor.name for number in issued] == ["Alex Example", "Blake Example"]


def test_a_statement_never_mixes_two_donors_of_one_mail_address(book: Database) -> None:
    settle_all(book, Giving(), Giving(name="Blake Example"))
    tick(book)
    (number,) = _ask(book)
    assert _statement(book, number).total_cents == 13_000
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(Donor)) == 2
