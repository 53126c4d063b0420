"""Room: tables. Numbered documents: the row that holds the number for ever, its frozen facts, its bytes' digest."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from donations.tables.metadata import STRICT, Base, Day, Instant, Whole


class Receipt(Base):
    """One numbered document; append-only, written by the clerk alone, gapless within (series, year)."""

    __tablename__ = "receipt"
    __table_args__ = (
        CheckConstraint("series IN ('R', 'S', 'N', 'L')", name="series"),
        CheckConstraint("n > 0", name="n"),
        CheckConstraint("series <> 'R' OR gift_id IS NOT NULL", name="gift"),
        Index(
            "uq_receipt_root_of_gift",
            "gift_id",
            unique=True,
            sqlite_where=text("series = 'R' AND replaces IS NULL"),
            postgresql_where=text("series = 'R' AND replaces IS NULL"),
        ),
        Index(
            "uq_receipt_root_statement",
            "donor_id",
            "tax_year",
            unique=True,
            sqlite_where=text("kind = 'annual_statement' AND replaces IS NULL"),
            postgresql_where=text("kind = 'annual_statement' AND replaces IS NULL"),
        ),
        Index("ix_receipt_gift_id", "gift_id"),
        STRICT,
    )

    series: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    gift_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("gift.id"))
    donor_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"), index=True)
    tax_year: Mapped[int] = mapped_column(Whole)
    amount_cents: Mapped[int] = mapped_column(Whole)
    replaces: Mapped[str | None] = mapped_column(Text, ForeignKey("receipt.number"), unique=True)
    issued_on: Mapped[date] = mapped_column(Day)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    facts_sha256: Mapped[str] = mapped_column(Text)
    verify_token: Mapped[str] = mapped_column(Text, unique=True)
    """32 lower-case hex digits, random; the address anyone may check the document at."""


class DocumentRequest(Base):
    """A document asked for and still without a number: the clerk's second tray, its rows deleted when answered."""

    __tablename__ = "document_request"
    __table_args__ = (
        CheckConstraint("kind IN ('annual_statement', 'gift_receipt', 'follow_up')", name="kind"),
        CheckConstraint("(kind = 'annual_statement') = (gift_id IS NULL)", name="gift"),
        UniqueConstraint("kind", "gift_id"),
        Index(
            "uq_document_request_statement",
            "donor_id",
            "year",
            unique=True,
            sqlite_where=text("gift_id IS NULL"),
            postgresql_where=text("gift_id IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    donor_id: Mapped[int] = mapped_column(Whole, ForeignKey("donor.id"))
    year: Mapped[int] = mapped_column(Whole)
    gift_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("gift.id"))
    """`gift_receipt`: one that was refused at the desk is asked for again; `follow_up`: money of it went back."""
    requested_at: Mapped[datetime] = mapped_column(Instant)


class FrozenFacts(Base):
    """The canonical JSON a document was issued from; apart from `receipt`, so that privacy may one day shred it."""

    __tablename__ = "frozen_facts"
    __table_args__ = (STRICT,)

    number: Mapped[str] = mapped_column(Text, ForeignKey("receipt.number"), primary_key=True)
    facts: Mapped[str] = mapped_column(Text)


class ReceiptEvent(Base):
    """What happened to a document after issue; append-only, its status is derived from these rows."""

    __tablename__ = "receipt_event"
    __table_args__ = (CheckConstraint("kind IN ('void', 'hold', 'unhold', 'replaced')", name="kind"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    number: Mapped[str] = mapped_column(Text, ForeignKey("receipt.number"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    reason_code: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Printed(Base):
    """The bytes that were printed for a document: who made them, their digest, their file; append-only."""

    __tablename__ = "printed"
    __table_args__ = (CheckConstraint("(appended IS NULL) = (seal IS NULL)", name="seal"), STRICT)

    number: Mapped[str] = mapped_column(Text, ForeignKey("receipt.number"), primary_key=True)
    maker: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    """Of the file as it is handed out, seal and all."""
    unsigned_sha256: Mapped[str] = mapped_column(Text)
    """Of the file without its seal: any press can prove that it prints this again."""
    appended: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The signed revision the file ends in, put behind a reprint to make the same file again."""
    seal: Mapped[str | None] = mapped_column(Text)
    """SHA-256 of the certificate that sealed it: kept and shown however long that key is retired."""
    size: Mapped[int] = mapped_column(Whole)
    file: Mapped[str] = mapped_column(Text)
    printed_at: Mapped[datetime] = mapped_column(Instant)


class ReceiptLink(Base):
    """A secret link to one document's file; only the SHA-256 of its token is kept."""

    __tablename__ = "receipt_link"
    __table_args__ = (STRICT,)

    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[str] = mapped_column(Text, ForeignKey("receipt.number"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class ReportPublication(Base):
    """A published transparency report, frozen; a correction is a new edition."""

    __tablename__ = "report_publication"
    __table_args__ = (CheckConstraint("edition > 0", name="edition"), STRICT)

    period: Mapped[str] = mapped_column(Text, primary_key=True)
    edition: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    figures: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Instant)
