"""Room: bank. Money of suspense finds its place: it is a gift after all, or it was a fee that nobody had named.

Sent back it is by a line of the bank (`accepting`) or by Stripe's own refund (`settlement`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from donations import alarms, audit_log, filing, ledger, postings
from donations.audit_log import Fact
from donations.bank.suspense import HeldMoney, find_held
from donations.clock import day_in_zone
from donations.errors import FieldRefusedError, NotFoundError
from donations.money import format_dollars
from donations.offline import Claim, ClaimedCharge, Hand, OfflineWish, record_gift
from donations.postings import account_named
from donations.tables import GiftReview, entry, transfer

ClearedAs = Literal["processing_fee", "bank_charge"]
CLEARED_AS: Final[dict[ClearedAs, str]] = {
    "processing_fee": "expense:processing-fees",
    "bank_charge": "expense:bank-charges",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedMoney:
    """Money of operations' suspense that was booked as a cost; cents < 0 had left without a reason."""

    key: str
    entry_id: int
    on: date
    cents: int


def claim(session: Session, key: str, wish: OfflineWish, hand: Hand) -> str:
    """Book money of suspense as the gift it was, a receipt follows; return the gift's reference.

    Of one deposit several gifts may be claimed, of a charge only the whole. Raises `FieldRefusedError`.
    """
    filing.await_clerks_lock(session)
    held = find_held(session, key)
    _refuse_unclaimable(session, held, wish)
    charge = _charge_of(session, held)
    gift = record_gift(session, wish, hand, Claim(key=key, n=_next(session, key), charge=charge))
    _note(session, held, hand, "suspense_claimed", gift=gift.reference, cents=wish.amount_cents)
    return gift.reference


def clear(session: Session, key: str, as_what: ClearedAs, hand: Hand) -> None:
    """Book what waits in operations' suspense as the cost it was, or, where money came, less of that cost."""
    filing.await_clerks_lock(session)
    held = find_held(session, key)
    if held.parts.children:
        raise FieldRefusedError("What waits for the children is never a cost.", field="key")
    new = postings.cleared_suspense(
        suspense_key=key,
        n=_next(session, key),
        cents=held.parts.operations,
        account=CLEARED_AS[as_what],
        happened_at=hand.now,
        effective_on=ledger.first_open_day(session, day_in_zone(hand.now, hand.zone)),
        actor=hand.actor.reference,
    )
    ledger.post(session, new, recorded_at=hand.now)
    _note(session, held, hand, "suspense_cleared", as_what=as_what, cents=held.parts.operations)


def list_cleared(session: Session, key: str = "", *, limit: int = 20) -> list[ClearedMoney]:
    """Return what was cleared as a cost and stands so, the latest first: all of it, or that of one key."""
    reversing, suspense = aliased(entry), account_named("liabilities:suspense").number
    rows = session.execute(
        select(entry.c.id, entry.c.source_key, entry.c.effective_on, transfer)
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(
            entry.c.kind == "suspense_cleared",
            entry.c.source_key.startswith(f"suspense/{key}/resolved/" if key else "suspense/", autoescape=True),
            ~exists().where(reversing.c.reverses == entry.c.id),
        )
        .order_by(entry.c.id.desc())
        .limit(limit)
    )
    return [
        ClearedMoney(
            key=row.source_key.removeprefix("suspense/").partition("/resolved/")[0],
            entry_id=row.id,
            on=row.effective_on,
            cents=row.cents if row.debit_id == suspense else -row.cents,
        )
        for row in rows
    ]


def wait_again(session: Session, key: str, hand: Hand) -> None:
    """Take back that money of suspense was a cost: it waits again. Raises `FieldRefusedError`.

    The reversal stands on the day of the entry, so that no closed month ever changes: its month must be open.
    """
    filing.await_clerks_lock(session)
    ledger.hold_periods(session)
    cleared = next(iter(list_cleared(session, key, limit=1)), None)
    if not key or cleared is None:
        raise NotFoundError("Nothing under that key was cleared as a cost.", field="key")
    ledger.refuse_closed(session, cleared.on, field="key")
    (booked,) = ledger.entries_by_id(session, [cleared.entry_id])
    ledger.reverse(session, booked, on=cleared.on, actor=hand.actor.reference, now=hand.now)
    alarms.raise_again(session, "suspense", key, now=hand.now)
    audit_log.record(
        session, hand.actor, "suspense_waits_again", subject=key, facts={"cents": cleared.cents}, at=hand.now
    )


def _refuse_unclaimable(session: Session, held: HeldMoney, wish: OfflineWish) -> None:
    charge_id = held.key.removeprefix("charge/")
    if session.scalar(select(exists().where(GiftReview.charge_id == charge_id, GiftReview.state == "held"))):
        raise FieldRefusedError("This money waits for its donor's own answer.", field="key")
    if held.parts.operations or held.parts.children <= 0:
        raise FieldRefusedError("Only money that came for the children can become a gift to them.", field="key")
    if wish.amount_cents > held.parts.children:
        raise FieldRefusedError(f"Only {format_dollars(held.parts.children)} of it waits.", field="amount")
    if held.is_of_a_charge and wish.amount_cents != held.parts.children:
        raise FieldRefusedError(
            f"A charge is one gift: all of its {format_dollars(held.parts.children)}.", field="amount"
        )


def _charge_of(session: Session, held: HeldMoney) -> ClaimedCharge | None:
    if not held.is_of_a_charge:
        return None
    charged_at: datetime = session.scalars(select(entry.c.happened_at).where(entry.c.source_key == held.key)).one()
    return ClaimedCharge(charge_id=held.key.removeprefix("charge/"), charged_at=charged_at)


def _next(session: Session, key: str) -> int:
    begins = f"suspense/{key}/resolved/"
    found = select(func.count()).where(entry.c.source_key.startswith(begins, autoescape=True))
    return 1 + (session.scalar(found) or 0)


def _note(session: Session, held: HeldMoney, hand: Hand, act: str, **facts: Fact) -> None:
    alarms.clear_alarm(session, "suspense", held.key, now=hand.now)
    audit_log.record(session, hand.actor, act, subject=held.key, facts=facts, at=hand.now)
