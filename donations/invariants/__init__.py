"""Room: invariants. What must always hold, as queries that must return no row."""

from donations.invariants.checking import Check, audit, audit_stripe, broken_hard_invariants

__all__ = ["Check", "audit", "audit_stripe", "broken_hard_invariants"]
