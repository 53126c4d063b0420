"""Room: log. Whether the log is whole (I15) and says what the book says (I16), asked of every line again."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from donations.log.lines import NONE, read_line
from donations.log.stored import Stored
from donations.log.tree import Tree, leaf_hash, root
from donations.tables import GiftSettlement, Receipt, entry, filing, log_checkpoint, log_leaf, returned, transfer
from receipts.wording import NOT_MONEY

_PAGE = 5_000
_BACK = ("refund", "late-return", "disputed", "withdrawn")
_AGAIN = ("refund-failed", "reinstated")
_BROUGHT = (4010, 4020)


def find_broken_lines(session: Session) -> list[str]:
    """Return what is wrong with lines, roots and tiles, a sentence each: every line is hashed anew (I15)."""
    tree, wrong = Tree(), list[str]()
    while rows := session.execute(
        select(log_leaf).where(log_leaf.c.idx >= len(tree)).order_by(log_leaf.c.idx).limit(_PAGE)
    ).all():
        for index, row in enumerate(rows, start=len(tree)):
            line = read_line(row.line)
            said = (line.kind, line.month, line.children_cents, line.operations_cents)
            if row.idx != index:
                return [*wrong, f"line {index} is missing"]
            if said != (row.kind, row.month, row.children_cents, row.operations_cents):
                wrong.append(f"line {index} is not what was told")
            if (row.number or NONE) != line.number or (row.ref is not None and line.ref != str(row.ref)):
                wrong.append(f"line {index} names another receipt or line than was told")
        tree.append(leaf_hash(row.line.encode()) for row in rows)
    return [*wrong, *_false_roots(session, tree)]


def find_unbooked(session: Session) -> list[str]:
    """Return where lines and book differ: numbers, cents of a gift, cents that went back (I16)."""
    return [*_lost_numbers(session), *_other_cents(session), *_other_returns(session)]


def _false_roots(session: Session, tree: Tree) -> Iterator[str]:
    if root(len(tree), Stored(session).node) != root(len(tree), tree.node):
        yield "the kept tiles are not the hashes of the lines"
    for signed in session.execute(select(log_checkpoint.c.lines, log_checkpoint.c.root)):
        if signed.lines > len(tree):
            yield f"{signed.lines} lines were signed, and there are {len(tree)}"
        elif root(signed.lines, tree.node) != base64.b64decode(signed.root):
            yield f"the first {signed.lines} lines are not those that were signed"


def _lost_numbers(session: Session) -> Iterator[str]:
    rows = session.execute(
        select(Receipt.number)
        .outerjoin(log_leaf, log_leaf.c.number == Receipt.number)
        .where(Receipt.series == "R", log_leaf.c.idx.is_(None))
        .limit(20)
    )
    yield from (f"no line carries {row.number}" for row in rows)


def _other_cents(session: Session) -> Iterator[str]:
    """Yield the gifts whose lines have other cents than the entry brought; parts that still wait are none yet."""
    told = (
        select(
            log_leaf.c.gift_id,
            func.sum(log_leaf.c.children_cents).label("children"),
            func.sum(log_leaf.c.operations_cents).label("operations"),
        )
        .where(log_leaf.c.kind.in_(("gift", "part")))
        .group_by(log_leaf.c.gift_id)
        .having(func.count() == func.max(log_leaf.c.parts))
        .subquery()
    )
    brought = transfer.c.credit_id.in_(_BROUGHT)
    booked = (
        select(
            GiftSettlement.gift_id,
            func.sum(case((brought & (transfer.c.fund_id == 1), transfer.c.cents), else_=0)).label("children"),
            func.sum(case((brought & (transfer.c.fund_id != 1), transfer.c.cents), else_=0)).label("operations"),
        )
        .join(transfer, transfer.c.entry_id == GiftSettlement.entry_id)
        .where(GiftSettlement.method.not_in(NOT_MONEY))
        .group_by(GiftSettlement.gift_id)
        .subquery()
    )
    rows = session.execute(
        select(told.c.gift_id)
        .join(booked, booked.c.gift_id == told.c.gift_id)
        .where((told.c.children != booked.c.children) | (told.c.operations != booked.c.operations))
        .limit(20)
    )
    yield from (f"the lines of gift {row.gift_id} have other cents than its entry" for row in rows)


def _other_returns(session: Session) -> Iterator[str]:
    """Yield the gifts of which other cents went back by the book than by the lines."""
    sign = case((log_leaf.c.kind.in_(_BACK), 1), (log_leaf.c.kind.in_(_AGAIN), -1), else_=0)
    told = (
        select(
            log_leaf.c.gift_id,
            func.sum(sign * (log_leaf.c.children_cents + log_leaf.c.operations_cents)).label("cents"),
        )
        .where(log_leaf.c.gift_id.is_not(None))
        .group_by(log_leaf.c.gift_id)
        .subquery()
    )
    back = (
        select(returned.c.gift_id, func.sum(returned.c.children_cents + returned.c.operations_cents).label("cents"))
        .join(entry, entry.c.id == returned.c.entry_id)
        .join(filing, filing.c.entry_id == entry.c.id)
        .group_by(returned.c.gift_id)
        .subquery()
    )
    rows = session.execute(
        select(told.c.gift_id)
        .outerjoin(back, back.c.gift_id == told.c.gift_id)
        .where(told.c.cents != func.coalesce(back.c.cents, 0))
        .limit(20)
    )
    yield from (f"of gift {row.gift_id} other cents went back by the book than by its lines" for row in rows)
