"""Room: web. What the JSON API answers, word for word: the document at /api/v1/openapi.json is made from these.

Amounts are integer cents; days are of the book's zone; instants are RFC 3339 UTC. Nothing here is about a child, and
donors are masked.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from donations.reporting.figures import Figure


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request is refused (RFC 9457), in plain words."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldProblem, ...]
    """Each names its field."""


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field."""

    field: str
    detail: str


class GiftFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One gift; who gave it is no part of it."""

    reference: str
    state: str
    amount_cents: int
    fee_cover_cents: int
    refunded_cents: int
    disputed_cents: int
    currency: str
    is_in_kind: bool
    gift_date: date | None
    gift_date_basis: str | None
    tax_year: int | None
    preference: str | None
    appeal: str | None
    promised_at: datetime


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """A document of a gift and its status."""

    number: str
    kind: str
    status: str
    issued_at: datetime
    sha256: str | None


class GiftWithReceipts(GiftFacts, frozen=True, kw_only=True):
    """One gift with its documents."""

    receipts: tuple[ReceiptLine, ...]


class GiftPage(msgspec.Struct, frozen=True, kw_only=True):
    """Gifts, the newest first; `next` is the cursor of the next page."""

    items: tuple[GiftFacts, ...]
    next: str | None


class DonorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One donor, masked: enough to tell rows apart, not to know who."""

    reference: str
    leader: str
    """The donor this row is one person with."""
    name: str
    email: str
    gifts: int
    last_gift_on: date | None


class DonorPage(msgspec.Struct, frozen=True, kw_only=True):
    """Donors, the newest first; `next` is the cursor of the next page."""

    items: tuple[DonorFacts, ...]
    next: str | None


class ReceiptFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered document and how it stands."""

    number: str
    kind: str
    status: Literal["valid", "replaced", "void", "disputed"]
    gift: str | None
    amount_cents: int
    tax_year: int
    issued_at: datetime
    replaces: str | None
    newest_number: str
    """The number that stands now: its own, or that of the document which replaced it."""
    sha256: str | None


class ReceiptPage(msgspec.Struct, frozen=True, kw_only=True):
    """Documents, the newest first; `next` is the cursor of the next page."""

    items: tuple[ReceiptFacts, ...]
    next: str | None


class VerifiedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What anyone who holds a document may learn of it."""

    number: str
    kind: str
    status: Literal["valid", "replaced", "void", "disputed"]
    issued_on: date
    amount_cents: int | None
    sha256: str | None
    seal: str | None
    newest_number: str


class ClothingFundTotals(msgspec.Struct, frozen=True, kw_only=True):
    """The children's side in totals, each suppressed with its reason where it could point to someone."""

    until: date
    figures: dict[str, Figure]


class PayoutFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A payout of Stripe's to the bank; `difference_cents` is against its rows, null where none came yet."""

    payout: str
    status: str
    arrival_on: date
    amount_cents: int
    difference_cents: int | None
    bank_on: date | None


class PayoutPage(msgspec.Struct, frozen=True, kw_only=True):
    """Payouts, the latest first; `next` is the cursor of the next page."""

    items: tuple[PayoutFacts, ...]
    next: str | None


class BalanceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one fund has in one account, debit positive."""

    fund: str
    account: str
    balance_cents: int


class Balances(msgspec.Struct, frozen=True, kw_only=True):
    """Every fund and account at the end of a day; each fund sums to 0."""

    on: date
    items: tuple[BalanceFacts, ...]


class PublishedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A published report: its newest edition, and the digest of its frozen text."""

    period: str
    edition: int
    published_at: datetime
    sha256: str


class PublishedList(msgspec.Struct, frozen=True, kw_only=True):
    """Every published report, the latest first."""

    items: tuple[PublishedFacts, ...]
