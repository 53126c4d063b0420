"""What a return costs does not grow with the book: no statement of its sitting walks through a table that grows."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import partial
from typing import Any

from sqlalchemy import event, text

from donations.database import Database
from tests.clerk_room import Giving, open_funds, settle_all, spend, tick
from tests.returning_room import fail_refund, give_back

_GROWING = frozenset(
    {"entry", "transfer", "designation", "returned", "filing", "gift", "gift_settlement", "contact", "receipt"}
    | {"receipt_event", "idle_source", "dispute", "clothing_spend"}
)
_WALK = re.compile(r"SCAN (\w+)(?: AS \w+)?(?! USING INDEX ix_clothing_fund_(?:short|unspent))", re.ASCII)


def _walks(book: Database, statements: list[tuple[str, Any]]) -> dict[str, str]:
    """Return the statements that walk through a growing table, by the step of their plan that says so."""
    found: dict[str, str] = {}
    # A connection of its own: one that has planned a statement before does not plan it again.
    with closing(sqlite3.connect(book.url.removeprefix("sqlite:///"))) as connection:
        for statement, parameters in statements:
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                walked = _WALK.match(step)
                if walked and _names(statement, walked[1]) & _GROWING:
                    found[step] = statement
    return found


def _names(statement: str, alias: str) -> set[str]:
    """Return an alias and the table it stands for."""
    return {alias, *re.findall(rf"(\w+) AS {alias}\b", statement)}


def test_no_statement_of_a_return_walks_through_a_table_that_grows(book: Database) -> None:
    if not book.is_sqlite:
        return  # A small table's plan says nothing there: the planner counts rows first.
    first, *_ = open_funds(book, funds=3)
    settle_all(book, *[Giving(cents=20_000)] * 3)
    tick(book)
    book.write(partial(spend, code=first.code, cents=5_000, reference="one"))
    back = give_back(book, 1, 20_000)
    fail_refund(book, back)
    statements: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:  # noqa: ANN401  # SQLAlchemy's own six arguments.
        statement, parameters, is_many = told[2], told[3], told[5]
        if statement.lstrip()[:6].upper() in {"SELECT", "UPDATE", "DELETE"}:
            statements.append((statement, parameters[0] if is_many else parameters))

    event.listen(book.engine, "before_cursor_execute", note)
    tick(book)
    event.remove(book.engine, "before_cursor_execute", note)
    assert len(statements) > 40
    assert _walks(book, statements) == {}
    book.write(lambda session: session.execute(text("DROP INDEX ix_designation_instead_of")))
    assert _walks(book, statements)
