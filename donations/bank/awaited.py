"""Room: bank. What the book awaits of the bank: payouts on their way, gifts to be deposited, entries not yet seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, Row, case, exists, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from donations.bank.accounts import NUMBERS, BankAccount
from donations.ledger import moves_account
from donations.postings import account_named
from donations.tables import (
    BankMatch,
    BankMatchSubject,
    Batch,
    BatchLine,
    Gift,
    OfflineGift,
    Payout,
    entry,
    transfer,
)

_UNDEPOSITED = account_named("assets:undeposited").number
_FAILED = ("failed", "canceled")

AwaitedAct = Literal["payout", "payout_back", "deposit", "booked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Cents that a bank line must bring (> 0) or take (< 0); `subjects` is what it then settles."""

    act: AwaitedAct
    account: BankAccount
    cents: int
    since: date
    name: str
    subjects: tuple[str, ...]


def list_awaited(session: Session) -> list[Awaited]:
    """Return all that the bank has not shown yet."""
    return [*_payouts(session), *_payouts_back(session), *_deposits(session), *_booked(session)]


def _settled(act: str, subject: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return exists().where(BankMatchSubject.act == act, BankMatchSubject.subject == subject)


def _payouts(session: Session) -> Iterator[Awaited]:
    has_left = exists().where(entry.c.source_key == literal("btxn/") + Payout.txn_id)
    rows = session.scalars(
        select(Payout)
        .where(has_left, Payout.status.not_in(_FAILED), ~_settled("payout", Payout.id))
        .order_by(Payout.arrival_on, Payout.id)
    )
    for one in rows:
        yield _of_payout(one, "payout", one.amount_cents)


def _payouts_back(session: Session) -> Iterator[Awaited]:
    rows = session.scalars(
        select(Payout)
        .where(
            Payout.status.in_(_FAILED),
            _settled("payout", Payout.id),
            ~_settled("payout_back", Payout.id),
        )
        .order_by(Payout.arrival_on, Payout.id)
    )
    for one in rows:
        yield _of_payout(one, "payout_back", -one.amount_cents)


def _of_payout(payout: Payout, act: AwaitedAct, cents: int) -> Awaited:
    name = f"Payout {payout.id}"
    return Awaited(
        act=act, account="children", cents=cents, since=payout.arrival_on, name=name, subjects=(payout.id,)
    )


def _deposits(session: Session) -> Iterator[Awaited]:
    """Yield what lies undeposited: a batch's cheques and cash as one slip, every other gift by itself."""
    reversing = aliased(entry)
    rows = session.execute(
        select(
            Gift.reference,
            Batch.reference.label("batch"),
            or_(OfflineGift.kind == "cash", OfflineGift.cheque_number.is_not(None)).label("is_on_slip"),
            transfer.c.cents,
            entry.c.effective_on,
        )
        .select_from(OfflineGift)
        .join(Gift, Gift.id == OfflineGift.gift_id)
        .join(entry, entry.c.source_key == literal("gift/") + Gift.reference)
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .outerjoin(BatchLine, BatchLine.gift_id == Gift.id)
        .outerjoin(Batch, Batch.id == BatchLine.batch_id)
        .where(
            transfer.c.debit_id == _UNDEPOSITED,
            ~exists().where(reversing.c.reverses == entry.c.id),
            ~_settled("deposit", Gift.reference),
        )
        .order_by(Batch.id, entry.c.id)
    ).all()
    slips: dict[str, list[Row[str, str | None, bool, int, date]]] = {}
    for row in rows:
        slips.setdefault(row.batch if row.is_on_slip and row.batch else row.reference, []).append(row)
    yield from (_slip(name, gifts) for name, gifts in slips.items())


def _slip(name: str, gifts: list[Row[str, str | None, bool, int, date]]) -> Awaited:
    is_batch = gifts[0].batch == name
    return Awaited(
        act="deposit",
        account="children",
        cents=sum(row.cents for row in gifts),
        since=min(row.effective_on for row in gifts),
        name=f"Batch {name}" if is_batch else f"Gift {name}",
        subjects=tuple(row.reference for row in gifts),
    )


def _booked(session: Session) -> Iterator[Awaited]:
    for account in NUMBERS:
        for key, day, cents in unseen_entries(session, account):
            yield Awaited(act="booked", account=account, cents=cents, since=day, name=key, subjects=(key,))


def unseen_entries(
    session: Session, account: BankAccount, *, through: date | None = None
) -> list[tuple[str, date, int]]:
    """Return (source key, day, cents) of entries that move an account and that no line was matched with.

    Opening balances are where the account began; an entry and its reversal, neither seen, cancel each other.
    """
    number = NUMBERS[account]
    cents = func.sum(case((transfer.c.debit_id == number, transfer.c.cents), else_=-transfer.c.cents))
    seen, reversing, other = aliased(BankMatch), aliased(entry), aliased(BankMatch)

    def is_seen(table: type[BankMatch], entry_id: ColumnElement[int]) -> ColumnElement[bool]:
        return exists().where(table.entry_id == entry_id, table.account_id == number)

    undone = exists().where(
        or_(reversing.c.reverses == entry.c.id, reversing.c.id == entry.c.reverses),
        ~is_seen(other, reversing.c.id),
    )
    asked = (
        select(entry.c.source_key, entry.c.effective_on, cents.label("cents"))
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(
            moves_account(number),
            entry.c.kind != "opening",
            ~is_seen(seen, entry.c.id),
            ~undone,
        )
        .group_by(entry.c.id, entry.c.source_key, entry.c.effective_on)
        .having(cents != 0)
        .order_by(entry.c.effective_on, entry.c.id)
    )
    if through is not None:
        asked = asked.where(entry.c.effective_on <= through)
    return [(row.source_key, row.effective_on, int(row.cents)) for row in session.execute(asked)]
