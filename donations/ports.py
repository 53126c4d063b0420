"""Room: ports. The few things outside the house, as small Protocols, and the facts that pass through them.

Real ones live in `donations.gateways`, the rehearsal in `donations.simulator`; one contract suite runs against both.
No network call is ever made inside a database transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Method = Literal["card", "ach", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPermit:
    """Leave to make Stripe touch a card; built only by `admission.permit_checkout`."""

    form_token_hash: str
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutOrder:
    """What a checkout must ask for; `key` is `checkout/<gift>/<attempt>`, the idempotency key at Stripe."""

    key: str
    gift: str
    amount_cents: int
    fee_cover_cents: int
    email: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCheckout:
    """A checkout that Stripe opened; `url` is a bearer secret: followed once, never stored, logged or mailed."""

    checkout_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceTransaction:
    """One row of Stripe's own book, as read: signed amount, fee ≥ 0 or < 0, cents, lower-case currency."""

    id: str
    type: str
    reporting_category: str
    amount_cents: int
    fee_cents: int
    currency: str
    source_id: str | None
    created_at: datetime
    available_on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFacts:
    """A charge as Stripe tells it now. `gift` and `instance` are our own marks from its metadata, if any."""

    charge_id: str
    status: str
    """`succeeded`, `pending`, `failed` or a word Stripe has not said before; only `succeeded` is money."""
    livemode: bool
    amount_cents: int
    currency: str
    created_at: datetime
    method: Method
    instance: str | None
    gift: str | None
    balance_transaction: BalanceTransaction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutFacts:
    """A checkout session as Stripe tells it now; both statuses are Stripe's own open enums."""

    checkout_id: str
    status: str
    payment_status: str
    livemode: bool
    instance: str | None
    gift: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Everything Stripe knows around one told object: the checkout, if there is one, and every charge it led to."""

    checkout: CheckoutFacts | None
    charges: tuple[ChargeFacts, ...]


class Payments(Protocol):
    """The card processor. Every method may raise `StripeAwayError` for a fault that may pass."""

    def open_checkout(self, order: CheckoutOrder, permit: CheckoutPermit) -> OpenCheckout:
        """Open a checkout, or return the one already opened under the same key."""
        ...

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        """Fetch the current facts around an object named by an event; None where no money can hang on it."""
        ...

    def list_balance_transactions(self, *, created_from: datetime) -> Iterator[BalanceTransaction]:
        """Yield every balance transaction created since, oldest page last, as Stripe pages them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A verified event of either payload kind, and all that is ever read of it."""

    event_id: str
    type: str
    object_type: str
    object_id: str
    livemode: bool
    created_at: datetime
    api_version: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a doorbell was not believed; for the counter and the log line, never for the caller."""

    reason: str


class Doorbell(Protocol):
    """Verifies a webhook. It never raises because of its input."""

    def verify(self, *, signature: bytes | None, body: bytes, now: datetime) -> Ring | Rejected:
        """Return what rang, or why it is refused (two-sided time window, any active secret)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that travels with a letter, byte for byte."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail, rendered. `message_id` is fixed by its outbox row, so a repeat can be recognised."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    attachments: tuple[Attachment, ...] = ()


class MailRefusedError(Exception):
    """The mail server did not take a letter; `permanent` when trying again cannot help. Holds no personal data."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Mailer(Protocol):
    """Takes a letter for sure, or raises `MailRefusedError`."""

    def send(self, letter: Letter) -> None:
        """Hand the letter over; returns only when it was accepted durably."""
        ...


class Files(Protocol):
    """Keeps files that never change."""

    def put(self, name: str, content: bytes) -> None:
        """Store durably under a new name; the same bytes again are fine, others raise `FileExistsError`."""
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes; raises `FileNotFoundError`."""
        ...


class PrintingFailedError(Exception):
    """The printing child refused, died, or ran past its limits. Holds the class of the fault, no personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDocument:
    """A finished PDF and its maker (`weasyprint:<environment digest>`)."""

    pdf: bytes
    maker: str


class Printing(Protocol):
    """The printing room: a limited child process without secrets or network."""

    def print_document(self, facts: bytes) -> PrintedDocument:
        """Return the PDF of frozen facts (canonical JSON, which names its kind); raises `PrintingFailedError`."""
        ...


class Clock(Protocol):
    """Tells now; in simulated mode the simulated Stripe's clock, read by the whole application."""

    def now(self) -> datetime:
        """Return the present instant, aware, UTC."""
        ...
