"""Room: settlement. Monthly gifts: a paid invoice is a gift of its pledge, and a pledge mirrors its subscription."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from donations import alarms, earmarks, outbox, tokens
from donations.earmarks import Hold
from donations.ports import ChargeFacts, InvoiceFacts, SubscriptionFacts
from donations.settlement.promises import Books, Promise
from donations.tables import Contact, Gift, GiftReview, GiftSettlement, Pledge, PledgeContact, Tribute, entry

if TYPE_CHECKING:
    from receipts.rules.us.earmarks import EarmarkReason

_GOING = frozenset({"trialing", "active"})
_UNPAID = frozenset({"past_due", "unpaid"})
_WRITTEN = (
    "name", "email", "address_line1", "address_line2", "city", "region", "postal_code", "country",
)  # fmt: skip
_ENDED = "canceled"
"""The one status that Stripe never takes back: what was fetched before it and comes later changes nothing."""


def gift_of_invoice(session: Session, charge: ChargeFacts, books: Books) -> Promise | None:
    """Return the gift that this charge's paid invoice is, held against a second worker; None if it is no pledge's.

    The gift is written here, when its charge exists: the donor may have changed the amount since the pledge, so both
    parts are read from the invoice. A split that is not the charge waits in suspense for the treasurer.
    """
    invoice = charge.invoice
    pledge = None if invoice is None else _lock_pledge(session, invoice.instance, invoice.pledge, books)
    if invoice is None or pledge is None:
        return None
    known = session.scalar(
        select(Gift)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .where(GiftSettlement.charge_id == charge.charge_id)
    )
    if known is not None:
        return _promise_of(session, known)
    is_booked = session.scalar(select(exists().where(entry.c.source_key == f"charge/{charge.charge_id}")))
    if is_booked or not _is_split_whole(charge, invoice):
        return None
    gift = _write_gift(session, pledge, invoice)
    _hold_if_set_aside(session, pledge, gift, books)
    return _promise_of(session, gift)


def mirror_subscription(
    session: Session, facts: SubscriptionFacts, books: Books, *, asked_at: datetime | None = None
) -> None:
    """Let the pledge say what Stripe says of its subscription now, and owe its donor the letters that follow.

    Of two workers the slower may come with what it was told before: the answer to the later question stands.
    """
    pledge = _lock_pledge(session, facts.instance, facts.pledge, books)
    if pledge is None or (asked_at is not None and pledge.asked_at is not None and asked_at < pledge.asked_at):
        return
    is_another = pledge.subscription_id not in {None, facts.subscription_id}
    if is_another and (pledge.status != _ENDED or facts.status == _ENDED):
        if facts.status != _ENDED:
            # The donor paid two checkouts of one pledge: a person must end one of them.
            alarms.raise_alarm(session, "second_subscription", facts.subscription_id, now=books.now)
        return
    if pledge.status == _ENDED and facts.status != _ENDED and not is_another:
        return
    was_paused = bool(pledge.is_paused)
    _copy(pledge, facts)
    pledge.asked_at = asked_at or pledge.asked_at
    session.flush()
    _owe_letters(session, pledge, books, was_paused=was_paused)


def note_invoice(session: Session, invoice: InvoiceFacts, books: Books) -> None:
    """Owe one kind letter for each failed attempt to be paid an invoice of a pledge that has begun.

    An open invoice alone tells no failure (a bank debit is under way in it): its pledge must be behind as well.
    """
    pledge = _lock_pledge(session, invoice.instance, invoice.pledge, books)
    if pledge is None or invoice.status != "open" or invoice.attempt_count == 0 or pledge.status not in _UNPAID:
        return
    outbox.owe(
        session,
        key=f"mail/pledge_failed/{invoice.invoice_id}/{invoice.attempt_count}",
        kind="mail_pledge_failed" if invoice.next_attempt_at is not None else "mail_pledge_failed_last",
        subject=pledge.reference,
        due_at=books.now,
    )


def note_paid_twice(session: Session, charges: Iterable[ChargeFacts], books: Books) -> None:
    """Find an instalment of a pledge for which more came than it asked, as long as it has not gone back.

    Each charge stays the gift and the receipt it is: the donor has given it, and a person must ask what they meant.
    """
    kept: dict[str, int] = {}
    asked: dict[str, InvoiceFacts] = {}
    for charge in charges:
        if (
            charge.invoice is not None
            and charge.invoice.pledge is not None
            and charge.invoice.instance == books.origin
        ):
            asked[charge.invoice.invoice_id] = charge.invoice
            kept[charge.invoice.invoice_id] = kept.get(charge.invoice.invoice_id, 0) + _kept_cents(charge)
    for invoice_id, invoice in asked.items():
        if kept[invoice_id] > invoice.amount_due_cents:
            alarms.raise_again(session, "paid_twice", invoice_id, now=books.now)
        else:
            alarms.clear_alarm(session, "paid_twice", invoice_id, now=books.now)


def _kept_cents(charge: ChargeFacts) -> int:
    """Return what of a charge is still there: what waits to go back counts as gone."""
    if charge.status != "succeeded":
        return 0
    refunded = sum(one.amount_cents for one in charge.refunds if one.status not in {"failed", "canceled"})
    lost = sum(one.amount_cents for one in charge.disputes if one.status == "lost")
    return max(charge.amount_cents - refunded - lost, 0)


def _lock_pledge(session: Session, instance: str | None, reference: str | None, books: Books) -> Pledge | None:
    """Return our pledge under this mark, held against a second worker, or None."""
    if reference is None or instance != books.origin:
        return None
    return session.scalar(select(Pledge).where(Pledge.reference == reference).with_for_update())


def _is_split_whole(charge: ChargeFacts, invoice: InvoiceFacts) -> bool:
    return (
        charge.currency == "usd"
        and invoice.children_cents > 0
        and invoice.operations_cents >= 0
        and invoice.children_cents + invoice.operations_cents == charge.amount_cents
    )


def _write_gift(session: Session, pledge: Pledge, invoice: InvoiceFacts) -> Gift:
    gift = Gift(
        reference=tokens.draw_reference("g"),
        pledge_id=pledge.id,
        amount_cents=invoice.children_cents,
        fee_cover_cents=invoice.operations_cents,
        preference_code=pledge.preference_code,
        anonymous=pledge.anonymous,
        control_statement_version=pledge.control_statement_version,
        appeal=pledge.appeal,
        origin=pledge.origin,
        language=pledge.language,
        # Nobody holds this secret: the thanks page is the pledge's.
        thanks_token_hash=tokens.hash_token(tokens.draw_hex_token()),
        promised_at=pledge.promised_at,
    )
    session.add(gift)
    session.flush()
    written = session.get_one(PledgeContact, pledge.id)
    session.add(Contact(gift_id=gift.id, **{name: getattr(written, name) for name in _WRITTEN}))
    session.flush()
    return gift


def _hold_if_set_aside(session: Session, pledge: Pledge, gift: Gift, books: Books) -> None:
    """Hold a gift whose pledge's tribute set it aside for one person, until its donor has once agreed to the pool."""
    reason = session.scalar(select(Tribute.held_reason).where(Tribute.pledge_id == pledge.id))
    agreed = (
        exists()
        .where(Gift.pledge_id == pledge.id, GiftReview.gift_id == Gift.id)
        .where(GiftReview.state == "cleared")
    )
    if reason is not None and not session.scalar(select(agreed)):
        hold = Hold(reference=gift.reference, reason=cast("EarmarkReason", reason), by="form")
        earmarks.hold_gift(session, hold, now=books.now)


def _promise_of(session: Session, gift: Gift) -> Promise:
    contact = session.get_one(Contact, gift.id)
    return Promise(gift.id, gift.amount_cents, gift.fee_cover_cents, contact.name, contact.email)


def _copy(pledge: Pledge, facts: SubscriptionFacts) -> None:
    pledge.subscription_id = facts.subscription_id
    pledge.customer_id = facts.customer_id
    pledge.status = facts.status
    pledge.cancel_at = facts.cancel_at
    pledge.is_paused = int(facts.is_paused)
    pledge.paused_until = facts.paused_until
    pledge.period_end = facts.period_end


def _owe_letters(session: Session, pledge: Pledge, books: Books, *, was_paused: bool) -> None:
    if pledge.status in _GOING:
        _owe(session, "mail_pledge_begun", pledge, f"mail/pledge_begun/{pledge.reference}", books.now)
    if pledge.cancel_at is not None and pledge.status in {*_GOING, *_UNPAID, "paused", _ENDED}:
        day = books.day_of(pledge.cancel_at).isoformat()
        _owe(session, "mail_pledge_ended", pledge, f"mail/pledge_ended/{pledge.reference}/{day}", books.now)
    if pledge.is_paused and not was_paused:
        day = books.day_of(books.now).isoformat()
        _owe(session, "mail_pledge_paused", pledge, f"mail/pledge_paused/{pledge.reference}/{day}", books.now)


def _owe(session: Session, kind: outbox.Kind, pledge: Pledge, key: str, now: datetime) -> None:
    outbox.owe(session, key=key, kind=kind, subject=pledge.reference, due_at=now)
