"""Room: tables. What Stripe says of returns and payouts, what we asked of it, and what the sweep found.

Mirrors hold the latest word of an open enum and change with it; money hangs on none of them, only on
balance transactions. No personal data.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Base, Day, Instant, Whole


class RefundRequest(Base):
    """A refund that we ask of Stripe: written before the call, so that its key can be asked again."""

    __tablename__ = "refund_request"
    __table_args__ = (
        CheckConstraint(f"amount_cents > 0 AND amount_cents <= {CENTS_MAX}", name="amount"),
        CheckConstraint("reason IN ('duplicate', 'fraudulent', 'requested_by_customer')", name="reason"),
        CheckConstraint("attempt > 0", name="attempt"),
        CheckConstraint("state IN ('asked', 'made', 'refused')", name="state"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    charge_id: Mapped[str] = mapped_column(Text, index=True)
    gift_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("gift.id"))
    amount_cents: Mapped[int] = mapped_column(Whole)
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    attempt: Mapped[int] = mapped_column(Whole)
    """With the reference the idempotency key at Stripe: `refund/<reference>/<attempt>`."""
    state: Mapped[str] = mapped_column(Text)
    refund_id: Mapped[str | None] = mapped_column(Text, unique=True)


class Refund(Base):
    """A refund as Stripe tells it now, whoever made it; several may hang on one charge."""

    __tablename__ = "refund"
    __table_args__ = (STRICT,)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    charge_id: Mapped[str | None] = mapped_column(Text, index=True)
    amount_cents: Mapped[int] = mapped_column(Whole)
    status: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Dispute(Base):
    """A dispute or inquiry as Stripe tells it now; its money stands in the ledger, by balance transaction."""

    __tablename__ = "dispute"
    __table_args__ = (CheckConstraint("is_refundable IN (0, 1)", name="is_refundable"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    charge_id: Mapped[str] = mapped_column(Text, index=True)
    amount_cents: Mapped[int] = mapped_column(Whole)
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    is_refundable: Mapped[int] = mapped_column(Whole)
    """Whether Stripe still lets its charge be refunded."""
    evidence_due_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class PresentedCharge(Base):
    """A charge in another currency than the book's: what its giver paid, and what reached us of it."""

    __tablename__ = "presented_charge"
    __table_args__ = (
        CheckConstraint("currency <> 'USD' AND length(currency) = 3", name="currency"),
        CheckConstraint("minor_units > 0 AND told_amount > 0", name="amounts"),
        CheckConstraint(f"cents > 0 AND cents <= {CENTS_MAX}", name="cents"),
        STRICT,
    )

    charge_id: Mapped[str] = mapped_column(Text, primary_key=True)
    currency: Mapped[str] = mapped_column(Text)
    """Three capital letters (ISO 4217)."""
    minor_units: Mapped[int] = mapped_column(Whole)
    """In the smallest unit of that currency as it is written: cents of a euro, whole yen."""
    told_amount: Mapped[int] = mapped_column(Whole)
    """The same as Stripe counts it, which for a few currencies is not how it is written."""
    cents: Mapped[int] = mapped_column(Whole)
    """US cents before Stripe's fee, by its own balance transaction."""
    exchanged_on: Mapped[date] = mapped_column(Day)


class Payout(Base):
    """A payout as Stripe tells it now; its rows are in `payout_row` once Stripe has reconciled it."""

    __tablename__ = "payout"
    __table_args__ = (STRICT,)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    amount_cents: Mapped[int] = mapped_column(Whole)
    status: Mapped[str] = mapped_column(Text)
    is_automatic: Mapped[int] = mapped_column(Whole)
    reconciliation_status: Mapped[str] = mapped_column(Text)
    arrival_on: Mapped[date] = mapped_column(Day)
    created_at: Mapped[datetime] = mapped_column(Instant)
    txn_id: Mapped[str | None] = mapped_column(Text)


class Alarm(Base):
    """Something that needs a person, raised once per kind and subject until it is cleared."""

    __tablename__ = "alarm"
    __table_args__ = (STRICT,)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    raised_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)


class Watermark(Base):
    """How far a stream of Stripe's was swept; moved only after what was found is committed."""

    __tablename__ = "watermark"
    __table_args__ = (STRICT,)

    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    swept_to: Mapped[datetime] = mapped_column(Instant)


class HealedGap(Base):
    """A fact whose webhook never came, found by the sweep."""

    __tablename__ = "healed_gap"
    __table_args__ = (STRICT,)

    object_id: Mapped[str] = mapped_column(Text, primary_key=True)
    object_type: Mapped[str] = mapped_column(Text)
    happened_at: Mapped[datetime] = mapped_column(Instant)
    healed_at: Mapped[datetime] = mapped_column(Instant)
