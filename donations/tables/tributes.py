"""Room: tables. In whose honor a gift was given, and who is to be told by mail: personal data apart from the gift.

What the card needs is forgotten once it is sent; the name alone stays for the receipts of the gift, until erased.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.tables.metadata import STRICT, Base, Instant, Whole


class Tribute(Base):
    """The tribute of one gift, or of every gift of one pledge, and what became of its card."""

    __tablename__ = "tribute"
    __table_args__ = (
        CheckConstraint("(gift_id IS NULL) <> (pledge_id IS NULL)", name="one_promise"),
        CheckConstraint("kind IN ('honour', 'memory')", name="kind"),
        CheckConstraint("notify_email IS NULL OR address_key IS NOT NULL", name="address"),
        CheckConstraint(
            "held_reason IN ('named_person', 'own_relative', 'clothing_fund_code', 'only_for')", name="held_reason"
        ),
        CheckConstraint(
            "card IN ('sent', 'unwanted', 'too_many', 'gone_back', 'erased', 'never_given')", name="card"
        ),
        CheckConstraint("(card IS NULL) = (card_at IS NULL)", name="card_at"),
        CheckConstraint(
            "card IS NULL OR (notify_name IS NULL AND notify_email IS NULL AND message IS NULL)", name="forgotten"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    gift_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("gift.id"), unique=True)
    pledge_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("pledge.id"), unique=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    """Who is honored; NULL where the words set the gift aside for one person, and after erasure."""
    notify_name: Mapped[str | None] = mapped_column(Text)
    notify_email: Mapped[str | None] = mapped_column(Text)
    message: Mapped[str | None] = mapped_column(Text)
    address_key: Mapped[str | None] = mapped_column(Text, index=True)
    """The address as a keyed digest: by it cards to one address are counted after the address is forgotten."""
    held_reason: Mapped[str | None] = mapped_column(Text)
    """Why the words held the gift, or hold those of the pledge; the words themselves are kept nowhere."""
    card: Mapped[str | None] = mapped_column(Text)
    """What became of the card; NULL while it may still be sent, or nobody is to be told."""
    card_at: Mapped[datetime | None] = mapped_column(Instant)


class NoMoreCards(Base):
    """An address whose holder wants no card from us again, as a keyed digest only."""

    __tablename__ = "no_more_cards"
    __table_args__ = (STRICT,)

    address_key: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant)
