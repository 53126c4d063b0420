"""Room: postings. Gifts in kind come in at their fair value and leave at it; money comes of them only when sold.

Securities that are sold bring the children what they were sold for; the broker's commission is operations' cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from donations.postings.entries import NewEntry, lines

_GOODS = "assets:goods"
_BANK = "assets:bank:children"
_SOLD = "income:securities-sold"

HowOut = Literal["given", "discarded", "sold"]
_EXPENSES = {"given": "expense:goods-given", "discarded": "expense:goods-discarded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Goods that leave: their reference, their fair value when they came, and, if sold, what they brought; cents."""

    reference: str
    value_cents: int
    proceeds_cents: int = 0
    commission_cents: int = 0


def goods_received(
    *, reference: str, value_cents: int, happened_at: datetime, effective_on: date, actor: str
) -> NewEntry:
    """Book a gift in kind at its fair value; no money comes of it, so nothing is designated."""
    return NewEntry(
        kind="goods_gift",
        source_key=goods_in_key(reference),
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(("children", _GOODS, "income:goods", value_cents)),
    )


def goods_in_key(reference: str) -> str:
    """Return the key under which a gift in kind was booked."""
    return f"goods/{reference}/in"


def goods_out_key(reference: str) -> str:
    """Return the key under which goods were booked as gone."""
    return f"goods/{reference}/out"


def goods_gone(
    leaving: Leaving,
    how: Literal["given", "discarded"],
    *,
    happened_at: datetime,
    effective_on: date,
    actor: str,
) -> NewEntry:
    """Book goods given out, or discarded, at the value they came with."""
    return NewEntry(
        kind=f"goods_{how}",
        source_key=goods_out_key(leaving.reference),
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(("children", _EXPENSES[how], _GOODS, leaving.value_cents)),
    )


def goods_sold(leaving: Leaving, *, happened_at: datetime, effective_on: date, actor: str) -> NewEntry:
    """Book securities sold: all they were sold for is the children's, what the broker kept is operations' cost.

    What they brought beyond their value, or short of it, is no gift and stands on a line of its own.
    """
    value, proceeds = leaving.value_cents, leaving.proceeds_cents
    return NewEntry(
        kind="goods_sold",
        source_key=goods_out_key(leaving.reference),
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(
            ("children", _BANK, _GOODS, min(value, proceeds)),
            ("children", _BANK, _SOLD, max(proceeds - value, 0)),
            ("children", _SOLD, _GOODS, max(value - proceeds, 0)),
            ("operations", "expense:bank-charges", _BANK, leaving.commission_cents),
        ),
    )
