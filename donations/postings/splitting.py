"""Room: postings. How cents of one gift that go back are split between the children and operations.

After R cents of a charge's T have gone back in all, the children have given back floor(R × C / T), each return its
difference to what went back before. The odd cent falls on operations, and every cut that reaches T ends at C and F.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """Cents of the children's fund, and of operations."""

    children: int
    operations: int

    @property
    def total(self) -> int:
        """Return the sum of both."""
        return self.children + self.operations

    def __add__(self, other: Parts) -> Parts:
        return Parts(self.children + other.children, self.operations + other.operations)

    def __sub__(self, other: Parts) -> Parts:
        return Parts(self.children - other.children, self.operations - other.operations)


NOTHING = Parts(0, 0)


def split_return(gift: Parts, back: Parts, cents: int) -> Parts:
    """Split `cents` > 0 that go back now, `back` having gone back before.

    Each side gives at most what is left of it; what exceeds the gift (the same money sent back by two ways) is
    operations'.
    """
    within = min(cents, max(gift.total - back.total, 0))
    wanted = _floor(gift, back.total + within) - back.children
    least = max(within - max(gift.operations - back.operations, 0), 0)
    most = max(min(within, gift.children - back.children), 0)
    children = min(max(wanted, least), most)
    return Parts(children, cents - children)


def split_comeback(gift: Parts, back: Parts, standing: Parts, cents: int) -> Parts:
    """Split `cents` > 0 that come again, at most what is `standing` to come on each side; the rest is left over.

    The children get what went back of theirs less floor(min(R, T) × C / T), R being what has gone back after it.
    """
    coming = min(cents, standing.total)
    wanted = back.children - _floor(gift, back.total - coming)
    children = min(max(wanted, coming - standing.operations, 0), coming, standing.children)
    return Parts(children, coming - children)


def _floor(gift: Parts, back_cents: int) -> int:
    return max(min(back_cents, gift.total), 0) * gift.children // gift.total
