"""Room: bank. A line was matched with the wrong thing: two people undo it, and the line waits again.

What the match had posted is reversed to the cent; nothing is edited, and `bank_unmatch` keeps what was undone. Only a
match on which nothing rests can be undone, and only while its month is open. A cheque that never came back is a gift
again: the clerk gives its cents back their place, and its donor another receipt for the one that was voided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import ScalarSelect, delete, exists, insert, select
from sqlalchemy.orm import Session

from donations import alarms, audit_log, filing, ledger
from donations.audit_log import Actor
from donations.bank.lines import LineFacts, find_line
from donations.bank.returned_cheques import lay_comeback_before_the_clerk
from donations.bank.suspense import list_held
from donations.errors import FieldRefusedError
from donations.money import format_dollars
from donations.tables import BankLine, BankMatch, BankMatchSubject, BankUnmatch, entry, tray

UndoReason = Literal["wrong_kind", "wrong_subject", "wrong_line"]
UNDO_REASONS: Final = get_args(UndoReason)
_RESTS_ON: Final = {"payout": "payout_back", "deposit": "returned_cheque"}
"""Which later act settles the same subject again: first that one must be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Which match two different people want undone, as it stood when it was asked for."""

    reference: str
    entry_key: str
    reason: UndoReason
    asked_by: str
    approved_by: str


def believe_reason(text: str) -> UndoReason:
    """Return one of the reasons; raises `FieldRefusedError`."""
    known: UndoReason
    for known in UNDO_REASONS:
        if known == text:
            return known
    raise FieldRefusedError("Please choose why the match is undone.", field="reason")


def check_undoing(session: Session, reference: str) -> LineFacts:
    """Return a matched line that can be undone; raises `FieldRefusedError` with what stands in the way."""
    line = find_line(session, reference)
    if line.act is None or line.entry_key is None:
        raise _refused("This line is not in the book: there is nothing to undo.")
    ledger.refuse_closed(session, line.booked_on, field="line")
    if line.act == "returned_cheque" and session.scalar(select(exists().where(tray.c.entry_id == _entry_of(line)))):
        raise _refused("The clerk has not filed what came back yet: try again in a minute.")
    if line.act in _RESTS_ON and _is_settled_again(session, line, _RESTS_ON[line.act]):
        raise _refused("A later line of the bank rests on this match: undo that one first.")
    if line.act == "suspense" and not _waits_whole(session, line):
        raise _refused("Some of this money has found its place already: it waits in suspense no more.")
    return line


def tell_mirror(session: Session, line: LineFacts) -> list[str]:
    """Return in words what undoing a match would book; nothing where the match itself posted nothing."""
    if line.act == "booked":
        return []
    booked = _posted_by(session, line)
    return [f"{t.fund}: debit {t.credit}, credit {t.debit}, {format_dollars(t.cents)}" for t in booked.transfers]


def undo_match(session: Session, actor: Actor, wish: Undoing, *, now: datetime) -> None:
    """Reverse what a match posted and let its line wait again; raises `FieldRefusedError` and changes nothing."""
    filing.await_clerks_lock(session)
    ledger.hold_periods(session)
    line = check_undoing(session, wish.reference)
    if line.entry_key != wish.entry_key:
        raise _refused("The line was matched anew since this was asked for.")
    line_id, entry_id = _match_of(session, line)
    if line.act != "booked":
        booked = _posted_by(session, line)
        day = ledger.first_open_day(session, booked.effective_on)
        undone_by = ledger.reverse(session, booked, on=day, actor=wish.asked_by, now=now).entry_id
        if line.act == "returned_cheque":
            lay_comeback_before_the_clerk(session, entry_id, undone_by)
    kept = {"act": line.act, "reason_code": wish.reason, "asked_by": wish.asked_by, "approved_by": wish.approved_by}
    session.execute(insert(BankUnmatch).values(line_id=line_id, entry_id=entry_id, unmatched_at=now, **kept))
    session.execute(delete(BankMatchSubject).where(BankMatchSubject.line_id == line_id))
    session.execute(delete(BankMatch).where(BankMatch.line_id == line_id))
    if line.act == "suspense":
        alarms.clear_alarm(session, "suspense", wish.entry_key, now=now)
    facts: dict[str, str | int | bool | None] = {"act": line.act, "cents": line.cents, "by": wish.asked_by}
    audit_log.record(session, actor, "bank_unmatched", subject=wish.reference, facts=facts, at=now)


def _entry_of(line: LineFacts) -> ScalarSelect[int]:
    return select(entry.c.id).where(entry.c.source_key == line.entry_key).scalar_subquery()


def _match_of(session: Session, line: LineFacts) -> tuple[int, int]:
    found = session.execute(
        select(BankMatch.line_id, BankMatch.entry_id)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .where(BankLine.reference == line.reference)
    ).one()
    return found.line_id, found.entry_id


def _posted_by(session: Session, line: LineFacts) -> ledger.BookedEntry:
    _, entry_id = _match_of(session, line)
    (booked,) = ledger.entries_by_id(session, [entry_id])
    return booked


def _is_settled_again(session: Session, line: LineFacts, act: str) -> bool:
    own = (
        select(BankMatchSubject.subject)
        .join(BankLine, BankLine.id == BankMatchSubject.line_id)
        .where(BankLine.reference == line.reference)
    )
    found = session.scalar(select(exists().where(BankMatchSubject.act == act, BankMatchSubject.subject.in_(own))))
    return bool(found)


def _waits_whole(session: Session, line: LineFacts) -> bool:
    held = next((one for one in list_held(session) if one.key == line.entry_key), None)
    return held is not None and held.parts.total == line.cents


def _refused(sentence: str) -> FieldRefusedError:
    return FieldRefusedError(sentence, field="line")
