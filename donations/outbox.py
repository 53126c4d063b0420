"""Room: outbox. Effects owed to people: written in the transaction that owes them, carried out at least once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from donations import leases
from donations.database import insert_once
from donations.leases import Lease
from donations.tables import OutboxRow

Kind = Literal[
    "print",
    "print_report",
    "mail_receipt",
    "mail_statement",
    "mail_notice",
    "mail_void",
    "mail_code",
    "mail_card",
    "mail_pledge_begun",
    "mail_pledge_failed",
    "mail_pledge_failed_last",
    "mail_pledge_paused",
    "mail_pledge_ended",
    "mail_gift_failed",
    "mail_gift_refunded",
    "mail_gift_taken",
    "mail_money_stayed",
    "mail_gift_held",
    "mail_gift_refused",
    "mail_pledge_changed",
    "mail_donor_link",
    "mail_donor_notice",
    "mail_month_note",
    "mail_donor_erased",
    "note_erasure",
    "remove_file",
    "mail_staff_invitation",
    "mail_staff_link",
    "mail_staff_notice",
    "mail_audit_head",
    "cancel_pledge",
    "change_pledge",
    "carry_out",
    "ask_statements",
    "mail_statements",
    "tell_partner",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A leased effect: what to do, and the number or reference it is about."""

    lease: Lease
    key: str
    kind: str
    subject: str


def owe(session: Session, *, key: str, kind: Kind, subject: str, due_at: datetime) -> None:
    """Owe an effect under its key; owed twice is owed once."""
    values = {"key": key, "kind": kind, "subject": subject, "state": "waiting", "due_at": due_at}
    insert_once(session, OutboxRow, values, key=("key",))


def claim(session: Session, *, now: datetime, limit: int) -> Sequence[Owed]:
    """Lease due effects, oldest first."""
    claimed = leases.claim(session, OutboxRow, ("key", "kind", "subject"), now=now, limit=limit)
    return [Owed(lease=lease, key=key, kind=kind, subject=subject) for lease, (key, kind, subject) in claimed]


def is_due(session: Session, *, now: datetime) -> bool:
    """Tell whether any effect is owed now."""
    return leases.is_due(session, OutboxRow, now=now)


def finish(session: Session, lease: Lease, *, now: datetime) -> bool:
    """Mark the effect carried out; False if its lease was lost."""
    return leases.finish(session, OutboxRow, lease, now=now)


def give_back(session: Session, lease: Lease) -> bool:
    """Lay it back untouched: its turn did not come while the lease was fresh."""
    return leases.give_back(session, OutboxRow, lease)


def postpone(session: Session, lease: Lease, *, fault: str, now: datetime) -> bool:
    """Try again later: the fault may pass."""
    return leases.postpone(session, OutboxRow, lease, fault=fault, now=now)


def park(session: Session, lease: Lease, *, fault: str) -> bool:
    """Leave it for a person: the fault will not pass by itself."""
    return leases.park(session, OutboxRow, lease, fault=fault)
