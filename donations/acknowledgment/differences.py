"""Room: acknowledgment. The difference sheet of a corrected statement: what was, what is, why, since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.acknowledgment.yearbook import Yearbook
from donations.clock import day_in_zone
from donations.donors import last_identity_change
from donations.tables import Receipt, ReceiptEvent, book
from receipts.facts import DifferenceReason, StatementDifference, StatementRow

_REASONS: dict[str, DifferenceReason] = {"wrong_donor": "moved", "disputed": "correction"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """Why a receipt no longer stands as it was listed, and since which day."""

    reason: DifferenceReason
    on: date


def sheet_of(
    session: Session, now: Yearbook, before: Sequence[StatementRow], *, told_at: datetime
) -> tuple[StatementDifference, ...]:
    """Return what leads from the rows of the statement before to those of now, in the order of gift days.

    `told_at` is when the one before was issued: a receipt of before then that it did not list, or lists no more, is
    of a donor who was joined or taken apart since.
    """
    zone = ZoneInfo(session.execute(select(book.c.zone)).scalar_one())
    regrouped_at = last_identity_change(session, now.donor_id)
    regrouped = None if regrouped_at is None else _Change(reason="correction", on=day_in_zone(regrouped_at, zone))
    left = {row.receipt_number: row for row in now.rows}
    sheet = []
    for was in before:
        newest = _newest(session, was.receipt_number)
        row = left.pop(newest, None)
        if row == was:
            continue
        change = _read_change(session, was.receipt_number, zone, regrouped)
        sheet.append(
            StatementDifference(
                receipt_number=was.receipt_number,
                gift_on=was.gift_on,
                was_cents=was.amount_cents,
                now_cents=None if row is None else row.amount_cents,
                reason_code=change.reason,
                changed_on=change.on,
                now_receipt_number=newest if row is not None and newest != was.receipt_number else None,
            )
        )
    sheet.extend(_added(session, row, regrouped, told_at) for row in left.values())
    return tuple(sorted(sheet, key=lambda one: (one.gift_on, one.receipt_number)))


def _added(session: Session, row: StatementRow, regrouped: _Change | None, told_at: datetime) -> StatementDifference:
    issued_at, issued_on, replaces = session.execute(
        select(Receipt.issued_at, Receipt.issued_on, Receipt.replaces).where(Receipt.number == row.receipt_number)
    ).one()
    if regrouped is not None and issued_at < told_at:
        return StatementDifference(
            receipt_number=row.receipt_number,
            gift_on=row.gift_on,
            was_cents=None,
            now_cents=row.amount_cents,
            reason_code=regrouped.reason,
            changed_on=regrouped.on,
        )
    return StatementDifference(
        receipt_number=row.receipt_number,
        gift_on=row.gift_on,
        was_cents=None,
        now_cents=row.amount_cents,
        # A gift that was not listed before and whose receipt replaces one: that one was another donor's, or void.
        reason_code="late_gift" if replaces is None else _reason(_last_reason(session, replaces)),
        changed_on=issued_on,
    )


def _newest(session: Session, number: str) -> str:
    while (later := session.scalar(select(Receipt.number).where(Receipt.replaces == number))) is not None:
        number = later
    return number


def _read_change(session: Session, number: str, zone: ZoneInfo, regrouped: _Change | None) -> _Change:
    """Return the last thing that happened to a receipt or to those that replaced it, else to its donor's identity."""
    newest: str | None = number
    found = None
    while newest is not None:
        event = session.execute(
            select(ReceiptEvent.reason_code, ReceiptEvent.recorded_at)
            .where(ReceiptEvent.number == newest)
            .order_by(ReceiptEvent.id.desc())
            .limit(1)
        ).one_or_none()
        found = event or found
        newest = session.scalar(select(Receipt.number).where(Receipt.replaces == newest))
    if found is None and regrouped is not None:
        return regrouped
    if found is None:
        issued_on = session.scalars(select(Receipt.issued_on).where(Receipt.number == number)).one()
        return _Change(reason="correction", on=issued_on)
    return _Change(reason=_reason(found.reason_code), on=day_in_zone(found.recorded_at, zone))


def _last_reason(session: Session, number: str) -> str:
    return (
        session.scalar(
            select(ReceiptEvent.reason_code)
            .where(ReceiptEvent.number == number)
            .order_by(ReceiptEvent.id.desc())
            .limit(1)
        )
        or "correction"
    )


def _reason(code: str) -> DifferenceReason:
    found = next((known for known in get_args(DifferenceReason) if known == code), None)
    return found or _REASONS.get(code, "correction")
