"""Room: bank. A person says what a line is; it is booked once, or tied to the entry that stands already.

All of it happens under the clerk's lock: two people who match at the same moment come one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from donations import audit_log, filing, ledger, postings
from donations.audit_log import Actor
from donations.bank.accounts import NUMBERS, PATHS, noon_of
from donations.bank.awaited import list_awaited, unseen_entries
from donations.bank.lines import LineFacts, find_line
from donations.bank.matching import Act, list_waiting
from donations.bank.returned_cheques import lay_before_the_clerk, returnable
from donations.bank.suspense import find_held
from donations.errors import FieldRefusedError
from donations.money import format_dollars
from donations.postings import FundName, NewEntry
from donations.settlement.standing import read_moved
from donations.tables import BankLine, BankMatch, BankMatchSubject, BankUnmatch, Payout, entry, payout_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a person says that a line is; the subjects are what it settles."""

    act: Act
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who says it, when, and in whose days it is booked."""

    actor: Actor
    now: datetime
    zone: ZoneInfo


class _Posted(TypedDict):
    """What every posting of one line at its own bank account says."""

    bank_line: str
    place: str
    happened_at: datetime
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    line: LineFacts
    subjects: tuple[str, ...]
    happened_at: datetime
    effective_on: date
    undone: int
    """How often a match of the line was undone: each posting of it has a key of its own."""

    @property
    def posted(self) -> _Posted:
        return {
            "bank_line": self.bank_line,
            "place": PATHS[self.line.account],
            "happened_at": self.happened_at,
            "effective_on": self.effective_on,
        }

    @property
    def bank_line(self) -> str:
        again = f"~{self.undone}" if self.undone else ""
        return f"{self.line.account}/{self.line.line_key}{again}"


def accept(session: Session, reference: str, saying: Saying, hand: Hand) -> None:
    """Book a line as what it is said to be; said twice is once. Raises `FieldRefusedError` and changes nothing."""
    filing.await_clerks_lock(session)
    line = find_line(session, reference)
    if line.act is not None:
        if line.act == saying.act and set(saying.subjects) <= _settled_by(session, reference):
            return
        raise _refused(f"This line is in the book already, as {line.act.replace('_', ' ')}.")
    case = _Case(
        line=line,
        subjects=tuple(dict.fromkeys(saying.subjects)),
        happened_at=noon_of(line.booked_on, hand.zone),
        effective_on=ledger.first_open_day(session, line.booked_on),
        undone=_times_undone(session, reference),
    )
    entry_id = _tie(session, case) if saying.act == "booked" else _book(session, case, saying.act, hand)
    _write_match(session, case, saying.act, entry_id, hand)


def accept_certain(session: Session, hand: Hand) -> int:
    """Book every line that is certainly one thing the book awaits; return how many."""
    filing.await_clerks_lock(session)
    certain = [(one.line.reference, one.certain) for one in list_waiting(session) if one.certain is not None]
    for reference, found in certain:
        accept(session, reference, Saying(act=found.act, subjects=found.subjects), hand)
    return len(certain)


def _book(session: Session, case: _Case, act: Act, hand: Hand) -> int:
    new = _ENTRIES[act](session, case)
    entry_id = ledger.post(session, new, recorded_at=hand.now).entry_id
    if act == "returned_cheque":
        lay_before_the_clerk(session, case.subjects[0], entry_id)
    return entry_id


def _tie(session: Session, case: _Case) -> int:
    """Return the entry that a line shows the bank has seen; it stands already and no line was tied to it."""
    (key,) = case.subjects if len(case.subjects) == 1 else ("",)
    unseen = {name: cents for name, _, cents in unseen_entries(session, case.line.account)}
    if key not in unseen:
        raise _refused("No entry with that key waits to be seen at this bank account.")
    _expect(case, unseen[key])
    entry_id: int = session.scalars(select(entry.c.id).where(entry.c.source_key == key)).one()
    return entry_id


def _payout(session: Session, case: _Case) -> NewEntry:
    payout, amount = _one_payout(session, case, "payout")
    return _arrival(session, case, payout, amount)


def _payout_back(session: Session, case: _Case) -> NewEntry:
    payout, amount = _one_payout(session, case, "payout_back")
    return _arrival(session, case, payout, amount)


def _one_payout(session: Session, case: _Case, act: str) -> tuple[Payout, int]:
    awaited = {one.subjects[0]: one for one in list_awaited(session) if one.act == act}
    if len(case.subjects) != 1 or case.subjects[0] not in awaited:
        raise _refused("That payout is not awaited at the bank.")
    found = awaited[case.subjects[0]]
    _expect(case, found.cents, account="children")
    payout = session.scalars(select(Payout).where(Payout.id == found.subjects[0])).one()
    return payout, found.cents


def _arrival(session: Session, case: _Case, payout: Payout, amount: int) -> NewEntry:
    """Book each fund's share; an automatic payout's shares are known once Stripe told its rows."""
    has_rows = session.scalar(select(payout_row.c.txn_id).where(payout_row.c.payout_id == payout.id).limit(1))
    if payout.is_automatic and has_rows is None:
        raise _refused("Stripe has not told yet what this payout is made of. Run almoner sweep, then match it.")
    share = read_moved(session, "assets:in-transit", [f"payout/{payout.id}/shares"]).children
    children = share if amount == payout.amount_cents else -share
    return postings.payout_arrival(
        bank_line=case.bank_line,
        children_cents=children,
        operations_cents=amount - children,
        happened_at=case.happened_at,
        effective_on=case.effective_on,
    )


def _deposit(session: Session, case: _Case) -> NewEntry:
    waiting = {gift for one in list_awaited(session) if one.act == "deposit" for gift in one.subjects}
    if not case.subjects or not waiting.issuperset(case.subjects):
        raise _refused("Please choose gifts that were not deposited yet.")
    parts = read_moved(session, "assets:undeposited", [f"gift/{one}" for one in case.subjects])
    _expect(case, parts.total, account="children")
    return postings.deposit(
        bank_line=case.bank_line, parts=parts, happened_at=case.happened_at, effective_on=case.effective_on
    )


def _returned_cheque(session: Session, case: _Case) -> NewEntry:
    """Book a cheque that the bank took back: of the gift that was deposited, never more than came of it."""
    if len(case.subjects) != 1:
        raise _refused("Please choose the one gift whose cheque came back.")
    gift = returnable(session, case.subjects[0])
    _expect(case, -gift.parts.total, account="children")
    return postings.returned_cheque(
        bank_line=case.bank_line,
        parts=gift.parts,
        happened_at=case.happened_at,
        effective_on=case.effective_on,
    )


def _sweep(session: Session, case: _Case) -> NewEntry:  # noqa: ARG001  # One shape for every act.
    cents = case.line.cents if case.line.account == "children" else -case.line.cents
    return postings.sweep(
        bank_line=case.bank_line, cents=cents, happened_at=case.happened_at, effective_on=case.effective_on
    )


def _charge(session: Session, case: _Case) -> NewEntry:  # noqa: ARG001  # One shape for every act.
    return postings.bank_charge(cents=-case.line.cents, **case.posted)


def _interest(session: Session, case: _Case) -> NewEntry:  # noqa: ARG001  # One shape for every act.
    return postings.bank_interest(cents=case.line.cents, **case.posted)


def _funding(session: Session, case: _Case) -> NewEntry:  # noqa: ARG001  # One shape for every act.
    if case.line.cents < 0:
        raise _refused("Money that left funds nothing: say what it was.")
    return postings.operations_funding(cents=case.line.cents, **case.posted)


def _suspense(session: Session, case: _Case) -> NewEntry:  # noqa: ARG001  # One shape for every act.
    """Hold what came to the children's account for them; what went is operations', never the children's."""
    is_childrens = case.line.account == "children" and case.line.cents > 0
    fund: FundName = "children" if is_childrens else "operations"
    return postings.unknown_bank_line(fund=fund, cents=case.line.cents, **case.posted)


def _sent_back(session: Session, case: _Case) -> NewEntry:
    if len(case.subjects) != 1:
        raise _refused("Please choose which money of suspense was sent back.")
    held = find_held(session, case.subjects[0])
    _expect(case, -held.parts.total)
    return postings.suspense_sent_back(parts=held.parts, **case.posted)


_ENTRIES: Final[Mapping[Act, Callable[[Session, _Case], NewEntry]]] = {
    "payout": _payout,
    "payout_back": _payout_back,
    "deposit": _deposit,
    "sweep": _sweep,
    "charge": _charge,
    "suspense": _suspense,
    "sent_back": _sent_back,
    "returned_cheque": _returned_cheque,
    "interest": _interest,
    "funding": _funding,
}


def _expect(case: _Case, cents: int, *, account: str | None = None) -> None:
    if account is not None and case.line.account != account:
        raise _refused(f"That money moves in the {account} bank account, and this line is of the other.")
    if case.line.cents != cents:
        raise _refused(
            f"This line is of {format_dollars(case.line.cents)}, and what you chose comes to {format_dollars(cents)}."
        )


def _times_undone(session: Session, reference: str) -> int:
    line_id = select(BankLine.id).where(BankLine.reference == reference).scalar_subquery()
    return session.scalar(select(func.count()).where(BankUnmatch.line_id == line_id)) or 0


def _settled_by(session: Session, reference: str) -> set[str]:
    """Return what a matched line settles."""
    line_id = select(BankLine.id).where(BankLine.reference == reference).scalar_subquery()
    return set(session.scalars(select(BankMatchSubject.subject).where(BankMatchSubject.line_id == line_id)))


def _write_match(session: Session, case: _Case, act: Act, entry_id: int, hand: Hand) -> None:
    line_id = session.scalars(select(BankLine.id).where(BankLine.reference == case.line.reference)).one()
    values = {
        "line_id": line_id,
        "account_id": NUMBERS[case.line.account],
        "entry_id": entry_id,
        "act": act,
        "actor": hand.actor.reference,
        "matched_at": hand.now,
    }
    session.execute(insert(BankMatch).values(values))
    subjects = case.subjects or (f"bank/{case.bank_line}",)
    session.execute(insert(BankMatchSubject), [{"act": act, "subject": one, "line_id": line_id} for one in subjects])
    facts: dict[str, str | int | bool | None] = {"act": act, "cents": case.line.cents}
    audit_log.record(session, hand.actor, "bank_matched", subject=case.line.reference, facts=facts, at=hand.now)


def _refused(sentence: str) -> FieldRefusedError:
    return FieldRefusedError(sentence, field="line")
