"""A second, deliberately simple telling of the clerk's rules: it pours cents and keeps no plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

Row = tuple[str, int, int, str, str | None]
"""Source key, place of the fund in the queue, cents, reason, in whose place."""


@dataclass
class Jar:
    """One clothing fund; `layers` are [source, cents], the latest poured on top."""

    queue_no: int
    target: int
    spent: int = 0
    closed: bool = False
    layers: list[tuple[str, int]] = field(default_factory=list)

    @property
    def cents(self) -> int:
        """Return what stands in it."""
        return sum(cents for _, cents in self.layers)

    @property
    def unspent(self) -> int:
        """Return what of it may still move."""
        return self.cents - self.spent

    @property
    def gap(self) -> int:
        """Return what it waits for."""
        return 0 if self.closed else self.target - self.cents

    @property
    def state(self) -> str:
        """Return the word the treasurer sees."""
        if self.closed:
            return "delivered" if self.spent else "closed"
        if self.cents < self.target:
            return "open"
        return "purchased" if self.spent else "full"

    def held(self, source: str) -> int:
        """Return how much of it is one source's."""
        return sum(cents for layer, cents in self.layers if layer == source)

    def put(self, source: str, cents: int) -> None:
        """Pour cents in; all of this source now lies on top."""
        self.layers = [layer for layer in self.layers if layer[0] != source] + [(source, self.held(source) + cents)]

    def take(self, source: str, cents: int) -> None:
        """Take cents of a source out from where they lie."""
        left = [(layer, there - cents if layer == source else there) for layer, there in self.layers]
        self.layers = [layer for layer in left if layer[1]]


@dataclass
class ClerkModel:
    """What the rows must be after the happenings told so far, in filing order."""

    free: dict[str, int] = field(default_factory=dict)
    jars: list[Jar] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    filed: list[tuple[str, str | None]] = field(default_factory=list)
    wholes: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))

    def file_gift(self, gift: str, cents: int) -> None:
        """Take a gift's children's cents."""
        self._file("gift", gift)
        self.free[gift] = cents
        self._settle()

    def open_funds(self, count: int, target: int) -> None:
        """Put empty jars at the end of the queue."""
        self.filed += [("opened", None)] * count
        self.jars += [Jar(queue_no=len(self.jars) + number, target=target) for number in range(1, count + 1)]
        self._settle()

    def buy(self, queue_no: int, cents: int, purchase: str) -> None:
        """Spend cents that stand in a jar."""
        self._file("purchase", purchase)
        self.jars[queue_no - 1].spent += cents

    def close(self, queue_no: int) -> None:
        """Let everything unspent out from the top, and pour it again."""
        self.filed.append(("closed", None))
        jar = self.jars[queue_no - 1]
        while jar.unspent:
            source, there = jar.layers[-1]
            cents = min(there, jar.unspent)
            self._tip(jar, source, -cents, "release")
            self.free[source] += cents
        jar.closed = True
        self._settle()

    def send_back(self, gift: str, cents: int, cause: str) -> None:
        """Take cents of a gift: idle, unspent from the youngest jar, and the rest from operations."""
        self._file("return", cause)
        idle = min(cents, self.free[gift])
        self.free[gift] -= idle
        left = cents - idle
        for jar in reversed(self.jars):
            out = min(left, jar.held(gift), jar.unspent)
            self._tip(jar, gift, -out, "release")
            left -= out
        if left:
            self._hand_over(gift, self._make_whole(gift, left, cause), left)
        self._settle()

    def bring_again(self, gift: str, cents: int, cause: str) -> None:
        """Put cents of a gift where operations stood in for them, the latest first; the rest is free."""
        self._file("return", cause)
        for whole, worth in reversed(list(self.wholes[gift])):
            again = min(cents, worth)
            if again == 0:
                break
            self.wholes[gift].remove((whole, worth))
            self._file("make_whole", f"{whole}/undone")
            rest = self._make_whole(gift, worth - again, cause) if worth > again else None
            self._hand_over(whole, gift, again)
            if rest is not None:
                self._hand_over(whole, rest, worth - again)
            cents -= again
        self.free[gift] += cents
        self._settle()

    def note(self, cause: str) -> None:
        """File a fact that moves no cents."""
        self._file("return", cause)

    def _file(self, what: str, key: str) -> None:
        self.filed.append((what, key))

    def _make_whole(self, gift: str, cents: int, cause: str) -> str:
        key = f"make-whole/{cause}"
        self._file("make_whole", key)
        self.free[key] = 0
        self.wholes[gift].append((key, cents))
        return key

    def _hand_over(self, leaving: str, coming: str, cents: int) -> None:
        idle = min(cents, self.free[leaving])
        self.free[leaving] -= idle
        self.free[coming] += idle
        left = cents - idle
        for jar in reversed(self.jars):
            here = min(left, jar.held(leaving))
            if here:
                jar.take(leaving, here)
                jar.put(coming, here)
                self.rows.append((coming, jar.queue_no, here, "make_whole", leaving))
                left -= here

    def _settle(self) -> None:
        for source in self.free:
            for jar in self.jars:
                cents = min(self.free[source], jar.gap)
                self.free[source] -= cents
                self._tip(jar, source, cents, "fill")
        while self._backfill():
            pass

    def _backfill(self) -> bool:
        older = next((jar for jar in self.jars if jar.gap), None)
        younger = next((jar for jar in reversed(self.jars) if jar.unspent), None)
        if older is None or younger is None or older.queue_no >= younger.queue_no:
            return False
        source, there = younger.layers[-1]
        cents = min(there, younger.unspent, older.gap)
        self._tip(younger, source, -cents, "backfill")
        self._tip(older, source, cents, "backfill")
        return True

    def _tip(self, jar: Jar, source: str, cents: int, reason: str) -> None:
        if cents > 0:
            jar.put(source, cents)
        elif cents < 0:
            jar.take(source, -cents)
        if cents:
            self.rows.append((source, jar.queue_no, cents, reason, None))
