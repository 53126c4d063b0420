"""Room: web. Desks of the treasury that join several rooms: gifts as she looks them up, and what needs two people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from donations import approvals, archive, giving
from donations.approvals import Asked, Request
from donations.audit_log import Actor
from donations.clerk import ReplaceReason, VoidReason
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.money import format_dollars
from donations.ports import Clock, RefundReason
from donations.refunding import charge_of, remaining_cents
from donations.staff import Action

ACTIONS: Final[dict[str, Action]] = {
    "refund": "refund",
    "void_document": "document",
    "replace_receipt": "document",
    "invite_staff": "staff",
    "change_roles": "staff",
    "revoke_staff": "staff",
    "export": "export",
    "reopen_month": "month",
    "close_year": "year",
    "publish_report": "report",
    "correct_entry": "transfer",
}
"""Which permission an act wants of the one who asks and of the one who approves."""

REFUND_REASONS: Final[tuple[RefundReason, ...]] = ("requested_by_customer", "duplicate", "fraudulent")
VOID_REASONS: Final[tuple[VoidReason, ...]] = ("issued_in_error", "duplicate")
REPLACE_REASONS: Final[tuple[ReplaceReason, ...]] = (
    "misspelt_name",
    "corrected_address",
    "correction",
    "wrong_donor",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftsDesk:
    """Gifts as the treasurer looks them up."""

    database: Database

    def list_latest(self, limit: int = 50) -> list[dict[str, Any]]:
        """Return the latest gifts, the newest first, without names."""
        with self.database.read() as session:
            return giving.list_gifts(session, limit=limit)

    def find(self, reference: str) -> dict[str, Any]:
        """Return all that the book knows of one gift; raises `NotFoundError`."""
        with self.database.read() as session:
            return giving.gift_dossier(session, reference)

    def refundable_cents(self, reference: str) -> int:
        """Return how many cents of a gift can still go back through Stripe; raises `NotFoundError`."""
        with self.database.read() as session:
            charge_id, _ = charge_of(session, reference)
            return remaining_cents(session, charge_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDesk:
    """Where one person asks and another decides."""

    database: Database
    clock: Clock

    def list_waiting(self) -> list[Asked]:
        """Return requests that want a decision, the oldest first."""
        with self.database.read() as session:
            return approvals.list_requests(session, now=self.clock.now(), waiting_only=True)

    def list_latest(self) -> list[Asked]:
        """Return the latest requests, decided or not."""
        with self.database.read() as session:
            return approvals.list_requests(session, now=self.clock.now(), limit=50)

    def find(self, reference: str) -> Asked:
        """Return one request; raises `NotFoundError`."""
        with self.database.read() as session:
            return approvals.find(session, reference, now=self.clock.now())

    def decide(self, actor: Actor, reference: str, decision: str) -> None:
        """Approve, decline or withdraw; raises `FieldRefusedError` for what this person may not do."""
        acts = {"approve": approvals.approve, "decline": approvals.decline, "withdraw": approvals.withdraw}
        if decision not in acts:
            raise FieldRefusedError("Please choose one of the answers.", field="decision")
        now = self.clock.now()
        self.database.write(lambda session: acts[decision](session, actor, reference, now=now))

    def ask(self, actor: Actor, act: str, subject: str, content: Mapping[str, Any]) -> str:
        """Freeze a request and return its reference."""
        wish, now = Request(act=act, subject=subject, content=content), self.clock.now()
        return self.database.write(lambda session: approvals.request(session, actor, wish, now=now))

    def ask_refund(self, actor: Actor, reference: str, *, cents: int, reason: RefundReason) -> str:
        """Ask that so many cents of a gift go back; raises `FieldRefusedError` for more than can."""
        now = self.clock.now()

        def ask(session: Session) -> str:
            charge_id, _ = charge_of(session, reference)
            remains = remaining_cents(session, charge_id)
            if not 0 < cents <= remains:
                raise FieldRefusedError(
                    f"Between $0.01 and {format_dollars(remains)} of this gift can go back."
                    if remains > 0
                    else "Nothing of this gift is left to go back.",
                    field="amount",
                )
            wish = Request(act="refund", subject=reference, content={"amount_cents": cents, "reason": reason})
            return approvals.request(session, actor, wish, now=now)

        return self.database.write(ask)

    def ask_about_document(self, actor: Actor, act: str, number: str, content: Mapping[str, Any]) -> str:
        """Ask that a document be voided or replaced; raises `NotFoundError`, and refuses one that does not stand."""
        now = self.clock.now()

        def ask(session: Session) -> str:
            standing = archive.stand_of(session, archive.find_document(session, number))
            if standing.status not in {"valid", "disputed"}:
                raise FieldRefusedError(f"{number} does not stand any more: it is {standing.status}.", field="number")
            return approvals.request(session, actor, Request(act=act, subject=number, content=content), now=now)

        return self.database.write(ask)
