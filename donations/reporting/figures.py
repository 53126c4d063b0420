"""Room: reporting. Public figures: each is one query over the ledger, or a cell that passed the mask.

The donors' side (gifts, fees and who paid them, what went back) is live. The children's side is masked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from donations.postings import FundName
from donations.privacy import PublishedCell, Reason, rest_of
from donations.reporting.children import (
    CLOTHED,
    DESIGNATED,
    FILLED,
    SPENT,
    WAITING,
    ChildrenSide,
    public_cents,
)
from donations.reporting.promise import Promise
from donations.reporting.sums import DayBook, Span

Unit = Literal["cents", "count"]
FEES = ("expense:processing-fees", "expense:dispute-fees", "expense:bank-charges")
GIFTS, FEE_COVER = "income:gifts", "income:fee-cover"
_RETURNS = ("income:refunds", "income:chargebacks")
HELD_CENTS = "held_cents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One public figure: cents or a count, or None with the reason in plain words."""

    id: str
    label: str
    unit: Unit
    value: int | None
    reason: str | None = None
    since: date | None = None
    """First day of a sum over time; None where the figure stands at a day."""
    until: date
    query: str
    """What was asked of the book, so that anyone who holds the book can ask it again."""


class _Asked(NamedTuple):
    id: str
    label: str
    fund: FundName
    side: Literal["debit", "credit"]
    paths: tuple[str, ...]


_LEDGER_FIGURES = (
    _Asked("gifts_received_cents", "Gifts to the Children's Clothing Fund", "children", "credit", (GIFTS,)),
    _Asked("gifts_returned_cents", "Given back to donors", "children", "debit", _RETURNS),
    _Asked("fees_paid_by_children_cents", "Fees taken from the Children's Clothing Fund", "children", "debit", FEES),
    _Asked("fees_paid_by_operations_cents", "Fees paid by operations", "operations", "debit", FEES),
    _Asked("processing_fees_cents", "Of these, processing fees", "operations", "debit", FEES[:1]),
    _Asked("dispute_fees_cents", "Of these, dispute fees", "operations", "debit", FEES[1:2]),
    _Asked("bank_charges_cents", "Of these, bank charges", "operations", "debit", FEES[2:]),
    _Asked("fee_cover_received_cents", "Added by donors towards the fees", "operations", "credit", (FEE_COVER,)),
    _Asked("operations_gifts_cents", "Gifts to operations", "operations", "credit", (GIFTS,)),
    _Asked("operations_returned_cents", "Given back by operations", "operations", "debit", _RETURNS),
    _Asked("made_whole_cents", "Made whole by operations", "children", "credit", ("net-assets:interfund",)),
)
_COUNTED_FIGURES: tuple[tuple[str, str, FundName, str], ...] = (
    ("gifts_count", "Gifts", "children", GIFTS),
    ("gifts_with_fee_cover_count", "Gifts that covered their fee", "operations", FEE_COVER),
)
_CHILDREN_FIGURES: tuple[tuple[str, str, Unit, str], ...] = (
    (DESIGNATED, "Set aside for clothing funds", "cents", "sum of designations"),
    (FILLED, "Clothing funds filled", "count", "clothing funds whose target is designated"),
    (WAITING, "Clothing funds waiting", "count", "open clothing funds still short"),
    (SPENT, "Spent on clothing", "cents", "children expense:clothing, net debit"),
    (CLOTHED, "Children clothed", "count", "clothing funds on which money was spent"),
    (HELD_CENTS, "Held for clothing", "cents", "children assets less liabilities"),
)


CHILDREN_IDS = tuple(id_ for id_, _, _, _ in _CHILDREN_FIGURES)


def ledger_figures(sums: DayBook, span: Span) -> list[Figure]:
    """Return the donors' side: every figure that is a sum of accounts over the span."""
    return [
        Figure(
            id=asked.id,
            label=asked.label,
            unit="cents",
            value=getattr(sums, asked.side)(asked.fund, *asked.paths),
            since=span.first_on,
            until=span.last_on,
            query=f"{asked.fund} {' + '.join(asked.paths)}, net {asked.side}",
        )
        for asked in _LEDGER_FIGURES
    ]


def gift_figures(sums: DayBook, span: Span) -> list[Figure]:
    """Return how many gifts came, and how many of them covered their fee; a reversed one does not count."""
    return [
        Figure(
            id=id_,
            label=label,
            unit="count",
            value=sums.count_credits(fund, path),
            since=span.first_on,
            until=span.last_on,
            query=f"transfers crediting {fund} {path}, less those reversed",
        )
        for id_, label, fund, path in _COUNTED_FIGURES
    ]


def operations_figures(promise: Promise, today: date) -> list[Figure]:
    """Return what operations has to pay fees with, and what it should have."""
    asked = (
        ("operations_balance_cents", "Operations has to pay fees with", promise.balance_cents),
        ("operations_reserve_cents", "Operations should have at least", promise.reserve_cents),
    )
    return [
        Figure(id=id_, label=label, unit="cents", value=cents, until=today, query="operations cash less suspense")
        for id_, label, cents in asked
    ]


def children_figures(book: DayBook, side: ChildrenSide, span: Span, k: int) -> list[Figure]:
    """Return the children's side as the mask left it."""
    spent = side.clothed.stands[SPENT]
    through = book.through(spent.until or span.last_on)
    cells = {
        DESIGNATED: side.filled.stands[DESIGNATED],
        FILLED: side.filled.stands[FILLED],
        WAITING: side.waiting.stands[WAITING],
        SPENT: side.clothed.steps[SPENT],
        CLOTHED: side.clothed.steps[CLOTHED],
        HELD_CENTS: rest_of(public_cents(through), spent),
    }
    return _figures_of(cells, span.last_on, k)


def untold_figures(cell: PublishedCell, today: date, k: int) -> list[Figure]:
    """Return the children's side where nothing is told of it."""
    return _figures_of({id_: cell for id_, _, _, _ in _CHILDREN_FIGURES}, today, k)


def reason_words(reason: Reason | None, k: int) -> str | None:
    """Return a mask's reason in plain words."""
    if reason is None:
        return None
    return {
        "few": f"fewer than {k}",
        "together": "hidden with a figure it would disclose",
        "unpublished": "told with the first published report",
    }[reason]


def by_id(figures: Iterable[Figure]) -> dict[str, Figure]:
    """Return figures by their id."""
    return {figure.id: figure for figure in figures}


def _figures_of(cells: dict[str, PublishedCell], until: date, k: int) -> list[Figure]:
    return [
        Figure(
            id=id_,
            label=label,
            unit=unit,
            value=cells[id_].value,
            reason=reason_words(cells[id_].reason, k),
            since=cells[id_].since,
            until=min(cells[id_].until or until, until),
            query=query,
        )
        for id_, label, unit, query in _CHILDREN_FIGURES
    ]
