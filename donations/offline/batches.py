"""Room: offline. Batches: counted first, then entered, posted only when count and total agree, then locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import audit_log, tokens
from donations.acknowledgment import is_taken_out
from donations.clock import day_in_zone
from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.money import CENTS_MAX, format_dollars
from donations.offline.facts import Kind, OfflineWish, check_wish
from donations.offline.recording import Hand, record_gift
from donations.tables import Batch, BatchLine, Contact, Gift, GiftSettlement, OfflineGift
from receipts.rules.us.gift_days import Carrier

COUNT_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One line of a batch; `gift` is the reference of what it became, None while it is a draft."""

    reference: str
    kind: str
    amount_cents: int
    name: str
    email: str
    cheque_number: str | None
    received_on: date
    carrier: str
    gift: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """A batch with what was counted first and what was entered; cents."""

    reference: str
    state: Literal["open", "posted"]
    control_count: int
    control_cents: int
    opened_at: datetime
    posted_at: datetime | None
    lines: tuple[LineFacts, ...]

    @property
    def count(self) -> int:
        """Return how many lines were entered."""
        return len(self.lines)

    @property
    def cents(self) -> int:
        """Return what the lines come to."""
        return sum(line.amount_cents for line in self.lines)

    @property
    def is_agreed(self) -> bool:
        """Return whether lines and controls agree."""
        return (self.count, self.cents) == (self.control_count, self.control_cents)


def open_batch(session: Session, *, count: int, cents: int, hand: Hand) -> BatchFacts:
    """Open a batch of so many gifts and cents, as counted before anything is entered."""
    if not 0 < count <= COUNT_MAX:
        raise FieldRefusedError("Count the gifts first: a batch holds 1 to 1,000.", field="count")
    if not 0 < cents <= CENTS_MAX:
        raise FieldRefusedError("Add the gifts up first: a batch comes to more than nothing.", field="total")
    batch = Batch(
        reference=tokens.draw_reference("b"),
        control_count=count,
        control_cents=cents,
        state="open",
        opened_at=hand.now,
    )
    session.add(batch)
    session.flush()
    _note(session, "batch.opened", batch, hand)
    return read_batch(session, batch.reference)


def add_line(session: Session, reference: str, wish: OfflineWish, *, is_no_duplicate: bool, hand: Hand) -> BatchFacts:
    """Enter a draft line; raises `DonationError` for a likely duplicate that was not ticked away."""
    batch = _lock_open(session, reference)
    check_wish(wish, today=day_in_zone(hand.now, hand.zone))
    if not is_no_duplicate and (why := find_duplicate(session, wish)) is not None:
        raise FieldRefusedError(f"{why} Say that it is another gift, if it is.", field="not_duplicate")
    session.add(
        BatchLine(
            reference=tokens.draw_reference("b"),
            batch_id=batch.id,
            kind=wish.kind,
            amount_cents=wish.amount_cents,
            name=wish.name.strip(),
            email=wish.email,
            received_on=wish.received_on,
            cheque_number=wish.cheque_number,
            carrier=wish.carrier,
            postmarked_on=wish.postmarked_on,
            dated_on=wish.dated_on,
            custodian=wish.custodian or None,
            adviser=wish.adviser or None,
            language=wish.language,
        )
    )
    session.flush()
    return read_batch(session, reference)


def remove_line(session: Session, reference: str, line_reference: str) -> BatchFacts:
    """Take a draft line out of an open batch."""
    batch = _lock_open(session, reference)
    line = session.scalar(
        select(BatchLine).where(BatchLine.batch_id == batch.id, BatchLine.reference == line_reference)
    )
    if line is None:
        raise NotFoundError(f"Batch {reference} has no line {line_reference}.", field="line")
    session.delete(line)
    session.flush()
    return read_batch(session, reference)


def post_batch(session: Session, reference: str, hand: Hand) -> BatchFacts:
    """Book every line of a batch that agrees with its controls, and lock it; else say the difference."""
    batch = _lock_open(session, reference)
    facts = read_batch(session, reference)
    if not facts.is_agreed:
        raise DonationError(_difference(facts), field="total")
    for line in _lines_of(session, batch.id):
        line.gift_id = record_gift(session, _wish_of(line), hand).id
    batch.state, batch.posted_at = "posted", hand.now
    session.flush()
    _note(session, "batch.posted", batch, hand)
    return read_batch(session, reference)


def find_duplicate(session: Session, wish: OfflineWish) -> str | None:
    """Return why a gift looks like one that is here already, posted or in a draft, or None.

    The same cheque number, cents and name within a year, or the same name and cents within 14 days.
    """
    is_same_name = wish.name.strip().casefold()
    posted = select(Contact.name, OfflineGift.cheque_number, OfflineGift.received_on).select_from(OfflineGift)
    posted = posted.join(Gift, Gift.id == OfflineGift.gift_id).join(Contact, Contact.gift_id == Gift.id)
    posted = posted.join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
    posted = posted.where(~is_taken_out())
    drafts = select(BatchLine.name, BatchLine.cheque_number, BatchLine.received_on)
    since = wish.received_on - timedelta(days=365)
    until = wish.received_on + timedelta(days=365)
    found = [
        *session.execute(
            posted.where(Gift.amount_cents == wish.amount_cents, OfflineGift.received_on.between(since, until))
        ),
        *session.execute(
            drafts.where(
                BatchLine.amount_cents == wish.amount_cents,
                BatchLine.gift_id.is_(None),
                BatchLine.received_on.between(since, until),
            )
        ),
    ]
    same = [row for row in found if row.name.casefold() == is_same_name]
    if wish.cheque_number and any(row.cheque_number == wish.cheque_number for row in same):
        return f"A cheque {wish.cheque_number} of this name and amount is here already."
    if any(abs((row.received_on - wish.received_on).days) <= 14 for row in same):  # noqa: PLR2004  # Two weeks.
        return "A gift of this name and amount came within two weeks of it."
    return None


def read_batch(session: Session, reference: str) -> BatchFacts:
    """Return a batch with its lines in the order they were entered; raises `NotFoundError`."""
    batch = session.scalar(select(Batch).where(Batch.reference == reference))
    if batch is None:
        raise NotFoundError(f"There is no batch {reference}.", field="batch")
    rows = session.execute(
        select(BatchLine, Gift.reference)
        .outerjoin(Gift, Gift.id == BatchLine.gift_id)
        .where(BatchLine.batch_id == batch.id)
        .order_by(BatchLine.id)
    )
    return BatchFacts(
        reference=batch.reference,
        state=cast("Any", batch.state),
        control_count=batch.control_count,
        control_cents=batch.control_cents,
        opened_at=batch.opened_at,
        posted_at=batch.posted_at,
        lines=tuple(_line_facts(line, gift) for line, gift in rows),
    )


def list_batches(session: Session) -> list[BatchFacts]:
    """Return every batch, the newest first."""
    references = session.scalars(select(Batch.reference).order_by(Batch.id.desc())).all()
    return [read_batch(session, reference) for reference in references]


def _lock_open(session: Session, reference: str) -> Batch:
    batch = session.scalar(select(Batch).where(Batch.reference == reference).with_for_update())
    if batch is None:
        raise NotFoundError(f"There is no batch {reference}.", field="batch")
    if batch.state != "open":
        raise DonationError(f"Batch {reference} is posted and locked.", field="batch")
    return batch


def _lines_of(session: Session, batch_id: int) -> Sequence[BatchLine]:
    return session.scalars(select(BatchLine).where(BatchLine.batch_id == batch_id).order_by(BatchLine.id)).all()


def _wish_of(line: BatchLine) -> OfflineWish:
    return OfflineWish(
        kind=cast("Kind", line.kind),
        amount_cents=line.amount_cents,
        name=line.name,
        email=line.email,
        received_on=line.received_on,
        cheque_number=line.cheque_number,
        carrier=cast("Carrier", line.carrier),
        postmarked_on=line.postmarked_on,
        dated_on=line.dated_on,
        custodian=line.custodian or "",
        adviser=line.adviser or "",
        is_donor_unknown=not line.name,
        language=line.language,
    )


def _line_facts(line: BatchLine, gift: str | None) -> LineFacts:
    names = ("reference", "kind", "amount_cents", "name", "email", "cheque_number", "received_on", "carrier")
    return LineFacts(gift=gift, **{name: getattr(line, name) for name in names})


def _difference(facts: BatchFacts) -> str:
    more, beyond = facts.count - facts.control_count, facts.cents - facts.control_cents
    sign = "-" if beyond < 0 else ""
    return (
        f"The batch does not agree: {facts.control_count} gifts of {format_dollars(facts.control_cents)}"
        f" were counted, {facts.count} of {format_dollars(facts.cents)} are entered"
        f" (difference {more} and {sign}{format_dollars(abs(beyond))})."
    )


def _note(session: Session, act: str, batch: Batch, hand: Hand) -> None:
    facts: dict[str, str | int | bool | None] = {"count": batch.control_count, "cents": batch.control_cents}
    audit_log.record(session, hand.actor, act, subject=batch.reference, facts=facts, at=hand.now)
