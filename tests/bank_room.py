"""What tests of the bank share: a payout as Stripe tells it, statements taken in, and what book and bank then say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.audit_log import COMMAND
from donations.bank import accepting, agreeing
from donations.bank.accepting import Hand, Saying
from donations.bank.accounts import BankAccount
from donations.bank.agreeing import Agreement
from donations.bank.lines import list_lines, take_in
from donations.bank.reading import read_statement
from donations.database import Database
from donations.invariants import audit, broken_hard_invariants
from donations.offline import OfflineWish
from donations.offline.recording import Hand as OfflineHand
from donations.postings import NewEntry
from donations.tables import Payout, payout_row, stripe_balance_transaction
from tests.bank_files import Told, ofx
from tests.clerk_room import NOON, ZONE

TODAY = date(2026, 11, 22)
HAND = Hand(actor=COMMAND, now=NOON, zone=ZONE)
OFFLINE = OfflineHand(actor=COMMAND, now=NOON, zone=ZONE, control_version="control-2026-1")
CHEQUE = OfflineWish(
    kind="cheque",
    amount_cents=13_000,
    name="Bea Example",
    received_on=TODAY,
    cheque_number="1042",
    postmarked_on=TODAY,
)


def take(book: Database, *told: Told, account: BankAccount = "children") -> None:
    statement = read_statement(ofx(told))
    book.write(lambda session: take_in(session, COMMAND, account, statement, now=NOON))


def accept(book: Database, saying: Saying, *, nth: int = 0) -> None:
    with book.read() as session:
        reference = list_lines(session, waiting_only=True)[nth].reference
    book.write(lambda session: accepting.accept(session, reference, saying, HAND))


def certain(book: Database) -> int:
    return book.write(lambda session: accepting.accept_certain(session, HAND))


def balance(book: Database, fund: postings.FundName, account: str) -> int:
    with book.read() as session:
        return ledger.balance(session, fund, account)


def agreement_of(book: Database, account: BankAccount = "children", on: date = TODAY) -> Agreement:
    with book.read() as session:
        return agreeing.agreement(session, account, on)


def post(book: Database, *entries: NewEntry) -> None:
    for new in entries:
        book.write(partial(ledger.post, new=new, recorded_at=NOON))


def assert_sound(book: Database) -> None:
    with book.read() as session:
        assert broken_hard_invariants(audit(session)) == []


def pay_out(book: Database, payout_id: str, children: int, operations: int, *, status: str = "paid") -> int:
    """Let a payout leave as Stripe would tell it, with its rows known; return its cents."""
    cents, txn = children + operations, f"txn_{payout_id}"
    happened = datetime.combine(TODAY, datetime.min.time(), tzinfo=UTC)
    leaves = postings.payout_leaves(txn_id=txn, cents=cents, fee_cents=0, happened_at=happened, effective_on=TODAY)
    shares = postings.payout_shares(
        payout_id=payout_id, children_cents=children, happened_at=happened, effective_on=TODAY
    )

    def write(session: Session) -> None:
        row = {"type": "charge", "reporting_category": "charge", "currency": "usd", "fee_cents": 0}
        times = {"created_at": happened, "available_on": happened}
        session.execute(
            stripe_balance_transaction.insert().values(id=f"of_{txn}", amount_cents=cents, **row, **times)
        )
        session.execute(payout_row.insert().values(txn_id=f"of_{txn}", payout_id=payout_id))
        session.add(
            Payout(
                id=payout_id,
                amount_cents=cents,
                status=status,
                is_automatic=1,
                reconciliation_status="completed",
                arrival_on=TODAY,
                created_at=happened,
                txn_id=txn,
            )
        )

    book.write(write)
    post(book, *(one for one in (leaves, shares) if one is not None))
    return cents
