"""Room: ports. What is outside the house beside Stripe: mail, files, the printing room, time, and who rings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from donations.ports.facts import Ring


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
    unsubscribe_url: str | None = None
    """Where one post ends letters of this kind (RFC 8058); None for letters that are owed."""


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


class PartnerRefusedError(Exception):
    """A partner did not take a doorbell; `permanent` when its address may not be called at all."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class PartnerDoor(Protocol):
    """Rings at a partner's address for sure, or raises `PartnerRefusedError`."""

    def ring(self, address: str, body: bytes, signature: str) -> None:
        """Hand a signed doorbell over; returns only once the partner answered 2xx. Follows no redirect."""
        ...


class Files(Protocol):
    """Keeps files that never change."""

    def put(self, name: str, content: bytes) -> None:
        """Store durably under a new name; the same bytes again are fine, others raise `FileExistsError`."""
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes; raises `FileNotFoundError`."""
        ...

    def remove(self, name: str) -> None:
        """Remove the file of an erased document for good; one that is gone stays gone."""
        ...


class PrintingFailedError(Exception):
    """The printing child refused, died, or ran past its limits. Holds the class of the fault, no personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDocument:
    """A finished PDF, who made it (`weasyprint:` or `press:` and a digest), and the seal it ends in."""

    pdf: bytes
    maker: str
    appended: bytes = b""
    """The signed revision at the end of `pdf`; what stands before it is the unsigned document."""
    seal: str | None = None
    """SHA-256 of the certificate that sealed it, lower-case hex; None without a seal."""


class Printing(Protocol):
    """The printing room: a limited child process without secrets or network."""

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:
        """Return the PDF of frozen facts (canonical JSON, which names its kind); raises `PrintingFailedError`.

        `proof` is that its line stands in the public books: attached, and as much part of the bytes as the facts.
        """
        ...


class Clock(Protocol):
    """Tells now; in simulated mode the simulated Stripe's clock, read by the whole application."""

    def now(self) -> datetime:
        """Return the present instant, aware, UTC."""
        ...
