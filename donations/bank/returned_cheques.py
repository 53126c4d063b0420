"""Room: bank. A cheque that the bank takes back: its gift is returned; designations and receipt follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, insert, select
from sqlalchemy.orm import Session

from donations.errors import FieldRefusedError
from donations.postings import Parts
from donations.settlement.standing import read_given_back, read_moved
from donations.tables import BankMatchSubject, Gift, GiftSettlement, OfflineGift, returned, tray


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositedCheque:
    """A gift whose cheque was deposited, and what of it has not gone back."""

    gift_id: int
    parts: Parts


def find_deposited_cheques(session: Session, cents: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Return, for each of these sums, the gifts whose deposited cheque was of exactly that and stands whole."""
    found: dict[int, list[str]] = defaultdict(list)
    if not cents:
        return found
    rows = session.execute(
        select(Gift.reference, Gift.amount_cents)
        .join(OfflineGift, OfflineGift.gift_id == Gift.id)
        .where(
            OfflineGift.cheque_number.is_not(None),
            Gift.amount_cents.in_(cents),
            exists().where(BankMatchSubject.act == "deposit", BankMatchSubject.subject == Gift.reference),
            _went_back() == 0,
        )
        .order_by(Gift.id.desc())
        .limit(20)
    )
    for row in rows:
        found[row.amount_cents].append(row.reference)
    return found


def _went_back() -> ColumnElement[int]:
    gone = func.coalesce(func.sum(returned.c.children_cents + returned.c.operations_cents), 0)
    return select(gone).where(returned.c.gift_id == Gift.id).correlate(Gift).scalar_subquery()


def returnable(session: Session, reference: str) -> DepositedCheque:
    """Return a deposited cheque's gift, held until the commit; raises `FieldRefusedError` for any other."""
    gift_id = session.scalar(
        select(Gift.id)
        .join(OfflineGift, OfflineGift.gift_id == Gift.id)
        .where(
            Gift.reference == reference,
            OfflineGift.cheque_number.is_not(None),
            exists().where(BankMatchSubject.act == "deposit", BankMatchSubject.subject == reference),
        )
        .with_for_update()
    )
    if gift_id is None:
        raise FieldRefusedError("That gift is no cheque that was deposited.", field="line")
    came = read_moved(session, "assets:undeposited", [f"gift/{reference}"])
    return DepositedCheque(gift_id=gift_id, parts=came - read_given_back(session, gift_id))


def lay_before_the_clerk(session: Session, reference: str, entry_id: int) -> None:
    """Note what of the gift went back by this entry, for the clerk to release, void or replace."""
    settled = select(GiftSettlement.gift_id).join(Gift, Gift.id == GiftSettlement.gift_id)
    gift_id = session.scalars(settled.where(Gift.reference == reference)).one()
    gone = returnable(session, reference).parts
    session.execute(
        insert(returned).values(
            entry_id=entry_id,
            gift_id=gift_id,
            children_cents=gone.children,
            operations_cents=gone.operations,
            kind="late_return",
        )
    )
    session.execute(insert(tray).values(entry_id=entry_id))


def lay_comeback_before_the_clerk(session: Session, entry_id: int, undone_by: int) -> None:
    """Note that what went back by an entry never went: the entry that reverses it brings the same cents again."""
    gone = session.execute(select(returned).where(returned.c.entry_id == entry_id)).one()
    session.execute(
        insert(returned).values(
            entry_id=undone_by,
            gift_id=gone.gift_id,
            children_cents=-gone.children_cents,
            operations_cents=-gone.operations_cents,
            kind=gone.kind,
        )
    )
    session.execute(insert(tray).values(entry_id=undone_by))
