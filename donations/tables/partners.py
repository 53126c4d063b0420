"""Room: tables. Programs that may read, partners who are told, appeals by which gifts come. No personal data here.

Of a key only its SHA-256 is kept, and of a partner's secret nothing: it is derived each time it is needed.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.tables.metadata import STRICT, Base, Day, Instant, Whole


class ApiKey(Base):
    """A key of the JSON API: agreed on by two people, drawn and shown once, revoked and never removed."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("scope IN ('public', 'treasury')", name="scope"),
        CheckConstraint("(token_hash IS NULL) = (shown_at IS NULL)", name="shown_once"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text)
    """What it is for, as the admin who asked wrote it: a program, never a person."""
    scope: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    """The staff reference of who asked, and alone may have it shown; `command` for the machine's own."""
    approved_by: Mapped[str] = mapped_column(Text)
    agreed_at: Mapped[datetime] = mapped_column(Instant)
    token_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    """SHA-256 of the key; NULL until it was shown."""
    shown_at: Mapped[datetime | None] = mapped_column(Instant)
    used_on: Mapped[date | None] = mapped_column(Day)
    """The last day it was used, in UTC."""
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[str | None] = mapped_column(Text)


class ApiUse(Base):
    """How often somebody asked within one minute: a key by its reference, anyone else by an HMAC of a day's key."""

    __tablename__ = "api_use"
    __table_args__ = (CheckConstraint("times > 0", name="times"), Index("ix_api_use_minute", "minute"), STRICT)

    who: Mapped[str] = mapped_column(Text, primary_key=True)
    minute: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    times: Mapped[int] = mapped_column(Whole)


class Partner(Base):
    """A partner's address that is told of happenings; ended, never removed."""

    __tablename__ = "partner"
    __table_args__ = (CheckConstraint("generation > 0", name="generation"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    address: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(Text)
    """The types it is told, in order, joined by spaces."""
    generation: Mapped[int] = mapped_column(Whole)
    """Which secret signs: each rotation is one more."""
    previous_until: Mapped[datetime | None] = mapped_column(Instant)
    """Until when the secret before this one signs as well."""
    key_mark: Mapped[str] = mapped_column(Text)
    """Which of the house's secret keys its secrets are derived from; says nothing about the key."""
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class PartnerEvent(Base):
    """One happening that partners are told of; its id is made of the fact, so told twice it is one. Append-only."""

    __tablename__ = "partner_event"
    __table_args__ = (STRICT,)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    happened_at: Mapped[datetime] = mapped_column(Instant)


class Appeal(Base):
    """A tag by which gifts may come, written down so that its link and code can be printed before the first gift."""

    __tablename__ = "appeal"
    __table_args__ = (STRICT,)

    tag: Mapped[str] = mapped_column(Text, primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(Text)
