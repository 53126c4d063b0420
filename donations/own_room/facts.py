"""Room: own_room. What stands in a donor's room: facts of theirs alone, cents and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from donations.giving import GiftStanding, PledgeStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGift:
    """A gift of theirs, and whether it may stand under their name on a public list."""

    standing: GiftStanding
    is_named: bool
    is_printed: bool
    """Whether its receipt can be handed out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastGift:
    """A gift that another system received and receipted."""

    given_on: date
    amount_cents: int
    refunded_cents: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPledge:
    """A monthly gift of theirs, and the secret of its own page."""

    standing: PledgeStanding
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDocument:
    """A statement of a year, or another paper that is not one gift's receipt."""

    number: str
    kind: str
    year: int
    amount_cents: int
    issued_on: date
    status: str
    is_printed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRoom:
    """Everything a donor sees of themselves, the newest first."""

    addresses: tuple[str, ...]
    gifts: tuple[OwnGift, ...]
    past: tuple[PastGift, ...]
    pledges: tuple[OwnPledge, ...]
    documents: tuple[OwnDocument, ...]
