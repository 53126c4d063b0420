"""Room: tables. Gifts in kind: what was handed over, and what of it went out again. No column is about a child.

A value stands here and in the ledger alone: no document has a field for it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Base, Day, Instant, Whole

COUNT_MAX = 1_000_000


class GoodsGift(Base):
    """A gift of goods or of securities: where it was handed over."""

    __tablename__ = "goods_gift"
    __table_args__ = (CheckConstraint("kind IN ('goods', 'securities')", name="kind"), STRICT)

    gift_id: Mapped[int] = mapped_column(Whole, ForeignKey("gift.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)


class GoodsItem(Base):
    """Some things of one sort in a gift, described and counted, with their fair value for the book alone."""

    __tablename__ = "goods_item"
    __table_args__ = (
        UniqueConstraint("gift_id", "n"),
        CheckConstraint("n > 0", name="n"),
        CheckConstraint(f"count > 0 AND count <= {COUNT_MAX}", name="count"),
        CheckConstraint("condition IN ('new', 'good_used', 'worn')", name="condition"),
        CheckConstraint(f"value_cents > 0 AND value_cents <= {CENTS_MAX}", name="value"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    gift_id: Mapped[int] = mapped_column(Whole, ForeignKey("goods_gift.gift_id"))
    n: Mapped[int] = mapped_column(Whole)
    """Its place in the gift, from 1."""
    description: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(Whole)
    condition: Mapped[str | None] = mapped_column(Text)
    """As the donor said it; NULL for securities."""
    note: Mapped[str] = mapped_column(Text)
    value_cents: Mapped[int] = mapped_column(Whole)
    """Of all of them together, on the day they were given."""


class GoodsOut(Base):
    """Goods that leave: drafted by one person, approved by another, booked in that same commit."""

    __tablename__ = "goods_out"
    __table_args__ = (
        CheckConstraint("how IN ('given', 'discarded', 'sold')", name="how"),
        CheckConstraint("state IN ('drafted', 'approved', 'declined')", name="state"),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> drafted_by OR drafted_by = 'command'", name="two_people"
        ),
        CheckConstraint("(state = 'drafted') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'approved') = (entry_id IS NOT NULL)", name="booked"),
        CheckConstraint("(how = 'sold') = (proceeds_cents > 0)", name="proceeds"),
        CheckConstraint(f"proceeds_cents >= 0 AND proceeds_cents <= {CENTS_MAX}", name="proceeds_range"),
        CheckConstraint("commission_cents >= 0 AND commission_cents <= proceeds_cents", name="commission"),
        Index("ix_goods_out_state", "state", "drafted_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    how: Mapped[str] = mapped_column(Text)
    out_on: Mapped[date] = mapped_column(Day)
    proceeds_cents: Mapped[int] = mapped_column(Whole)
    """What securities were sold for, before the broker's commission; 0 for goods that are given or discarded."""
    commission_cents: Mapped[int] = mapped_column(Whole)
    """What the broker kept of it: operations bears it."""
    state: Mapped[str] = mapped_column(Text)
    drafted_by: Mapped[str] = mapped_column(Text)
    """A staff reference, or `command`."""
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    entry_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("entry.id"), unique=True)


class GoodsOutLine(Base):
    """How many of one item leave."""

    __tablename__ = "goods_out_line"
    __table_args__ = (CheckConstraint(f"count > 0 AND count <= {COUNT_MAX}", name="count"), STRICT)

    goods_out_id: Mapped[int] = mapped_column(
        Whole, ForeignKey("goods_out.id"), primary_key=True, autoincrement=False
    )
    goods_item_id: Mapped[int] = mapped_column(
        Whole, ForeignKey("goods_item.id"), primary_key=True, autoincrement=False, index=True
    )
    count: Mapped[int] = mapped_column(Whole)
