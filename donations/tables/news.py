"""Room: tables. What donors are told of their gifts by month: frozen sums of the whole fund, never of one child.

No row names a clothing fund or a donor's purchase: what one gift did is worked out from these sums and the order in
which the gifts came.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Base, Day, Instant, Whole


class NewsMonth(Base):
    """A month of which donors are told, as the book stood at its end and was known at `told_at`; cents.

    What was set aside and what was spent are told each by itself; the side that is withheld is NULL.
    """

    __tablename__ = "news_month"
    __table_args__ = (
        CheckConstraint("since <= through", name="since"),
        CheckConstraint(
            "filled_step >= 0 AND filled_count >= filled_step AND (filled_step IS NULL) = (designated_cents IS NULL)",
            name="counts",
        ),
        CheckConstraint(
            f"designated_cents BETWEEN 0 AND {CENTS_MAX} AND spent_cents BETWEEN 0 AND {CENTS_MAX}", name="cents"
        ),
        CheckConstraint(
            "(filled_count IS NULL) = (designated_cents IS NULL) AND (clothed_count IS NULL) = (spent_cents IS NULL)",
            name="sides",
        ),
        CheckConstraint("front_position >= 0 AND front_cents >= 0", name="front"),
        STRICT,
    )

    through: Mapped[date] = mapped_column(Day, primary_key=True)
    """The last day of the month."""
    since: Mapped[date] = mapped_column(Day)
    """The first day of what is told together: earlier than the month's own where months before were passed over."""
    filled_step: Mapped[int | None] = mapped_column(Whole)
    """Clothing funds filled from `since` through `through`: 0, or at least the least count that may be told."""
    filled_count: Mapped[int | None] = mapped_column(Whole)
    designated_cents: Mapped[int | None] = mapped_column(Whole)
    clothed_count: Mapped[int | None] = mapped_column(Whole)
    spent_cents: Mapped[int | None] = mapped_column(Whole)
    front_position: Mapped[int] = mapped_column(Whole)
    """The place in the clerk's order of the last gift that the spent cents reach; 0 where nothing is spent."""
    front_cents: Mapped[int] = mapped_column(Whole)
    """How many cents of that last gift they reach."""
    told_at: Mapped[datetime] = mapped_column(Instant)


class NewsItem(Base):
    """An item of the outfit set that was bought, since the month told before, for enough children to be told."""

    __tablename__ = "news_item"
    __table_args__ = (
        CheckConstraint("item IN ('outfit', 'shoes', 'socks', 'underwear', 'coat')", name="item"),
        STRICT,
    )

    through: Mapped[date] = mapped_column(Day, ForeignKey("news_month.through"), primary_key=True)
    item: Mapped[str] = mapped_column(Text, primary_key=True)


class NewsWish(Base):
    """That the donor of a gift or pledge wishes the month's note by mail, until they end it."""

    __tablename__ = "news_wish"
    __table_args__ = (CheckConstraint("ended_at IS NULL OR ended_at >= wished_at", name="ended"), STRICT)

    promise: Mapped[str] = mapped_column(Text, primary_key=True)
    """The reference of the gift or pledge."""
    wished_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
