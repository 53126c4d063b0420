"""What the state machine remembers of each gift: what it still keeps, and what its newest receipt must say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from tests.properties.clerk_model import ClerkModel


@dataclass
class ToldGift:
    """A gift as Stripe has told it so far (`kept`), and as the clerk has filed it (`back`, `disputed`); cents."""

    id: int
    cents: int
    cover: int
    is_receiptable: bool
    kept: int = 0
    cover_kept: int = 0
    back: int = 0
    disputed: int = 0
    is_void: bool = False
    told: int = 0
    """What its newest receipt tells."""
    open_refunds: list[Told] = field(default_factory=list)
    open_disputes: list[Told] = field(default_factory=list)
    facts: int = 0

    def __post_init__(self) -> None:
        self.kept, self.cover_kept = self.cents, self.cover
        self.told = self.cents + self.cover

    @property
    def key(self) -> str:
        """Return the source key of its charge."""
        return f"charge/ch_{self.id}"

    @property
    def status(self) -> str:
        """Return what its newest receipt must say."""
        if self.is_void:
            return "void"
        return "disputed" if self.disputed > 0 else "valid"

    def renew(self) -> bool:
        """Give it a new receipt where the newest is void or tells other cents than were kept; tell whether."""
        stayed = self.cents + self.cover - self.back
        if self.disputed > 0 or stayed <= 0 or (stayed == self.told and not self.is_void):
            return False
        self.told, self.is_void = stayed, False
        return True

    def draw_key(self, word: str) -> str:
        """Return a name for the next fact about it."""
        self.facts += 1
        return f"{word}_{self.id}_{self.facts}"

    def tell_back(self, *, entry_id: int, cents: int, cover: int, key: str, kind: str) -> Told:
        """Remember cents that went back."""
        told = Told(what="back", gift=self, cents=cents, cover=cover, key=key, entry_id=entry_id, kind=kind)
        self.kept -= cents
        self.cover_kept -= cover
        if kind == "refund":
            self.open_refunds.append(told)
        elif kind == "dispute":
            self.open_disputes.append(told)
        return told

    def tell_again(self, gone: Told, *, key: str) -> Told:
        """Remember cents that came again."""
        self.kept += gone.cents
        self.cover_kept += gone.cover
        return replace(gone, what="again", key=key)

    def tell_lost(self, gone: Told, *, key: str) -> Told:
        """Remember a dispute that was lost."""
        return replace(gone, what="lost", key=key)


@dataclass
class Told:
    """One fact in the tray."""

    what: Literal["gift", "back", "again", "lost"]
    gift: ToldGift
    cents: int
    key: str
    cover: int = 0
    entry_id: int = 0
    kind: str = "refund"

    def cut(self, part: float) -> tuple[Told, Told | None]:
        """Return a part of it, and the rest if any."""
        cents = max(1, int(self.cents * part))
        if cents == self.cents:
            return self, None
        return replace(self, cents=cents, cover=0), replace(self, cents=self.cents - cents)

    def file(self, model: ClerkModel) -> None:
        """Do to the model what the clerk must do, and judge the gift's receipt."""
        gift = self.gift
        if self.what == "gift":
            model.file_gift(self.key, self.cents)
            return
        sign = {"back": 1, "again": -1, "lost": 0}[self.what]
        gift.back += sign * (self.cents + self.cover)
        if self.kind == "dispute":
            gift.disputed += {"back": 1, "again": -1, "lost": -1}[self.what] * (self.cents + self.cover)
        if self.what == "back":
            model.send_back(gift.key, self.cents, self.key)
        elif self.what == "again":
            model.bring_again(gift.key, self.cents, self.key)
        else:
            model.note(self.key)
        gift.is_void = gift.is_void or (gift.disputed == 0 and gift.back == gift.cents + gift.cover)
