"""Room: worker. What a donor changes in a monthly gift is asked of Stripe, then looked at as if Stripe had rung."""

from __future__ import annotations

from typing import Literal, cast

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from donations import inbox, outbox
from donations.errors import StripeAwayError
from donations.outbox import Owed
from donations.ports import PledgeOrder, Ring
from donations.tables import Pledge, PledgeChange
from donations.worker.workshop import Workshop

_LETTERS = frozenset({"amount", "day", "resume"})
"""A pause has its own letter, owed when Stripe tells of it, whoever asked for it."""


def change_pledge(shop: Workshop, owed: Owed) -> None:
    """Carry out one change, unless a later one of its kind was asked for; asked of Stripe twice it is done once."""
    with shop.database.read() as session:
        asked, pledge = _read(session, owed.subject)
        is_overtaken = _is_overtaken(session, asked)
        if pledge.subscription_id is None:
            raise StripeAwayError("Stripe has not told us of this pledge's subscription yet.")
        order = PledgeOrder(
            key=owed.key,
            subscription_id=pledge.subscription_id,
            kind=cast("Literal['amount', 'day', 'pause', 'resume']", asked.kind),
            amount_cents=asked.amount_cents or 0,
            fee_cover_cents=asked.fee_cover_cents or 0,
            until=asked.until,
        )
    if not is_overtaken:
        shop.payments.change_pledge(order)
    shop.database.write(lambda session: _remember(session, shop, owed, order, is_overtaken=is_overtaken))


def _remember(session: Session, shop: Workshop, owed: Owed, order: PledgeOrder, *, is_overtaken: bool) -> None:
    now = shop.clock.now()
    asked, pledge = _read(session, owed.subject)
    asked.state, asked.done_at = "overtaken" if is_overtaken else "done", now
    outbox.finish(session, owed.lease, now=now)
    if is_overtaken:
        return
    if order.kind == "amount":
        pledge.amount_cents, pledge.fee_cover_cents = order.amount_cents, order.fee_cover_cents
    session.flush()
    ring = Ring(
        event_id=f"{owed.key}/done",
        type="customer.subscription.looked_at",
        object_type="subscription",
        object_id=order.subscription_id,
        livemode=shop.settings.livemode,
        created_at=now,
        api_version=None,
    )
    inbox.record(session, ring, origin="thanks", received_at=now)
    if order.kind in _LETTERS:
        key = f"mail/pledge_changed/{asked.reference}"
        outbox.owe(session, key=key, kind="mail_pledge_changed", subject=asked.reference, due_at=now)


def _read(session: Session, reference: str) -> tuple[PledgeChange, Pledge]:
    asked = session.scalars(select(PledgeChange).where(PledgeChange.reference == reference)).one()
    return asked, session.get_one(Pledge, asked.pledge_id)


def _is_overtaken(session: Session, asked: PledgeChange) -> bool:
    """Tell whether the donor asked for another thing of the same kind since: the last word stands."""
    rests = {"pause", "resume"}
    kinds = rests if asked.kind in rests else {asked.kind}
    later = exists().where(
        PledgeChange.pledge_id == asked.pledge_id, PledgeChange.kind.in_(kinds), PledgeChange.id > asked.id
    )
    return bool(session.scalar(select(later)))
