"""Room: clerk. The public books: what was filed, numbered, voided or published, each told once, in order.

How far each kind of happening is told is kept beside the lines, so that a sitting reads only what is new; a book that
is older than its log is told from its first filing on, some of it at every sitting.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Select, and_, case, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from donations import acknowledgment, log
from donations.clerk.published import tell_reports, untold_reports
from donations.clerk.returned import tell_return
from donations.clerk.telling import Teller, month_of
from donations.clock import day_in_zone
from donations.log import NONE, Opening, Told
from donations.tables import FrozenFacts, GiftSettlement, Receipt, ReceiptEvent, entry, log_cursor, log_leaf, transfer
from donations.tables import filing as order
from receipts import wording
from receipts.facts import GiftReceipt, InKindAcknowledgment
from receipts.wording import NOT_MONEY

Source = Literal["filing", "receipt", "event", "reversal"]
_NUMBERS: Final = 10**9
"""A receipt's place in the one row of numbers: year times this, plus its number."""
_GIFTS, _FEE_COVER = 4010, 4020
_UNFAIR = random.SystemRandom()


def owes_lines(session: Session, today: date) -> bool:
    """Tell whether anything was filed, numbered, voided, taken out or published that no public line tells."""
    after = _read_cursors(session)
    return bool(
        session.scalar(
            select(
                or_(
                    exists(select(order.c.position).where(order.c.position > after["filing"])),
                    exists(_numbered(after["receipt"])),
                    exists(select(ReceiptEvent.id).where(ReceiptEvent.id > after["event"])),
                    exists(_taken_out(after["reversal"])),
                    exists(_late_parts(today)),
                    exists(untold_reports()),
                )
            )
        )
    )


def append_lines(session: Session, teller: Teller, limit: int) -> int:
    """Append at most about `limit` lines of what is not told yet and return how many; the caller holds the lock."""
    before, after = teller.pen.size, _read_cursors(session)
    is_told = _tell_filed(session, teller, after["filing"], limit)
    if is_told:
        is_told = _tell_receipts(session, teller, after["receipt"], limit)
    if is_told:
        _tell_events(session, teller, after["event"])
        _tell_taken_out(session, teller, after["reversal"])
        _tell_late_parts(session, teller)
        tell_reports(session, teller)
    teller.pen.write()
    return teller.pen.size - before


def _read_cursors(session: Session) -> dict[str, int]:
    told = {row.source: row.after for row in session.execute(select(log_cursor))}
    return {"filing": 0, "receipt": 0, "event": 0, "reversal": 0} | told


def _move_cursor(session: Session, source: Source, old: int, new: int | None) -> None:
    if new is None or new == old:
        return
    if session.execute(update(log_cursor).where(log_cursor.c.source == source).values(after=new)).rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(log_cursor).values(source=source, after=new))


def _tell_filed(session: Session, teller: Teller, after: int, limit: int) -> bool:
    """Tell gifts and returns by their place in the order; return whether all of them are told now."""
    chosen = select(order.c.position, order.c.entry_id, order.c.what).where(order.c.position > after)
    rows = session.execute(chosen.order_by(order.c.position).limit(limit)).all()
    gifts = {row.entry_id: row for row in _read_gifts(session, [r.entry_id for r in rows if r.what == "gift"])}
    for row in rows:
        if row.what == "gift" and row.entry_id in gifts:
            _tell_gift(teller, gifts[row.entry_id])
        elif row.what == "return":
            teller.pen.write()
            tell_return(session, teller, row.entry_id)
    if rows:
        _move_cursor(session, "filing", after, rows[-1].position)
    teller.pen.write()
    return len(rows) < limit


def _read_gifts(session: Session, entries: list[int]) -> list[Any]:
    """Return the gifts of these entries, with the cents each fund got and the number of their receipt."""
    if not entries:
        return []
    brings = transfer.c.credit_id.in_((_GIFTS, _FEE_COVER))
    cents = {
        fund_id: func.coalesce(
            func.sum(case((and_(transfer.c.fund_id == fund_id, brings), transfer.c.cents), else_=0)), 0
        )
        for fund_id in (1, 2)
    }
    grouped = (
        GiftSettlement.entry_id,
        GiftSettlement.gift_id,
        GiftSettlement.method,
        GiftSettlement.gift_on,
        Receipt.number,
    )
    return list(
        session.execute(
            select(*grouped, cents[1].label("children"), cents[2].label("operations"))
            .join(transfer, transfer.c.entry_id == GiftSettlement.entry_id)
            .outerjoin(Receipt, and_(acknowledgment.is_root_receipt(), Receipt.gift_id == GiftSettlement.gift_id))
            .where(GiftSettlement.entry_id.in_(entries))
            .group_by(*grouped)
        )
    )


def _tell_gift(teller: Teller, gift: Any) -> None:  # noqa: ANN401  # A row from above.
    is_goods = gift.method in NOT_MONEY
    children, operations = (0, 0) if is_goods else (int(gift.children), int(gift.operations))
    number = gift.number or NONE
    parts = log.count_parts(children + operations, teller.part_max_cents)
    first = Opening(
        number=number,
        children_cents=log.split_cents(children, parts)[0],
        operations_cents=log.split_cents(operations, parts)[0],
        gift_on=gift.gift_on,
        part=f"1/{parts}",
    )
    teller.tell(
        "goods" if is_goods else "gift",
        first,
        Told(subject=f"gift/{gift.gift_id}/1", gift_id=gift.gift_id, parts=parts),
    )


def _numbered(after: int) -> Select[*tuple[Any, ...]]:
    """Select the receipts of series R whose numbers come after a place in their row."""
    year, n = divmod(after, _NUMBERS)
    later = or_(Receipt.year > year, and_(Receipt.year == year, Receipt.n > n))
    return select(Receipt.number, Receipt.year, Receipt.n).where(Receipt.series == literal("R"), later)


def _tell_receipts(session: Session, teller: Teller, after: int, limit: int) -> bool:
    """Tell receipts that took the place of another, or came later than their gift; return whether all are told."""
    numbered = _numbered(after).order_by(Receipt.year, Receipt.n).limit(limit).subquery()
    gift_line = log_leaf.alias("gift_line")
    rows = session.execute(
        select(
            Receipt.number,
            Receipt.year,
            Receipt.n,
            Receipt.gift_id,
            Receipt.issued_on,
            Receipt.replaces,
            GiftSettlement.gift_on,
            gift_line.c.number.label("told_number"),
            gift_line.c.idx,
        )
        .join(numbered, numbered.c.number == Receipt.number)
        .outerjoin(GiftSettlement, GiftSettlement.gift_id == Receipt.gift_id)
        .outerjoin(gift_line, and_(gift_line.c.gift_id == Receipt.gift_id, gift_line.c.kind.in_(("gift", "goods"))))
        .order_by(Receipt.year, Receipt.n)
    ).all()
    for row in rows:
        if row.told_number != row.number:
            teller.pen.write()
            _tell_reissue(session, teller, row)
    teller.pen.write()
    if rows:
        _move_cursor(session, "receipt", after, rows[-1].year * _NUMBERS + rows[-1].n)
    return len(rows) < limit


def _tell_reissue(session: Session, teller: Teller, receipt: Any) -> None:  # noqa: ANN401  # A row from above.
    """Tell a receipt with the cents of its document: what of the gift remains."""
    replaced = select(log_leaf.c.idx).where(log_leaf.c.number == receipt.replaces)
    ref = receipt.idx if receipt.replaces is None else session.scalar(replaced)
    children_cents, operations_cents = _read_receipted_cents(session, receipt.number)
    opening = Opening(
        number=receipt.number,
        children_cents=children_cents,
        operations_cents=operations_cents,
        gift_on=receipt.gift_on,
    )
    told = Told(subject=f"receipt/{receipt.number}", gift_id=receipt.gift_id)
    teller.tell("reissue", opening, told, ref=ref, month=month_of(receipt.issued_on))


def _read_receipted_cents(session: Session, number: str) -> tuple[int, int]:
    """Return what a document tells of the gift and of the fee cover; goods are told without cents."""
    total = session.scalars(select(Receipt.amount_cents).where(Receipt.number == number)).one()
    if session.get(FrozenFacts, number) is None:
        return total, 0  # Erased: nobody could open the line.
    document = acknowledgment.read_frozen(session, number)
    if isinstance(document, InKindAcknowledgment) or not isinstance(document, GiftReceipt):
        return (0, 0) if isinstance(document, InKindAcknowledgment) else (total, 0)
    cover = wording.labels(document.language)["line"]["fee_cover"]
    operations = sum(line.cents for line in document.lines if line.label == cover)
    return total - operations, operations


def _tell_events(session: Session, teller: Teller, after: int) -> None:
    """Tell which receipts became void; the caller has told every receipt."""
    newest = session.scalar(select(func.max(ReceiptEvent.id)))
    rows = session.execute(
        select(ReceiptEvent.id, ReceiptEvent.recorded_at, log_leaf.c.idx, log_leaf.c.gift_id)
        .join(log_leaf, log_leaf.c.number == ReceiptEvent.number)
        .where(ReceiptEvent.id > after, ReceiptEvent.kind == "void")
        .order_by(ReceiptEvent.id)
    )
    for row in rows:
        on = day_in_zone(row.recorded_at, teller.zone)
        opening = Opening(number=NONE, children_cents=0, operations_cents=0, gift_on=on)
        teller.tell("void", opening, Told(subject=f"void/{row.id}", gift_id=row.gift_id), ref=row.idx)
    _move_cursor(session, "event", after, newest)


def _taken_out(after: int) -> Select[Any]:
    """Select the goods that were entered wrongly and taken out since an entry."""
    return (
        select(entry.c.id, entry.c.effective_on, log_leaf.c.idx, log_leaf.c.gift_id)
        .join(GiftSettlement, GiftSettlement.entry_id == entry.c.reverses)
        .join(log_leaf, and_(log_leaf.c.gift_id == GiftSettlement.gift_id, log_leaf.c.kind == "goods"))
        .where(entry.c.id > after)
    )


def _tell_taken_out(session: Session, teller: Teller, after: int) -> None:
    """Tell goods taken out of the book: whoever takes them out holds this lock, so none can still come below."""
    newest = session.scalar(select(func.max(entry.c.id)))
    for row in session.execute(_taken_out(after).order_by(entry.c.id)):
        opening = Opening(number=NONE, children_cents=0, operations_cents=0, gift_on=row.effective_on)
        told = Told(subject=f"entry/{row.id}/1", gift_id=row.gift_id)
        teller.tell("withdrawn", opening, told, ref=row.idx)
    _move_cursor(session, "reversal", after, newest)


def _late_parts(today: date) -> Select[Any]:
    """Select the first lines of large gifts whose further parts are due: the month they were told in is over."""
    last = aliased(log_leaf)
    told = select(last.c.idx).where(
        last.c.gift_id == log_leaf.c.gift_id, last.c.kind == "part", last.c.part == log_leaf.c.parts
    )
    return select(log_leaf.c.idx, log_leaf.c.gift_id).where(
        log_leaf.c.kind == literal("gift"),
        log_leaf.c.parts > 1,
        log_leaf.c.appended_on < today.replace(day=1),
        ~exists(told),
    )


def _tell_late_parts(session: Session, teller: Teller) -> None:
    """Tell the further parts of all large gifts of a month together, in an order that says nothing."""
    teller.pen.write()
    due = [
        part
        for row in session.execute(_late_parts(teller.on))
        for part in teller.read_further_parts(session, row.gift_id)
    ]
    _UNFAIR.shuffle(due)
    for opening, told in due:
        teller.tell("part", opening, told)
