"""Room: settlement. What Stripe says about money becomes entries, once each, whatever told us and how often.

Money that has arrived is never refused: a charge that keeps no promise waits in suspense. Everything is keyed by the
charge or balance transaction itself, so order, repetition and loss of events do not matter.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from donations import admission, alarms, ledger, postings
from donations.database.driver import engine_name
from donations.errors import BrokenInvariantError, ModeConflictError
from donations.ports import BalanceTransaction, ChargeFacts, Family, InvoiceFacts
from donations.settlement import pledges, statements
from donations.settlement.claiming import Settled, book_held, gift_instant, write_settlement
from donations.settlement.days import day_of_charge
from donations.settlement.mirrors import is_foreign, mirror_row
from donations.settlement.other_rows import settle_row
from donations.settlement.outcomes import note_outcome
from donations.settlement.payouts import settle_payout
from donations.settlement.presenting import note_presented
from donations.settlement.promises import Books, Promise
from donations.settlement.returning import settle_returns
from donations.settlement.standing import find_booked


def settle_family(session: Session, family: Family, books: Books) -> None:
    """Insert whatever entries are missing for the facts Stripe tells; told again, nothing changes.

    Raises `ModeConflictError` for another mode's objects and `BrokenInvariantError` where Stripe's own rows disagree.
    """
    _refuse_other_mode(family, books)
    if family.checkout is not None:
        note_outcome(session, family.checkout, books)
    if family.subscription is not None:
        pledges.mirror_subscription(session, family.subscription, books, asked_at=family.asked_at)
    for invoice in family.invoices:
        _note_invoice(session, invoice, books)
    for charge in family.charges:
        settle_charge(session, charge, books)
    pledges.note_paid_twice(session, family.charges, books)
    for invoice in family.invoices:
        pledges.note_invoice(session, invoice, books)
    admission.note_declines(session, family, origin=books.origin)
    if family.payout is not None:
        settle_payout(session, family.payout, books)
    for row in family.rows:
        settle_row(session, row, books)
    for charge_id in family.warnings:
        alarms.raise_alarm(session, "early_fraud_warning", charge_id, now=books.now)


def settle_charge(session: Session, charge: ChargeFacts, books: Books) -> None:
    """Book a charge exactly once: as the gift whose promise it kept, or in suspense; its fee when it is known.

    Then whatever of it went back or came again. A charge that is no money, and never was, changes nothing.
    """
    if charge.balance_transaction is not None and is_foreign(session, charge.balance_transaction):
        alarms.raise_alarm(session, "foreign_row", charge.balance_transaction.id, now=books.now)
        return
    if charge.status == "succeeded":
        _book_gross(session, charge, _lock_promise(session, charge, books), books)
    elif not find_booked(session, [f"charge/{charge.charge_id}"]):
        if charge.balance_transaction is None or charge.failure_balance_transaction is None:
            return
        # It came and went before we heard of it: both rows are Stripe's, but no gift was ever acknowledged.
        _book_unclaimed(session, charge, books)
    if charge.balance_transaction is not None:
        mirror_row(session, charge.balance_transaction)
        _book_fee(session, charge, charge.balance_transaction, books)
    settle_returns(session, charge, books)


def _note_invoice(session: Session, invoice: InvoiceFacts, books: Books) -> None:
    pledges.note_invoice(session, invoice, books)
    if invoice.status == "paid" and invoice.amount_paid_cents > 0:
        # Paid, but by no charge: no entry says so, and the treasurer must find out how.
        alarms.raise_alarm(session, "invoice_without_charge", invoice.invoice_id, now=books.now)


def _lock_promise(session: Session, charge: ChargeFacts, books: Books) -> Promise | None:
    """Return the promise this charge could keep, held against a second worker, or None."""
    if charge.invoice is not None:
        return pledges.gift_of_invoice(session, charge, books)
    if charge.gift is None or charge.instance != books.origin:
        return None
    found = statements.lock_gift(engine_name(session)).run(session, {"reference": charge.gift}).fetchone()
    return None if found is None else Promise(*found)


def _book_gross(session: Session, charge: ChargeFacts, promise: Promise | None, books: Books) -> None:
    asked = {"source_key": f"charge/{charge.charge_id}", "gift_id": None if promise is None else promise.gift_id}
    is_booked, has_charge, is_held = statements.look_up(engine_name(session)).run(session, asked).fetchone()
    if not is_booked and promise is not None and not has_charge and _keeps(charge, promise):
        book = book_held if is_held else _book_gift
        book(session, charge, promise, books)
        return
    # Told again, a charge stays as it was booked; the ledger only compares the sum, and stops if it differs.
    if _book_unclaimed(session, charge, books):
        alarms.raise_alarm(session, "suspense", f"charge/{charge.charge_id}", now=books.now)


def _book_unclaimed(session: Session, charge: ChargeFacts, books: Books) -> bool:
    """Book it in suspense, and tell whether that is news."""
    cents = _suspense_cents(charge)
    if cents is None:
        return False
    unclaimed = postings.unclaimed_charge(
        charge_id=charge.charge_id,
        cents=cents,
        happened_at=charge.created_at,
        effective_on=day_of_charge(session, charge.created_at, books),
    )
    is_news = ledger.post(session, unclaimed, recorded_at=books.now).is_news
    if is_news and charge.balance_transaction is not None:
        note_presented(session, charge, charge.balance_transaction, books)
    return is_news


def _keeps(charge: ChargeFacts, promise: Promise) -> bool:
    return charge.currency == "usd" and charge.amount_cents == promise.gift_cents + promise.fee_cover_cents


def _suspense_cents(charge: ChargeFacts) -> int | None:
    """Return the US cents that arrived; a foreign charge waits until its balance transaction says how many."""
    if charge.currency == "usd":
        return charge.amount_cents
    return None if charge.balance_transaction is None else charge.balance_transaction.amount_cents


def _book_gift(session: Session, charge: ChargeFacts, promise: Promise, books: Books) -> None:
    basis, happened_at = gift_instant(charge)
    entry = postings.settled_gift(
        charge_id=charge.charge_id,
        gift_cents=promise.gift_cents,
        fee_cover_cents=promise.fee_cover_cents,
        happened_at=happened_at,
        effective_on=day_of_charge(session, happened_at, books),
    )
    settled = Settled(
        charge_id=charge.charge_id,
        method=charge.method,
        gift_on=books.day_of(happened_at),
        gift_on_basis=basis,
        charged_at=charge.created_at,
    )
    write_settlement(session, promise, settled, entry, books)


def _book_fee(session: Session, charge: ChargeFacts, row: BalanceTransaction, books: Books) -> None:
    if charge.currency == "usd" and row.amount_cents != charge.amount_cents:
        raise BrokenInvariantError(f"charge {charge.charge_id} and balance transaction {row.id} differ in amount")
    fee = postings.stripe_fee(
        txn_id=row.id,
        fee_cents=row.fee_cents,
        happened_at=row.created_at,
        effective_on=day_of_charge(session, row.created_at, books),
    )
    if fee is not None:
        ledger.post(session, fee, recorded_at=books.now)


def _refuse_other_mode(family: Family, books: Books) -> None:
    told = (family.checkout, *family.charges, family.subscription, family.payout, *family.invoices)
    if any(one is not None and one.livemode != books.livemode for one in told):
        raise ModeConflictError("an object of Stripe's other mode was told to this book")
