"""Room: worker. What two people agreed on is carried out: exactly the frozen content, once, whatever is killed.

An act of our own books happens in the one commit that also marks its request done. An act outside (a refund at
Stripe) must be one that may be repeated: it is found again by the request's own reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import approvals, bank, clerk, closing, entrance, offline, outbox, partners
from donations.approvals import Asked
from donations.audit_log import WORKER
from donations.closing import YearClose
from donations.errors import DonationError, HouseClosedError, StripeAwayError
from donations.outbox import Owed
from donations.refunding import RefundDesk, RefundWish, charge_of, make_refund
from donations.tables import RefundRequest
from donations.worker.intake import converge
from donations.worker.workshop import Workshop

InOneCommit = Callable[[Session, Workshop, Asked], str]
Outside = Callable[[Workshop, Asked], str]


def carry_out_approved(shop: Workshop, owed: Owed) -> None:
    """Carry out an approved request; what refuses it is noted as its outcome, and nothing else changes."""
    with shop.database.read() as session:
        asked = approvals.approved_content(session, owed.subject)
    if asked.state == "approved":
        try:
            _carry_out(shop, asked)
        except (StripeAwayError, HouseClosedError):
            raise
        except DonationError as refusal:
            _note(shop, asked, refusal.sentence, failed=True)
    now = shop.clock.now()
    shop.database.write(lambda session: outbox.finish(session, owed.lease, now=now))


def _carry_out(shop: Workshop, asked: Asked) -> None:
    if asked.act in OUTSIDE:
        _note(shop, asked, OUTSIDE[asked.act](shop, asked), failed=False)
        return
    act = IN_ONE_COMMIT[asked.act]

    def together(session: Session) -> None:
        outcome = act(session, shop, asked)
        approvals.finish(session, asked.reference, outcome=outcome, failed=False, now=shop.clock.now())

    shop.database.write(together)


def _note(shop: Workshop, asked: Asked, outcome: str, *, failed: bool) -> None:
    now = shop.clock.now()
    shop.database.write(
        lambda session: approvals.finish(session, asked.reference, outcome=outcome, failed=failed, now=now)
    )


def _refund(shop: Workshop, asked: Asked) -> str:
    """Make the refund once: one that was made for this request and not yet noted is found by its reference."""
    with shop.database.read() as session:
        made = session.scalar(
            select(RefundRequest.reference).where(
                RefundRequest.actor == asked.reference, RefundRequest.state == "made"
            )
        )
        charge_id, _ = charge_of(session, asked.subject)
    if made is None:
        # What remains and whether a dispute forbids it is Stripe's word of this moment, not of the last event.
        converge(shop, "charge", charge_id)
        wish = RefundWish(
            reference=asked.subject,
            amount_cents=asked.content["amount_cents"],
            reason=asked.content["reason"],
            actor=asked.reference,
        )
        desk = RefundDesk(database=shop.database, payments=shop.payments, clock=shop.clock)
        made = make_refund(desk, wish).reference
    converge(shop, "charge", charge_id)
    return made


def _void(session: Session, shop: Workshop, asked: Asked) -> str:
    clerk.void_document(session, shop.desk(), asked.subject, asked.content["reason"])
    return asked.subject


def _replace(session: Session, shop: Workshop, asked: Asked) -> str:
    lines = asked.content.get("address_lines")
    wish = clerk.Correction(
        reason=asked.content["reason"],
        name=asked.content.get("name"),
        address_lines=None if lines is None else tuple(lines),
        email=asked.content.get("email"),
    )
    return clerk.replace_receipt(session, shop.desk(), asked.subject, wish)


OUTSIDE: Final[dict[str, Outside]] = {"refund": _refund}
"""Acts that speak with the world: each may be repeated without doing anything twice."""


def _invite(session: Session, shop: Workshop, asked: Asked) -> str:
    content = asked.content
    wish = entrance.Invitation(name=content["name"], email=content["email"], roles=tuple(content["roles"]))
    return entrance.invite(session, shop.settings.secret_keys, WORKER, wish, now=shop.clock.now())


def _change_roles(session: Session, shop: Workshop, asked: Asked) -> str:
    entrance.change_roles(session, WORKER, asked.subject, asked.content["roles"], now=shop.clock.now())
    return asked.subject


def _revoke(session: Session, shop: Workshop, asked: Asked) -> str:
    return entrance.revoke(session, WORKER, asked.subject, now=shop.clock.now())


def _close_year(session: Session, shop: Workshop, asked: Asked) -> str:
    wish = YearClose(year=asked.content["year"], actor=WORKER, by=asked.reference, agreed=asked.content)
    closing.close_year(session, shop.settings, shop.clock, wish)
    return asked.subject


def _reopen_month(session: Session, shop: Workshop, asked: Asked) -> str:
    wish = bank.Reopening(
        name=asked.subject,
        asked_by=asked.requested_by_reference,
        approved_by=asked.decided_by_reference or "",
    )
    bank.reopen_month(session, WORKER, shop.clock, wish)
    return asked.subject


def _undo_match(session: Session, shop: Workshop, asked: Asked) -> str:
    wish = bank.Undoing(
        reference=asked.subject,
        entry_key=asked.content["entry"],
        reason=asked.content["reason"],
        asked_by=asked.requested_by_reference,
        approved_by=asked.decided_by_reference or "",
    )
    bank.undo_match(session, WORKER, wish, now=shop.clock.now())
    return asked.subject


def _correct_gift(session: Session, shop: Workshop, asked: Asked) -> str:
    wish = offline.GiftCorrection(
        reference=asked.subject,
        reason=asked.content["reason"],
        asked_by=asked.requested_by_reference,
        approved_by=asked.decided_by_reference or "",
    )
    offline.correct_gift(session, WORKER, wish, now=shop.clock.now())
    return asked.subject


def _export(session: Session, shop: Workshop, asked: Asked) -> str:  # noqa: ARG001  # One shape for every act.
    """Let whoever asked fetch the file now: it is written when it is fetched, and kept nowhere."""
    return f"ready to fetch: {asked.content['what']} {asked.content['year']}"


def _make_key(session: Session, shop: Workshop, asked: Asked) -> str:
    people = (asked.requested_by_reference, asked.decided_by_reference or "")
    return partners.agree_on_key(
        session, label=asked.content["label"], scope=asked.content["scope"], people=people, now=shop.clock.now()
    )


IN_ONE_COMMIT: Final[dict[str, InOneCommit]] = {
    "void_document": _void,
    "replace_receipt": _replace,
    "invite_staff": _invite,
    "change_roles": _change_roles,
    "revoke_staff": _revoke,
    "close_year": _close_year,
    "export": _export,
    "reopen_month": _reopen_month,
    "correct_entry": _undo_match,
    "correct_gift": _correct_gift,
    "make_api_key": _make_key,
}
"""Acts of our own books."""
