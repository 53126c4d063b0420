"""Room: tables. Who comes into the donor's own room: addresses that were verified, links, sign-ins, wishes.

An account joins addresses, never donor rows: what it shows follows from the addresses that were verified.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Base, Instant, Whole


class DonorAccount(Base):
    """One person who came in by a mailed link; written at the first visit."""

    __tablename__ = "donor_account"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Instant)


class DonorAddress(Base):
    """An e-mail address whose mailbox its account has opened; it belongs to one account at a time."""

    __tablename__ = "donor_address"
    __table_args__ = (STRICT,)

    email_key: Mapped[str] = mapped_column(Text, primary_key=True)
    """Case-folded."""
    account_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor_account.id"), index=True)
    verified_at: Mapped[datetime] = mapped_column(Instant)


class DonorLink(Base):
    """A link asked for, whether the address is known or not; good once, in the browser that asked, for 15 minutes."""

    __tablename__ = "donor_link"
    __table_args__ = (
        CheckConstraint("(account_id IS NULL) = (kind = 'enter')", name="account"),
        CheckConstraint("kind IN ('enter', 'address')", name="kind"),
        Index("ix_donor_link_network", "network", "made_at"),
        Index("ix_donor_link_person", "person", "made_at"),
        Index("ix_donor_link_made_at", "made_at"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """Random; the link's token is derived from it when the letter is written, and kept nowhere."""
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("donor_account.id"))
    """Who adds the address; NULL for who wants to come in."""
    email: Mapped[str] = mapped_column(Text)
    """Removed within two days, with the row."""
    device: Mapped[str] = mapped_column(Text)
    """SHA-256 of the browser that asked."""
    network: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    """Pseudonyms under a daily key, by which tries are counted."""
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class DonorSession(Base):
    """One sign-in on one browser: the cookie's random value is stored as its SHA-256 only."""

    __tablename__ = "donor_session"
    __table_args__ = (Index("ix_donor_session_account_id", "account_id"), STRICT)

    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor_account.id"))
    began_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class GiftNaming(Base):
    """The donor's own word whether a gift may stand under their name on a public list; without a row it may not."""

    __tablename__ = "gift_naming"
    __table_args__ = (CheckConstraint("is_named IN (0, 1)", name="is_named"), STRICT)

    gift_id: Mapped[int] = mapped_column(Whole, ForeignKey("gift.id"), primary_key=True, autoincrement=False)
    is_named: Mapped[int] = mapped_column(Whole)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class PledgeChange(Base):
    """A change of a pledge that its donor asked for; what it asks of Stripe is fixed when it is written."""

    __tablename__ = "pledge_change"
    __table_args__ = (
        CheckConstraint("kind IN ('amount', 'day', 'pause', 'resume')", name="kind"),
        CheckConstraint("state IN ('asked', 'done', 'overtaken')", name="state"),
        CheckConstraint(
            "(kind = 'amount') = (amount_cents IS NOT NULL) AND (kind = 'amount') = (fee_cover_cents IS NOT NULL)",
            name="cents",
        ),
        CheckConstraint(f"amount_cents > 0 AND amount_cents <= {CENTS_MAX}", name="amount"),
        CheckConstraint(f"fee_cover_cents >= 0 AND fee_cover_cents <= {CENTS_MAX}", name="fee_cover"),
        CheckConstraint("(kind IN ('day', 'pause')) = (until IS NOT NULL)", name="until"),
        Index("ix_pledge_change_pledge_id", "pledge_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    pledge_id: Mapped[int] = mapped_column(Whole, ForeignKey("pledge.id"))
    kind: Mapped[str] = mapped_column(Text)
    amount_cents: Mapped[int | None] = mapped_column(Whole)
    fee_cover_cents: Mapped[int | None] = mapped_column(Whole)
    until: Mapped[datetime | None] = mapped_column(Instant)
    """When the next gift is due after a change of day; when a pause ends."""
    asked_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
