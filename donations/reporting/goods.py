"""Room: reporting. Each thing given in kind in a year: what it was worth, and what of it is still on hand."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import cast, exists, func, select
from sqlalchemy.orm import aliased

from donations.acknowledgment import is_taken_out
from donations.tables import Donor, Gift, GiftSettlement, GoodsGift, GoodsItem, GoodsOut, GoodsOutLine, Receipt
from donations.tables.metadata import Whole

GOODS_COLUMNS: Final = (
    *("gift", "gift_on:day", "donor", "acknowledgment", "item:whole", "kind", "description", "condition"),
    *("count:whole", "left:whole", "value:cents", "left_value:cents"),
)


def goods_of(year: int) -> Any:  # noqa: ANN401  # The columns of an export carry no types.
    """Choose the items of the year's gifts in kind; what has left is what another person approved."""
    gone = _gone()
    later = aliased(Receipt)
    is_newest = (
        (Receipt.gift_id == Gift.id) & (Receipt.series == "R") & ~exists().where(later.replaces == Receipt.number)
    )
    pieces = func.coalesce(gone.c.pieces, 0)
    return (
        select(
            Gift.reference,
            GiftSettlement.gift_on,
            Donor.reference.label("donor"),
            Receipt.number,
            GoodsItem.n,
            GoodsGift.kind,
            GoodsItem.description,
            GoodsItem.condition,
            GoodsItem.count,
            GoodsItem.count - pieces,
            GoodsItem.value_cents,
            GoodsItem.value_cents - GoodsItem.value_cents * pieces // GoodsItem.count,
        )
        .join_from(GoodsItem, GoodsGift, GoodsGift.gift_id == GoodsItem.gift_id)
        .join(Gift, Gift.id == GoodsItem.gift_id)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .outerjoin(Donor, Donor.id == GiftSettlement.donor_id)
        .outerjoin(Receipt, is_newest)
        .outerjoin(gone, gone.c.goods_item_id == GoodsItem.id)
        .where(
            GiftSettlement.gift_on.between(date(year, 1, 1), date(year, 12, 31)),
            ~is_taken_out(),
        )
        .order_by(GiftSettlement.gift_on, Gift.id, GoodsItem.n)
    )


def _gone() -> Any:  # noqa: ANN401  # A subquery's columns carry no types.
    pieces = cast(func.sum(GoodsOutLine.count), Whole).label("pieces")
    return (
        select(GoodsOutLine.goods_item_id, pieces)
        .join(GoodsOut, GoodsOut.id == GoodsOutLine.goods_out_id)
        .where(GoodsOut.state == "approved")
        .group_by(GoodsOutLine.goods_item_id)
        .subquery()
    )
