"""Room: spending. What one outfit set really costs, beside the $130 that donors are asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.tables import Purchase, PurchaseLine

_WINDOW = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageCost:
    """The approved purchases of the year up to a day, by the clothing funds they were for; for the desk alone.

    Publishing it is another matter: $130 each discloses the count (security rules, "money").
    """

    since: date
    until: date
    purchases: int
    funds: int
    cents: int

    @property
    def average_cents(self) -> int | None:
        """Return the cents a set cost, rounded half up; None while nothing was bought."""
        return None if not self.funds else (2 * self.cents + self.funds) // (2 * self.funds)


def read_average_cost(session: Session, until: date) -> AverageCost:
    """Return what outfit sets cost in the 365 days up to a day: all cents of the bills, whoever paid them."""
    since = until - _WINDOW
    chosen = (Purchase.state == "approved", Purchase.bought_on > since, Purchase.bought_on <= until)
    purchases, cents = session.execute(
        select(func.count(), func.coalesce(func.sum(Purchase.cents), 0)).where(*chosen)
    ).one()
    funds = session.scalar(
        select(func.count(PurchaseLine.clothing_fund_id.distinct()))
        .join(Purchase, Purchase.id == PurchaseLine.purchase_id)
        .where(*chosen)
    )
    return AverageCost(since=since, until=until, purchases=purchases, funds=funds or 0, cents=int(cents))


def read_monthly_costs(session: Session, until: date) -> dict[date, AverageCost]:
    """Return what sets cost by the first day of the month they were bought in, over the same 365 days."""
    since = until - _WINDOW
    rows = session.execute(
        select(Purchase.bought_on, Purchase.cents, func.count(PurchaseLine.clothing_fund_id.distinct()))
        .join(PurchaseLine, PurchaseLine.purchase_id == Purchase.id)
        .where(Purchase.state == "approved", Purchase.bought_on > since, Purchase.bought_on <= until)
        .group_by(Purchase.id, Purchase.bought_on, Purchase.cents)
    )
    months: dict[date, AverageCost] = {}
    for bought_on, cents, funds in rows:
        month = bought_on.replace(day=1)
        had = months.get(month, AverageCost(since=month, until=until, purchases=0, funds=0, cents=0))
        months[month] = replace(
            had, purchases=had.purchases + 1, funds=had.funds + funds, cents=had.cents + int(cents)
        )
    return months
