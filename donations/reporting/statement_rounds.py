"""Room: reporting. A year's statements asked for from the page: the worker asks, and later mails, a page at a time.

Each step is one row of the outbox and one commit: it does its page, owes the next step and is finished with it.
Killed anywhere it goes on from the last commit, and what was asked or owed before is not asked or owed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from donations import archive, outbox
from donations.acknowledgment import count_receipted, count_requested_statements, request_next_statements
from donations.errors import FieldRefusedError
from donations.reporting.statement_set import is_void, list_failures, read_due, read_refused
from donations.tables import AuditAct, Donor, OutboxRow, Printed, Receipt

Round = Literal["ask_statements", "mail_statements"]
_PAGE: Final = 200
_SAMPLES: Final = 3
_FAILURES_SHOWN: Final = 1000
SEEN: Final = "statement_seen"
"""The act of looking at a sample, about the number of what was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How the statements of one way stand; `waiting`, `sent` and `stopped` are letters."""

    issued: int = 0
    printed: int = 0
    waiting: int = 0
    sent: int = 0
    stopped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a year's statements are; a donor is one identity, and each has one statement that stands at most."""

    year: int
    donors: int
    """With a receipt in the year."""
    is_asking: bool
    """The worker still walks through the donors, or the clerk has statements to number."""
    is_mailing: bool
    """The worker still walks through the statements to owe their letters."""
    mail: Reached
    print: Reached
    failures: tuple[tuple[str, int, str], ...]
    """Why something is missing, of how many, and the reference of one of those donors."""
    samples: tuple[str, ...]
    """Numbers worth a look before all are mailed: the first, the greatest, and the newest that corrects another."""

    @property
    def issued(self) -> int:
        """Return how many statements stand."""
        return self.mail.issued + self.print.issued

    @property
    def is_made(self) -> bool:
        """Tell whether nothing is left to number or to print but what failed."""
        unprinted = self.issued - self.mail.printed - self.print.printed
        return self.issued > 0 and not self.is_asking and unprinted <= sum(many for _, many, _ in self.failures)


def begin_round(session: Session, kind: Round, year: int, *, now: datetime) -> None:
    """Owe the first step of a round through a year's donors or statements; one that still runs is enough."""
    if not _runs(session, kind, year):
        number = session.scalar(select(func.count()).where(_of(kind, year))) or 0
        _owe_step(session, kind, f"{year} {number} 0 0", now)


def take_step(session: Session, kind: Round, subject: str, *, now: datetime) -> None:
    """Do one page of a round and owe the next step of it; the caller finishes this one in the same commit."""
    year, number, *place = (int(part) for part in subject.split(" "))
    steps = {"ask_statements": _ask_page, "mail_statements": _owe_page}
    beyond = steps[kind](session, year, (place[0], place[1]), now)
    if beyond is not None:
        _owe_step(session, kind, f"{year} {number} {beyond[0]} {beyond[1]}", now)


def read_progress(session: Session, year: int) -> Progress:
    """Return how far a year's statements are."""
    is_asking = _runs(session, "ask_statements", year) or count_requested_statements(session, year) > 0
    reached = _read_reached(session, year)
    has_begun = bool(reached) or session.scalar(select(func.count()).where(_of("ask_statements", year)))
    return Progress(
        year=year,
        donors=count_receipted(session, year),
        is_asking=is_asking,
        is_mailing=_runs(session, "mail_statements", year),
        mail=reached.get("mail", Reached()),
        print=reached.get("print", Reached()),
        failures=_count_failures(session, year) if has_begun and not is_asking else (),
        samples=_choose_samples(session, year),
    )


def refuse_unseen(session: Session, year: int, actor_reference: str) -> None:
    """Refuse to mail what this person has looked at no sample of; raises `FieldRefusedError`."""
    seen = (
        select(AuditAct.id)
        .join(Receipt, Receipt.number == AuditAct.subject)
        .where(AuditAct.act == SEEN, AuditAct.actor == actor_reference)
        .where(Receipt.kind == "annual_statement", Receipt.tax_year == year)
    )
    if session.scalar(seen.limit(1)) is None:
        raise FieldRefusedError("Please look at one of the samples first: mail cannot be called back.", field="year")


def _ask_page(session: Session, year: int, place: tuple[int, int], now: datetime) -> tuple[int, int] | None:
    last = request_next_statements(session, year=year, after=place[1], limit=_PAGE, now=now)
    return None if last is None else (0, last)


def _owe_page(session: Session, year: int, place: tuple[int, int], now: datetime) -> tuple[int, int] | None:
    page = read_due(session, year, refused=read_refused(session), after=place, limit=_PAGE)
    for one in page:
        if one.way == "mail" and one.file is not None and not one.letter:
            archive.owe_letter(session, one.number, now=now)
    return page[-1].place if page else None


def _owe_step(session: Session, kind: Round, subject: str, now: datetime) -> None:
    outbox.owe(session, key=f"{kind}/{subject}", kind=kind, subject=subject, due_at=now)


def _runs(session: Session, kind: Round, year: int) -> bool:
    waits = select(OutboxRow.id).where(_of(kind, year), OutboxRow.state.in_(("waiting", "leased")))
    return session.scalar(waits.limit(1)) is not None


def _of(kind: Round, year: int) -> ColumnElement[bool]:
    return and_(OutboxRow.kind == kind, OutboxRow.subject.startswith(f"{year} "))


def _stands(year: int, later: type[Receipt]) -> ColumnElement[bool]:
    of_year = and_(Receipt.kind == "annual_statement", Receipt.tax_year == year)
    return and_(of_year, later.number.is_(None), ~is_void())


def _read_reached(session: Session, year: int) -> dict[str, Reached]:
    """Count the statements that stand by way, print and letter."""
    later, letter = aliased(Receipt), aliased(OutboxRow)
    refused = read_refused(session)
    rows = session.execute(
        select(Receipt.donor_id, Donor.email == "", Printed.number.is_not(None), letter.state)
        .join(Donor, Donor.id == Receipt.donor_id)
        .outerjoin(Printed, Printed.number == Receipt.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .outerjoin(letter, letter.key == "mail/statement/" + Receipt.number)
        .where(_stands(year, later))
        .execution_options(yield_per=1000)
    )
    found: Counter[tuple[str, str]] = Counter()
    for donor_id, has_none, is_printed, state in rows:
        way = "print" if has_none or donor_id in refused else "mail"
        found[way, "issued"] += 1
        found[way, "printed"] += bool(is_printed)
        if state is not None:
            found[way, {"done": "sent", "parked": "stopped"}.get(state, "waiting")] += 1
    return {
        way: Reached(**{name: many for (of, name), many in found.items() if of == way})
        for way in {w for w, _ in found}
    }


def _count_failures(session: Session, year: int) -> tuple[tuple[str, int, str], ...]:
    many: Counter[str] = Counter()
    example: dict[str, str] = {}
    for donor, _, why in islice(list_failures(session, year), _FAILURES_SHOWN):
        many[why] += 1
        example.setdefault(why, donor)
    return tuple((why, count, example[why]) for why, count in many.most_common())


def _choose_samples(session: Session, year: int) -> tuple[str, ...]:
    later = aliased(Receipt)
    printed = (
        select(Receipt.number)
        .join(Printed, Printed.number == Receipt.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(_stands(year, later))
        .limit(1)
    )
    newest = (Receipt.year.desc(), Receipt.n.desc())
    wanted = (
        printed.order_by(Receipt.year, Receipt.n),
        printed.order_by(Receipt.amount_cents.desc(), Receipt.year, Receipt.n),
        printed.where(Receipt.replaces.is_not(None)).order_by(*newest),
        printed.order_by(*newest),
    )
    numbers: Sequence[str] = [number for one in wanted if (number := session.scalar(one)) is not None]
    return tuple(dict.fromkeys(numbers))[:_SAMPLES]
