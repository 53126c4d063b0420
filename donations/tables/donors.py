"""Room: tables. Donors who are one person, as a person of the staff said; and gifts that another system received.

Names and addresses stand here for donors alone. Nothing here is posted: imported gifts are history.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Base, Day, Instant, Whole


class DonorMerge(Base):
    """One donor row was joined to another by a person; append-only, in force until a row of `donor_unmerge`."""

    __tablename__ = "donor_merge"
    __table_args__ = (
        CheckConstraint("donor_id <> into_id", name="two_rows"),
        CheckConstraint(
            "reason_code IN ('same_person', 'misspelt_name', 'new_name', 'new_email', 'same_organization')",
            name="reason_code",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    donor_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"), index=True)
    into_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"), index=True)
    reason_code: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class DonorUnmerge(Base):
    """A merge that was taken back; append-only."""

    __tablename__ = "donor_unmerge"
    __table_args__ = (STRICT,)

    merge_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor_merge.id"), primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class DonorIdentity(Base):
    """Which donor row leads the identity of a joined row: set from the merges in force; a donor alone has no row."""

    __tablename__ = "donor_identity"
    __table_args__ = (STRICT,)

    donor_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"), primary_key=True, autoincrement=False)
    leader_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"), index=True)


class DonorsApart(Base):
    """Two donor rows that a person said are not the same; append-only, the smaller id first."""

    __tablename__ = "donors_apart"
    __table_args__ = (CheckConstraint("one_id < other_id", name="once"), STRICT)

    one_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"), primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class ImportedFile(Base):
    """One file of another system's gifts that was taken in: its digest and what came of it; not the file."""

    __tablename__ = "imported_file"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    sha256: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    taken: Mapped[int] = mapped_column(Whole)
    refused: Mapped[int] = mapped_column(Whole)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class ImportedGift(Base):
    """A gift that was received and receipted elsewhere: history for search and donor pages, never in the ledger."""

    __tablename__ = "imported_gift"
    __table_args__ = (
        CheckConstraint(f"amount_cents > 0 AND amount_cents <= {CENTS_MAX}", name="amount"),
        CheckConstraint("refunded_cents >= 0 AND refunded_cents <= amount_cents", name="refunded"),
        Index("uq_imported_gift_row", "source", "row_key", unique=True),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    file_id: Mapped[int] = mapped_column(Whole, ForeignKey("imported_file.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    row_key: Mapped[str] = mapped_column(Text)
    """The other system's own id of the gift, or the digest of the row: the same gift is taken in once."""
    donor_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(Whole)
    refunded_cents: Mapped[int] = mapped_column(Whole)
    given_on: Mapped[date] = mapped_column(Day)
    address_line1: Mapped[str | None] = mapped_column(Text)
    address_line2: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
