"""Room: reporting. The sentences of a report; every number in them is one of its figures."""

from __future__ import annotations

from collections.abc import Mapping

from donations.money import format_dollars
from donations.privacy import share_words
from donations.reporting.children import CLOTHED, SPENT
from donations.reporting.figures import Figure
from donations.reporting.periods import Period
from donations.reporting.promise import PromiseState
from receipts import wording

_PROMISE: Mapping[PromiseState, str] = {
    "kept": "Operations has what it needs to go on paying the fees.",
    "warning": "Operations has less in reserve for fees than it should.",
    "broken": "Operations cannot pay the fees at present; the promise that it does is not made until it can.",
}


def write_headline(period: Period, figures: Mapping[str, Figure]) -> str:
    """Return the period in one breath: what came, who paid the fees, and what became of it where that is told."""
    first = (
        f"In {period.words}, {_gifts(figures['gifts_count'].value or 0)} brought "
        f"{_cents(figures, 'gifts_received_cents')} to the Children's Clothing Fund. "
        f"Fees of {_cents(figures, 'fees_paid_by_operations_cents')} were paid by operations and "
        f"{_cents(figures, 'fees_paid_by_children_cents')} by the fund."
    )
    spent, clothed = figures[SPENT], figures[CLOTHED]
    if not spent.value or not clothed.value:
        return first
    return (
        f"{first} From {spent.since} to {spent.until}, {format_dollars(spent.value)} clothed "
        f"{clothed.value:,} children."
    )


def write_notes(
    figures: Mapping[str, Figure], *, promise: PromiseState, set_cents: int, k: int, simulated: bool
) -> tuple[str, ...]:
    """Return what a reader needs to read the figures rightly."""
    headline, explanation = wording.ask(set_cents)
    covered = share_words(figures["gifts_with_fee_cover_count"].value or 0, figures["gifts_count"].value or 0)
    notes = [
        f"{headline} {explanation}",
        "Gifts are counted whole, on the day they reached the book; card fees are an expense of operations.",
        _PROMISE[promise],
        f"Gifts that covered their fee: {covered}.",
        (
            f"One set stands for one child, so money counts children. No count below {k} is told, nor any sum or "
            f"step that would disclose one; figures move only in steps of {k} or more."
        ),
        "A clothing fund is known by a random code. Nobody here knows, and nothing here says, who a child is.",
    ]
    if simulated:
        notes.insert(0, "SIMULATED: every figure here comes from simulated money.")
    return tuple(notes)


def _gifts(count: int) -> str:
    return "1 gift" if count == 1 else f"{count:,} gifts"


def _cents(figures: Mapping[str, Figure], id_: str) -> str:
    return format_dollars(figures[id_].value or 0)
