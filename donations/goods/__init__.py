"""Room: goods. Gifts in kind: taken in and acknowledged without a value, given out or sold by two people."""

from donations.goods.desk import Act, GoodsDesk
from donations.goods.facts import CONDITIONS, GoodsWish, ItemWish, Kind
from donations.goods.giving_out import OutWish, Part, share
from donations.goods.on_hand import OutFacts, Shelf
from donations.postings import HowOut

__all__ = [
    "CONDITIONS",
    "Act",
    "GoodsDesk",
    "GoodsWish",
    "HowOut",
    "ItemWish",
    "Kind",
    "OutFacts",
    "OutWish",
    "Part",
    "Shelf",
    "share",
]
