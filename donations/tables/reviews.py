"""Room: tables. Gifts that wait for their donor's own words, because something set them aside for a person.

The words themselves are kept nowhere: they may name a child (decision 9).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.tables.metadata import STRICT, Base, Day, Instant, Whole


class GiftReview(Base):
    """Why a gift waits, what its charge was, and what the donor answered. A gift without a row is clear."""

    __tablename__ = "gift_review"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'cleared', 'refused')", name="state"),
        CheckConstraint(
            "reason IN ('named_person', 'own_relative', 'clothing_fund_code', 'only_for')", name="reason"
        ),
        CheckConstraint("(state = 'held') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("answered_by IN ('donor', 'treasurer')", name="answered_by"),
        CheckConstraint("(charge_id IS NULL) = (gift_on IS NULL)", name="charge"),
        STRICT,
    )

    gift_id: Mapped[int] = mapped_column(Whole, ForeignKey("gift.id"), primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    held_by: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime] = mapped_column(Instant)
    charge_id: Mapped[str | None] = mapped_column(Text, unique=True)
    method: Mapped[str | None] = mapped_column(Text)
    charged_at: Mapped[datetime | None] = mapped_column(Instant)
    gift_on: Mapped[date | None] = mapped_column(Day)
    """The tax day the gift will have, resolved once from its charge: the day of the answer never is."""
    gift_on_basis: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str | None] = mapped_column(Text)
    consent_version: Mapped[str | None] = mapped_column(Text)
    """Which wording the donor agreed to; NULL where the money goes back."""
