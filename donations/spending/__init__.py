"""Room: spending. Clothing is bought for funded clothing funds: drafted by one, approved and booked by another."""

from donations.spending.booking import (
    approve_purchase,
    decline_purchase,
    pay_purchase,
    return_purchase,
    unpay_purchase,
)
from donations.spending.costs import AverageCost, read_average_cost, read_monthly_costs
from donations.spending.desk import SpendingDesk
from donations.spending.drafting import Draft, Line, divide, draft_purchase, next_funded
from donations.spending.listing import PurchaseFacts, list_purchases, read_purchase

__all__ = [
    "AverageCost",
    "Draft",
    "Line",
    "PurchaseFacts",
    "SpendingDesk",
    "approve_purchase",
    "decline_purchase",
    "divide",
    "draft_purchase",
    "list_purchases",
    "next_funded",
    "pay_purchase",
    "read_average_cost",
    "read_monthly_costs",
    "read_purchase",
    "return_purchase",
    "unpay_purchase",
]
