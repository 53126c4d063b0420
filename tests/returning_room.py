"""What tests of returns share: facts by which a gift's money goes back or comes again, laid in the clerk's tray."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import ledger
from donations.clock import day_in_zone
from donations.database import Database
from donations.filing import file_entries
from donations.invariants import audit
from donations.postings import FundName, NewEntry, NewTransfer, reversal
from donations.tables import (
    Dispute,
    GiftSettlement,
    Receipt,
    ReceiptEvent,
    clothing_fund,
    clothing_spend,
    designation,
    entry,
    filing,
    returned,
    stripe_balance_transaction,
    tray,
)
from tests.clerk_room import NOON, ZONE

_PLACES = {"refund": "income:refunds", "dispute": "assets:stripe:disputed", "late_return": "income:chargebacks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Cents of one gift on their way: of the children's part, and of the fee cover."""

    gift: int
    cents: int
    cover: int = 0
    key: str = "re_1"
    kind: str = "refund"
    at: datetime = NOON

    def lines(self, debit: str, credit: str) -> tuple[NewTransfer, ...]:
        """Return the transfers of both parts."""
        parts: tuple[tuple[FundName, int], ...] = (("children", self.cents), ("operations", self.cover))
        return tuple(NewTransfer(fund, debit, credit, cents) for fund, cents in parts if cents)


def give_back(book: Database, gift: int, cents: int, **others: Any) -> int:  # noqa: ANN401  # The facts of `Moved`.
    """Send cents of a gift back; return the entry, which lies in the tray."""
    moved = Moved(gift=gift, cents=cents, **others)
    back = _entry(moved.kind, f"btxn/{moved.key}", moved.lines(_PLACES[moved.kind], "assets:stripe"), moved.at)
    return book.write(partial(_book, new=back, of=(gift, cents, moved.cover, moved.kind)))


def bring_again(book: Database, gift: int, cents: int, **others: Any) -> int:  # noqa: ANN401  # The facts of `Moved`.
    """Bring cents of a gift again, as a dispute won does."""
    moved = Moved(gift=gift, cents=cents, **{"kind": "dispute", **others})
    lines = moved.lines("assets:stripe", _PLACES[moved.kind])
    again = _entry("dispute_reinstated", f"btxn/{moved.key}", lines, moved.at)
    return book.write(partial(_book, new=again, of=(gift, -cents, -moved.cover, moved.kind)))


def fail_refund(book: Database, back: int, *, at: datetime = NOON) -> int:
    """Let a refund fail after all: the mirror of its entry, and cents that come again."""
    with book.read() as session:
        (original,) = ledger.entries_by_id(session, [back])
        gone = session.execute(select(returned).where(returned.c.entry_id == back)).one()
    mirrored = tuple(NewTransfer(each.fund, each.credit, each.debit, each.cents) for each in original.transfers)
    again = _entry("refund_failed", f"{original.source_key}_failed", mirrored, at, reverses=back)
    return book.write(
        partial(_book, new=again, of=(gone.gift_id, -gone.children_cents, -gone.operations_cents, "refund"))
    )


def lose_dispute(book: Database, gift: int, cents: int, **others: Any) -> int:  # noqa: ANN401  # The facts of `Moved`.
    """Lose the dispute named by the key: what stood withdrawn is given up; no cash moves."""
    moved = Moved(gift=gift, cents=cents, **{"key": "dp_1", **others})
    lines = moved.lines("income:chargebacks", "assets:stripe:disputed")

    def lose(session: Session) -> int:
        charge_id = session.scalars(select(GiftSettlement.charge_id).where(GiftSettlement.gift_id == gift)).one()
        said = {"amount_cents": cents, "status": "lost", "reason": "general", "is_refundable": 0}
        session.add(Dispute(id=moved.key, charge_id=charge_id, created_at=moved.at, **said))
        session.flush()
        return _book(session, _entry("dispute_lost", f"dispute/{moved.key}/lost", lines, moved.at), None)

    return book.write(lose)


def _entry(
    kind: str, key: str, transfers: tuple[NewTransfer, ...], at: datetime, reverses: int | None = None
) -> NewEntry:
    return NewEntry(
        kind=kind,
        source_key=key,
        happened_at=at,
        effective_on=day_in_zone(at, ZONE),
        actor="stripe",
        transfers=transfers,
        reverses=reverses,
    )


def _book(session: Session, new: NewEntry, of: tuple[int, int, int, str] | None) -> int:
    entry_id = ledger.post(session, new, recorded_at=new.happened_at).entry_id
    if of is not None:
        gift, children, operations, kind = of
        gone = {"gift_id": gift, "children_cents": children, "operations_cents": operations, "kind": kind}
        session.execute(insert(returned).values(entry_id=entry_id, **gone))
        _mirror(session, new, -children - operations)
    session.execute(insert(tray).values(entry_id=entry_id))
    return entry_id


def _mirror(session: Session, new: NewEntry, cents: int) -> None:
    txn = {
        "id": new.source_key.removeprefix("btxn/"),
        "type": "told",
        "reporting_category": "told",
        "currency": "usd",
    }
    moments = {"created_at": new.happened_at, "available_on": new.happened_at}
    session.execute(insert(stripe_balance_transaction).values(amount_cents=cents, fee_cents=0, **txn, **moments))


def bring_clothing_back(session: Session, *, code: str, cents: int) -> None:
    """Return clothing of a fund to the shop: the mirror of its only purchase."""
    fund_id = session.scalars(select(clothing_fund.c.id).where(clothing_fund.c.code == code)).one()
    bought = session.scalars(
        select(clothing_spend.c.entry_id).where(clothing_spend.c.clothing_fund_id == fund_id)
    ).one()
    (original,) = ledger.entries_by_id(session, [bought])
    mirror = reversal(
        entry_id=bought,
        source_key=original.source_key,
        transfers=original.transfers,
        happened_at=NOON,
        effective_on=NOON.date(),
        actor="treasurer",
    )
    entry_id = ledger.post(session, mirror, recorded_at=NOON).entry_id
    session.execute(insert(clothing_spend).values(entry_id=entry_id, clothing_fund_id=fund_id, cents=-cents))
    file_entries(session, [(entry_id, "purchase")])


def rows(book: Database) -> list[tuple[str, int, int, str, str | None]]:
    """Return (source key, place in the queue, cents, reason, in whose place) of every designation, in order."""
    with book.read() as session:
        keys = {row.id: row.source_key for row in session.execute(select(entry.c.id, entry.c.source_key))}
        found = session.execute(
            select(designation, clothing_fund.c.queue_no)
            .join(clothing_fund, clothing_fund.c.id == designation.c.clothing_fund_id)
            .order_by(designation.c.id)
        )
        return [
            (keys[row.source_entry_id], row.queue_no, row.cents, row.reason, keys.get(row.instead_of))
            for row in found
        ]


def order(book: Database) -> list[tuple[str, str | None]]:
    """Return what was filed, with its source key, in order."""
    with book.read() as session:
        found = session.execute(
            select(filing.c.what, entry.c.source_key)
            .outerjoin(entry, entry.c.id == filing.c.entry_id)
            .order_by(filing.c.position)
        )
        return [(what, key) for what, key in found]


def events(book: Database) -> list[tuple[int | None, str, str]]:
    """Return (gift, kind, reason) of every event of a receipt, in order."""
    with book.read() as session:
        found = session.execute(
            select(Receipt.gift_id, ReceiptEvent.kind, ReceiptEvent.reason_code)
            .join(Receipt, Receipt.number == ReceiptEvent.number)
            .order_by(ReceiptEvent.id)
        )
        return [(gift, kind, reason) for gift, kind, reason in found]


def broken(book: Database) -> list[Any]:
    """Return every invariant that fails."""
    with book.read() as session:
        return [check for check in audit(session) if not check.ok]
