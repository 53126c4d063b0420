"""Room: bank. Lines of statements are taken in once, and found again with what they are in the book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.orm import Session

from donations import audit_log, tokens
from donations.audit_log import Actor
from donations.bank.accounts import NAMES, NUMBERS, BankAccount
from donations.bank.statement import LineKind, Statement, StatementLine
from donations.errors import FieldRefusedError, NotFoundError
from donations.money import format_dollars
from donations.tables import BankLine, BankMatch, entry

_KEYS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """A line of the bank, and the act and source key of the entry it is; None while nobody said."""

    reference: str
    account: BankAccount
    line_key: str
    booked_on: date
    cents: int
    kind: LineKind
    words: str
    act: str | None
    entry_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What a file added."""

    new: int
    known: int


def take_in(session: Session, actor: Actor, account: BankAccount, statement: Statement, *, now: datetime) -> TakenIn:
    """Write the lines that are not known yet; raises `FieldRefusedError` where a known line now says other money."""
    known = _known(session, account, statement)
    fresh = [line for line in statement.lines if line.key not in known]
    for line in statement.lines:
        _refuse_changed(known.get(line.key), line)
    if fresh:
        rows = [_values(line, account, now) for line in fresh]
        session.execute(insert(BankLine), rows)
        facts: dict[str, str | int | bool | None] = {"account": account, "new": len(fresh), "known": len(known)}
        audit_log.record(session, actor, "bank_imported", subject=account, facts=facts, at=now)
    return TakenIn(new=len(fresh), known=len(statement.lines) - len(fresh))


def find_line(session: Session, reference: str) -> LineFacts:
    """Return one line; raises `NotFoundError`."""
    row = session.execute(_lines().where(BankLine.reference == reference)).one_or_none()
    if row is None:
        raise NotFoundError("There is no bank line with that reference.", field="line")
    return _facts(row)


def list_lines(session: Session, *, waiting_only: bool, limit: int = 500) -> list[LineFacts]:
    """Return the latest lines, or those that wait for a person, the oldest first."""
    if waiting_only:
        chosen = _lines().where(BankMatch.line_id.is_(None)).order_by(BankLine.booked_on, BankLine.id)
    else:
        chosen = _lines().order_by(BankLine.booked_on.desc(), BankLine.id.desc())
    return [_facts(row) for row in session.execute(chosen.limit(limit))]


def _lines() -> Select[BankLine, str | None, str | None]:
    return (
        select(BankLine, BankMatch.act, entry.c.source_key)
        .outerjoin(BankMatch, BankMatch.line_id == BankLine.id)
        .outerjoin(entry, entry.c.id == BankMatch.entry_id)
    )


def _facts(row: Row[BankLine, str | None, str | None]) -> LineFacts:
    line, act, entry_key = row
    return LineFacts(
        reference=line.reference,
        account=NAMES[line.account_id],
        line_key=line.line_key,
        booked_on=line.booked_on,
        cents=line.cents,
        kind=cast("LineKind", line.kind),
        words=line.words,
        act=act,
        entry_key=entry_key,
    )


def _known(session: Session, account: BankAccount, statement: Statement) -> dict[str, BankLine]:
    if not statement.lines:
        return {}
    days = [line.booked_on for line in statement.lines]
    keys = {line.key for line in statement.lines}
    number = NUMBERS[account]
    # By days first, which an index finds; a line whose day the bank changed is then looked for by its key.
    near = session.scalars(
        select(BankLine).where(BankLine.account_id == number, BankLine.booked_on.between(min(days), max(days)))
    )
    found = {line.line_key: line for line in near if line.line_key in keys}
    for some in _some_at_once(sorted(keys - found.keys())):
        moved = session.scalars(select(BankLine).where(BankLine.account_id == number, BankLine.line_key.in_(some)))
        found |= {line.line_key: line for line in moved}
    return found


def _some_at_once(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield keys a few hundred at a time: so many values one statement may hold on every engine."""
    for first in range(0, len(keys), _KEYS_AT_ONCE):
        yield keys[first : first + _KEYS_AT_ONCE]


def _refuse_changed(known: BankLine | None, told: StatementLine) -> None:
    if known is not None and known.cents != told.cents:
        raise FieldRefusedError(
            f"The bank's line of {known.booked_on} is known as {format_dollars(known.cents)} and is"
            f" {format_dollars(told.cents)} in this file. Nothing was taken in; please ask the bank.",
            field="file",
        )


def _values(line: StatementLine, account: BankAccount, now: datetime) -> dict[str, object]:
    return {
        "reference": tokens.draw_reference("l"),
        "account_id": NUMBERS[account],
        "line_key": line.key,
        "booked_on": line.booked_on,
        "cents": line.cents,
        "kind": line.kind,
        "words": line.words,
        "imported_at": now,
    }
