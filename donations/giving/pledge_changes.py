"""Room: giving. What a donor may change in a monthly gift, and what it asks of Stripe; nothing is charged for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from donations import outbox, tokens
from donations.clock import day_in_zone
from donations.database import insert_once
from donations.errors import FieldRefusedError
from donations.giving.pledges import PledgeState, cancel_key, pledge_state, read_pledge_facts
from donations.tables import OutboxRow, Pledge, PledgeChange

DAY_MAX: Final = 28
"""Every month has it: a later day would move in February."""
PAUSE_MAX: Final = timedelta(days=366)
_NOON: Final = time(12)
_GOING: Final[frozenset[PledgeState]] = frozenset({"active", "past_due", "paused"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeWish:
    """What the donor asks for: of the values only those of its kind are read."""

    kind: Literal["amount", "day", "pause", "resume"]
    amount_cents: int = 0
    fee_cover_cents: int = 0
    day: int = 0
    until: date | None = None


def ask_to_change(  # noqa: PLR0913  # Who, what, by which form, and when.
    session: Session, pledge: Pledge, wish: PledgeWish, *, form_token: str, now: datetime, zone: ZoneInfo
) -> None:
    """Write a change down and owe it to Stripe; the same form sent twice asks once. Raises `FieldRefusedError`."""
    _refuse_unfit(session, pledge, wish)
    until = _until(pledge, wish, now, zone)
    is_amount = wish.kind == "amount"
    values = {
        "reference": f"c_{tokens.hash_token(f'{form_token} {wish}')[:32]}",
        "pledge_id": pledge.id,
        "kind": wish.kind,
        "amount_cents": wish.amount_cents if is_amount else None,
        "fee_cover_cents": wish.fee_cover_cents if is_amount else None,
        "until": until,
        "asked_at": now,
        "state": "asked",
    }
    if insert_once(session, PledgeChange, values, key=("reference",)):
        reference = str(values["reference"])
        outbox.owe(session, key=f"change/{reference}", kind="change_pledge", subject=reference, due_at=now)


def first_day_after(day: int, paid_until: date) -> date:
    """Return the first such day of a month later than the day up to which is paid: never a month twice."""
    month = paid_until.replace(day=1)
    found = month.replace(day=day)
    return found if found > paid_until else (month + timedelta(days=32)).replace(day=day)


def _refuse_unfit(session: Session, pledge: Pledge, wish: PledgeWish) -> None:
    state = pledge_state(read_pledge_facts(session, pledge))
    has_end = bool(session.scalar(select(exists().where(OutboxRow.key == cancel_key(pledge.reference)))))
    if pledge.subscription_id is None or state not in _GOING or has_end:
        raise FieldRefusedError("This monthly gift does not go on, so there is nothing to change.")
    if wish.kind == "resume" and state != "paused":
        raise FieldRefusedError("This monthly gift is not resting.")
    if wish.kind == "day" and state == "past_due":
        raise FieldRefusedError("This month's gift is still open. Please mend the card first.", field="day")
    if wish.kind == "day" and pledge.cancel_at is not None:
        raise FieldRefusedError("This monthly gift ends soon, so its day stays.", field="day")


def _until(pledge: Pledge, wish: PledgeWish, now: datetime, zone: ZoneInfo) -> datetime | None:
    today = day_in_zone(now, zone)
    if wish.kind == "pause":
        if wish.until is None or not today < wish.until <= today + PAUSE_MAX:
            raise FieldRefusedError("Please choose a day after today, within a year.", field="until")
        return datetime.combine(wish.until, _NOON, zone)
    if wish.kind != "day":
        return None
    if not 1 <= wish.day <= DAY_MAX:
        raise FieldRefusedError("Please choose a day from 1 to 28.", field="day")
    paid_until = day_in_zone(max(pledge.period_end or now, now), zone)
    if paid_until.day == wish.day:
        raise FieldRefusedError("It is that day already.", field="day")
    return datetime.combine(first_day_after(wish.day, paid_until), _NOON, zone)
