"""Room: tables. Who may enter the treasury, what they asked for, and everything they did.

Nothing here is about a donor or a child: acts and requests name references, never people outside the staff.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from donations.tables.metadata import STRICT, Base, Instant, Whole

_ROLES = "role IN ('purchaser', 'treasurer', 'approver', 'auditor', 'admin')"
_STATES = "state IN ('requested', 'approved', 'declined', 'withdrawn', 'done', 'failed')"


class Staff(Base):
    """A person who may enter the treasury, from the invitation on; revoked, never removed: the audit names them."""

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("is_active IN (0, 1)", name="is_active"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text, unique=True)
    """Case-folded: one person, one row."""
    is_active: Mapped[int] = mapped_column(Whole)
    invited_at: Mapped[datetime] = mapped_column(Instant)
    handle: Mapped[str] = mapped_column(Text, unique=True)
    """What their keys know them by: random, base64url."""
    joined_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the first key was registered; before that nobody can enter."""
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffRole(Base):
    """A role somebody holds; what it may do is `donations/staff/permissions.py`."""

    __tablename__ = "staff_role"
    __table_args__ = (CheckConstraint(_ROLES, name="role"), STRICT)

    staff_id: Mapped[int] = mapped_column(Whole, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(Instant)


class StaffSession(Base):
    """One sign-in on one browser: the cookie's random value is stored as its SHA-256 only."""

    __tablename__ = "staff_session"
    __table_args__ = (
        CheckConstraint("way IN ('key', 'code')", name="way"),
        Index("ix_staff_session_staff_id", "staff_id"),
        STRICT,
    )

    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[int] = mapped_column(Whole, ForeignKey("staff.id"))
    began_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    stepped_up_at: Mapped[datetime | None] = mapped_column(Instant)
    """When this browser last proved a key: money, exports and roles want that to be fresh."""
    way: Mapped[str] = mapped_column(Text)
    """By what it came in: after a mailed link and a code a new key may be made, and nothing else that is grave."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Approval(Base):
    """A request that needs a second person: its content is frozen, and the two are never the same."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint(_STATES, name="state"),
        CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="two_people"),
        CheckConstraint("state NOT IN ('approved', 'declined') OR decided_by IS NOT NULL", name="decided"),
        Index("ix_approval_waiting", "state", "requested_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    act: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    """Canonical JSON of what will be done, exactly as the approver sees it."""
    content_sha256: Mapped[str] = mapped_column(Text)
    """Compared again before anything is carried out."""
    requested_by: Mapped[int] = mapped_column(Whole, ForeignKey("staff.id"))
    requested_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(Whole, ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(Text)
    """What carrying it out gave: a reference or number, or the sentence of its refusal."""


class AuditAct(Base):
    """One act of a member of the staff, of the operator's command or of the house; written with what it did."""

    __tablename__ = "audit_act"
    __table_args__ = (Index("ix_audit_act_subject", "subject"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(Text)
    """A staff reference, or `command`, `worker`."""
    act: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)
    """Canonical JSON: cents, days, codes and references; never personal data."""


class AuditLink(Base):
    """An act's place in the chain: each hash covers the one before, so a changed or missing act shows."""

    __tablename__ = "audit_link"
    __table_args__ = (CheckConstraint("position > 0", name="position"), STRICT)

    position: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    act_id: Mapped[int] = mapped_column(Whole, ForeignKey("audit_act.id"), unique=True)
    hash: Mapped[str] = mapped_column(Text)
