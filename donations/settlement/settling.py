"""Room: settlement. What Stripe says about money becomes entries, once each, whatever told us and how often.

Money that has arrived is never refused: a charge that keeps no promise waits in suspense. Everything is keyed by the
charge or balance transaction itself, so order, repetition and loss of events do not matter.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import ledger, postings, tokens
from donations.clock import day_in_zone
from donations.database.driver import engine_name
from donations.errors import BrokenInvariantError, ModeConflictError
from donations.ports import BalanceTransaction, ChargeFacts, CheckoutFacts, Family
from donations.settlement import statements
from donations.tables import CheckoutAttempt, Gift


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What settlement must know of the book it writes in."""

    origin: str
    """Our mark in Stripe's metadata: a charge with another instance's mark keeps none of our promises."""
    zone: ZoneInfo
    livemode: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class _Promise:
    """A gift that waits for its charge, and what its giver wrote."""

    gift_id: int
    gift_cents: int
    fee_cover_cents: int
    name: str
    email: str


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
    promise = _lock_promise(session, charge, books)
    _book_gross(session, charge, promise, books)
    if charge.balance_transaction is not None:
        _mirror(session, charge.balance_transaction)
        _book_fee(session, charge, charge.balance_transaction, books)


def _lock_promise(session: Session, charge: ChargeFacts, books: Books) -> _Promise | None:
    """Return the promise this charge could keep, held against a second worker, or None."""
    if charge.gift is None or charge.instance != books.origin:
        return None
    found = statements.lock_gift(engine_name(session)).run(session, {"reference": charge.gift}).fetchone()
    return None if found is None else _Promise(*found)


def _book_gross(session: Session, charge: ChargeFacts, promise: _Promise | None, books: Books) -> None:
    asked = {"source_key": f"charge/{charge.charge_id}", "gift_id": None if promise is None else promise.gift_id}
    is_booked, is_settled = statements.look_up(engine_name(session)).run(session, asked).fetchone()
    if not is_booked and promise is not None and not is_settled and _keeps(charge, promise):
        _book_gift(session, charge, promise, books)
        return
    # Told again, a charge stays as it was booked; the ledger only compares the sum, and stops if it differs.
    cents = _suspense_cents(charge)
    if cents is not None:
        unclaimed = postings.unclaimed_charge(
            charge_id=charge.charge_id,
            cents=cents,
            happened_at=charge.created_at,
            effective_on=day_in_zone(charge.created_at, books.zone),
        )
        ledger.post(session, unclaimed, recorded_at=books.now)


def _keeps(charge: ChargeFacts, promise: _Promise) -> bool:
    return charge.currency == "usd" and charge.amount_cents == promise.gift_cents + promise.fee_cover_cents


def _suspense_cents(charge: ChargeFacts) -> int | None:
    """Return the US cents that arrived; a foreign charge waits until its balance transaction says how many."""
    if charge.currency == "usd":
        return charge.amount_cents
    return None if charge.balance_transaction is None else charge.balance_transaction.amount_cents


def _book_gift(session: Session, charge: ChargeFacts, promise: _Promise, books: Books) -> None:
    day = day_in_zone(charge.created_at, books.zone)
    entry = postings.settled_gift(
        charge_id=charge.charge_id,
        gift_cents=promise.gift_cents,
        fee_cover_cents=promise.fee_cover_cents,
        happened_at=charge.created_at,
        effective_on=day,
    )
    posted = ledger.post(session, entry, recorded_at=books.now)
    settlement: dict[str, object] = {
        "gift_id": promise.gift_id,
        "charge_id": charge.charge_id,
        "source_key": entry.source_key,
        "entry_id": posted.entry_id,
        "donor_id": _find_or_write_donor(session, promise),
        "method": charge.method,
        "gift_on": day,
        "gift_on_basis": "charged",
        "charged_at": charge.created_at,
        "settled_at": books.now,
    }
    engine = engine_name(session)
    statements.insert_settlement(engine).run(session, settlement)
    statements.insert_into_tray(engine).run(session, settlement)


def _find_or_write_donor(session: Session, promise: _Promise) -> int:
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


def _mirror(session: Session, row: BalanceTransaction) -> None:
    """Keep Stripe's row as it says; a row that says something else than before is a broken invariant.

    It is looked up first: on SQLite the guard of the key speaks before any conflict clause is heard.
    """
    engine, values = engine_name(session), asdict(row)
    kept = statements.find_mirrored(engine).run(session, values).fetchone()
    if kept is None:
        if statements.insert_mirrored(engine).run(session, values).fetchone() is not None:
            return
        kept = statements.find_mirrored(engine).run(session, values).fetchone()
    if kept != (row.type, row.amount_cents, row.fee_cents, row.currency, row.source_id):
        raise BrokenInvariantError(f"balance transaction {row.id} was {kept}, now Stripe says otherwise")


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
