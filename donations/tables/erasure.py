"""Room: tables. What donors asked to have erased, what of it is still kept, and which documents lost their words.

No name stands here; an address only until its answer is sent.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.tables.metadata import SPOKEN, STRICT, Base, Instant, Whole
from receipts.wording import Language


class Erasure(Base):
    """One wish to be erased, by the donor or by staff for them."""

    __tablename__ = "erasure"
    __table_args__ = (CheckConstraint(SPOKEN, name="language"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    """`donor`, a staff reference, `command`, or `register` after a restore."""
    email: Mapped[str | None] = mapped_column(Text)
    """Where the answer goes; removed once it is sent."""
    language: Mapped[Language] = mapped_column(Text)
    """Of the answer."""
    blind_ids: Mapped[str] = mapped_column(Text)
    """HMACs by which the same donor is found again after a restore, one a line, as the register holds them."""


class ErasureSubject(Base):
    """A gift, a pledge or a donor row that the wish is about; without `done_at` something of it is still kept."""

    __tablename__ = "erasure_subject"
    __table_args__ = (
        CheckConstraint("kind IN ('gift', 'pledge', 'donor')", name="kind"),
        Index("ix_erasure_subject_look_at", "done_at", "look_at"),
        Index("ix_erasure_subject_erasure_id", "erasure_id"),
        STRICT,
    )

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    erasure_id: Mapped[int] = mapped_column(Whole, ForeignKey("erasure.id"))
    look_at: Mapped[datetime] = mapped_column(Instant)
    """When it is looked at again."""
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class DocumentErasure(Base):
    """The frozen facts of this document are gone, and its file; number, amount, digests and status stay."""

    __tablename__ = "document_erasure"
    __table_args__ = (STRICT,)

    number: Mapped[str] = mapped_column(Text, ForeignKey("receipt.number"), primary_key=True)
    erased_in: Mapped[int] = mapped_column(Whole)
    """The year, which the database holds against the document's tax year."""
    erased_at: Mapped[datetime] = mapped_column(Instant)
