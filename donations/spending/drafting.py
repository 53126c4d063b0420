"""Room: spending. A purchase as it is written down: fixed fields, funds by the published order, exact division."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import audit_log, tokens
from donations.audit_log import Actor
from donations.errors import FieldRefusedError, NotFoundError
from donations.money import CENTS_MAX, format_dollars
from donations.tables import Purchase, PurchaseItem, PurchaseLine, clothing_fund

Item = Literal["outfit", "shoes", "socks", "underwear", "coat"]
ITEMS: Final[tuple[Item, ...]] = get_args(Item)
_MOST: Final[dict[Item, int]] = {"outfit": 5, "shoes": 1, "socks": 5, "underwear": 5, "coat": 1}
PaidFrom = Literal["bank", "account"]
_RECEIPT_NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9#/._-]{0,39}", re.ASCII)
_FUNDS_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What of a bill is for one clothing fund: its cents, and how many of each item of the outfit set."""

    code: str
    cents: int
    items: Mapping[Item, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A bill as somebody writes it down; the lines' cents are the bill's."""

    receipt_number: str
    bought_on: date
    paid_from: PaidFrom
    lines: tuple[Line, ...]

    @property
    def cents(self) -> int:
        """Return what the bill says."""
        return sum(line.cents for line in self.lines)


def divide(cents: int, codes: Sequence[str], items: Mapping[Item, int]) -> tuple[Line, ...]:
    """Divide one bill over clothing funds to the cent: equal parts, the odd cents to the first ones."""
    if not codes:
        raise FieldRefusedError("There is no funded clothing fund to buy for.", field="count")
    part, odd = divmod(cents, len(codes))
    if not part:
        raise FieldRefusedError("The bill is too small for so many clothing funds.", field="amount")
    return tuple(Line(code=code, cents=part + (place < odd), items=dict(items)) for place, code in enumerate(codes))


def next_funded(session: Session, count: int) -> list[str]:
    """Return the codes of the next clothing funds that are full and for which nothing is bought, oldest first."""
    if not 1 <= count <= _FUNDS_MAX:
        raise FieldRefusedError(f"Buy for between 1 and {_FUNDS_MAX} clothing funds at once.", field="count")
    funds = clothing_fund.c
    drafted = (
        select(PurchaseLine.clothing_fund_id)
        .join(Purchase, Purchase.id == PurchaseLine.purchase_id)
        .where(Purchase.state == "drafted")
    )
    chosen = (
        select(funds.code)
        .where(
            funds.designated_cents == funds.target_cents,
            funds.spent_cents == 0,
            funds.closed == 0,
            funds.id.not_in(drafted),
        )
        .order_by(funds.queue_no)
        .limit(count)
    )
    return list(session.scalars(chosen))


def draft_purchase(session: Session, actor: Actor, draft: Draft, *, now: datetime) -> str:
    """Write a purchase down and return its reference; it moves no money until another person approves it."""
    _believe(draft)
    funds = _find_funds(session, draft)
    row = Purchase(
        reference=tokens.draw_reference("b"),
        receipt_number=draft.receipt_number,
        bought_on=draft.bought_on,
        cents=draft.cents,
        paid_from=draft.paid_from,
        state="drafted",
        drafted_by=actor.reference,
        drafted_at=now,
    )
    session.add(row)
    session.flush()
    for line in draft.lines:
        key = {"purchase_id": row.id, "clothing_fund_id": funds[line.code]}
        session.add(PurchaseLine(**key, cents=line.cents))
        session.add_all(PurchaseItem(**key, item=item, count=count) for item, count in line.items.items() if count)
    session.flush()
    facts = {"cents": draft.cents, "funds": len(draft.lines)}
    audit_log.record(session, actor, "purchase_drafted", at=now, subject=row.reference, facts=facts)
    return row.reference


def _believe(draft: Draft) -> None:
    if not _RECEIPT_NUMBER.fullmatch(draft.receipt_number):
        raise FieldRefusedError(
            "Please write the shop's receipt number: letters, digits and # / . _ - only, up to 40.",
            field="receipt_number",
        )
    if not draft.lines or len({line.code for line in draft.lines}) != len(draft.lines):
        raise FieldRefusedError("Please name each clothing fund once.", field="codes")
    if any(line.cents <= 0 for line in draft.lines) or draft.cents > CENTS_MAX:
        raise FieldRefusedError("Each part of the bill must be more than $0.00.", field="amount")
    for line in draft.lines:
        for item, count in line.items.items():
            if not 0 <= count <= _MOST[item]:
                raise FieldRefusedError(f"An outfit set holds at most {_MOST[item]} of {item}.", field=item)


def _find_funds(session: Session, draft: Draft) -> dict[str, int]:
    """Return the funds by code; each must have cents left to spend."""
    funds = clothing_fund.c
    rows = session.execute(select(clothing_fund).where(funds.code.in_([line.code for line in draft.lines]))).all()
    found = {row.code: row.id for row in rows}
    if len(found) != len(draft.lines):
        raise NotFoundError("There is no clothing fund with one of these codes.", field="codes")
    empty = [row for row in rows if row.designated_cents <= row.spent_cents]
    if empty:
        raise FieldRefusedError(
            f"{len(empty)} of these clothing funds {'has' if len(empty) == 1 else 'have'} no cents left to spend"
            f" ({format_dollars(empty[0].designated_cents)} designated, all spent).",
            field="codes",
        )
    return found
