"""Room: tables. Clothing bought: who drafted it, who approved it, and which cents of which clothing funds it spent.

No free text anywhere; the shop's receipt number has a pattern, and an item is one of the outfit set.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Base, Day, Instant, Whole


class Purchase(Base):
    """A bill for clothing: drafted by one person, approved by another, booked in that same commit."""

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint(f"cents > 0 AND cents <= {CENTS_MAX}", name="cents"),
        CheckConstraint("paid_from IN ('bank', 'account')", name="paid_from"),
        CheckConstraint("state IN ('drafted', 'approved', 'declined', 'returned')", name="state"),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> drafted_by OR drafted_by = 'command'", name="two_people"
        ),
        CheckConstraint("(state = 'drafted') = (decided_at IS NULL)", name="decided"),
        Index("ix_purchase_state", "state", "drafted_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    receipt_number: Mapped[str] = mapped_column(Text, index=True)
    """The shop's own, by a pattern."""
    bought_on: Mapped[date] = mapped_column(Day)
    cents: Mapped[int] = mapped_column(Whole)
    paid_from: Mapped[str] = mapped_column(Text)
    """`bank`, or `account`: on the shop's account, to be paid later."""
    state: Mapped[str] = mapped_column(Text)
    drafted_by: Mapped[str] = mapped_column(Text)
    """A staff reference, or `command`."""
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    entry_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("entry.id"), unique=True)
    paid_entry_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("entry.id"), unique=True)


class PurchaseLine(Base):
    """What of a bill was bought for one clothing fund."""

    __tablename__ = "purchase_line"
    __table_args__ = (CheckConstraint(f"cents > 0 AND cents <= {CENTS_MAX}", name="cents"), STRICT)

    purchase_id: Mapped[int] = mapped_column(Whole, ForeignKey("purchase.id"), primary_key=True, autoincrement=False)
    clothing_fund_id: Mapped[int] = mapped_column(
        Whole, ForeignKey("clothing_fund.id"), primary_key=True, autoincrement=False, index=True
    )
    cents: Mapped[int] = mapped_column(Whole)


class PurchaseItem(Base):
    """A tick on the outfit set's checklist: this purchase brought this item for this clothing fund."""

    __tablename__ = "purchase_item"
    __table_args__ = (
        CheckConstraint("item IN ('outfit', 'shoes', 'socks', 'underwear', 'coat')", name="item"),
        CheckConstraint("count > 0 AND count <= 5", name="count"),
        STRICT,
    )

    purchase_id: Mapped[int] = mapped_column(Whole, ForeignKey("purchase.id"), primary_key=True, autoincrement=False)
    clothing_fund_id: Mapped[int] = mapped_column(
        Whole, ForeignKey("clothing_fund.id"), primary_key=True, autoincrement=False
    )
    item: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column(Whole)
