"""Room: tables. What the bank's statements say, line by line, and which entry of the book each line is.

A line stays as it came. A match may be undone: its rows then go, and `bank_unmatch` keeps what it was
(decision 14). A bank's words may name a donor: they are short, without long numbers, and stay in this table.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Base, Day, Instant, Whole

_ACTS = (
    "act IN ('payout', 'payout_back', 'deposit', 'booked', 'sweep', 'charge', 'suspense', 'sent_back',"
    " 'returned_cheque', 'interest', 'funding')"
)


class BankLine(Base):
    """One line of a bank statement; the same line of a second file is known by its key."""

    __tablename__ = "bank_line"
    __table_args__ = (
        CheckConstraint(f"cents <> 0 AND abs(cents) <= {CENTS_MAX}", name="cents"),
        CheckConstraint("length(line_key) BETWEEN 1 AND 64", name="line_key"),
        CheckConstraint("length(words) <= 80", name="words"),
        CheckConstraint("kind IN ('charge', 'interest', 'cheque', 'other')", name="kind"),
        UniqueConstraint("account_id", "line_key"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[int] = mapped_column(Whole, ForeignKey("account.id"))
    line_key: Mapped[str] = mapped_column(Text)
    """The bank's own id of the line, or, where a file has none, a digest of it."""
    booked_on: Mapped[date] = mapped_column(Day, index=True)
    cents: Mapped[int] = mapped_column(Whole)
    """What came (> 0) or went (< 0)."""
    kind: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[datetime] = mapped_column(Instant)


class BankMatch(Base):
    """The entry that a line is: posted by it, or booked before and now seen at the bank."""

    __tablename__ = "bank_match"
    __table_args__ = (
        CheckConstraint(_ACTS, name="act"),
        UniqueConstraint("account_id", "entry_id"),
        STRICT,
    )

    line_id: Mapped[int] = mapped_column(Whole, ForeignKey("bank_line.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(Whole, ForeignKey("account.id"))
    entry_id: Mapped[int] = mapped_column(Whole, ForeignKey("entry.id"))
    act: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    matched_at: Mapped[datetime] = mapped_column(Instant)


class BankMatchSubject(Base):
    """What a match settles: a payout, a gift that was deposited, an entry's key; each once for an act."""

    __tablename__ = "bank_match_subject"
    __table_args__ = (STRICT,)

    act: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    line_id: Mapped[int] = mapped_column(Whole, ForeignKey("bank_match.line_id"), index=True)


class BankUnmatch(Base):
    """A match that two people undid: append-only; what it had posted is reversed by an entry of its own."""

    __tablename__ = "bank_unmatch"
    __table_args__ = (
        CheckConstraint(_ACTS, name="act"),
        CheckConstraint("reason_code IN ('wrong_kind', 'wrong_subject', 'wrong_line')", name="reason_code"),
        CheckConstraint("asked_by <> approved_by", name="two_people"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    line_id: Mapped[int] = mapped_column(Whole, ForeignKey("bank_line.id"), index=True)
    entry_id: Mapped[int] = mapped_column(Whole, ForeignKey("entry.id"))
    act: Mapped[str] = mapped_column(Text)
    reason_code: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    approved_by: Mapped[str] = mapped_column(Text)
    unmatched_at: Mapped[datetime] = mapped_column(Instant)
