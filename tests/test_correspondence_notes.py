"""Letters without a document: true when they are sent, kind, with the signed link where a pledge can be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from donations import correspondence
from donations.correspondence import Stationery, read_pledge_token
from donations.database import Database
from donations.gateways.mail import compose
from donations.leases import Lease
from donations.outbox import Owed
from donations.ports import BalanceTransaction, ChargeFacts, DisputeFacts, Family, Letter, RefundFacts
from donations.settlement import settle_family
from donations.tables import OutboxRow, Pledge, Receipt
from tests.clerk_room import BASE_URL, NOON, organisation, tick
from tests.giving_room import (
    KEYS,
    FakeClock,
    FakePayments,
    begin,
    books,
    charge,
    checkout,
    contact,
    giving_desk,
    settings,
    wish,
)
from tests.pledge_room import MONTHLY, invoice, monthly_charge, subscription

_HOSTILE = "<script>alert('x')</script> & \"Co\" {{ 7 * 7 }}"
_LATER = NOON + timedelta(days=30)


def _stationery() -> Stationery:
    charity = organisation(contact_email="hello@example.org")
    return Stationery(settings=settings(organisation=charity), promise_is_kept=True)


def _letters(book: Database) -> dict[str, Letter | None]:
    """Return every letter without a document that is owed, as it would be sent now."""
    with book.read() as session:
        rows = session.scalars(
            select(OutboxRow).where(OutboxRow.kind.in_(correspondence.NOTE_KINDS)).order_by(OutboxRow.id)
        ).all()
        lease = Lease(row_id=1, generation=1, tries=1)
        owed = [Owed(lease=lease, key=row.key, kind=row.kind, subject=row.subject) for row in rows]
        return {one.kind: correspondence.write_note(session, one, _stationery(), now=NOON) for one in owed}


def _pledge(book: Database, *stands: dict[str, object], **changes: str) -> str:
    clock = FakeClock(instant=NOON - timedelta(minutes=2))
    asked = replace(MONTHLY, contact=contact(**changes))
    reference = begin(giving_desk(book, FakePayments(), clock), clock, asked).reference
    for facts in stands:
        unpaid = invoice(reference, status="open", next_attempt_at=facts.pop("next_attempt_at", _LATER))
        family = Family(subscription=subscription(reference, **facts), invoices=(unpaid,))
        book.write(lambda session, family=family: settle_family(session, family, books()))  # type: ignore[misc]
    return reference


def _sent(book: Database, kind: str) -> Letter:
    letter = _letters(book)[kind]
    assert letter is not None
    return letter


def _says(letter: Letter, *told: str) -> None:
    assert letter.subject.startswith("SIMULATED – ")
    assert letter.attachments == ()
    for body in (letter.text, letter.html):
        plain = " ".join(body.replace("&#39;", "'").split())
        for said in (*told, "SIMULATED", "1-888-373-7888", "88-1234567", "hello@example.org", "fictitious"):
            assert said in plain, said


def _link_in(letter: Letter) -> str:
    (line,) = {word for word in letter.text.split() if word.startswith(f"{BASE_URL}/pledge/")}
    assert line in letter.html
    return line.removeprefix(f"{BASE_URL}/pledge/")


@pytest.mark.parametrize(
    ("stands", "kind", "told"),
    [
        ({}, "mail_pledge_begun", ("has begun", "$65.00", "$2.25", "December 22, 2026")),
        ({"status": "past_due"}, "mail_pledge_failed", ("did not go through", "asked again by itself")),
        (
            {"status": "unpaid", "next_attempt_at": None},
            "mail_pledge_failed_last",
            ("did not go through", "do not ask your bank again for this month"),
        ),
        (
            {"is_paused": True, "paused_until": NOON + timedelta(days=60)},
            "mail_pledge_paused",
            ("rests until January 21, 2027", "goes on by itself"),
        ),
    ],
)
def test_letters_on_a_pledge_say_how_it_stands_and_carry_its_link(
    book: Database, stands: dict[str, object], kind: str, told: tuple[str, ...]
) -> None:
    reference = _pledge(book, {}, dict(stands))
    letter = _sent(book, kind)
    assert letter.to == "alex@example.org"
    _says(letter, "Alex Example", *told)
    assert read_pledge_token(KEYS, _link_in(letter), now=NOON) == reference
    assert "billing" not in letter.html, "a portal session is never mailed"


def test_a_pledge_that_ends_later_says_the_day(book: Database) -> None:
    _pledge(book, {}, {"cancel_at": _LATER})
    _says(_sent(book, "mail_pledge_ended"), "ends on December 22, 2026", "Nothing more will be charged")


def test_a_pledge_that_has_ended_says_so(book: Database) -> None:
    _pledge(book, {}, {"status": "canceled", "cancel_at": NOON})
    _says(_sent(book, "mail_pledge_ended"), "has ended", f"{BASE_URL}/give?frequency=monthly")


def test_a_letter_that_the_facts_have_overtaken_is_not_written(book: Database) -> None:
    _pledge(book, {}, {"status": "past_due"}, {}, {"is_paused": True}, {})
    letters = _letters(book)
    assert letters["mail_pledge_failed"] is None
    assert letters["mail_pledge_paused"] is None
    assert letters["mail_pledge_begun"] is not None


def test_what_a_donor_wrote_stays_text(book: Database) -> None:
    _pledge(book, {}, name=_HOSTILE)
    letter = _sent(book, "mail_pledge_begun")
    assert "<script>" not in letter.html
    assert f"Dear {_HOSTILE}," in letter.text
    assert compose(letter, sender="gifts@example.org")["To"] == "alex@example.org"


@pytest.mark.parametrize("frequency", ["once", "monthly"])
def test_a_debit_that_failed_is_told_with_its_sum_and_no_blame(book: Database, frequency: str) -> None:
    clock = FakeClock(instant=NOON - timedelta(minutes=2))
    asked = MONTHLY if frequency == "monthly" else replace(MONTHLY, frequency="once")
    reference = begin(giving_desk(book, FakePayments(), clock), clock, asked).reference
    mark = {"pledge" if frequency == "monthly" else "gift": reference}
    failed = replace(checkout("cs_1", gift=None), payment_status="unpaid", has_failed=True, **mark)  # type: ignore[arg-type]
    book.write(lambda session: settle_family(session, Family(checkout=failed), books()))
    letter = _sent(book, "mail_gift_failed")
    _says(letter, "$67.25", "Nothing was given, nothing is owed")
    assert (f"{BASE_URL}/give?frequency=monthly" in letter.text) is (frequency == "monthly")


def _row(txn_id: str, *, cents: int, source: str, **changes: object) -> BalanceTransaction:
    usual = BalanceTransaction(
        id=txn_id,
        type="refund",
        reporting_category="refund",
        amount_cents=cents,
        fee_cents=0,
        currency="usd",
        source_id=source,
        created_at=NOON + timedelta(seconds=30),
        available_on=NOON,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def _refund(cents: int, **changes: object) -> RefundFacts:
    usual = RefundFacts(
        refund_id="re_1",
        charge_id="ch_1",
        status="succeeded",
        amount_cents=cents,
        currency="usd",
        created_at=NOON,
        instance=None,
        reference=None,
        balance_transaction=_row("txn_r", cents=-cents, source="re_1"),
        failure_balance_transaction=None,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def _dispute(status: str) -> DisputeFacts:
    return DisputeFacts(
        dispute_id="dp_1",
        charge_id="ch_1",
        status=status,
        amount_cents=13_000,
        currency="usd",
        reason="fraudulent",
        created_at=NOON,
        is_charge_refundable=False,
        evidence_due_at=None,
        balance_transactions=(_row("txn_d", cents=-13_000, source="dp_1", type="adjustment"),),
    )


def _settled(book: Database, **family: object) -> str:
    """Settle a gift of $130 and let the clerk give it a receipt; then tell what went back. Return the number."""
    clock = FakeClock(instant=NOON - timedelta(minutes=2))
    reference = begin(giving_desk(book, FakePayments(), clock), clock, wish()).reference
    came = charge(gift=reference)
    _settle(book, came)
    tick(book)
    _settle(book, replace(came, **family))  # type: ignore[arg-type]
    with book.read() as session:
        return session.scalars(select(Receipt.number)).one()


def _settle(book: Database, told: ChargeFacts) -> None:
    book.write(lambda session: settle_family(session, Family(charges=(told,)), books()))


def test_a_whole_refund_says_that_the_receipt_no_longer_holds(book: Database) -> None:
    number = _settled(book, refunds=(_refund(13_000),))
    _says(_sent(book, "mail_gift_refunded"), "$130.00", "November 22, 2026", number, "nothing of this gift remains")


def test_a_partial_refund_says_what_remains_for_taxes(book: Database) -> None:
    number = _settled(book, refunds=(_refund(3_000),))
    _says(_sent(book, "mail_gift_refunded"), "$30.00", number, "$100.00 of it remains")


def test_a_return_in_a_later_year_leaves_the_receipt_and_says_so(book: Database) -> None:
    late = _row("txn_l", cents=-13_000, source="ch_1", created_at=NOON + timedelta(days=60))
    number = _settled(book, failure_balance_transaction=late)
    _says(_sent(book, "mail_gift_taken"), "$130.00", number, "stays as it is", "tax adviser", "you owe us nothing")


def test_a_dispute_is_told_only_once_it_is_lost(book: Database) -> None:
    _settled(book, disputes=(_dispute("needs_response"),))
    assert _letters(book) == {}
    with book.read() as session:
        number = session.scalars(select(Receipt.number)).one()
    _settle(book, replace(charge(gift=None), disputes=(_dispute("lost"),)))
    _says(_sent(book, "mail_gift_taken"), "$130.00", number, "nothing of this gift remains")


def test_a_refund_that_failed_is_told_too(book: Database) -> None:
    came_back = _row("txn_f", cents=13_000, source="re_1", created_at=NOON + timedelta(seconds=50))
    failed = _refund(13_000, status="failed", failure_balance_transaction=came_back)
    _settled(book, refunds=(failed,))
    _says(_sent(book, "mail_money_stayed"), "$130.00", "come back to us", "$130.00 of this gift is with us now")


def test_the_receipt_of_a_monthly_gift_brings_the_link_of_its_pledge(book: Database) -> None:
    reference = _pledge(book, {})
    _settle(book, monthly_charge(1, invoice(reference)))
    tick(book)
    with book.read() as session:
        number = session.scalars(select(Receipt.number)).one()
        owed = Owed(
            lease=Lease(row_id=1, generation=1, tries=1), key="mail/receipt/x", kind="mail_receipt", subject=number
        )
        letter = correspondence.write_letter(session, owed, b"%PDF", _stationery(), now=NOON)
    assert read_pledge_token(KEYS, _link_in(letter), now=NOON) == reference


def test_no_letters_row_holds_a_person(book: Database) -> None:
    _pledge(book, {}, {"status": "past_due"})
    with book.read() as session:
        kept = " ".join(str(value) for row in session.scalars(select(OutboxRow)) for value in vars(row).values())
        assert session.scalars(select(Pledge)).one().reference in kept
    assert "alex@example.org" not in kept
    assert "Alex" not in kept
