"""Room: refunding. Refunds that we ask of Stripe: written down before the call, so that none is made twice.

What remains of a charge is its own cents, less every refund that has not failed, less what is asked and not yet
known to be made. Requests for one charge take turns on a lock, so two at once never give back more than came.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from donations import earmarks, ledger, tokens
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError, StripeRefusedError
from donations.money import format_dollars
from donations.ports import Clock, Payments, RefundOrder, RefundReason
from donations.tables import Dispute, Gift, GiftSettlement, Refund, RefundRequest

_REFUND_LOCK = 0x616C6D06
"""PostgreSQL: who asks for a refund of a charge takes this advisory lock with the charge's name."""

_NOT_MADE = ("failed", "canceled")
_REASONS: dict[str, RefundReason] = {
    "duplicate": "duplicate",
    "fraudulent": "fraudulent",
    "requested_by_customer": "requested_by_customer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDesk:
    """Where refunds are asked for: the book, the processor, the clock."""

    database: Database
    payments: Payments
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """What a person asks for; `reference` is a gift's, or the charge that waits in suspense."""

    reference: str
    amount_cents: int
    reason: RefundReason
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRefund:
    """A refund that Stripe has made of our request."""

    reference: str
    charge_id: str
    refund_id: str
    amount_cents: int
    status: str


def charge_of(session: Session, reference: str) -> tuple[str, int | None]:
    """Return (charge id, gift id) behind a gift's reference or a charge's id; raises `NotFoundError`."""
    found = session.execute(
        select(GiftSettlement.charge_id, Gift.id)
        .join(Gift, Gift.id == GiftSettlement.gift_id)
        .where((Gift.reference == reference) | (GiftSettlement.charge_id == reference))
    ).one_or_none()
    if found is not None and found.charge_id is not None:
        return str(found.charge_id), int(found.id)
    held = None if found is not None else earmarks.charge_under_review(session, reference)
    if held is not None:
        return held
    if found is None and _charge_cents(session, reference):
        return reference, None
    raise NotFoundError("No charge has come under that reference, so nothing can go back.", field="reference")


def make_refund(desk: RefundDesk, wish: RefundWish) -> MadeRefund:
    """Make a refund once; what was asked before and is not known to be made is resolved first.

    Raises `FieldRefusedError` for more than remains or while a dispute forbids it, `StripeRefusedError` if Stripe
    will not, `StripeAwayError` if it does not answer: asked again, the same request is resolved, never doubled.
    """
    with desk.database.read() as session:
        charge_id, _ = charge_of(session, wish.reference)
    resolved = [(order, _carry_out(desk, order)) for order in _open_requests(desk, charge_id)]
    for order, made in resolved:
        if (order.amount_cents, order.reason) == (wish.amount_cents, wish.reason):
            return made  # The same was asked before and not heard: this is its answer, not a second refund.
    asked = desk.database.write(lambda session: _ask(session, desk, wish))
    return _carry_out(desk, asked)


def remaining_cents(session: Session, charge_id: str) -> int:
    """Return how many cents of a charge can still go back; requests are read before refunds, so none slips by."""
    mirrored = select(Refund.id).where(Refund.charge_id == charge_id)
    asked = session.scalar(
        select(func.coalesce(func.sum(RefundRequest.amount_cents), 0)).where(
            RefundRequest.charge_id == charge_id,
            RefundRequest.state != "refused",
            RefundRequest.refund_id.is_(None) | RefundRequest.refund_id.not_in(mirrored),
        )
    )
    made = session.scalar(
        select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.charge_id == charge_id, Refund.status.not_in(_NOT_MADE)
        )
    )
    return _charge_cents(session, charge_id) - int(asked or 0) - int(made or 0)


def _charge_cents(session: Session, charge_id: str) -> int:
    booked = ledger.entries_of(session, f"charge/{charge_id}")
    return sum(line.cents for one in booked if one.source_key == f"charge/{charge_id}" for line in one.transfers)


def _open_requests(desk: RefundDesk, charge_id: str) -> list[RefundOrder]:
    """Return what was asked of this charge and whose outcome is not known."""
    with desk.database.read() as session:
        found = session.scalars(
            select(RefundRequest)
            .where(RefundRequest.charge_id == charge_id, RefundRequest.state == "asked")
            .order_by(RefundRequest.id)
        )
        return [_order(one) for one in found]


def _ask(session: Session, desk: RefundDesk, wish: RefundWish) -> RefundOrder:
    """Write the request down under the charge's lock, if so much remains."""
    charge_id, gift_id = charge_of(session, wish.reference)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_REFUND_LOCK, func.hashtext(charge_id))))
    forbidden = select(Dispute.id).where(Dispute.charge_id == charge_id, Dispute.is_refundable == 0)
    if session.scalars(forbidden.limit(1)).first() is not None:
        raise FieldRefusedError(
            "This charge is under dispute: its money goes back by the dispute alone.", field="reference"
        )
    remains = remaining_cents(session, charge_id)
    if not 0 < wish.amount_cents <= remains:
        raise FieldRefusedError(
            f"Between $0.01 and {format_dollars(remains)} of this charge can go back."
            if remains > 0
            else "Nothing of this charge is left to go back.",
            field="amount",
        )
    request = RefundRequest(
        reference=tokens.draw_reference("r"),
        charge_id=charge_id,
        gift_id=gift_id,
        amount_cents=wish.amount_cents,
        reason=wish.reason,
        actor=wish.actor,
        asked_at=desk.clock.now(),
        attempt=1,
        state="asked",
    )
    session.add(request)
    session.flush()
    return _order(request)


def _order(request: RefundRequest) -> RefundOrder:
    return RefundOrder(
        key=f"refund/{request.reference}/{request.attempt}",
        reference=request.reference,
        charge_id=request.charge_id,
        amount_cents=request.amount_cents,
        reason=_REASONS[request.reason],
    )


def _carry_out(desk: RefundDesk, order: RefundOrder) -> MadeRefund:
    """Ask Stripe outside any transaction, then note what it said; unheard, the request stays to be resolved."""
    try:
        made = desk.payments.make_refund(order)
    except StripeRefusedError:
        desk.database.write(lambda session: _note(session, order, state="refused", refund_id=None))
        raise
    desk.database.write(lambda session: _note(session, order, state="made", refund_id=made.refund_id))
    return MadeRefund(
        reference=order.reference,
        charge_id=order.charge_id,
        refund_id=made.refund_id,
        amount_cents=made.amount_cents,
        status=made.status,
    )


def _note(session: Session, order: RefundOrder, *, state: str, refund_id: str | None) -> None:
    session.execute(
        update(RefundRequest)
        .where(RefundRequest.reference == order.reference)
        .values(state=state, refund_id=refund_id)
    )
