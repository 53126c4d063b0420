"""Room: settlement. Payouts: the whole leaves by its own row; the funds' shares follow once its rows are known."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import alarms, ledger, postings
from donations.database import insert_once
from donations.ports import BalanceTransaction, PayoutFacts
from donations.settlement.days import open_day
from donations.settlement.mirrors import mirror_payout, mirror_row
from donations.settlement.promises import Books
from donations.settlement.standing import find_booked, lock_payout, read_moved
from donations.tables import Payout, payout_row, stripe_balance_transaction

_CHARGE_TYPES = ("charge", "payment")
_STRIPE = "assets:stripe"


def settle_payout(session: Session, payout: PayoutFacts, books: Books) -> None:
    """Book what is missing of a payout; rows that do not sum to it are an alarm that names it, never a stop."""
    mirror_payout(session, payout)
    lock_payout(session, payout.payout_id)
    booked = find_booked(session, _keys(payout))
    if payout.balance_transaction is not None:
        mirror_row(session, payout.balance_transaction)
        if f"btxn/{payout.balance_transaction.id}" not in booked:
            _book_leaving(session, payout.balance_transaction, books)
    if payout.rows is not None:
        _note_rows(session, payout, payout.rows, books)
    if payout.failure_balance_transaction is not None:
        mirror_row(session, payout.failure_balance_transaction)
        if f"btxn/{payout.failure_balance_transaction.id}" not in booked:
            _book_failure(session, payout, payout.failure_balance_transaction, books)
    if payout.status in {"failed", "canceled"} or payout.amount_cents < 0:
        alarms.raise_alarm(session, "payout_failed", payout.payout_id, now=books.now)


def find_unbooked_rows(session: Session, payout: PayoutFacts) -> list[str]:
    """Return the rows of a payout that the book does not know yet, by id: their families must be settled first."""
    rows = payout.rows or ()
    known = set(
        session.scalars(
            select(stripe_balance_transaction.c.id).where(
                stripe_balance_transaction.c.id.in_([row.id for row in rows])
            )
        )
    )
    return [row.id for row in rows if row.id not in known]


def _keys(payout: PayoutFacts) -> list[str]:
    own = (payout.balance_transaction, payout.failure_balance_transaction)
    return [f"btxn/{row.id}" for row in own if row is not None]


def _book_leaving(session: Session, row: BalanceTransaction, books: Books) -> None:
    entry = postings.payout_leaves(
        txn_id=row.id,
        cents=-row.amount_cents,
        fee_cents=row.fee_cents,
        happened_at=row.created_at,
        effective_on=open_day(session, row.created_at, books),
    )
    if entry is not None:
        ledger.post(session, entry, recorded_at=books.now)


def _note_rows(session: Session, payout: PayoutFacts, rows: Collection[BalanceTransaction], books: Books) -> None:
    """Tie the rows to their payout, then give the children their share of it, once it is known whole."""
    if find_unbooked_rows(session, payout):
        alarms.raise_again(session, "payout_difference", payout.payout_id, now=books.now)
        return
    for row in rows:
        insert_once(session, payout_row, {"txn_id": row.id, "payout_id": payout.payout_id}, key=("txn_id",))
    if sum(row.net_cents for row in rows) == payout.amount_cents:
        alarms.clear_alarm(session, "payout_difference", payout.payout_id, now=books.now)
    else:
        alarms.raise_again(session, "payout_difference", payout.payout_id, now=books.now)
    failure = payout.failure_balance_transaction
    done = [f"payout/{payout.payout_id}/shares", *([] if failure is None else [f"btxn/{failure.id}"])]
    if find_booked(session, done):
        return
    last = max((row.created_at for row in rows), default=payout.created_at)
    if payout.balance_transaction is not None:
        last = payout.balance_transaction.created_at
    entry = postings.payout_shares(
        payout_id=payout.payout_id,
        children_cents=_childrens_share(session, payout.payout_id),
        happened_at=last,
        effective_on=open_day(session, last, books),
    )
    if entry is not None:
        ledger.post(session, entry, recorded_at=books.now)


def _childrens_share(session: Session, payout_id: str) -> int:
    """Return the children's cents among a payout's rows; a failed payout's row brings its own children's share."""
    rows = session.execute(
        select(
            stripe_balance_transaction.c.id, stripe_balance_transaction.c.type, stripe_balance_transaction.c.source_id
        )
        .join(payout_row, payout_row.c.txn_id == stripe_balance_transaction.c.id)
        .where(payout_row.c.payout_id == payout_id)
    ).all()
    payouts = set(session.scalars(select(Payout.id).where(Payout.id.in_([row.source_id for row in rows]))))
    failed = [str(row.source_id) for row in rows if row.source_id in payouts and row.source_id != payout_id]
    keys = [f"btxn/{row.id}" for row in rows if row.source_id not in payouts]
    keys += [f"charge/{row.source_id}" for row in rows if row.type in _CHARGE_TYPES]
    own = read_moved(session, _STRIPE, keys).children
    return own + sum(_childrens_share(session, failed_id) for failed_id in failed)


def _book_failure(session: Session, payout: PayoutFacts, row: BalanceTransaction, books: Books) -> None:
    shares = read_moved(session, _STRIPE, [f"payout/{payout.payout_id}/shares"])
    entry = postings.payout_returns(
        txn_id=row.id,
        children_cents=-shares.children,
        operations_cents=row.amount_cents + shares.children,
        fee_cents=row.fee_cents,
        happened_at=row.created_at,
        effective_on=open_day(session, row.created_at, books),
    )
    if entry is not None:
        ledger.post(session, entry, recorded_at=books.now)
