"""Room: giving. All that the book knows about one pledge, for the treasurer's eyes: it holds the donor's name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.errors import NotFoundError
from donations.giving.pledges import pledge_state, read_pledge_facts
from donations.giving.standing import gift_state, read_gift_facts
from donations.tables import Gift, GiftSettlement, Pledge, PledgeContact

Facts = dict[str, Any]


def list_pledges(session: Session, *, limit: int) -> list[Facts]:
    """Return the latest pledges, newest first, one line each and without names."""
    pledges = session.scalars(select(Pledge).order_by(Pledge.id.desc()).limit(limit)).all()
    return [_summary(session, pledge) for pledge in pledges]


def pledge_dossier(session: Session, reference: str) -> Facts:
    """Return a pledge with its donor and gifts; raises `NotFoundError`."""
    pledge = session.scalar(select(Pledge).where(Pledge.reference == reference))
    if pledge is None:
        raise NotFoundError(f"There is no pledge {reference}.", field="reference")
    contact = session.get_one(PledgeContact, pledge.id)
    return {
        **_summary(session, pledge),
        "donor": {"name": contact.name, "email": contact.email},
        "preference": pledge.preference_code,
        "subscription": pledge.subscription_id,
        "customer": pledge.customer_id,
        "stripe_status": pledge.status,
        "promised_at": pledge.promised_at,
        "gifts": _gifts(session, pledge),
    }


def _summary(session: Session, pledge: Pledge) -> Facts:
    count = session.scalar(select(func.count()).where(Gift.pledge_id == pledge.id))
    return {
        "reference": pledge.reference,
        "state": pledge_state(read_pledge_facts(session, pledge)),
        "amount_cents": pledge.amount_cents,
        "fee_cover_cents": pledge.fee_cover_cents,
        "currency": "usd",
        "next_at": pledge.period_end,
        "ends_at": pledge.cancel_at,
        "paused_until": pledge.paused_until,
        "gift_count": count or 0,
    }


def _gifts(session: Session, pledge: Pledge) -> list[Facts]:
    rows = session.execute(
        select(Gift, GiftSettlement.gift_on, GiftSettlement.charge_id)
        .outerjoin(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .where(Gift.pledge_id == pledge.id)
        .order_by(Gift.id)
    )
    return [
        {
            "reference": gift.reference,
            "state": gift_state(read_gift_facts(session, gift.id)),
            "amount_cents": gift.amount_cents,
            "fee_cover_cents": gift.fee_cover_cents,
            "gift_date": gift_on,
            "charge": charge_id,
        }
        for gift, gift_on, charge_id in rows
    ]
