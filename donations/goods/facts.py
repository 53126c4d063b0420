"""Room: goods. What must be known of a gift in kind: what was handed over, where and when, and its book value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from donations.errors import FieldRefusedError
from donations.money import CENTS_MAX
from receipts.facts import NAME_MAX, DocumentRefusedError, DonatedItem, text_fault
from receipts.facts.letters import COUNT_MAX, ITEMS_MAX
from receipts.rules.us.earmarks import screen
from receipts.wording import ItemCondition, Language, Method

Kind = Literal["goods", "securities"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
CONDITIONS: Final[tuple[ItemCondition, ...]] = get_args(ItemCondition)
METHODS: Final[dict[Kind, Method]] = {"goods": "in_kind", "securities": "stock"}
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWish:
    """Some things of one sort; `value_cents` is what all of them are worth, for the book alone.

    `condition` is None for securities only.
    """

    description: str
    count: int
    condition: ItemCondition | None
    value_cents: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsWish:
    """A gift in kind as the treasurer tells it. An e-mail address is never required."""

    kind: Kind
    name: str
    handed_over_on: date
    place: str
    items: tuple[ItemWish, ...]
    email: str = ""
    language: Language = "en"
    """In which the donor is written to."""

    @property
    def value_cents(self) -> int:
        """Return what all of it is worth."""
        return sum(item.value_cents for item in self.items)


def check_wish(wish: GoodsWish, *, today: date) -> None:
    """Refuse what no acknowledgment could describe, or what tells of a person; raises `FieldRefusedError`."""
    if wish.kind not in KINDS:
        raise FieldRefusedError("Choose goods or securities.", field="kind")
    why = text_fault(wish.name.strip(), limit=NAME_MAX)
    if why:
        raise FieldRefusedError(f"The donor's name {why}.", field="name")
    if wish.email and not _EMAIL.fullmatch(wish.email):
        raise FieldRefusedError("That is no e-mail address; leave it empty if the donor left none.", field="email")
    if wish.handed_over_on > today:
        raise FieldRefusedError("Goods cannot have been handed over on a day to come.", field="handed_over_on")
    if not 1 <= len(wish.items) <= ITEMS_MAX:
        raise FieldRefusedError(f"Describe between 1 and {ITEMS_MAX} sorts of things.", field="description")
    _check_text(wish.place, "place")
    for item in wish.items:
        _check_item(item, wish.kind)
    if wish.value_cents > CENTS_MAX:
        raise FieldRefusedError("That is more than the book can hold.", field="value")


def _check_item(item: ItemWish, kind: Kind) -> None:
    if not 1 <= item.count <= COUNT_MAX:
        raise FieldRefusedError(f"Count between 1 and {COUNT_MAX:,} of them.", field="count")
    if (item.condition is None) != (kind == "securities"):
        raise FieldRefusedError("Say which condition goods are in; securities have none.", field="condition")
    if item.value_cents < item.count:
        raise FieldRefusedError("Give what they are worth together, at least a cent each.", field="value")
    _check_text(item.description, "description")
    if item.note:
        _check_text(item.note, "note")
    try:
        DonatedItem(description=item.description, count=item.count, condition=item.condition, note=item.note)
    except DocumentRefusedError as refused:
        raise FieldRefusedError(refused.sentence, field="description") from None


def _check_text(text: str, field: str) -> None:
    """Refuse a text that cannot be printed, or that says whom the things are for: nobody is ever named here."""
    why = text_fault(text)
    if why:
        raise FieldRefusedError(f"The {field} {why}.", field=field)
    if screen(text).is_held:
        raise FieldRefusedError("Describe the goods alone, never for whom they are.", field=field)
