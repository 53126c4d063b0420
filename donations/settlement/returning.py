"""Room: settlement. Money of a charge that went back or came again, by its own rows of Stripe's book alone.

The rows of a whole family are booked in the order in which they happened, each once. What was decided when one was
first booked (whose cents they were) stands, whatever is told later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import alarms, ledger, postings
from donations.ports import BalanceTransaction, ChargeFacts, DisputeFacts
from donations.postings import NOTHING, Leg, NewEntry, Parts, ReturnWay
from donations.settlement import letters
from donations.settlement.days import open_day, own_day
from donations.settlement.mirrors import mirror_dispute, mirror_refund, mirror_row
from donations.settlement.promises import Books
from donations.settlement.standing import (
    KeptPromise,
    find_booked,
    find_kept_promise,
    keys_of_charge,
    lock_charge,
    read_given_back,
    read_moved,
)
from donations.tables import returned, tray

_SUSPENSE = "liabilities:suspense"
_CLOSED_DISPUTES = frozenset({"won", "lost", "warning_closed", "prevented"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of Stripe's book by which money of the charge moved."""

    row: BalanceTransaction
    way: ReturnWay
    undoes: str | None = None
    """The row of the refund that failed by this one."""
    siblings: tuple[str, ...] = field(default=())
    """The keys under which its whole dispute, or its refund, is booked."""

    @property
    def key(self) -> str:
        """Return its source key."""
        return f"btxn/{self.row.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One charge, held until the commit."""

    charge_id: str
    kept: KeptPromise | None
    keys: tuple[str, ...]
    """Every key under which money of this charge may be booked."""
    books: Books


def settle_returns(session: Session, charge: ChargeFacts, books: Books) -> None:
    """Book what is missing of the refunds, disputes and late return of a charge that is booked."""
    _mirror_all(session, charge, books)
    rows = sorted(_rows_of(charge), key=lambda one: (one.row.created_at, one.row.amount_cents > 0, one.row.id))
    if not rows:
        return
    kept = _hold_charge(session, charge.charge_id)
    charge_key = f"charge/{charge.charge_id}"
    lost_keys = [_lost_key(dispute) for dispute in charge.disputes]
    keys = (charge_key, *(one.key for one in rows), *lost_keys)
    booked = find_booked(session, keys)
    if charge_key not in booked:
        return  # In another currency, and Stripe has not said yet how many US cents came.
    case = _Case(charge_id=charge.charge_id, kept=kept, keys=keys, books=books)
    for one in rows:
        mirror_row(session, one.row)
        if one.key not in booked:
            _book(session, case, one)
    for dispute in charge.disputes:
        if dispute.status == "lost" and _lost_key(dispute) not in booked:
            _book_loss(session, case, dispute)


def _hold_charge(session: Session, charge_id: str) -> KeptPromise | None:
    """Hold the charge against everybody else and return the gift it is, as it stands now that it is held.

    While we waited its donor may have agreed to the pool: then it is no longer money in suspense.
    """
    kept = find_kept_promise(session, charge_id)
    lock_charge(session, charge_id, kept)
    if kept is None and (kept := find_kept_promise(session, charge_id)) is not None:
        lock_charge(session, charge_id, kept)
    return kept


def _mirror_all(session: Session, charge: ChargeFacts, books: Books) -> None:
    for refund in charge.refunds:
        mirror_refund(session, refund)
        if refund.status == "failed":
            alarms.raise_alarm(session, "refund_failed", refund.refund_id, now=books.now)
    for dispute in charge.disputes:
        is_current = mirror_dispute(session, dispute)
        if dispute.status in _CLOSED_DISPUTES:
            alarms.clear_alarm(session, "dispute", dispute.dispute_id, now=books.now)
        elif is_current:
            alarms.raise_alarm(session, "dispute", dispute.dispute_id, now=books.now, due_at=dispute.evidence_due_at)


def _rows_of(charge: ChargeFacts) -> Iterator[_Row]:
    for refund in charge.refunds:
        gone, came = refund.balance_transaction, refund.failure_balance_transaction
        if gone is not None:
            yield _Row(row=gone, way="refund")
        if came is not None:
            siblings = () if gone is None else (f"btxn/{gone.id}",)
            yield _Row(row=came, way="refund", undoes=None if gone is None else gone.id, siblings=siblings)
    for dispute in charge.disputes:
        whole = (*(f"btxn/{row.id}" for row in dispute.balance_transactions), _lost_key(dispute))
        for row in dispute.balance_transactions:
            yield _Row(row=row, way="dispute", siblings=whole)
    if charge.failure_balance_transaction is not None:
        yield _Row(row=charge.failure_balance_transaction, way="late_return")


def _lost_key(dispute: DisputeFacts) -> str:
    return f"dispute/{dispute.dispute_id}/lost"


def _book(session: Session, case: _Case, one: _Row) -> None:
    if one.row.amount_cents == 0 and one.row.fee_cents == 0:
        return
    if one.undoes is not None and _book_failed_refund(session, case, one):
        return
    if case.kept is None:
        _book_of_suspense(session, case, one)
    elif one.row.amount_cents <= 0:
        _book_back(session, case, case.kept, one)
    else:
        _book_again(session, case, case.kept, one)


def _book_back(session: Session, case: _Case, kept: KeptPromise, one: _Row) -> None:
    back = read_given_back(session, kept.gift_id)
    parts = postings.split_return(kept.parts, back, -one.row.amount_cents)
    _post(session, case, postings.money_back(_leg(session, case, one), parts), one.way, parts)


def _book_again(session: Session, case: _Case, kept: KeptPromise, one: _Row) -> None:
    back = read_given_back(session, kept.gift_id)
    standing, is_lost = _standing(session, one, back)
    parts = postings.split_comeback(kept.parts, back, standing, one.row.amount_cents)
    left_over = one.row.amount_cents - parts.total
    leg = _leg(session, case, one)
    entry = postings.money_again(leg, parts, is_lost=is_lost, left_over_cents=left_over)
    _post(session, case, entry, one.way, NOTHING - parts)
    if left_over:
        alarms.raise_alarm(session, "left_over", one.key, now=case.books.now)


def _standing(session: Session, one: _Row, back: Parts) -> tuple[Parts, bool]:
    """Return what may come again of this dispute or refund, and whether it had been given up as lost."""
    if one.way != "dispute":
        moved = read_moved(session, "income:refunds", one.siblings)
        return _least(moved, back), False
    disputed = read_moved(session, "assets:stripe:disputed", one.siblings)
    if disputed.total > 0:
        return _least(disputed, back), False
    return _least(read_moved(session, "income:chargebacks", one.siblings), back), True


def _least(one: Parts, other: Parts) -> Parts:
    return Parts(
        max(min(one.children, other.children), 0),
        max(min(one.operations, other.operations), 0),
    )


def _book_failed_refund(session: Session, case: _Case, one: _Row) -> bool:
    """Reverse the refund's own entry exactly; False if it is not booked, or other cents came than had gone."""
    found = [entry for entry in ledger.entries_of(session, f"btxn/{one.undoes}") if entry.reverses is None]
    gone = next((entry for entry in found if entry.source_key == f"btxn/{one.undoes}"), None)
    if gone is None or _net(gone.transfers) != one.row.amount_cents - one.row.fee_cents:
        return False
    leg = _leg(session, case, one)
    entry = postings.failed_refund(leg, entry_id=gone.entry_id, transfers=gone.transfers)
    went = session.execute(select(returned).where(returned.c.entry_id == gone.entry_id)).one_or_none()
    parts = NOTHING if went is None else Parts(-went.children_cents, -went.operations_cents)
    _post(session, case, entry, "refund", parts)
    return True


def _net(transfers: tuple[postings.NewTransfer, ...]) -> int:
    """Return how many cents an entry took out of Stripe's balance."""
    taken = sum(each.cents for each in transfers if each.credit == "assets:stripe")
    return taken - sum(each.cents for each in transfers if each.debit == "assets:stripe")


def _book_of_suspense(session: Session, case: _Case, one: _Row) -> None:
    """Book a return of money that keeps no promise: it leaves suspense, and comes back there, fund by fund."""
    charge_key = f"charge/{case.charge_id}"
    keys = {*case.keys, *keys_of_charge(session, case.charge_id)}
    whole = NOTHING - read_moved(session, _SUSPENSE, (charge_key,))
    there = NOTHING - read_moved(session, _SUSPENSE, keys)
    cents = -one.row.amount_cents
    if cents >= 0:
        moved = _least(postings.split_return(whole, whole - there, cents), there)
    else:
        gone = read_moved(session, _SUSPENSE, one.siblings)
        moved = NOTHING - postings.split_comeback(whole, whole - there, _least(gone, whole), -cents)
    entry = postings.suspense_back(_leg(session, case, one), moved, beyond_cents=cents - moved.total)
    ledger.post(session, entry, recorded_at=case.books.now)
    if moved.total < 0:
        alarms.raise_again(session, "suspense", charge_key, now=case.books.now)
    elif there == moved:
        alarms.clear_alarm(session, "suspense", charge_key, now=case.books.now)


def _book_loss(session: Session, case: _Case, dispute: DisputeFacts) -> None:
    keys = [f"btxn/{row.id}" for row in dispute.balance_transactions]
    standing = read_moved(session, "assets:stripe:disputed", keys)
    if case.kept is None or standing.children < 0 or standing.operations < 0 or standing.total == 0:
        return
    last = max(row.created_at for row in dispute.balance_transactions)
    day = open_day(session, last, case.books)
    entry = postings.lost_dispute(dispute.dispute_id, standing, happened_at=last, effective_on=day)
    posted = ledger.post(session, entry, recorded_at=case.books.now)
    session.execute(insert(tray).values(entry_id=posted.entry_id))
    key = _lost_key(dispute)
    letters.owe_money_back(session, source_key=key, way="dispute", cents=standing.total, now=case.books.now)


def _post(session: Session, case: _Case, entry: NewEntry, way: ReturnWay, parts: Parts) -> None:
    """Book it, note whose cents went, and lay it before the clerk."""
    posted = ledger.post(session, entry, recorded_at=case.books.now)
    if case.kept is None or parts == NOTHING:
        return
    session.execute(
        insert(returned).values(
            entry_id=posted.entry_id,
            gift_id=case.kept.gift_id,
            children_cents=parts.children,
            operations_cents=parts.operations,
            kind=way,
            happened_on=own_day(entry.happened_at, entry.effective_on, case.books),
        )
    )
    session.execute(insert(tray).values(entry_id=posted.entry_id))
    letters.owe_money_back(session, source_key=entry.source_key, way=way, cents=parts.total, now=case.books.now)


def _leg(session: Session, case: _Case, one: _Row) -> Leg:
    return Leg(
        txn_id=one.row.id,
        way=one.way,
        fee_cents=one.row.fee_cents,
        happened_at=one.row.created_at,
        effective_on=open_day(session, one.row.created_at, case.books),
    )
