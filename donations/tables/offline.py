"""Room: tables. Gifts that came to the desk, and the batches they were entered in. No column is about a child."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import SPOKEN, STRICT, Base, Day, Instant, Whole
from receipts.wording import Language

_KINDS = "kind IN ('cheque', 'cash', 'wire', 'payroll', 'employer_match', 'donor_advised_fund', 'ira_distribution')"
_CHEQUE = "kind IN ('donor_advised_fund', 'ira_distribution') OR (kind = 'cheque') = (cheque_number IS NOT NULL)"
_THROUGH = (
    "(custodian IS NOT NULL) = (kind = 'ira_distribution') AND (adviser IS NULL OR kind = 'donor_advised_fund')"
)


class Batch(Base):
    """Gifts counted before they are entered: posted only when lines and both controls agree, then locked."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("control_count > 0 AND control_count <= 1000", name="control_count"),
        CheckConstraint(f"control_cents > 0 AND control_cents <= {CENTS_MAX}", name="control_cents"),
        CheckConstraint("state IN ('open', 'posted')", name="state"),
        CheckConstraint("(state = 'posted') = (posted_at IS NOT NULL)", name="posted"),
        Index("ix_batch_state", "state", "opened_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    control_count: Mapped[int] = mapped_column(Whole)
    control_cents: Mapped[int] = mapped_column(Whole)
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    posted_at: Mapped[datetime | None] = mapped_column(Instant)


class BatchLine(Base):
    """One gift of a batch as it was entered: a draft until the batch posts."""

    __tablename__ = "batch_line"
    __table_args__ = (
        CheckConstraint(_KINDS, name="kind"),
        CheckConstraint(f"amount_cents > 0 AND amount_cents <= {CENTS_MAX}", name="amount"),
        CheckConstraint(_CHEQUE, name="cheque"),
        CheckConstraint(_THROUGH, name="through"),
        CheckConstraint("carrier IN ('us_mail', 'courier', 'by_hand')", name="carrier"),
        CheckConstraint(SPOKEN, name="language"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    batch_id: Mapped[int] = mapped_column(Whole, ForeignKey("batch.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    amount_cents: Mapped[int] = mapped_column(Whole)
    name: Mapped[str] = mapped_column(Text)
    """Empty where nobody knows who gave."""
    email: Mapped[str] = mapped_column(Text)
    """Empty where the donor left none."""
    received_on: Mapped[date] = mapped_column(Day)
    cheque_number: Mapped[str | None] = mapped_column(Text, index=True)
    carrier: Mapped[str] = mapped_column(Text)
    postmarked_on: Mapped[date | None] = mapped_column(Day)
    dated_on: Mapped[date | None] = mapped_column(Day)
    custodian: Mapped[str | None] = mapped_column(Text)
    adviser: Mapped[str | None] = mapped_column(Text)
    gift_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("gift.id"), unique=True)
    """The gift it became; NULL while it is a draft."""
    language: Mapped[Language] = mapped_column(Text, server_default="en")


class OfflineGift(Base):
    """How a gift came that no charge tells of."""

    __tablename__ = "offline_gift"
    __table_args__ = (
        CheckConstraint(_KINDS, name="kind"),
        CheckConstraint(_CHEQUE, name="cheque"),
        CheckConstraint(_THROUGH, name="through"),
        STRICT,
    )

    gift_id: Mapped[int] = mapped_column(Whole, ForeignKey("gift.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    cheque_number: Mapped[str | None] = mapped_column(Text, index=True)
    received_on: Mapped[date] = mapped_column(Day)
    postmarked_on: Mapped[date | None] = mapped_column(Day)
    dated_on: Mapped[date | None] = mapped_column(Day)
    custodian: Mapped[str | None] = mapped_column(Text)
    """Of an IRA, who paid for its owner."""
    adviser: Mapped[str | None] = mapped_column(Text)
    """Of a donor-advised fund, who recommended the grant, if its sponsor named anyone."""
