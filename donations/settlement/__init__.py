"""Room: settlement. What Stripe says about money becomes entries, once each, whatever told us and how often."""

from donations.settlement.claiming import settle_held
from donations.settlement.payouts import find_unbooked_rows
from donations.settlement.promises import Books, Promise
from donations.settlement.settling import settle_charge, settle_family

__all__ = ["Books", "Promise", "find_unbooked_rows", "settle_charge", "settle_family", "settle_held"]
