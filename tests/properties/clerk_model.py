"""A second, deliberately simple telling of the clerk's rules: it pours cents and keeps no plan."""

from __future__ import annotations

from dataclasses import dataclass, field

Row = tuple[int, int, int, str]
"""Source entry, place of the fund in the queue, cents, reason."""


@dataclass
class Jar:
    """One clothing fund; `layers` are [source, cents], the latest poured on top."""

    queue_no: int
    target: int
    spent: int = 0
    closed: bool = False
    layers: list[list[int]] = field(default_factory=list)

    @property
    def cents(self) -> int:
        """Return what stands in it."""
        return sum(cents for _, cents in self.layers)

    @property
    def state(self) -> str:
        """Return the word the treasurer sees."""
        if self.closed:
            return "delivered" if self.spent else "closed"
        if self.cents < self.target:
            return "open"
        return "purchased" if self.spent else "full"


@dataclass
class ClerkModel:
    """What the rows must be after the happenings told so far, in filing order."""

    free: dict[int, int] = field(default_factory=dict)
    jars: list[Jar] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def file_gift(self, entry: int, cents: int) -> None:
        """Take a gift's children's cents."""
        self.free[entry] = cents
        self._pour()

    def open_funds(self, count: int, target: int) -> None:
        """Put empty jars at the end of the queue."""
        self.jars += [Jar(queue_no=len(self.jars) + number, target=target) for number in range(1, count + 1)]
        self._pour()

    def buy(self, queue_no: int, cents: int) -> None:
        """Spend cents that stand in a jar."""
        self.jars[queue_no - 1].spent += cents

    def close(self, queue_no: int) -> None:
        """Let everything unspent out from the top, and pour it again."""
        jar = self.jars[queue_no - 1]
        while jar.cents > jar.spent:
            source, cents = jar.layers.pop()
            out = min(cents, jar.cents + cents - jar.spent)
            if out < cents:
                jar.layers.append([source, cents - out])
            self.free[source] += out
            self.rows.append((source, queue_no, -out, "release"))
        jar.closed = True
        self._pour()

    def _pour(self) -> None:
        for source in self.free:
            for jar in self.jars:
                cents = 0 if jar.closed else min(self.free[source], jar.target - jar.cents)
                if cents:
                    before = sum(held for layer, held in jar.layers if layer == source)
                    jar.layers = [layer for layer in jar.layers if layer[0] != source]
                    jar.layers.append([source, before + cents])
                    self.free[source] -= cents
                    self.rows.append((source, jar.queue_no, cents, "fill"))
