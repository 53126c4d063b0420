"""Examples of what the web shows: gifts, pledges, held gifts, documents and reports in every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Literal

from donations.consent import HeldStanding, HeldState
from donations.giving import GiftStanding, PledgeStanding, PledgeState, State
from donations.money import format_dollars
from donations.reporting.figures import Figure
from donations.reporting.periods import parse_period
from donations.reporting.report import FigureColumn, FigureRow, FigureTable, Hidden, KnownAs, Report
from donations.web.house import VerifiedDocument, VerifiedLink
from receipts.facts import Bar, BarChart
from receipts.rules.us.earmarks import CONSENT_VERSION, say_consent

NOON = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
REFERENCE = "g_0123456789abcdef"
PLEDGE = "p_0123456789abcdef"
PLEDGE_LINK = f"{PLEDGE}.ZZZZZZ.{'s' * 43}"
CONSENT_LINK = PLEDGE_LINK.replace("p_", "g_")
THANKS = "a" * 32
RECEIPT = "b" * 32
CHECKED = "c" * 32
RECEIPT_NUMBER = "R-2026-000123-0"
PDF = b"%PDF-1.7 an example"


def example_gift(state: State = "promised", **changes: object) -> GiftStanding:
    """Return a $130 gift with fee cover; settled ones have their printed receipt."""
    is_settled = state == "settled"
    gift = GiftStanding(
        reference=REFERENCE,
        state=state,
        amount_cents=13_000,
        fee_cover_cents=419,
        back_cents=0,
        preference="coats",
        name="Ada Example",
        email="ada@example.org",
        gift_on=date(2026, 11, 22) if is_settled else None,
        receipt_number=RECEIPT_NUMBER if is_settled else None,
        receipt_token=RECEIPT if is_settled else None,
    )
    return replace(gift, **changes)  # type: ignore[arg-type]  # The test names the fields it changes.


def example_pledge(state: PledgeState = "active", **changes: object) -> PledgeStanding:
    """Return a pledge of $65 a month with fee cover; active ones have their first gift's printed receipt."""
    is_active = state in {"active", "past_due"}
    pledge = PledgeStanding(
        reference=PLEDGE,
        state=state,
        amount_cents=6_500,
        fee_cover_cents=225,
        preference="coats",
        name="Ada Example",
        email="ada@example.org",
        next_on=date(2026, 12, 22) if is_active else None,
        ends_on=None,
        paused_until=None,
        is_cancel_asked=False,
        latest_gift=example_gift("settled", amount_cents=6_500, fee_cover_cents=225) if is_active else None,
    )
    return replace(pledge, **changes)  # type: ignore[arg-type]  # The test names the fields it changes.


def example_document(status: str = "valid") -> VerifiedDocument:
    """Return what the verify page shows of one receipt."""
    return VerifiedDocument(
        status=status,  # type: ignore[arg-type]  # Handed over from a parameter of the test.
        kind="gift_receipt",
        number=RECEIPT_NUMBER,
        issued_on=date(2026, 11, 22),
        amount_cents=13_419,
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        newest_number="R-2026-000124-8" if status == "replaced" else RECEIPT_NUMBER,
        seal="5d" * 32,
        reason=None
        if status == "valid"
        else {"void": "refund", "disputed": "disputed"}.get(status, "partial_refund"),
        changed_on=None if status == "valid" else date(2026, 12, 3),
        chain=_CHAIN if status == "replaced" else (),
    )


_CHAIN = (
    VerifiedLink(
        number=RECEIPT_NUMBER,
        issued_on=date(2026, 11, 22),
        status="replaced",
        reason="partial_refund",
        changed_on=date(2026, 12, 3),
    ),
    VerifiedLink(number="R-2026-000124-8", issued_on=date(2026, 12, 3), status="valid"),
)


_MONTHS = (("September 2026", 130_000), ("October 2026", 91_000), ("November 2026", 195_000))
_UNTIL = date(2026, 11, 22)


def example_report(*, edition: int | None = None, spent_cents: int | None = None) -> Report:
    """Return a young book's year: gifts and fees are told, the children's side only when `spent_cents` is given."""
    why = None if spent_cents else "told with the first published report"
    return Report(
        organisation="Desert Line Clothing Fund",
        ein="12-3456789",
        period=parse_period("2026"),
        edition=edition,
        simulated=True,
        as_of=KnownAs(effective_on=_UNTIL, recorded_at=NOON),
        headline="In 2026, 32 gifts brought $4,160.00 to the Children's Clothing Fund.",
        promise="kept",
        figures={figure.id: figure for figure in _example_figures(spent_cents, why)},
        tables=(_example_table(spent_cents, why),),
        charts=(_example_chart(),),
        hidden=() if why is None else (Hidden(what="Spent on clothing", reason=why),),
        notes=("Gifts are counted whole, on the day they reached the book.",),
        milestones={},
    )


def _example_figures(spent_cents: int | None, why: str | None) -> Iterator[Figure]:
    sets = None if spent_cents is None else spent_cents // 13_000
    held = None if spent_cents is None else 416_000 - spent_cents
    rows: tuple[tuple[str, str, Literal["cents", "count"], int | None], ...] = (
        ("gifts_received_cents", "Gifts to the Children's Clothing Fund", "cents", 416_000),
        ("fees_paid_by_operations_cents", "Fees paid by operations", "cents", 13_104),
        ("fees_paid_by_children_cents", "Fees taken from the Children's Clothing Fund", "cents", 0),
        ("designated_cents", "Set aside for clothing funds", "cents", spent_cents),
        ("funds_filled", "Clothing funds filled", "count", sets),
        ("held_cents", "Held for clothing", "cents", held),
        ("spent_cents", "Spent on clothing", "cents", spent_cents),
        ("children_clothed", "Children clothed", "count", sets),
    )
    for id_, label, unit, value in rows:
        reason = why if value is None else None
        yield Figure(id=id_, label=label, unit=unit, value=value, reason=reason, until=_UNTIL, query="an example")


def _example_table(spent_cents: int | None, why: str | None) -> FigureTable:
    return FigureTable(
        id="months",
        caption="Gifts by month",
        columns=(FigureColumn(id="gifts", label="Gifts", unit="cents"),),
        rows=(
            *(FigureRow(id=name, label=name, values=(cents,)) for name, cents in _MONTHS),
            FigureRow(id="spent", label="Spent on clothing", values=(spent_cents,), reason=why),
            FigureRow(id="total", label="Total", values=(416_000,)),
        ),
        last_row_is_total=True,
    )


def _example_chart() -> BarChart:
    return BarChart(
        title="Gifts by month",
        description="One bar for each month.",
        unit="cents",
        bars=(
            *(Bar(label=name, value=cents, text=format_dollars(cents)) for name, cents in _MONTHS),
            Bar(label="December 2026", value=None, text="not told"),
        ),
    )


def example_held(state: HeldState) -> HeldStanding:
    """Return a gift of $100.00 and $3.30 that waited, or waits, for its donor's answer."""
    return HeldStanding(
        reference="g_0123456789abcdef",
        state=state,
        amount_cents=10_000,
        fee_cover_cents=330,
        gift_on=date(2026, 11, 21),
        consent=say_consent("Desert Line Clothing Fund", version=CONSENT_VERSION, language="es"),
    )
