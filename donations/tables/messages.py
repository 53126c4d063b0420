"""Room: tables. Events in, messages out, tries counted. Ids only: no personal data in any of these rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from donations.tables.metadata import SPOKEN, STRICT, Base, Instant, Whole
from receipts.wording import Language

_STATES = "state IN ('waiting', 'leased', 'done', 'parked')"


class InboxRow(Base):
    """One event told to us, kept for ever: the same event id is never stored twice."""

    __tablename__ = "inbox"
    __table_args__ = (
        CheckConstraint(_STATES, name="state"),
        CheckConstraint("origin IN ('webhook', 'sweep', 'thanks')", name="origin"),
        Index("ix_inbox_due", "state", "due_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    event_id: Mapped[str] = mapped_column(Text, unique=True)
    origin: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(Text)
    object_id: Mapped[str] = mapped_column(Text)
    api_version: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Whole, default=0)
    due_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    lease_generation: Mapped[int] = mapped_column(Whole, default=0)
    """Rises with each lease: a late holder's finish then changes 0 rows."""
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    last_refusal: Mapped[str | None] = mapped_column(Text)
    """The class of the fault, never its text: texts may hold personal data."""


class OutboxRow(Base):
    """One effect owed: written in the transaction that owes it, under one key per effect."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(_STATES, name="state"),
        Index("ix_outbox_due", "state", "due_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    """`print/<number>` or `mail/<kind>/<number or reference>`."""
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    """The number or reference the effect is about."""
    state: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    lease_generation: Mapped[int] = mapped_column(Whole, default=0)
    tries: Mapped[int] = mapped_column(Whole, default=0)
    last_refusal: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class Attempt(Base):
    """One permit granted at a guarded door, or one code sent by mail; who asked is only HMACs under a daily key."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("kind IN ('checkout', 'portal', 'code')", name="kind"),
        UniqueConstraint("form_token_hash", "kind"),
        Index("ix_attempt_address", "address", "at"),
        Index("ix_attempt_device", "device", "at"),
        Index("ix_attempt_person", "person", "at"),
        Index("ix_attempt_at", "at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    form_token_hash: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    device: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    """Of the e-mail address written, or of the pledge whose portal was asked for."""
    at: Mapped[datetime] = mapped_column(Instant)


class Decline(Base):
    """A card that was declined at a checkout of ours, once per charge, with the pseudonyms of its permit."""

    __tablename__ = "decline"
    __table_args__ = (
        Index("ix_decline_form", "form_token_hash"),
        Index("ix_decline_address", "address", "at"),
        Index("ix_decline_device", "device", "at"),
        Index("ix_decline_person", "person", "at"),
        Index("ix_decline_at", "at"),
        STRICT,
    )

    charge_id: Mapped[str] = mapped_column(Text, primary_key=True)
    form_token_hash: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    device: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    """When the card was declined, as Stripe tells it."""


class MailCode(Base):
    """A code to be sent by mail before a checkout opens; the address is removed within a day, the code not kept."""

    __tablename__ = "mail_code"
    __table_args__ = (CheckConstraint(SPOKEN, name="language"), STRICT)

    form_token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    language: Mapped[Language] = mapped_column(Text, server_default="en")
