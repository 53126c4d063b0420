"""Room: settlement. A gift's money takes its place: at once, or after it waited for the donor's own words.

What waits is real money in suspense. If the donor agrees to the pool it becomes the gift it was from the day of its
charge; the day of the answer is never the day of the gift.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import alarms, earmarks, ledger, outbox, postings, tokens
from donations.database.driver import engine_name
from donations.earmarks import HeldCharge
from donations.errors import BrokenInvariantError, FieldRefusedError
from donations.ports import ChargeFacts
from donations.postings import NewEntry
from donations.settlement import statements
from donations.settlement.days import open_day
from donations.settlement.promises import Books, Promise
from donations.settlement.standing import lock_charge, read_moved
from donations.tables import Contact, Dispute, Gift, GiftReview, Refund, stripe_balance_transaction

_PLACES = ("assets:stripe", "assets:in-transit", "assets:bank:children")
"""Where the children's cents of a charge may be by now, in the order in which they get there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How and when a gift was given, as its charge told it."""

    charge_id: str | None
    method: str
    gift_on: date
    gift_on_basis: str
    charged_at: datetime


def write_settlement(session: Session, promise: Promise, settled: Settled, new: NewEntry, books: Books) -> None:
    """Book the entry by which a promise is kept, thank its donor, and lay it before the clerk."""
    posted = ledger.post(session, new, recorded_at=books.now)
    row: dict[str, object] = {
        "gift_id": promise.gift_id,
        "charge_id": settled.charge_id,
        "source_key": new.source_key,
        "entry_id": posted.entry_id,
        "donor_id": _find_or_write_donor(session, promise),
        "method": settled.method,
        "gift_on": settled.gift_on,
        "gift_on_basis": settled.gift_on_basis,
        "charged_at": settled.charged_at,
        "settled_at": books.now,
    }
    engine = engine_name(session)
    statements.insert_settlement(engine).run(session, row)
    statements.insert_into_tray(engine).run(session, row)


def gift_instant(charge: ChargeFacts) -> tuple[Literal["charged", "settled"], datetime]:
    """Return when a gift was given for tax: a card's when it was charged, a bank debit's when its funds settled.

    A debit's own row of Stripe's book is written when it succeeds, days after it was authorised.
    """
    if charge.method == "ach" and charge.balance_transaction is not None:
        return "settled", charge.balance_transaction.created_at
    return "charged", charge.created_at


def note_held(session: Session, charge: ChargeFacts, promise: Promise, books: Books) -> None:
    """Remember that this charge is the held gift's, and owe the letter that asks its donor."""
    basis, happened_at = gift_instant(charge)
    held = HeldCharge(
        charge_id=charge.charge_id,
        method=charge.method,
        charged_at=charge.created_at,
        gift_on=books.day_of(happened_at),
        gift_on_basis=basis,
    )
    if earmarks.note_charge(session, promise.gift_id, held):
        reference = session.scalars(select(Gift.reference).where(Gift.id == promise.gift_id)).one()
        outbox.owe(session, key=f"mail/held/{reference}", kind="mail_gift_held", subject=reference, due_at=books.now)


def settle_held(session: Session, review: GiftReview, books: Books) -> None:
    """Book a held gift whose donor agreed to the pool, as the gift it was; nothing if its money has not come yet.

    Raises `FieldRefusedError` if some of it has gone back meanwhile: what remains is a new gift's matter.
    """
    if review.charge_id is None:
        return
    lock_charge(session, review.charge_id, None)
    promise = _read_promise(session, review.gift_id)
    cents = promise.gift_cents + promise.fee_cover_cents
    key = f"charge/{review.charge_id}"
    waiting = -read_moved(session, "liabilities:suspense", _keys_of(session, review.charge_id)).children
    if waiting != cents:
        raise FieldRefusedError("Money of this gift has gone back already: it cannot join the pool.", field="answer")
    if review.gift_on is None or review.charged_at is None:
        raise BrokenInvariantError(f"the review of gift {review.gift_id} knows a charge without its day")
    new = postings.claimed_suspense(
        suspense_key=key,
        n=1,
        gift_cents=promise.gift_cents,
        fee_cover_cents=promise.fee_cover_cents,
        place=_place_of(session, promise.fee_cover_cents),
        happened_at=books.now,
        effective_on=open_day(session, books.now, books),
        actor=str(review.answered_by),
    )
    settled = Settled(
        charge_id=review.charge_id,
        method=str(review.method),
        gift_on=review.gift_on,
        gift_on_basis=str(review.gift_on_basis),
        charged_at=review.charged_at,
    )
    write_settlement(session, promise, settled, new, books)
    alarms.clear_alarm(session, "suspense", key, now=books.now)


def _keys_of(session: Session, charge_id: str) -> list[str]:
    """Return every key under which money of a charge that keeps no promise may have moved."""
    refunds = session.scalars(select(Refund.id).where(Refund.charge_id == charge_id)).all()
    disputes = session.scalars(select(Dispute.id).where(Dispute.charge_id == charge_id)).all()
    source = stripe_balance_transaction.c.source_id
    rows = session.scalars(
        select(stripe_balance_transaction.c.id).where(source.in_([charge_id, *refunds, *disputes]))
    )
    return [f"charge/{charge_id}", *(f"btxn/{row_id}" for row_id in rows)]


def _place_of(session: Session, cents: int) -> str:
    """Return where the children's fund has so many cents to hand over: a fee cover is operations'."""
    if cents == 0:
        return _PLACES[0]
    return next((place for place in _PLACES if ledger.balance(session, "children", place) >= cents), _PLACES[-1])


def _read_promise(session: Session, gift_id: int) -> Promise:
    found = session.execute(
        select(Gift.id, Gift.amount_cents, Gift.fee_cover_cents, Contact.name, Contact.email)
        .join(Contact, Contact.gift_id == Gift.id)
        .where(Gift.id == gift_id)
        .with_for_update(of=Gift)
    ).one()
    return Promise(*found)


def _find_or_write_donor(session: Session, promise: Promise) -> int:
    engine = engine_name(session)
    values = {
        "reference": tokens.draw_reference("d"),
        "name": promise.name,
        "email": promise.email,
        "email_key": promise.email.casefold(),
        "name_key": promise.name.casefold(),
    }
    for statement in (statements.find_donor, statements.insert_donor, statements.find_donor):
        found = statement(engine).run(session, values).fetchone()
        if found is not None:
            return int(found[0])
    raise BrokenInvariantError("a donor was neither found nor written")
