"""Room: clerk. Public lines of money that went back, or came again: each names the line it takes from or undoes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from donations.clerk.telling import Teller
from donations.log import NONE, Kind, Opening, Told
from donations.tables import Dispute, GiftSettlement, entry, log_leaf, returned, transfer

_GONE: Final[dict[str, Kind]] = {"refund": "refund", "late_return": "late-return", "dispute": "disputed"}
_AGAIN: Final[dict[str, Kind]] = {"refund": "refund-failed", "late_return": "refund-failed", "dispute": "reinstated"}
_UNDOING: Final = frozenset({"refund-failed", "reinstated", "withdrawn"})


@dataclass(slots=True)
class _Open:
    """A line of the gift, and how many of its cents are not taken or undone yet."""

    idx: int
    children: int
    operations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Happening:
    """Something filed of a gift, and what to call it."""

    entry_id: int
    gift_id: int
    on: date


def tell_return(session: Session, teller: Teller, entry_id: int) -> None:
    """Tell what one filed entry sent back or brought again; one that was never a gift's money has no line."""
    row = session.execute(
        select(
            entry.c.source_key,
            entry.c.reverses,
            returned.c.gift_id,
            returned.c.kind,
            returned.c.children_cents,
            returned.c.operations_cents,
            func.coalesce(returned.c.happened_on, entry.c.effective_on).label("happened_on"),
        )
        .outerjoin(returned, returned.c.entry_id == entry.c.id)
        .where(entry.c.id == entry_id)
    ).one()
    gift_id = _gift_of_dispute(session, row.source_key) if row.gift_id is None else row.gift_id
    if gift_id is None:
        return
    told = _Happening(entry_id=entry_id, gift_id=gift_id, on=row.happened_on)
    for opening, further in teller.read_further_parts(session, gift_id) if _is_in_parts(session, gift_id) else ():
        # A return may take more than the first part holds: the others are told before it.
        teller.tell("part", opening, further)
    teller.pen.write()
    if row.gift_id is None:
        _tell_loss(session, teller, told)
    elif row.kind == "correction":
        _tell(
            teller,
            told,
            "withdrawn",
            [(one.idx, one.children, one.operations) for one in _gift_lines(session, gift_id)],
        )
    else:
        _tell_cents(session, teller, told, row)


def _tell_cents(session: Session, teller: Teller, told: _Happening, row: Any) -> None:  # noqa: ANN401  # A row.
    gone = max(row.children_cents, 0), max(row.operations_cents, 0)
    again = max(-row.children_cents, 0), max(-row.operations_cents, 0)
    if any(gone):
        _tell(teller, told, _GONE[row.kind], _spread(gone, _gift_lines(session, told.gift_id)))
    if any(again):
        lines = _return_lines(session, told.gift_id, _GONE[row.kind], row.reverses)
        _tell(teller, told, _AGAIN[row.kind], _spread(again, lines), first=2 if any(gone) else 1)


def _tell_loss(session: Session, teller: Teller, told: _Happening) -> None:
    """Tell a dispute that was lost, with the cents that were given up; they had gone back before."""
    lost = select(
        func.coalesce(func.sum(case((transfer.c.fund_id == 1, transfer.c.cents), else_=0)), 0).label("children"),
        func.coalesce(func.sum(case((transfer.c.fund_id == 2, transfer.c.cents), else_=0)), 0).label("operations"),  # noqa: PLR2004
    ).where(transfer.c.entry_id == told.entry_id)
    cents = session.execute(lost).one()
    disputed = session.scalar(
        select(func.max(log_leaf.c.idx)).where(log_leaf.c.gift_id == told.gift_id, log_leaf.c.kind == "disputed")
    )
    if disputed is not None:
        _tell(teller, told, "lost", [(disputed, int(cents.children), int(cents.operations))])


def _tell(
    teller: Teller, told: _Happening, kind: Kind, shares: Iterable[tuple[int, int, int]], *, first: int = 1
) -> None:
    for place, (ref, children, operations) in enumerate(shares, start=first):
        opening = Opening(number=NONE, children_cents=children, operations_cents=operations, gift_on=told.on)
        subject = Told(subject=f"entry/{told.entry_id}/{place}", gift_id=told.gift_id)
        teller.tell(kind, opening, subject, ref=ref)
    teller.pen.write()


def _spread(cents: tuple[int, int], lines: Sequence[_Open]) -> Iterator[tuple[int, int, int]]:
    """Spread cents over lines, each as far as it goes; what goes beyond all of them stands on the last."""
    children, operations = cents
    for place, line in enumerate(lines):
        is_last = place == len(lines) - 1
        own = (
            children if is_last else min(children, line.children),
            operations if is_last else min(operations, line.operations),
        )
        if any(own):
            yield (line.idx, *own)
        children, operations = children - own[0], operations - own[1]


def _gift_lines(session: Session, gift_id: int) -> list[_Open]:
    """Return the lines of a gift with what of each did not go back."""
    return _less_taken(session, gift_id, ("gift", "part"))


def _return_lines(session: Session, gift_id: int, kind: Kind, reverses: int | None) -> list[_Open]:
    """Return the lines by which money went, the youngest first, with what of each did not come again."""
    undone = select(log_leaf.c.idx).where(log_leaf.c.subject.like(f"entry/{reverses}/%"))
    named = set(session.scalars(undone)) if reverses is not None else set()
    lines = [one for one in _less_taken(session, gift_id, (kind,)) if not named or one.idx in named]
    return lines[::-1] or _gift_lines(session, gift_id)


def _less_taken(session: Session, gift_id: int, kinds: tuple[str, ...]) -> list[_Open]:
    rows = session.execute(select(log_leaf).where(log_leaf.c.gift_id == gift_id).order_by(log_leaf.c.idx)).all()
    lines = {row.idx: _Open(row.idx, row.children_cents, row.operations_cents) for row in rows}
    # What undid a return gives its cents back to the line that return had taken them from.
    for row in rows:
        taken, sign = lines.get(row.ref), 1
        if row.kind not in {*_GONE.values(), *_UNDOING} or taken is None:
            continue
        while taken is not None:
            taken.children, taken.operations = (
                taken.children - sign * row.children_cents,
                taken.operations - sign * row.operations_cents,
            )
            above = next(other.ref for other in rows if other.idx == taken.idx)
            taken, sign = lines.get(above), -sign
    return [lines[row.idx] for row in rows if row.kind in kinds]


def _is_in_parts(session: Session, gift_id: int) -> bool:
    in_parts = select(log_leaf.c.idx).where(log_leaf.c.gift_id == gift_id, log_leaf.c.parts > 1)
    return session.scalar(in_parts.limit(1)) is not None


def _gift_of_dispute(session: Session, source_key: str) -> int | None:
    dispute_id = source_key.removeprefix("dispute/").removesuffix("/lost")
    return session.scalar(
        select(GiftSettlement.gift_id)
        .join(Dispute, Dispute.charge_id == GiftSettlement.charge_id)
        .where(Dispute.id == dispute_id)
    )
