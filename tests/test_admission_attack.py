"""Card testers against the choke point, under a clock of our own: how many of 10,000 tries reach Stripe."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from donations import admission, tokens
from donations.admission import Asker, ProofNeededError
from donations.admission.figures import ATTACK_BITS
from donations.database import Database
from tests.admission_room import Crowd
from tests.clerk_room import NOON
from tests.giving_room import KEYS

TRIES = 10_000
A_MINUTE = 200
"""The pace of a burst (stripe.md, case 43)."""


@dataclass
class Attack:
    """Card testers with so many addresses, a new browser and mail address for each try, and every card declined."""

    book: Database
    addresses: int
    delay: timedelta = timedelta(0)
    """How late we learn of a decline."""
    reached: int = 0
    waiting: list[tuple[datetime, str]] = field(default_factory=list)

    def run(self, tries: int) -> int:
        """Try so often and return how many checkouts were opened."""
        crowd = Crowd(self.book)
        for number in range(tries):
            crowd.now = NOON + timedelta(minutes=number / A_MINUTE)
            self._tell_what_is_due(crowd)
            reference = self._try(crowd, number)
            if reference is not None:
                self.reached += 1
                self.waiting.append((crowd.now + self.delay, reference))
        return self.reached

    def _tell_what_is_due(self, crowd: Crowd) -> None:
        while self.waiting and self.waiting[0][0] <= crowd.now:
            declined_at, reference = self.waiting.pop(0)
            crowd.tell("failed", reference, at=declined_at)

    def _try(self, crowd: Crowd, number: int) -> str | None:
        block = number % self.addresses
        asker = Asker(
            address=f"10.{block >> 8}.{block & 255}.1",
            device=f"device-{number}",
            email=f"{number}@example.org",
            amount_cents=13_000,
        )
        form = crowd.form(asker)
        try:
            return crowd.promise(asker, form=form)[1]
        except ProofNeededError as needed:
            return crowd.promise(_as_if_solved(asker, form), form=form)[1] if _opens(needed) else None


def _as_if_solved(asker: Asker, form: str) -> Asker:
    """Bring the code in place of the proof: it opens the same door, and these tests need not hash for minutes."""
    return replace(asker, code=admission.code_for(KEYS, tokens.hash_token(form), asker.email))


def _opens(needed: ProofNeededError) -> bool:
    """Tell whether the proof alone opens a checkout; the hardest one only leads to the code by mail."""
    return needed.bits < ATTACK_BITS


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        pytest.param(1, 25, marks=pytest.mark.slow),
        # Hundreds of proofs are solved here, each as costly as it is meant to be.
        pytest.param(100, 100, marks=pytest.mark.long),
        pytest.param(1_000, 500, marks=pytest.mark.long),
    ],
)
def test_of_a_burst_of_card_testers_who_solve_every_proof_few_reach_stripe(
    book: Database, addresses: int, most: int
) -> None:
    assert Attack(book, addresses).run(600) <= most


@pytest.mark.parametrize(("addresses", "most"), [(1, 25), (100, 100), (1_000, 500)])
@pytest.mark.long
def test_of_ten_thousand_tries_few_reach_stripe(book: Database, addresses: int, most: int) -> None:
    assert Attack(book, addresses).run(TRIES) <= most


@pytest.mark.parametrize(
    "donors", [pytest.param(150, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.long)]
)
def test_of_five_hundred_honest_donors_behind_one_address_none_is_refused(book: Database, donors: int) -> None:
    """Fifty give each minute; three of a hundred cards are declined at first, and every payment takes 90 seconds."""
    crowd, asked, refused = Crowd(book), 0, 0
    waiting: list[tuple[datetime, str, str]] = []
    for number in range(donors):
        crowd.now = NOON + timedelta(seconds=1.2 * number)
        while waiting and waiting[0][0] <= crowd.now:
            _, reference, status = waiting.pop(0)
            crowd.tell(status, reference, at=crowd.now)
        asker = Asker(address="192.0.2.200", device=f"device-{number}", email=f"{number}@example.org")
        form = crowd.form(asker)
        try:
            reference = crowd.promise(asker, form=form)[1]
        except ProofNeededError as needed:
            asked += 1
            refused += not _opens(needed)
            reference = crowd.promise(_as_if_solved(asker, form), form=form)[1]
        paid_at = crowd.now + timedelta(seconds=90)
        if number % 33 == 0:
            waiting.append((paid_at, reference, "failed"))
        waiting.append((paid_at, reference, "succeeded"))
    assert refused == 0
    assert asked < donors
