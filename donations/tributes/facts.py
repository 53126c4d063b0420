"""Room: tributes. What a donor writes of somebody else: whom they honor, and who is to be told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from receipts.rules.us.earmarks import EarmarkReason, screen_tribute
from receipts.wording import DedicationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TributeWish:
    """A tribute as written and already believed; empty where nobody is to be told."""

    kind: DedicationKind
    name: str
    notify_name: str = ""
    notify_email: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedTribute:
    """A tribute without the words that set its gift aside for one person, and why they do; these are kept nowhere."""

    kept: TributeWish
    reason: EarmarkReason | None


def screen_wish(wish: TributeWish) -> ScreenedTribute:
    """Return what may be kept of a tribute: a name that sets the gift aside takes everything with it."""
    of_name, of_message = screen_tribute(wish.name, wish.message, told=wish.notify_name)
    if of_name.is_held:
        return ScreenedTribute(kept=TributeWish(kind=wish.kind, name=""), reason=of_name.reason)
    if of_message.is_held:
        return ScreenedTribute(kept=replace(wish, message=""), reason=of_message.reason)
    return ScreenedTribute(kept=wish, reason=None)
