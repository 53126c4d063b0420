"""Room: erasure. Why something is kept, and until when: tax rules §15, and what is not settled yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from donations.clock import day_in_zone
from donations.erasure.facts import Kept, Person, Reason
from donations.giving.pledges import pledge_state, read_pledge_facts
from donations.giving.standing import gift_state, read_gift_facts
from donations.tables import Gift, GiftSettlement, ImportedGift, Pledge, Refund, RefundRequest

_CHECKOUT_LIVES: Final = timedelta(days=2)
"""A checkout ends within a day; a promise whose checkout may still be paid keeps the words of its receipt."""


def year_of(now: datetime, zone: ZoneInfo) -> int:
    """Return the tax year an instant lies in."""
    return day_in_zone(now, zone).year


def is_past_term(tax_year: int, *, year: int, years: int) -> bool:
    """Tell whether the term of a tax year's records is over in a year."""
    return year > tax_year + years


def why_gift_is_kept(session: Session, gift_id: int, *, now: datetime, year: int, years: int) -> Reason | None:
    """Return why the words of a gift are kept, None where they may go."""
    state = gift_state(read_gift_facts(session, gift_id))
    if state in {"held", "returning"}:
        return "held"
    if state in {"promised", "processing", "failed", "abandoned"}:
        is_live = session.get_one(Gift, gift_id).promised_at > now - _CHECKOUT_LIVES
        return "on_its_way" if state == "processing" or (state == "promised" and is_live) else None
    if state == "disputed":
        return "disputed"
    settled = session.get_one(GiftSettlement, gift_id)
    if settled.charge_id is not None and _goes_back(session, settled.charge_id):
        return "going_back"
    return None if is_past_term(settled.gift_on.year, year=year, years=years) else "term"


def is_pledge_kept(session: Session, pledge_id: int, *, now: datetime) -> bool:
    """Tell whether a monthly gift still runs, or may still begin."""
    pledge = session.get_one(Pledge, pledge_id)
    state = pledge_state(read_pledge_facts(session, pledge))
    if state == "promised":
        return pledge.promised_at > now - _CHECKOUT_LIVES
    return state not in {"ended", "abandoned"}


def what_is_kept(session: Session, person: Person, *, now: datetime, year: int, years: int) -> Kept:
    """Return what is kept of a person from now on."""
    reasons = [why_gift_is_kept(session, id_, now=now, year=year, years=years) for id_ in person.gifts]
    told = {reason: reasons.count(reason) for reason in reasons if reason is not None}
    imported = _imported_years(session, person, year=year, years=years)
    kept = [id_ for id_, why in zip(person.gifts, reasons, strict=True) if why is not None]
    last = max([*_tax_years(session, kept), *imported], default=None)
    return Kept(
        tax_records=told.get("term", 0) + len(imported),
        until_year=None if last is None else last + years,
        retention_years=years,
        on_its_way=told.get("on_its_way", 0),
        held=told.get("held", 0),
        disputed=told.get("disputed", 0),
        going_back=told.get("going_back", 0),
        pledges=sum(is_pledge_kept(session, id_, now=now) for id_ in person.pledges),
    )


def _imported_years(session: Session, person: Person, *, year: int, years: int) -> list[int]:
    days = session.scalars(select(ImportedGift.given_on).where(ImportedGift.donor_id.in_(person.donors)))
    return [day.year for day in days if not is_past_term(day.year, year=year, years=years)]


def _tax_years(session: Session, gifts: Sequence[int]) -> list[int]:
    days = session.scalars(select(GiftSettlement.gift_on).where(GiftSettlement.gift_id.in_(gifts)))
    return [day.year for day in days]


def _goes_back(session: Session, charge_id: str) -> bool:
    """Tell whether money of a charge is on its way back and not yet with its donor."""
    asked = exists().where(RefundRequest.charge_id == charge_id, RefundRequest.state == "asked")
    made = exists().where(Refund.charge_id == charge_id, Refund.status.in_(("pending", "requires_action")))
    return bool(session.scalar(select(func.coalesce(or_(asked, made), False))))
