"""Room: settlement. What Stripe says about money becomes entries, once each, whatever told us and how often."""

from donations.settlement.settling import Books, settle_charge, settle_family

__all__ = ["Books", "settle_charge", "settle_family"]
