"""Room: reporting. The tables and charts of a report, built from figures that are already masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from donations.money import format_dollars
from donations.reporting.children import HELD, SPENT
from donations.reporting.figures import FEE_COVER, FEES, GIFTS, HELD_CENTS, Figure
from donations.reporting.periods import Period
from donations.reporting.report import FigureColumn, FigureRow, FigureTable
from donations.reporting.sums import DayBook, Span
from receipts.facts import Bar, BarChart

_CENTS = FigureColumn(id="amount", label="Amount", unit="cents")
_PROMISE_ROWS = (
    "gifts_received_cents",
    "fees_paid_by_children_cents",
    "fees_paid_by_operations_cents",
    "processing_fees_cents",
    "dispute_fees_cents",
    "bank_charges_cents",
    "fee_cover_received_cents",
    "made_whole_cents",
)
_OPERATIONS_HOLD = (*HELD, "assets:bank:operations", "assets:stripe:reserved")
_POINTS_MIN = 3
"""With two points or fewer a chart says nothing that its table does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a report shows beside its figures."""

    tables: tuple[FigureTable, ...]
    charts: tuple[BarChart, ...]


def draw_up(book: DayBook, period: Period, span: Span, figures: Mapping[str, Figure]) -> Drawn:
    """Return every table and chart of a report over the span."""
    sums = book.through(span.last_on).since(span.first_on)
    months = _months(sums, period, span)
    money = _childrens_money(sums, span, figures)
    charts = (_monthly_chart(months), _money_chart(money))
    return Drawn(
        tables=(_promise(figures), money, _operations(book.through(span.last_on), sums), months),
        charts=tuple(chart for chart in charts if sum(bar.value is not None for bar in chart.bars) >= _POINTS_MIN),
    )


def _promise(figures: Mapping[str, Figure]) -> FigureTable:
    rows = tuple(
        FigureRow(id=id_, label=figures[id_].label, values=(figures[id_].value,), reason=figures[id_].reason)
        for id_ in _PROMISE_ROWS
    )
    return FigureTable(id="promise", caption="The promise: who paid the fees", columns=(_CENTS,), rows=rows)


def _childrens_money(sums: DayBook, span: Span, figures: Mapping[str, Figure]) -> FigureTable:
    """Return opening + gifts − given back − clothing = closing; a hidden part hides what would disclose it (S4)."""
    spent, held = figures[SPENT], figures[HELD_CENTS]
    brought = sums.credit("children", "net-assets:with-restriction")
    gifts, returned = figures["gifts_received_cents"].value or 0, figures["gifts_returned_cents"].value or 0
    moved = figures["made_whole_cents"].value or 0
    is_told = spent.value is not None and (spent.since, spent.until) == (span.first_on, span.last_on)
    closing = held.value if is_told else None
    clothing = spent.value if is_told else None
    opening = None if closing is None or clothing is None else closing + clothing + returned - moved - brought - gifts
    reason = None if is_told else spent.reason or f"told from {spent.since} to {spent.until}, not for this time alone"
    rows = (
        ("opening", "In the fund at the beginning", opening),
        ("brought", "Brought in from earlier books", brought),
        ("gifts", "Gifts", gifts),
        ("made_whole", "Made whole by operations", moved),
        ("returned", "Given back to donors", -returned),
        ("clothing", "Spent on clothing", None if clothing is None else -clothing),
        ("closing", "In the fund at the end", closing),
    )
    return _ledger_table("childrens_fund", "Where every dollar went: Children's Clothing Fund", rows, reason)


def _operations(book: DayBook, sums: DayBook) -> FigureTable:
    after = book.debit("operations", *_OPERATIONS_HOLD)
    before = after - sums.debit("operations", *_OPERATIONS_HOLD)
    known = (
        ("gifts", "Gifts to operations", sums.credit("operations", GIFTS)),
        ("fee_cover", "Added by donors towards the fees", sums.credit("operations", FEE_COVER)),
        ("returned", "Given back", sums.credit("operations", "income:refunds", "income:chargebacks")),
        ("interest", "Interest of the bank", sums.credit("operations", "income:interest")),
        ("processing_fees", "Processing fees", sums.credit("operations", FEES[0])),
        ("dispute_fees", "Dispute fees", sums.credit("operations", FEES[1])),
        ("bank_charges", "Bank charges", sums.credit("operations", FEES[2])),
        ("made_whole", "Children's fund made whole", sums.credit("operations", "net-assets:interfund")),
    )
    other = after - before - sum(cents for _, _, cents in known)
    rows = (
        ("opening", "With operations at the beginning", before),
        *known,
        ("other", "Opening balances, the charity's own money put in, and other", other),
        ("closing", "With operations at the end", after),
    )
    return _ledger_table("operations", "Operations, which pays the fees", rows, None)


def _ledger_table(
    id_: str, caption: str, rows: Sequence[tuple[str, str, int | None]], reason: str | None
) -> FigureTable:
    return FigureTable(
        id=id_,
        caption=caption,
        columns=(_CENTS,),
        rows=tuple(
            FigureRow(id=row_id, label=label, values=(cents,), reason=reason if cents is None else None)
            for row_id, label, cents in rows
        ),
        last_row_is_total=True,
    )


def _months(sums: DayBook, period: Period, span: Span) -> FigureTable:
    gifts = sums.debit_by_month("children", GIFTS)
    fees = sums.debit_by_month("operations", FEES[0])
    covers = sums.debit_by_month("operations", FEE_COVER)
    columns = (
        FigureColumn(id="gifts", label="Gifts", unit="cents"),
        FigureColumn(id="processing_fees", label="Fees paid by operations", unit="cents"),
        FigureColumn(id="fee_cover", label="Added towards the fees", unit="cents"),
    )
    rows = tuple(
        FigureRow(
            id=f"{month:%Y-%m}",
            label=f"{month:%B %Y}",
            values=(-gifts.get(month, 0), fees.get(month, 0), -covers.get(month, 0)),
        )
        for month in period.months()
        if month <= span.last_on
    )
    total = FigureRow(
        id="total", label="Total", values=tuple(sum(row.values[i] or 0 for row in rows) for i in range(len(columns)))
    )
    return FigureTable(
        id="months", caption="Gifts and fees by month", columns=columns, rows=(*rows, total), last_row_is_total=True
    )


def _monthly_chart(months: FigureTable) -> BarChart:
    return BarChart(
        title="Gifts by month",
        description="One bar for each month: gifts to the Children's Clothing Fund.",
        unit="cents",
        bars=tuple(_bar(row.label, row.values[0], row.reason) for row in months.rows[:-1]),
    )


def _money_chart(money: FigureTable) -> BarChart:
    shown = [row for row in money.rows if row.id in {"gifts", "clothing", "closing"}]
    return BarChart(
        title="Where every dollar went",
        description="Gifts to the Children's Clothing Fund, what was spent, what is in the fund at the end.",
        unit="cents",
        bars=tuple(
            _bar(row.label, None if row.values[0] is None else abs(row.values[0]), row.reason) for row in shown
        ),
    )


def _bar(label: str, value: int | None, reason: str | None) -> Bar:
    """Return a bar; a masked one is a gap with its words, and a month of more returns than gifts has no length."""
    text = format_dollars(value) if value is not None else reason or "not told"
    return Bar(label=label, value=None if value is None else max(value, 0), text=text)
