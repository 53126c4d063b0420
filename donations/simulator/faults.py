"""Room: simulator. Faults on order or by chance of a seed: a call fails, before or after its effect."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

from donations.errors import FieldRefusedError
from donations.simulator.store import Cabinet, Drawer

_ORDERED = "faults_ordered"
FaultKind = Literal[
    "conflict", "rate_limit", "server_error", "timeout", "cut", "server_error_after", "lost_answer", "slow"
]
"""`*_after` and `lost_answer` come after the effect; `slow` only takes its time; the rest leave nothing behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """From the `from_call`-th call of an operation (name or pattern) on, `calls` calls fail; `fired` counts."""

    operation: str
    kind: FaultKind
    from_call: int
    calls: int
    fired: int


def order_fault(drawer: Drawer, operation: str, kind: str, *, from_call: int = 1, calls: int = 1) -> None:
    """Write a rule down; the first call after it counts as 1."""
    if kind not in get_args(FaultKind):
        raise FieldRefusedError(f"A simulated fault is one of {', '.join(get_args(FaultKind))}.", field="kind")
    if from_call < 1 or calls < 1:
        raise FieldRefusedError("Calls are counted from 1.", field="calls")
    drawer.keep(_ORDERED, "yes")
    drawer.sql.execute(
        "INSERT INTO fault (operation, kind, from_call, calls) VALUES (?, ?, ?, ?)",
        (operation, kind, from_call, calls),
    )


def meet_fault(cabinet: Cabinet, operation: str) -> str | None:
    """Count this call and return the fault it meets; where none is on order it only looks, waiting for nobody."""
    if cabinet.peek(_ORDERED) is None:
        return None
    with cabinet.open() as drawer:
        return take_fault(drawer, operation)


def take_fault(drawer: Drawer, operation: str) -> str | None:
    """Count this call against every rule of its operation and return the fault it meets, if any."""
    if is_out(drawer):
        return "cut"
    met = None
    for seq, pattern, kind, first, calls, seen in drawer.sql.execute(
        "SELECT seq, operation, kind, from_call, calls, seen FROM fault ORDER BY seq"
    ).fetchall():
        if not fnmatchcase(operation, pattern):
            continue
        fires = met is None and first <= seen + 1 < first + calls
        met = kind if fires else met
        drawer.sql.execute("UPDATE fault SET seen = seen + 1, fired = fired + ? WHERE seq = ?", (int(fires), seq))
    return met or _drawn(drawer)


def order_chance(drawer: Drawer, *, percent: int, seed: int) -> None:
    """Let so many of a hundred calls fail from now on, each drawn from the seed and the call's number; 0 ends it."""
    if not 0 <= percent <= 100:  # noqa: PLR2004 (Of a hundred.)
        raise FieldRefusedError("A chance is 0 to 100 percent.", field="percent")
    drawer.keep(_ORDERED, "yes")
    for name, value in (("chance_percent", percent), ("chance_seed", seed), ("chance_calls", 0)):
        drawer.keep(name, str(value))


def _drawn(drawer: Drawer) -> str | None:
    """Draw whether this call fails, and how; the same seed draws the same for the n-th call."""
    percent = int(drawer.setting("chance_percent", default="0"))
    if not percent:
        return None
    number = int(drawer.setting("chance_calls", default="0")) + 1
    drawer.keep("chance_calls", str(number))
    chance = random.Random(f"{drawer.setting('chance_seed', default='0')}/{number}")  # noqa: S311 (Reproducible.)
    return chance.choice(get_args(FaultKind)) if chance.randrange(100) < percent else None


def list_faults(drawer: Drawer) -> list[FaultRule]:
    """Return every rule with how often it fired."""
    rows = drawer.sql.execute("SELECT operation, kind, from_call, calls, fired FROM fault ORDER BY seq")
    return [FaultRule(operation=o, kind=k, from_call=first, calls=c, fired=f) for o, k, first, c, f in rows]


def clear_faults(drawer: Drawer) -> None:
    """Forget every rule and chance, and end any outage."""
    drawer.sql.execute("DELETE FROM fault")
    names = ("outage_from", "outage_until", "chance_percent", _ORDERED)
    drawer.sql.executemany("DELETE FROM setting WHERE name = ?", [(name,) for name in names])


def order_outage(drawer: Drawer, *, begins: int, ends: int) -> None:
    """Let the simulated Stripe be away between two instants (epoch seconds): no call, no delivery."""
    if ends <= begins:
        raise FieldRefusedError("An outage ends after it begins.", field="until")
    drawer.keep(_ORDERED, "yes")
    drawer.keep("outage_from", str(begins))
    drawer.keep("outage_until", str(ends))


def is_out(drawer: Drawer) -> bool:
    """Return whether the simulated Stripe is away at the simulated present."""
    begins, ends = drawer.setting("outage_from", default="0"), drawer.setting("outage_until", default="0")
    return int(begins) <= drawer.epoch < int(ends)
