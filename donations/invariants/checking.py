"""Room: invariants. Ask every query of the whole book, and say what broke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from donations.invariants.clothing_rules import CLOTHING_RULES
from donations.invariants.invariant import Invariant
from donations.invariants.ledger_rules import LEDGER_RULES
from donations.invariants.outside_rules import CLEARING, OUTSIDE_RULES, STUCK
from donations.invariants.stripe_rules import STRIPE_RULES
from donations.tables.metadata import Day, Whole

_EXAMPLES_MAX = 20

_FILE = Invariant(id="F8", name="the file is whole, and no row lacks the row it names", query="")

INVARIANTS = (*LEDGER_RULES, *CLOTHING_RULES, *OUTSIDE_RULES, *STRIPE_RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One invariant, asked: `rows` holds up to twenty of the rows that break it."""

    id: str
    name: str
    ok: bool
    rows: tuple[dict[str, Any], ...]
    is_hard: bool


def audit(
    session: Session, *, today: date | None = None, is_deep: bool = False, checks_file: bool = True
) -> list[Check]:
    """Ask every invariant; with `today`, also which clearing accounts hold cents that should have drained.

    On SQLite the file itself is checked too, unless only the book is asked for; `is_deep` also compares every
    index with its table (after a restore).
    """
    asked: list[tuple[Invariant, Iterable[Any]]] = [
        (rule, session.execute(text(rule.sql)).mappings()) for rule in INVARIANTS
    ]
    if today is not None:
        asked.append((STUCK, _stuck(session, today)))
    if checks_file and session.get_bind().dialect.name == "sqlite":
        asked.append((_FILE, _file_faults(session, is_deep=is_deep)))
    checks = [_check([one for one in asked if one[0].id == id_]) for id_ in {rule.id for rule, _ in asked}]
    return sorted(checks, key=lambda check: (check.id[0], int(check.id[1:])))


def audit_stripe(session: Session) -> list[Check]:
    """Ask only whether our entries and the rows of Stripe's book say the same (I12, I13)."""
    asked = [rule for rule in INVARIANTS if rule.id in {"I12", "I13"}]
    return [_check([(rule, session.execute(text(rule.sql)).mappings())]) for rule in asked]


def broken_hard_invariants(checks: Iterable[Check]) -> list[Check]:
    """Return those that stop the clerk, closing and publication."""
    return [check for check in checks if check.is_hard and not check.ok]


def _check(parts: Sequence[tuple[Invariant, Iterable[Any]]]) -> Check:
    read = [(rule, [{key: _plain(value) for key, value in row.items()} for row in rows]) for rule, rows in parts]
    found = tuple({"broken": rule.name, **row} for rule, rows in read for row in rows)
    broken = [rule for rule, rows in read if rows]
    return Check(
        id=parts[0][0].id,
        name="; ".join(rule.name for rule, _ in read),
        ok=not found,
        rows=found[:_EXAMPLES_MAX],
        # A soft rule that is broken does not stop the house for the hard ones it stands beside.
        is_hard=any(rule.is_hard for rule in broken or [rule for rule, _ in read]),
    )


def _stuck(session: Session, today: date) -> list[Any]:
    query = text(STUCK.sql).bindparams(
        bindparam("account", type_=Whole), bindparam("sign", type_=Whole), bindparam("since", type_=Day)
    )
    found: list[Any] = []
    for account, sign, days in CLEARING:
        since = today - timedelta(days=days)
        found += session.execute(query, {"account": account, "sign": sign, "since": since}).mappings()
    return found


def _file_faults(session: Session, *, is_deep: bool) -> list[Any]:
    said = session.scalars(text("PRAGMA integrity_check" if is_deep else "PRAGMA quick_check"))
    torn = [{"said": one} for one in said if one != "ok"]
    return [*torn, *session.execute(text("PRAGMA foreign_key_check")).mappings()]


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
