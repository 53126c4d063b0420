"""Room: migrations. The rules as triggers, for both engines, from one list; and what a database holds, to compare.

A refusal by trigger is an IntegrityError on both engines (SQLSTATE 23514 on PostgreSQL).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from donations.migrations.rules import (
    APPEND_ONLY,
    EFFECTS,
    ERASABLE,
    NEVER_CHANGED,
    NEVER_REMOVED,
    PERIOD_LOCK,
    RULES,
    SEALED,
    Effect,
    Happening,
    Rule,
)

_EXISTS = "this key exists already and never changes"
_PERIOD_LOCKS = {
    "entry": f"PERFORM pg_advisory_xact_lock_shared({PERIOD_LOCK});",
    "period": f"PERFORM pg_advisory_xact_lock({PERIOD_LOCK});",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger: the statements that make it, and its text as the database gives it back."""

    name: str
    statements: tuple[str, ...]
    fingerprint: str


def guards(dialect: str) -> list[Guard]:
    """Return every guard of this release for `sqlite` or `postgresql`."""
    return list(_sqlite_guards() if dialect == "sqlite" else _postgresql_guards())


def install_guards(connection: Connection) -> None:
    """Make every guard; called by the migration that brings them."""
    for guard in guards(connection.dialect.name):
        for statement in guard.statements:
            connection.exec_driver_sql(statement)


def expected_guards(dialect: str) -> dict[str, str]:
    """Return name and fingerprint of every guard that must be there."""
    return {guard.name: guard.fingerprint for guard in guards(dialect)}


def found_guards(connection: Connection) -> dict[str, str]:
    """Return name and fingerprint of every trigger that is there, whoever made it."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    else:
        rows = connection.execute(
            text(
                "SELECT t.tgname, t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid, true) || ' ' || p.prosrc"
                " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
            )
        )
    return {row[0]: row[1] for row in rows}


def _rules(happening: Happening) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in RULES:
        if rule.happening == happening:
            found.setdefault(rule.table, []).append(rule)
    return found


def _kept(table: str) -> str:
    return f"only a migration changes {table}" if table in SEALED else f"rows of {table} are kept as they are"


def _sqlite_guards() -> Iterator[Guard]:
    keys = {**APPEND_ONLY, **NEVER_REMOVED, **ERASABLE}
    rules = _rules("INSERT")
    for table in sorted({*keys, *rules}):
        exists = [(f"EXISTS (SELECT 1 FROM {table} WHERE {key})", _EXISTS) for key in keys.get(table, ())]  # noqa: S608
        said = [(rule.refuse_when, rule.sentence) for rule in rules.get(table, ())]
        yield _sqlite_guard(table, "insert", [*exists, *said])
    for table, said_rules in _rules("UPDATE").items():
        yield _sqlite_guard(table, "update", [(rule.refuse_when, rule.sentence) for rule in said_rules])
    for table, said_rules in _rules("DELETE").items():
        yield _sqlite_guard(table, "delete", [(rule.refuse_when, rule.sentence) for rule in said_rules])
    for table in (*APPEND_ONLY, *SEALED, *NEVER_CHANGED, *ERASABLE):
        yield _sqlite_guard(table, "update", [("1 = 1", _kept(table))])
    for table in (*APPEND_ONLY, *SEALED, *NEVER_REMOVED):
        yield _sqlite_guard(table, "delete", [("1 = 1", _kept(table))])
    for table in SEALED:
        yield _sqlite_guard(table, "insert", [("1 = 1", _kept(table))])
    for effect in EFFECTS:
        name = f"keep_{effect.table}"
        body = (
            f"CREATE TRIGGER {name} AFTER INSERT ON {effect.table} WHEN {effect.when} BEGIN {effect.statement}; END"
        )
        yield Guard(name, (body,), body)


def _sqlite_guard(table: str, happening: str, refusals: Iterable[tuple[str, str]]) -> Guard:
    name = f"guard_{table}_{happening}"
    steps = " ".join(f"SELECT RAISE(ABORT, '{sentence}') WHERE {condition};" for condition, sentence in refusals)
    body = f"CREATE TRIGGER {name} BEFORE {happening.upper()} ON {table} BEGIN {steps} END"
    return Guard(name, (body,), body)


def _postgresql_guards() -> Iterator[Guard]:
    for table, rules in _rules("INSERT").items():
        yield _postgresql_row_guard(table, "insert", rules)
    for table, rules in _rules("UPDATE").items():
        yield _postgresql_row_guard(table, "update", rules)
    for table, rules in _rules("DELETE").items():
        yield _postgresql_row_guard(table, "delete", rules)
    for table in APPEND_ONLY:
        yield _postgresql_statement_guard(table, "DELETE OR UPDATE OR TRUNCATE")
    for table in SEALED:
        yield _postgresql_statement_guard(table, "INSERT OR DELETE OR UPDATE OR TRUNCATE")
    for table in NEVER_REMOVED:
        yield _postgresql_statement_guard(table, "DELETE OR TRUNCATE")
    for table in (*NEVER_CHANGED, *ERASABLE):
        yield _postgresql_statement_guard(table, "UPDATE OR TRUNCATE")
    for effect in EFFECTS:
        yield _postgresql_effect(effect)


def _postgresql_row_guard(table: str, happening: str, rules: list[Rule]) -> Guard:
    refusals = "".join(
        f" IF {rule.refuse_when} THEN RAISE EXCEPTION '{rule.sentence}' USING ERRCODE = '23514'; END IF;"
        for rule in rules
    )
    lock = _PERIOD_LOCKS.get(table, "") if happening == "insert" else ""
    body = f"BEGIN {lock}{refusals} RETURN {'OLD' if happening == 'delete' else 'NEW'}; END"
    name = f"guard_{table}_{happening}"
    return _postgresql_guard(name, f"BEFORE {happening.upper()} ON {table} FOR EACH ROW", body)


def _postgresql_statement_guard(table: str, happenings: str) -> Guard:
    body = f"BEGIN RAISE EXCEPTION '{_kept(table)}' USING ERRCODE = '23514'; END"
    return _postgresql_guard(f"guard_{table}_kept", f"BEFORE {happenings} ON {table} FOR EACH STATEMENT", body)


def _postgresql_effect(effect: Effect) -> Guard:
    body = f"BEGIN IF {effect.when} THEN {effect.statement}; END IF; RETURN NULL; END"
    return _postgresql_guard(f"keep_{effect.table}", f"AFTER INSERT ON {effect.table} FOR EACH ROW", body)


def _postgresql_guard(name: str, when: str, body: str) -> Guard:
    function = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$"
    trigger = f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()"
    return Guard(name, (function, trigger), f"O {trigger} {body}")
