"""Room: tables. By what members of the staff come in: keys, links, codes and the tries at the door.

Of every secret only its SHA-256 is here, the shared secret of a code program enciphered; of who tried, pseudonyms.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.tables.metadata import STRICT, Base, Instant, Whole


class StaffPasskey(Base):
    """A passkey of a member: its public half; one that was taken away stays, for the audit names it."""

    __tablename__ = "staff_passkey"
    __table_args__ = (Index("ix_staff_passkey_staff_id", "staff_id"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    staff_id: Mapped[int] = mapped_column(Whole, ForeignKey("staff.id"))
    credential_id: Mapped[str] = mapped_column(Text, unique=True)
    """Base64url, as the browser tells it."""
    public_key: Mapped[str] = mapped_column(Text)
    """COSE, base64url."""
    sign_count: Mapped[int] = mapped_column(Whole)
    """Rises with each use of a key that counts; a lower one means a copy, and is refused."""
    label: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffCodes(Base):
    """The program of a member that makes six-digit codes: the second way in, beside a mailed link."""

    __tablename__ = "staff_codes"
    __table_args__ = (STRICT,)

    staff_id: Mapped[int] = mapped_column(Whole, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(Text)
    """AES-256-GCM under a key of its own purpose, bound to this row."""
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    used_step: Mapped[int] = mapped_column(Whole)
    """The last half minute whose code was taken: each code works once."""


class StaffRecoveryCode(Base):
    """A code on the paper of a member, each good once."""

    __tablename__ = "staff_recovery_code"
    __table_args__ = (Index("ix_staff_recovery_code_staff_id", "staff_id"), STRICT)

    code_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[int] = mapped_column(Whole, ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffLink(Base):
    """A link mailed to a member's address, good once: an invitation, or half of the second way in."""

    __tablename__ = "staff_link"
    __table_args__ = (
        CheckConstraint("kind IN ('invitation', 'entry')", name="kind"),
        CheckConstraint("kind = 'invitation' OR device IS NOT NULL", name="device"),
        Index("ix_staff_link_staff_id", "staff_id"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """Random; the link's token is derived from it when the letter is written, and kept nowhere."""
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    staff_id: Mapped[int] = mapped_column(Whole, ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(Text)
    device: Mapped[str | None] = mapped_column(Text)
    """SHA-256 of the browser that asked: the link opens there alone."""
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffTry(Base):
    """One try at the treasury's door."""

    __tablename__ = "staff_try"
    __table_args__ = (
        CheckConstraint("door IN ('key', 'link', 'code')", name="door"),
        Index("ix_staff_try_who", "door", "who", "at"),
        Index("ix_staff_try_at", "at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    door: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    """A pseudonym under a daily key, of the network address or of the mail address written."""
    at: Mapped[datetime] = mapped_column(Instant)


class SpentChallenge(Base):
    """A question to a key that was answered: an answer heard on the way opens nothing again."""

    __tablename__ = "spent_challenge"
    __table_args__ = (Index("ix_spent_challenge_at", "at"), STRICT)

    challenge_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
