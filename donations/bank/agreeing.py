"""Room: bank. Whether the book and the bank say the same of an account at the end of a day, to 0.00.

They rarely hold the same cents: a bill is booked on its day and leaves the bank days later. So the book is read less
what the bank has not shown by then, and must equal what the bank says (rule I14, decision 12).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from donations import audit_log, ledger
from donations.audit_log import Actor
from donations.bank.accounts import ACCOUNTS, NUMBERS, PATHS, BankAccount
from donations.bank.awaited import unseen_entries
from donations.clock import day_in_zone
from donations.database import insert_once
from donations.errors import FieldRefusedError
from donations.ledger import AsOf
from donations.money import CENTS_MAX
from donations.postings import FUND_IDS
from donations.tables import BankLine, BankMatch, bank_assertion, entry, transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """An entry that the bank had not shown by that day, or had shown before it was booked (cents < 0 of it then)."""

    key: str
    booked_on: date
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One account at the end of a day: what each says, and what explains the difference; cents."""

    account: BankAccount
    on: date
    book_cents: int
    outstanding: tuple[Outstanding, ...]
    unmatched_lines: int
    unmatched_cents: int
    bank_cents: int | None
    """What the bank says, as a person noted it from the statement; None where nobody did."""

    @property
    def outstanding_cents(self) -> int:
        """Return what the bank had not shown yet."""
        return sum(one.cents for one in self.outstanding)

    @property
    def expected_cents(self) -> int:
        """Return what the bank must say, if book and lines are whole."""
        return self.book_cents - self.outstanding_cents + self.unmatched_cents

    @property
    def difference_cents(self) -> int | None:
        """Return what the bank says less what it must; None where nobody noted it."""
        return None if self.bank_cents is None else self.bank_cents - self.expected_cents

    @property
    def is_moved(self) -> bool:
        """Return whether there is anything to agree on."""
        return bool(self.book_cents or self.outstanding or self.unmatched_lines or self.bank_cents is not None)


def agreement(session: Session, account: BankAccount, on: date) -> Agreement:
    """Compare book and bank for one account at the end of a day."""
    number, as_of = NUMBERS[account], AsOf(effective_on=on)
    book = sum(ledger.balance(session, fund, PATHS[account], as_of) for fund in FUND_IDS)
    count, cents = session.execute(
        select(func.count(), func.coalesce(func.sum(BankLine.cents), 0))
        .outerjoin(BankMatch, BankMatch.line_id == BankLine.id)
        .where(BankLine.account_id == number, BankLine.booked_on <= on, BankMatch.line_id.is_(None))
    ).one()
    told = select(bank_assertion.c.cents).where(bank_assertion.c.account_id == number, bank_assertion.c.on == on)
    return Agreement(
        account=account,
        on=on,
        book_cents=book,
        outstanding=tuple(_outstanding(session, account, on)),
        unmatched_lines=count,
        unmatched_cents=int(cents),
        bank_cents=session.scalar(told),
    )


def agreements(session: Session, on: date) -> list[Agreement]:
    """Return the comparison of every account that was ever moved."""
    found = (agreement(session, account, on) for account in ACCOUNTS)
    return [one for one in found if one.is_moved]


def _outstanding(session: Session, account: BankAccount, on: date) -> list[Outstanding]:
    unseen = [
        Outstanding(key=key, booked_on=day, cents=cents)
        for key, day, cents in unseen_entries(session, account, through=on)
    ]
    return [*unseen, *_across_the_day(session, account, on)]


def _across_the_day(session: Session, account: BankAccount, on: date) -> list[Outstanding]:
    """Return what was booked by that day and shown later, or, its sign changed, shown by it and booked later."""
    number = NUMBERS[account]
    moved = func.sum(case((transfer.c.debit_id == number, transfer.c.cents), else_=-transfer.c.cents))
    is_late = (entry.c.effective_on <= on) & (BankLine.booked_on > on)
    is_early = (entry.c.effective_on > on) & (BankLine.booked_on <= on)
    rows = session.execute(
        select(entry.c.source_key, entry.c.effective_on, moved.label("cents"))
        .join(BankMatch, BankMatch.entry_id == entry.c.id)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(
            BankMatch.account_id == number,
            ledger.moves_account(number),
            is_late | is_early,
        )
        .group_by(entry.c.id, entry.c.source_key, entry.c.effective_on)
        .order_by(entry.c.effective_on, entry.c.id)
    )
    return [
        Outstanding(
            key=row.source_key,
            booked_on=row.effective_on,
            cents=int(row.cents) if row.effective_on <= on else -int(row.cents),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What the bank's statement says that an account holds at the end of a day."""

    account: BankAccount
    on: date
    cents: int


def assert_balance(session: Session, actor: Actor, told: Assertion, zone: ZoneInfo, *, now: datetime) -> None:
    """Note what the bank says; noted again it is corrected, until the day is closed. Raises `FieldRefusedError`."""
    if told.on > day_in_zone(now, zone):
        raise FieldRefusedError("That day is not over.", field="on")
    if abs(told.cents) > CENTS_MAX:
        raise FieldRefusedError("No account of a charity holds that much.", field="amount")
    closed = ledger.closed_through(session)
    if closed is not None and told.on <= closed:
        raise FieldRefusedError("That day is closed: what its statement said was agreed on.", field="on")
    key = {"account_id": NUMBERS[told.account], "on": told.on}
    values = {**key, "cents": told.cents, "statement_ref": told.on.strftime("%Y-%m")}
    if not insert_once(session, bank_assertion, values, key=("account_id", "on")):
        is_it = (bank_assertion.c.account_id == key["account_id"]) & (bank_assertion.c.on == told.on)
        session.execute(bank_assertion.update().where(is_it).values(cents=told.cents))
    facts: dict[str, str | int | bool | None] = {"on": told.on.isoformat(), "cents": told.cents}
    audit_log.record(session, actor, "bank_asserted", subject=told.account, facts=facts, at=now)
