"""Room: settlement. What Stripe says about money becomes entries, once each, whatever told us and how often.

Money that has arrived is never refused: a charge that keeps no promise waits in suspense. Everything is keyed by the
charge or balance transaction itself, so order, repetition and loss of events do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import ledger, postings, tokens
from donations.clock import day_in_zone
from donations.database import insert_once
from donations.errors import BrokenInvariantError, ModeConflictError
from donations.ports import BalanceTransaction, ChargeFacts, CheckoutFacts, Family
from donations.tables import (
    CheckoutAttempt,
    Contact,
    Donor,
    Gift,
    GiftSettlement,
    entry,
    stripe_balance_transaction,
    tray,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What settlement must know of the book it writes in."""

    origin: str
    """Our mark in Stripe's metadata: a charge with another instance's mark keeps none of our promises."""
    zone: ZoneInfo
    livemode: bool
    now: datetime


def settle_family(session: Session, family: Family, books: Books) -> None:
    """Insert whatever entries are missing for the facts Stripe tells; told again, nothing changes.

    Raises `ModeConflictError` for another mode's objects and `BrokenInvariantError` where Stripe's own rows disagree.
    """
    if family.checkout is not None:
        _refuse_other_mode(family.checkout.livemode, books)
        _note_outcome(session, family.checkout, books)
    for charge in family.charges:
        _refuse_other_mode(charge.livemode, books)
        if charge.status == "succeeded":
            settle_charge(session, charge, books)


def settle_charge(session: Session, charge: ChargeFacts, books: Books) -> None:
    """Book a charge exactly once: as the gift whose promise it kept, or in suspense; its fee when it is known."""
    gift = _lock_gift(session, charge, books)
    if not _is_booked(session, f"charge/{charge.charge_id}"):
        _book_gross(session, charge, gift, books)
    if charge.balance_transaction is not None:
        _mirror(session, charge.balance_transaction)
        _book_fee(session, charge, charge.balance_transaction, books)


def _lock_gift(session: Session, charge: ChargeFacts, books: Books) -> Gift | None:
    """Return the gift this charge could keep, held against a second worker, or None."""
    if charge.gift is None or charge.instance != books.origin:
        return None
    return session.scalar(select(Gift).where(Gift.reference == charge.gift).with_for_update())


def _is_booked(session: Session, source_key: str) -> bool:
    return session.scalar(select(entry.c.id).where(entry.c.source_key == source_key)) is not None


def _book_gross(session: Session, charge: ChargeFacts, gift: Gift | None, books: Books) -> None:
    if gift is not None and _keeps_promise(session, charge, gift):
        _book_gift(session, charge, gift, books)
        return
    cents = _suspense_cents(charge)
    if cents is not None:
        unclaimed = postings.unclaimed_charge(
            charge_id=charge.charge_id,
            cents=cents,
            happened_at=charge.created_at,
            effective_on=day_in_zone(charge.created_at, books.zone),
        )
        ledger.post(session, unclaimed, recorded_at=books.now)


def _keeps_promise(session: Session, charge: ChargeFacts, gift: Gift) -> bool:
    promised = gift.amount_cents + gift.fee_cover_cents
    if charge.currency != "usd" or charge.amount_cents != promised:
        return False
    return session.get(GiftSettlement, gift.id) is None


def _suspense_cents(charge: ChargeFacts) -> int | None:
    """Return the US cents that arrived; a foreign charge waits until its balance transaction says how many."""
    if charge.currency == "usd":
        return charge.amount_cents
    return None if charge.balance_transaction is None else charge.balance_transaction.amount_cents


def _book_gift(session: Session, charge: ChargeFacts, gift: Gift, books: Books) -> None:
    day = day_in_zone(charge.created_at, books.zone)
    posted = ledger.post(
        session,
        postings.settled_gift(
            charge_id=charge.charge_id,
            gift_cents=gift.amount_cents,
            fee_cover_cents=gift.fee_cover_cents,
            happened_at=charge.created_at,
            effective_on=day,
        ),
        recorded_at=books.now,
    )
    session.add(
        GiftSettlement(
            gift_id=gift.id,
            charge_id=charge.charge_id,
            source_key=f"charge/{charge.charge_id}",
            entry_id=posted.entry_id,
            donor_id=_find_or_write_donor(session, gift),
            method=charge.method,
            gift_on=day,
            gift_on_basis="charged",
            charged_at=charge.created_at,
            settled_at=books.now,
        )
    )
    session.flush()
    session.execute(insert(tray).values(entry_id=posted.entry_id))


def _find_or_write_donor(session: Session, gift: Gift) -> int:
    contact = session.get_one(Contact, gift.id)
    keys = {"email_key": contact.email.casefold(), "name_key": contact.name.casefold()}
    known = select(Donor.id).where(Donor.email_key == keys["email_key"], Donor.name_key == keys["name_key"])
    found = session.scalar(known)
    if found is not None:
        return found
    values = {"reference": tokens.draw_reference("d"), "name": contact.name, "email": contact.email, **keys}
    insert_once(session, Donor, values, key=("email_key", "name_key"))
    return session.scalars(known).one()


def _mirror(session: Session, row: BalanceTransaction) -> None:
    """Keep Stripe's row as it says; a row that says something else than before is a broken invariant."""
    table = stripe_balance_transaction
    values = {name: getattr(row, name) for name in table.c.keys()}  # noqa: SIM118  Not a dict: its values are columns.
    if insert_once(session, table, values, key=("id",)):
        return
    names = ("type", "amount_cents", "fee_cents", "currency", "source_id")
    kept = session.execute(select(*(table.c[name] for name in names)).where(table.c.id == row.id)).one()
    said = tuple(values[name] for name in names)
    if tuple(kept) != said:
        raise BrokenInvariantError(f"balance transaction {row.id} was {tuple(kept)}, now Stripe says {said}")


def _book_fee(session: Session, charge: ChargeFacts, row: BalanceTransaction, books: Books) -> None:
    if charge.currency == "usd" and row.amount_cents != charge.amount_cents:
        raise BrokenInvariantError(f"charge {charge.charge_id} and balance transaction {row.id} differ in amount")
    fee = postings.stripe_fee(
        txn_id=row.id,
        fee_cents=row.fee_cents,
        happened_at=row.created_at,
        effective_on=day_in_zone(row.created_at, books.zone),
    )
    if fee is not None:
        ledger.post(session, fee, recorded_at=books.now)


def _note_outcome(session: Session, checkout: CheckoutFacts, books: Books) -> None:
    outcome = {"complete": "paid", "expired": "expired"}.get(checkout.status)
    attempt = None if outcome is None else _find_attempt(session, checkout, books)
    if attempt is not None and attempt.outcome != "paid":
        attempt.checkout_id = checkout.checkout_id
        attempt.outcome = outcome
        session.flush()


def _find_attempt(session: Session, checkout: CheckoutFacts, books: Books) -> CheckoutAttempt | None:
    known = session.scalar(select(CheckoutAttempt).where(CheckoutAttempt.checkout_id == checkout.checkout_id))
    if known is not None or checkout.instance != books.origin:
        return known
    # Stripe's answer was lost before we noted it: the gift's oldest attempt without an answer is this one.
    return session.scalar(
        select(CheckoutAttempt)
        .join(Gift, Gift.id == CheckoutAttempt.gift_id)
        .where(Gift.reference == checkout.gift, CheckoutAttempt.checkout_id.is_(None))
        .order_by(CheckoutAttempt.attempt)
        .limit(1)
    )


def _refuse_other_mode(livemode: bool, books: Books) -> None:  # noqa: FBT001  It is the fact itself.
    if livemode != books.livemode:
        raise ModeConflictError("an object of Stripe's other mode was told to this book")
