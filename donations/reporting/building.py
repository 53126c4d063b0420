"""Room: reporting. A report is built from one view of the book, behind the mask.

A draft shows what a publication would show. The live page shows the donors' side as it stands today, and the
children's side as it was last published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from donations.acknowledgment import read_letterhead
from donations.audit_log import head_of
from donations.errors import BrokenInvariantError, FieldRefusedError
from donations.invariants import audit, broken_hard_invariants
from donations.privacy import Milestone, Rule, not_told
from donations.reporting.children import Question, read_children_side
from donations.reporting.figures import (
    CHILDREN_IDS,
    Figure,
    by_id,
    children_figures,
    gift_figures,
    ledger_figures,
    operations_figures,
    untold_figures,
)
from donations.reporting.periods import Period, quarter_of, year_period
from donations.reporting.promise import judge_promise
from donations.reporting.publication import keep_published, next_edition, read_history, read_latest
from donations.reporting.report import Hidden, KnownAs, Report
from donations.reporting.sentences import write_headline, write_notes
from donations.reporting.sums import DayBook, Span, read_day_book
from donations.reporting.tables import draw_up
from donations.settings import Organisation

DELAY = timedelta(days=30)
"""S9: what became of the children's money is told at the earliest so long after a period's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sitting:
    """One question: who asks for which days, when, and of which kind of book."""

    organisation: Organisation
    period: Period
    now: datetime
    today: date
    simulated: bool

    @property
    def span(self) -> Span:
        last_on = min(self.today, self.period.last_on)
        return Span(first_on=self.period.first_on, last_on=last_on, recorded_at=self.now)

    @property
    def rule(self) -> Rule:
        return Rule(k=self.organisation.suppression_k, set_cents=self.organisation.set_price_cents)


def build_report(session: Session, period: Period, *, organisation: Organisation, now: datetime) -> Report:
    """Return the draft of a period's report; refuses a period that has not begun (`FieldRefusedError`)."""
    sitting = _sit_down(session, period, organisation, now)
    if sitting.today < period.first_on:
        raise FieldRefusedError(f"{period.name} has not begun.", field="period")
    book = read_day_book(session, last_on=period.last_on, recorded_at=now)
    asked = Question(period=period, book=book, recorded_at=now, history=read_history(session), rule=sitting.rule)
    side = read_children_side(session, asked)
    return _write_down(book, sitting, children_figures(book, side, sitting.span, sitting.rule.k), side.told())


def build_live(session: Session, *, organisation: Organisation, now: datetime) -> Report:
    """Return this year to date for the public page; the children's side only as last published."""
    today = read_letterhead(session, organisation, now=now, base_url="").issued_on
    sitting = _sit_down(session, year_period(today.year), organisation, now)
    latest = read_latest(session)
    if latest is None:
        children = untold_figures(not_told("unpublished"), today, sitting.rule.k)
    else:
        children = [latest.figures[id_] for id_ in CHILDREN_IDS]
    return _write_down(read_day_book(session, last_on=today, recorded_at=now), sitting, children, {})


def publish_report(session: Session, period: Period, *, organisation: Organisation, now: datetime) -> Report:
    """Freeze the next edition of a period's report and return it; for `Database.write`.

    Refuses a period whose last day is less than thirty days past (S9), and a book with a broken hard invariant.
    """
    draft = build_report(session, period, organisation=organisation, now=now)
    may_on = period.last_on + DELAY
    if read_letterhead(session, organisation, now=now, base_url="").issued_on < may_on:
        raise FieldRefusedError(
            f"{period.name} can be published from {may_on} on, thirty days after its end; without --publish you get "
            "a draft.",
            field="period",
        )
    broken = broken_hard_invariants(audit(session))
    if broken:
        raise BrokenInvariantError(f"nothing is published while {', '.join(check.id for check in broken)} is broken")
    report = replace(draft, edition=next_edition(session, period.name), notes=(*draft.notes, *_log_note(session)))
    keep_published(session, report, now=now)
    return report


def _log_note(session: Session) -> list[str]:
    """Return where the log of the staff's acts ends: known outside the database, a tail that was cut off shows."""
    head = head_of(session)
    if head is None:
        return []
    acts = "1 act" if head.position == 1 else f"{head.position:,} acts"
    return [f"The log of what staff did held {acts} when this was published; its last link is {head.hash}."]


def last_publishable_quarter(today: date) -> Period:
    """Return the newest quarter that ended long enough ago to be published (S9)."""
    quarter = quarter_of(today - DELAY)
    return quarter if quarter.last_on + DELAY <= today else quarter_of(quarter.first_on - timedelta(days=1))


def _sit_down(session: Session, period: Period, organisation: Organisation, now: datetime) -> _Sitting:
    letterhead = read_letterhead(session, organisation, now=now, base_url="")
    return _Sitting(
        organisation=organisation,
        period=period,
        now=now,
        today=letterhead.issued_on,
        simulated=letterhead.simulated,
    )


def _write_down(
    book: DayBook, sitting: _Sitting, children: Sequence[Figure], milestones: dict[str, Milestone]
) -> Report:
    span = sitting.span
    promise = judge_promise(book.through(span.last_on), sitting.organisation, span.last_on)
    sums = book.through(span.last_on).since(span.first_on)
    figures = by_id(
        [
            *ledger_figures(sums, span),
            *gift_figures(sums, span),
            *operations_figures(promise, span.last_on),
            *children,
        ]
    )
    drawn = draw_up(book, sitting.period, span, figures)
    return Report(
        organisation=sitting.organisation.legal_name,
        ein=sitting.organisation.ein,
        period=sitting.period,
        edition=None,
        simulated=sitting.simulated,
        as_of=KnownAs(effective_on=span.last_on, recorded_at=sitting.now),
        headline=write_headline(sitting.period, figures),
        promise=promise.state,
        figures=figures,
        tables=drawn.tables,
        charts=drawn.charts,
        hidden=tuple(_hidden(figures.values())),
        notes=write_notes(
            figures,
            promise=promise.state,
            set_cents=sitting.rule.set_cents,
            k=sitting.rule.k,
            simulated=sitting.simulated,
        ),
        milestones=milestones,
    )


def _hidden(figures: Iterable[Figure]) -> Iterator[Hidden]:
    for figure in figures:
        if figure.reason is not None:
            yield Hidden(what=figure.label, reason=figure.reason)
