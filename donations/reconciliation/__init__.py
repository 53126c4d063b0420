"""Room: reconciliation. Our account of Stripe against Stripe's own; differences named; what we missed, found."""

from donations.reconciliation.comparing import Comparison, PayoutLine, compare
from donations.reconciliation.events import EVENT_TYPES, EVENTS, SWEPT_ONLY, EventRow
from donations.reconciliation.healing import Fact, facts_of, find_missing, list_healed, record_healed
from donations.reconciliation.sweeping import Round, Swept, sweep
from donations.reconciliation.tasks import list_suspense, list_tasks
from donations.reconciliation.unfinished import find_objects
from donations.reconciliation.watermarks import move_mark, read_mark, take_turn

__all__ = [
    "EVENTS",
    "EVENT_TYPES",
    "SWEPT_ONLY",
    "Comparison",
    "EventRow",
    "Fact",
    "PayoutLine",
    "Round",
    "Swept",
    "compare",
    "facts_of",
    "find_missing",
    "find_objects",
    "list_healed",
    "list_suspense",
    "list_tasks",
    "move_mark",
    "read_mark",
    "record_healed",
    "sweep",
    "take_turn",
]
