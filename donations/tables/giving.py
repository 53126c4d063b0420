"""Room: tables. Promises, and how they were kept. No column here or in reach of here is about a child.

`gift` holds no personal data: what a person wrote stands in `contact`, one row per promise, and who is thanked
in `donor`, written only when money has come.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from donations.money import CENTS_MAX
from donations.tables.metadata import SPOKEN, STRICT, Base, Day, Instant, Whole
from receipts.wording import Language


class Gift(Base):
    """One donor's act of giving: a promise at first, money once `gift_settlement` says so."""

    __tablename__ = "gift"
    __table_args__ = (
        CheckConstraint(f"amount_cents > 0 AND amount_cents <= {CENTS_MAX}", name="amount"),
        CheckConstraint(f"fee_cover_cents >= 0 AND fee_cover_cents <= {CENTS_MAX}", name="fee_cover"),
        CheckConstraint("preference_code IN ('coats', 'shoes', 'school_wear')", name="preference"),
        CheckConstraint("anonymous IN (0, 1)", name="anonymous"),
        CheckConstraint("origin IN ('web', 'command', 'desk')", name="origin"),
        CheckConstraint(SPOKEN, name="language"),
        CheckConstraint(
            "(form_token_hash IS NULL) = (pledge_id IS NOT NULL OR origin = 'desk')", name="promised_once"
        ),
        CheckConstraint("(thanks_token_hash IS NULL) = (origin = 'desk')", name="thanked_once"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    pledge_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("pledge.id"), index=True)
    """The pledge whose paid invoice this gift is: such a gift is written when its charge exists, not before."""
    amount_cents: Mapped[int] = mapped_column(Whole)
    fee_cover_cents: Mapped[int] = mapped_column(Whole)
    preference_code: Mapped[str | None] = mapped_column(Text)
    anonymous: Mapped[int] = mapped_column(Whole)
    control_statement_version: Mapped[str] = mapped_column(Text)
    appeal: Mapped[str | None] = mapped_column(Text, index=True)
    origin: Mapped[str] = mapped_column(Text)
    language: Mapped[Language] = mapped_column(Text, server_default="en")
    """In which the donor gave: letters and documents of this gift are in it."""
    form_token_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    """SHA-256 of the one-use form token: one promise per opened form, however often it is sent."""
    thanks_token_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    """NULL for a gift that came to the desk, which no page thanks."""
    promised_at: Mapped[datetime] = mapped_column(Instant)


class Pledge(Base):
    """A promise to give every month. What Stripe says of its subscription is mirrored, never decided here."""

    __tablename__ = "pledge"
    __table_args__ = (
        CheckConstraint(f"amount_cents > 0 AND amount_cents <= {CENTS_MAX}", name="amount"),
        CheckConstraint(f"fee_cover_cents >= 0 AND fee_cover_cents <= {CENTS_MAX}", name="fee_cover"),
        CheckConstraint("preference_code IN ('coats', 'shoes', 'school_wear')", name="preference"),
        CheckConstraint("anonymous IN (0, 1)", name="anonymous"),
        CheckConstraint("origin IN ('web', 'command')", name="origin"),
        CheckConstraint(SPOKEN, name="language"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    amount_cents: Mapped[int] = mapped_column(Whole)
    fee_cover_cents: Mapped[int] = mapped_column(Whole)
    preference_code: Mapped[str | None] = mapped_column(Text)
    anonymous: Mapped[int] = mapped_column(Whole)
    control_statement_version: Mapped[str] = mapped_column(Text)
    appeal: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    language: Mapped[Language] = mapped_column(Text, server_default="en")
    form_token_hash: Mapped[str] = mapped_column(Text, unique=True)
    thanks_token_hash: Mapped[str] = mapped_column(Text, unique=True)
    promised_at: Mapped[datetime] = mapped_column(Instant)
    subscription_id: Mapped[str | None] = mapped_column(Text, unique=True)
    customer_id: Mapped[str | None] = mapped_column(Text, index=True)
    status: Mapped[str | None] = mapped_column(Text)
    """Stripe's own word for the subscription (an open enum); NULL until there is one."""
    cancel_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_until: Mapped[datetime | None] = mapped_column(Instant)
    is_paused: Mapped[int] = mapped_column(Whole, server_default="0")
    period_end: Mapped[datetime | None] = mapped_column(Instant)
    """When the paid month ends and the next invoice is due."""
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    """When Stripe was asked for what is mirrored here: what it said to an earlier question changes nothing."""


class PledgeContact(Base):
    """What the giver wrote on a pledge; copied to `contact` for each of its gifts, which then never changes."""

    __tablename__ = "pledge_contact"
    __table_args__ = (STRICT,)

    pledge_id: Mapped[int] = mapped_column(Whole, ForeignKey("pledge.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    address_line1: Mapped[str | None] = mapped_column(Text)
    address_line2: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)


class Contact(Base):
    """What the giver wrote about themselves on one promise, normalised and capped (`web/forms`)."""

    __tablename__ = "contact"
    __table_args__ = (STRICT,)

    gift_id: Mapped[int] = mapped_column(Whole, ForeignKey("gift.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    address_line1: Mapped[str | None] = mapped_column(Text)
    address_line2: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)


class Donor(Base):
    """Who is thanked: one row per exact pair of e-mail and name; nobody is merged by e-mail alone."""

    __tablename__ = "donor"
    __table_args__ = (UniqueConstraint("email_key", "name_key"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text)
    """Case-folded forms by which the same pair is found again."""


class CheckoutAttempt(Base):
    """One try to open a checkout; committed before Stripe is asked, so its key can be asked again."""

    __tablename__ = "checkout_attempt"
    __table_args__ = (
        UniqueConstraint("gift_id", "attempt"),
        UniqueConstraint("pledge_id", "attempt"),
        CheckConstraint("(gift_id IS NULL) <> (pledge_id IS NULL)", name="one_promise"),
        CheckConstraint("attempt > 0", name="attempt"),
        CheckConstraint("outcome IN ('open', 'processing', 'paid', 'failed', 'expired')", name="outcome"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    gift_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("gift.id"))
    pledge_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("pledge.id"))
    attempt: Mapped[int] = mapped_column(Whole)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    checkout_id: Mapped[str | None] = mapped_column(Text, unique=True)
    outcome: Mapped[str | None] = mapped_column(Text)
    """NULL until Stripe was heard: such an attempt is resolved by asking again under the same key."""


class GiftSettlement(Base):
    """The charge that kept a promise: a second charge for the same gift cannot be here and waits in suspense."""

    __tablename__ = "gift_settlement"
    __table_args__ = (
        CheckConstraint(
            "method IN ('card', 'ach', 'other', 'cheque', 'cash', 'wire', 'payroll',"
            " 'donor_advised_fund', 'ira_distribution', 'in_kind', 'stock')",
            name="method",
        ),
        CheckConstraint(
            "gift_on_basis IN ('charged', 'settled', 'postmark', 'received', 'post_dated', 'payroll', 'handed_over')",
            name="basis",
        ),
        CheckConstraint("donor_id IS NOT NULL OR method IN ('cheque', 'cash')", name="donor"),
        STRICT,
    )

    gift_id: Mapped[int] = mapped_column(Whole, ForeignKey("gift.id"), primary_key=True, autoincrement=False)
    charge_id: Mapped[str | None] = mapped_column(Text, unique=True)
    source_key: Mapped[str] = mapped_column(Text, unique=True)
    entry_id: Mapped[int] = mapped_column(Whole, ForeignKey("entry.id"), unique=True)
    donor_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("donor.id"), index=True)
    """NULL where nobody knows who gave a cheque or cash: such a gift has no receipt."""
    method: Mapped[str] = mapped_column(Text)
    gift_on: Mapped[date] = mapped_column(Day, index=True)
    """The tax day of the gift in the book's zone, resolved once with its basis and never recomputed."""
    gift_on_basis: Mapped[str] = mapped_column(Text)
    charged_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime] = mapped_column(Instant)
