"""Room: exceptions. What waits at the desk: gifts, requests, documents, bank lines, open batches, purchases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from donations.exceptions.task import Action, Task
from donations.tables import (
    Approval,
    BankLine,
    BankMatch,
    Batch,
    DocumentRequest,
    GiftReview,
    GoodsOut,
    Purchase,
    tray,
)

_UNANSWERED_AFTER: Final = timedelta(hours=1)
LEFT_OPEN_AFTER: Final = timedelta(hours=24)
"""A batch is entered at one sitting: one that stands open for a day was forgotten, and its cheques with it."""

_DECIDE: Final = Action(words="Approve or decline", address="/treasury/approvals")
_LOOK: Final = Action(words="See the gifts", address="/treasury/gifts", command="almoner gift list")
_WORK: Final = Action(words="Let the worker run", command="almoner work")
_POST: Final = Action(words="Post or mend them", address="/treasury/batches")
_BOUGHT: Final = Action(words="Approve or decline", address="/treasury/purchases", command="almoner spend list")
_LEAVING: Final = Action(words="Approve or decline", address="/treasury/goods", command="almoner goods list")

_MATCH: Final = Action(words="Say what they are", address="/treasury/bank", command="almoner bank lines --waiting")
_BLOCKS: Final = frozenset({"bank_line"})
"""No month or year closes while one of these waits."""

_WAITING: Final[tuple[tuple[str, str, Action], ...]] = (
    ("gift_held", "Gifts wait for their donors' answer", _LOOK),
    ("approval", "Requests wait for a second person", _DECIDE),
    ("document_owed", "Documents could not be issued", _WORK),
    ("bank_line", "Lines of the bank are not in the book", _MATCH),
    ("tray", "Money waits for the clerk", _WORK),
    ("batch_open", "Batches are left open", _POST),
    ("purchase_drafted", "Purchases wait for a decision", _BOUGHT),
    ("goods_drafted", "Goods that are to leave wait for a decision", _LEAVING),
)

Counted = tuple[int, datetime | None]


def list_waiting(session: Session, now: datetime) -> list[Task]:
    """Return what waits for a person of the staff, each kind once, with the oldest's instant."""
    found = {
        "gift_held": count_rows(session, GiftReview.held_at, GiftReview.state == "held"),
        "approval": count_rows(
            session, Approval.requested_at, Approval.state == "requested", Approval.expires_at > now
        ),
        "document_owed": count_rows(
            session, DocumentRequest.requested_at, DocumentRequest.requested_at < now - _UNANSWERED_AFTER
        ),
        "bank_line": count_rows(session, BankLine.imported_at, ~exists().where(BankMatch.line_id == BankLine.id)),
        "tray": (session.scalar(select(func.count()).select_from(tray)) or 0, None),
        "batch_open": count_rows(
            session, Batch.opened_at, Batch.state == "open", Batch.opened_at <= now - LEFT_OPEN_AFTER
        ),
        "purchase_drafted": count_rows(session, Purchase.drafted_at, Purchase.state == "drafted"),
        "goods_drafted": count_rows(session, GoodsOut.drafted_at, GoodsOut.state == "drafted"),
    }
    return [
        Task(
            kind=kind,
            words=words,
            count=found[kind][0],
            severity="blocks" if kind in _BLOCKS else "warns",
            actions=(action,),
            since=found[kind][1],
        )
        for kind, words, action in _WAITING
        if found[kind][0]
    ]


def count_rows(session: Session, since: Any, *conditions: ColumnElement[bool]) -> Counted:  # noqa: ANN401
    """Return how many rows answer and the oldest of their instants, in one statement."""
    count, oldest = session.execute(select(func.count(), func.min(since)).where(*conditions)).one()
    return count, oldest


def tell_if_any(found: Counted, tell: Callable[[int, datetime | None], Task]) -> list[Task]:
    """Return a task where anything was counted."""
    return [tell(*found)] if found[0] else []
