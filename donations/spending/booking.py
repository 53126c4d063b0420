"""Room: spending. Approved clothing is booked and filed under the clerk's lock; what went back to the shop is undone.

The children's fund pays no more than what is designated to a clothing fund and not spent; what a bill exceeds that by
is booked to operations (money rules, row 22).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import Session

from donations import audit_log, filing, ledger, postings
from donations.audit_log import Actor
from donations.clock import day_in_zone
from donations.designation import plan_closing
from donations.errors import FieldRefusedError, NotFoundError
from donations.filing import add_idle, await_clerks_lock, file_entries, settle_designations, write_designations
from donations.filing.places import as_fund, read_places
from donations.tables import BankMatch, Purchase, PurchaseLine, clothing_fund, clothing_spend, entry

_PLACES: Final = {"bank": "assets:bank:children", "account": "liabilities:payable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a decision is made, and in whose days it is booked."""

    now: datetime
    zone: ZoneInfo


def approve_purchase(session: Session, actor: Actor, reference: str, moment: Moment) -> None:
    """Book a drafted purchase in one commit with what it spends of each clothing fund; approved twice is once.

    Raises `FieldRefusedError` for one's own draft, and for a purchase that was declined or returned.
    """
    await_clerks_lock(session)
    bought = _find(session, reference)
    if bought.state == "approved":
        return
    _refuse_own(bought, actor)
    lines = _split(session, bought)
    children = sum(part for _, part, _ in lines)
    new = postings.purchase(
        reference=reference,
        children_cents=children,
        operations_cents=bought.cents - children,
        paid_from=_PLACES[bought.paid_from],
        happened_at=moment.now,
        effective_on=filing.first_open_day(session, bought.bought_on),
        actor=actor.reference,
    )
    posted = ledger.post(session, new, recorded_at=moment.now)
    _spend(session, posted.entry_id, [(fund_id, part) for fund_id, part, _ in lines])
    file_entries(session, [(posted.entry_id, "purchase")])
    _decide(bought, actor, moment, state="approved")
    bought.entry_id = posted.entry_id
    _note(session, actor, "purchase_approved", bought, moment, children_cents=children)


def decline_purchase(session: Session, actor: Actor, reference: str, moment: Moment) -> None:
    """Decline a draft; nothing is booked. One's own draft another declines, or it stays."""
    bought = _find(session, reference)
    _refuse_own(bought, actor)
    _decide(bought, actor, moment, state="declined")
    _note(session, actor, "purchase_declined", bought, moment)


def return_purchase(session: Session, actor: Actor, reference: str, moment: Moment) -> None:
    """Undo an approved purchase whose clothing went back to the shop; what was kept is a new purchase.

    Its cents stand in their clothing funds again, or, where a fund is closed, are released and designated afresh.
    """
    await_clerks_lock(session)
    bought = _find(session, reference)
    if bought.state == "returned":
        return
    if bought.state != "approved" or bought.paid_entry_id is not None:
        raise FieldRefusedError(
            "Only an approved purchase goes back to the shop; one whose bill was paid comes back as a bank line.",
            field="reference",
        )
    (original,) = ledger.entries_by_id(session, [_entry_of(bought)])
    day = filing.first_open_day(session, day_in_zone(moment.now, moment.zone))
    posted = ledger.reverse(session, original, on=day, actor=actor.reference, now=moment.now)
    spent = session.execute(select(clothing_spend).where(clothing_spend.c.entry_id == original.entry_id)).all()
    _spend(session, posted.entry_id, [(row.clothing_fund_id, -row.cents) for row in spent])
    file_entries(session, [(posted.entry_id, "purchase")])
    _release_closed(session, [row.clothing_fund_id for row in spent], on=day)
    settle_designations(session, on=day)
    bought.state = "returned"
    _note(session, actor, "purchase_returned", bought, moment)


def pay_purchase(session: Session, actor: Actor, reference: str, moment: Moment) -> None:
    """Book that the shop's account was paid from the children's bank account; paid twice is once."""
    bought = _find(session, reference)
    if bought.paid_entry_id is not None:
        return
    if bought.state != "approved" or bought.paid_from != "account":
        raise FieldRefusedError("Only an approved purchase on account is paid later.", field="reference")
    (original,) = ledger.entries_by_id(session, [_entry_of(bought)])
    new = postings.bill_paid(
        reference=reference,
        n=_next_payment(session, reference),
        transfers=original.transfers,
        happened_at=moment.now,
        effective_on=filing.first_open_day(session, day_in_zone(moment.now, moment.zone)),
        actor=actor.reference,
    )
    bought.paid_entry_id = ledger.post(session, new, recorded_at=moment.now).entry_id
    _note(session, actor, "purchase_paid", bought, moment)


def unpay_purchase(session: Session, actor: Actor, reference: str, moment: Moment) -> None:
    """Take back that a bill was paid: it is owed again. Raises `FieldRefusedError` once the bank has shown it."""
    await_clerks_lock(session)
    ledger.hold_periods(session)
    bought = _find(session, reference)
    if bought.paid_entry_id is None:
        raise FieldRefusedError("This bill is not noted as paid.", field="reference")
    (paid,) = ledger.entries_by_id(session, [bought.paid_entry_id])
    if session.scalar(select(exists().where(BankMatch.entry_id == paid.entry_id))):
        raise FieldRefusedError(
            "The bank has shown this payment: undo the match of its line first.", field="reference"
        )
    ledger.refuse_closed(session, paid.effective_on, field="reference")
    ledger.reverse(session, paid, on=paid.effective_on, actor=actor.reference, now=moment.now)
    bought.paid_entry_id = None
    _note(session, actor, "purchase_unpaid", bought, moment)


def _next_payment(session: Session, reference: str) -> int:
    begins = f"purchase/{reference}/paid"
    noted = select(func.count()).where(entry.c.source_key.startswith(begins, autoescape=True))
    return 1 + (session.scalar(noted) or 0)


def _find(session: Session, reference: str) -> Purchase:
    found = session.scalars(select(Purchase).where(Purchase.reference == reference).with_for_update()).one_or_none()
    if found is None:
        raise NotFoundError("There is no purchase with that reference.", field="reference")
    return found


def _refuse_own(bought: Purchase, actor: Actor) -> None:
    if bought.state != "drafted":
        raise FieldRefusedError(f"This purchase is {bought.state} already.", field="reference")
    if actor.staff_id is not None and bought.drafted_by == actor.reference:
        raise FieldRefusedError("You drafted this yourself: another person must approve it.", field="reference")


def _split(session: Session, bought: Purchase) -> list[tuple[int, int, int]]:
    """Return (clothing fund, children's part, operations' part) of each line, by what is unspent there now."""
    rows = session.execute(
        select(PurchaseLine.cents, clothing_fund.c.id, clothing_fund.c.designated_cents, clothing_fund.c.spent_cents)
        .join(clothing_fund, clothing_fund.c.id == PurchaseLine.clothing_fund_id)
        .where(PurchaseLine.purchase_id == bought.id)
        .order_by(clothing_fund.c.queue_no)
    ).all()
    parts = [(row.id, min(row.cents, row.designated_cents - row.spent_cents), row.cents) for row in rows]
    if any(part <= 0 for _, part, _ in parts):
        raise FieldRefusedError(
            "The cents of one of these clothing funds were spent meanwhile; decline this draft and write another.",
            field="reference",
        )
    return [(fund_id, part, cents - part) for fund_id, part, cents in parts]


def _spend(session: Session, entry_id: int, spent: list[tuple[int, int]]) -> None:
    rows = [{"entry_id": entry_id, "clothing_fund_id": fund_id, "cents": cents} for fund_id, cents in spent if cents]
    if rows:
        session.execute(insert(clothing_spend), rows)


def _release_closed(session: Session, fund_ids: list[int], *, on: date) -> None:
    closed = select(clothing_fund).where(clothing_fund.c.id.in_(fund_ids), clothing_fund.c.closed == 1)
    for found in session.execute(closed.order_by(clothing_fund.c.queue_no)).all():
        released = plan_closing(as_fund(found), read_places(session, found.id))
        write_designations(session, released, on=on)
        add_idle(session, [(row.source_entry_id, -row.cents) for row in released])


def _decide(bought: Purchase, actor: Actor, moment: Moment, *, state: str) -> None:
    bought.state, bought.decided_by, bought.decided_at = state, actor.reference, moment.now


def _entry_of(bought: Purchase) -> int:
    if bought.entry_id is None:
        raise FieldRefusedError("This purchase was never booked.", field="reference")
    return bought.entry_id


def _note(session: Session, actor: Actor, act: str, bought: Purchase, moment: Moment, **facts: int) -> None:
    audit_log.record(
        session, actor, act, at=moment.now, subject=bought.reference, facts={"cents": bought.cents, **facts}
    )
