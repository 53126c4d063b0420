"""Room: acknowledgment. Goods and securities: what was handed over is described, and never valued (R10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.acknowledgment.letterhead import Letterhead
from donations.tables import GoodsGift, GoodsItem
from receipts.facts import DonatedItem, DonorFacts, InKindAcknowledgment, NothingGiven
from receipts.rules import us

if TYPE_CHECKING:
    from donations.acknowledgment.gifts import SettledGift


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What a gift in kind is made of, as its document describes it, and where it was handed over."""

    items: tuple[DonatedItem, ...]
    place: str


def read_handed_over(session: Session, gift_ids: Sequence[int]) -> dict[int, HandedOver]:
    """Return the goods of each of these gifts that is one in kind; what they are worth is not read at all."""
    if not gift_ids:
        return {}
    rows = session.execute(
        select(
            GoodsItem.gift_id,
            GoodsItem.description,
            GoodsItem.count.label("pieces"),
            GoodsItem.condition,
            GoodsItem.note,
            GoodsGift.place,
        )
        .join(GoodsGift, GoodsGift.gift_id == GoodsItem.gift_id)
        .where(GoodsItem.gift_id.in_(gift_ids))
        .order_by(GoodsItem.gift_id, GoodsItem.n)
    ).all()
    gifts = ((gift_id, list(items)) for gift_id, items in groupby(rows, key=lambda row: row.gift_id))
    return {
        gift_id: HandedOver(items=tuple(_item(row) for row in items), place=items[0].place)
        for gift_id, items in gifts
    }


def as_goods(gift: SettledGift, handed: HandedOver) -> us.Goods:
    """Return a gift in kind as the rules assess it."""
    return us.Goods(
        items=handed.items,
        handed_over_on=gift.gift_on,
        place=handed.place,
        donor_name=None if gift.donor_id is None else gift.donor_name,
    )


def draft_in_kind(
    gift: SettledGift, handed: HandedOver, letterhead: Letterhead, *, number: str, token: str
) -> InKindAcknowledgment:
    """Return the acknowledgment of goods; raises `receipts.facts.DocumentRefusedError`."""
    return InKindAcknowledgment(
        number=number,
        issued_at=letterhead.issued_at,
        issued_on=letterhead.issued_on,
        time_zone=letterhead.time_zone,
        issuer=letterhead.issuer,
        donor=DonorFacts(name=gift.donor_name, address_lines=gift.donor_address_lines),
        verify_url=letterhead.verify_url(token),
        simulated=letterhead.simulated,
        language=gift.language,
        state_disclosures=letterhead.disclosures(gift.donor_state),
        method=gift.method,
        items=handed.items,
        gift_on=gift.gift_on,
        gift_on_basis=gift.gift_on_basis,
        tax_year=gift.gift_on.year,
        place=handed.place,
        goods_services=NothingGiven(),
    )


def _item(row: Any) -> DonatedItem:  # noqa: ANN401  # A row of the statement above.
    return DonatedItem(description=row.description, count=row.pieces, condition=row.condition, note=row.note)
