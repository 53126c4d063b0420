"""Room: web. Desks of the treasury that join several rooms: gifts as she looks them up, and what needs two people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import acknowledgment, approvals, archive, audit_log, giving
from donations.approvals import Asked, Request
from donations.audit_log import Actor
from donations.clerk import ReplaceReason, VoidReason
from donations.clock import day_in_zone
from donations.database import Database
from donations.donors import Mended, mend_contact
from donations.errors import FieldRefusedError
from donations.money import format_dollars
from donations.ports import Clock, RefundReason
from donations.refunding import charge_of, remaining_cents
from donations.settings import Settings
from donations.staff import Action
from donations.tables import Gift, GiftSettlement

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
    "correct_gift": "transfer",
    "make_api_key": "api_key",
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
    clock: Clock
    settings: Settings

    def list_latest(self, limit: int = 50) -> list[dict[str, Any]]:
        """Return the latest gifts, the newest first, without names."""
        with self.database.read() as session:
            return giving.list_gifts(session, limit=limit)

    def find(self, reference: str) -> dict[str, Any]:
        """Return all that the book knows of one gift; raises `NotFoundError`."""
        with self.database.read() as session:
            return giving.gift_dossier(session, reference)

    def why_no_receipt(self, reference: str) -> tuple[str, ...]:
        """Return why a gift that the clerk filed has no receipt, as of today; nothing where it has one."""
        with self.database.read() as session:
            gift_id, donor_id = _settled(session, reference)
            if gift_id is None or donor_id is None:
                return ()
            head = acknowledgment.read_letterhead(
                session, self.settings.organisation, now=self.clock.now(), base_url=self.settings.base_url
            )
            refused = acknowledgment.list_refused_gifts(session, head, gift_id=gift_id)
        return tuple(reason for one in refused for reason in one.reasons)

    def ask_receipt(self, actor: Actor, reference: str) -> None:
        """Ask the clerk once more for a gift's receipt; raises `FieldRefusedError` where nobody can be receipted."""
        now = self.clock.now()

        def ask(session: Session) -> None:
            gift_id, donor_id = _settled(session, reference)
            if gift_id is None or donor_id is None:
                raise FieldRefusedError("This gift has no donor to receipt.", field="gift")
            year = day_in_zone(now, self.settings.zone).year
            acknowledgment.request_receipt(session, gift_id=gift_id, donor_id=donor_id, year=year, now=now)
            audit_log.record(session, actor, "ask_receipt", at=now, subject=reference, facts={})

        self.database.write(ask)

    def mend(self, actor: Actor, reference: str, mended: Mended) -> None:
        """Correct a gift's name or address before its first document; raises as `mend_contact`."""
        now = self.clock.now()
        self.database.write(lambda session: mend_contact(session, actor, reference, mended, now=now))

    def refundable_cents(self, reference: str) -> int:
        """Return how many cents of a gift can still go back through Stripe; raises `NotFoundError`."""
        with self.database.read() as session:
            charge_id, _ = charge_of(session, reference)
            return remaining_cents(session, charge_id)


def _settled(session: Session, reference: str) -> tuple[int | None, int | None]:
    """Return the id of a gift that came and of its donor; nothing for a promise, or for no gift at all."""
    found = session.execute(
        select(GiftSettlement.gift_id, GiftSettlement.donor_id)
        .join(Gift, Gift.id == GiftSettlement.gift_id)
        .where(Gift.reference == reference)
    ).one_or_none()
    return (None, None) if found is None else (found.gift_id, found.donor_id)


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
