"""What will happen in a simulated year, drawn by one seed beforehand: who gives when and how, and what goes back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Literal

from donations.cli.playing import How
from donations.simulator.anchors import renewal
from donations.simulator.invoices import DRAFT_SECONDS

Fate = Literal["stays", "ours", "dashboard", "lost", "won", "inquiry", "failed", "returned"]
"""What becomes of a gift: it is refunded by us or in the Dashboard, disputed, or its bank debit comes back."""

DAYS = 365
LAST_DAYS = 10
"""After the year what is on its way arrives: debits, refunds, payouts; and pledges go on."""
_PLEDGES_IN_100 = 1
_ACH, _REFUNDS, _DISPUTES, _RETURNS = 0.10, 0.03, 0.005, 0.02
_PARTIAL = 0.4
_QUIET_DAYS = 40
"""On the last days nothing goes back any more, so that all of it has an end within the year."""
_DEBIT_DAYS = 6
_AMOUNTS = ("5", "25.50", "50", "130", "130.00", "131", "260", "999.99")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGift:
    """One form that a donor will fill in, and what will become of the money."""

    at: datetime
    fields: dict[str, str]
    how: How
    fate: Fate = "stays"
    fate_after: timedelta = timedelta()
    cents: int | None = None
    """So much is given back; None for all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A year of gifts in the order of time; `renewals` is how many months of pledges will follow by themselves."""

    begins: datetime
    gifts: tuple[PlannedGift, ...]
    renewals: int

    @property
    def ends(self) -> datetime:
        """Return the last instant of the year."""
        return self.begins + timedelta(days=DAYS)

    def days(self) -> Iterator[tuple[datetime, list[PlannedGift]]]:
        """Yield the end of each day and what is given on it."""
        for number in range(DAYS):
            until = self.begins + timedelta(days=number + 1)
            yield until, [gift for gift in self.gifts if until - timedelta(days=1) <= gift.at < until]


def draw_plan(chance: random.Random, *, gifts: int, begins: datetime) -> Plan:
    """Draw a year in which so many gifts settle, months of pledges among them."""
    pledges = [_monthly(chance, begins) for _ in range(gifts * _PLEDGES_IN_100 // 100)]
    ends = begins + timedelta(days=DAYS + LAST_DAYS)
    renewals = sum(_months_within(pledge.at, ends) for pledge in pledges)
    once = [_once(chance, begins) for _ in range(gifts - renewals - len(pledges))]
    debited = [gift for gift in once if gift.how == "debited"]
    returns = round(len(debited) * _RETURNS)
    # A debit that fails never becomes a gift, so it comes on top.
    failing = [replace(_debit(chance, begins), fate="failed", fate_after=timedelta(days=1)) for _ in range(returns)]
    fated = list(chain(_with_fates(chance, once, gifts, returns), failing, pledges))
    return Plan(begins=begins, gifts=tuple(sorted(fated, key=lambda gift: gift.at)), renewals=renewals)


def _with_fates(chance: random.Random, once: list[PlannedGift], gifts: int, returns: int) -> list[PlannedGift]:
    paid = [gift for gift in once if gift.how == "paid"]
    debited = [gift for gift in once if gift.how == "debited"]
    refunds, disputes = round(gifts * _REFUNDS), round(gifts * _DISPUTES)
    fates: list[Fate] = ["ours" if number % 2 else "dashboard" for number in range(refunds)]
    ends: tuple[Fate, ...] = ("lost", "won", "lost", "inquiry")
    fates += [ends[number % len(ends)] for number in range(disputes)]
    chance.shuffle(paid)
    quiet = min(gift.at for gift in once) + timedelta(days=DAYS - _QUIET_DAYS - 1)
    paid.sort(key=lambda gift: gift.at > quiet)  # What is given late stays: its end would come after the year.
    changed = [_fated(chance, gift, fate) for gift, fate in zip(paid, fates, strict=False)]
    taken_back = [replace(gift, fate="returned", fate_after=_days(chance, 7, 30)) for gift in debited[:returns]]
    return [*changed, *paid[len(fates) :], *taken_back, *debited[returns:]]


def _fated(chance: random.Random, gift: PlannedGift, fate: Fate) -> PlannedGift:
    is_partial = fate in {"ours", "dashboard"} and chance.random() < _PARTIAL
    cents = chance.choice((1, 100, 499)) if is_partial else None
    return replace(gift, fate=fate, fate_after=_days(chance, 1, 30), cents=cents)


def _days(chance: random.Random, least: int, most: int) -> timedelta:
    return timedelta(days=chance.randint(least, most))


def _monthly(chance: random.Random, begins: datetime) -> PlannedGift:
    at = begins + timedelta(days=DAYS - _QUIET_DAYS) * chance.random()
    return PlannedGift(at=at, how="paid", fields=_fields(chance) | {"frequency": "monthly"})


def _once(chance: random.Random, begins: datetime) -> PlannedGift:
    if chance.random() < _ACH:
        return _debit(chance, begins)
    return PlannedGift(at=begins + timedelta(days=DAYS) * chance.random(), how="paid", fields=_fields(chance))


def _debit(chance: random.Random, begins: datetime) -> PlannedGift:
    at = begins + timedelta(days=DAYS - _QUIET_DAYS) * chance.random()
    return PlannedGift(at=at, how="debited", fields=_fields(chance))


def _fields(chance: random.Random) -> dict[str, str]:
    number = chance.randrange(10**6)
    cover = {"cover_fee": "1"} if chance.random() < _PARTIAL else {}
    return {
        "amount": chance.choice(_AMOUNTS),
        "email": f"donor{number % 2000}@example.org",
        "name": f"Donor {number % 2000}",
        "preference": chance.choice(("", "coats", "shoes")),
        "frequency": "once",
    } | cover


def _months_within(begun: datetime, ends: datetime) -> int:
    """Return how many renewals are paid by then; an hour after each month's begin the card is tried."""
    anchor, last = int(begun.timestamp()), int(ends.timestamp()) - DRAFT_SECONDS
    return next(months for months in range(14) if renewal(anchor, months + 1) >= last)
