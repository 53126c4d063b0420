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
from donations.postings import NOTHING, NewEntry, Parts
from donations.settlement import statements
from donations.settlement.days import day_of_charge, open_day
from donations.settlement.promises import Books, Promise
from donations.settlement.standing import keys_of_charge, lock_charge, read_moved
from donations.tables import Contact, Gift, GiftReview


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


def book_held(session: Session, charge: ChargeFacts, promise: Promise, books: Books) -> None:
    """Book the charge of a held gift in suspense, remember whose it is, and owe the letter that asks its donor."""
    basis, happened_at = gift_instant(charge)
    new = postings.held_gift(
        charge_id=charge.charge_id,
        gift_cents=promise.gift_cents,
        fee_cover_cents=promise.fee_cover_cents,
        happened_at=happened_at,
        effective_on=day_of_charge(session, happened_at, books),
    )
    ledger.post(session, new, recorded_at=books.now)
    alarms.raise_alarm(session, "suspense", new.source_key, now=books.now)
    held = HeldCharge(
        charge_id=charge.charge_id,
        method=charge.method,
        charged_at=charge.created_at,
        gift_on=books.day_of(happened_at),
        gift_on_basis=basis,
    )
    earmarks.note_charge(session, promise.gift_id, held)
    reference = session.scalars(select(Gift.reference).where(Gift.id == promise.gift_id)).one()
    outbox.owe(session, key=f"mail/held/{reference}", kind="mail_gift_held", subject=reference, due_at=books.now)


def settle_held(session: Session, review: GiftReview, books: Books) -> None:
    """Book a held gift whose donor agreed to the pool, as the gift it was; nothing if its money has not come yet.

    Raises `FieldRefusedError` if some of it has gone back meanwhile: what remains is a new gift's matter.
    """
    if review.charge_id is None:
        return
    # In the order in which a charge is settled: its gift's row, then its name.
    promise = _lock_promise(session, review.gift_id)
    lock_charge(session, review.charge_id, None)
    waiting = NOTHING - read_moved(session, "liabilities:suspense", keys_of_charge(session, review.charge_id))
    if waiting != Parts(promise.gift_cents, promise.fee_cover_cents):
        raise FieldRefusedError("Money of this gift has gone back already: it cannot join the pool.", field="answer")
    if review.gift_on is None or review.charged_at is None:
        raise BrokenInvariantError(f"the review of gift {review.gift_id} knows a charge without its day")
    new = postings.released_gift(
        charge_id=review.charge_id,
        gift_cents=promise.gift_cents,
        fee_cover_cents=promise.fee_cover_cents,
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
    alarms.clear_alarm(session, "suspense", f"charge/{review.charge_id}", now=books.now)


def _lock_promise(session: Session, gift_id: int) -> Promise:
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
