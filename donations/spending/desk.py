"""Room: spending. The desk where clothing is drafted, approved, returned and paid, and funds are looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy.orm import Session

from donations.audit_log import Actor
from donations.clock import day_in_zone
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.filing import (
    ClothingFundLine,
    close_clothing_fund,
    count_clothing_funds,
    draw_clothing_fund_code,
    list_clothing_funds,
    open_clothing_funds,
)
from donations.ports import Clock
from donations.settings import Settings
from donations.spending.booking import (
    Moment,
    approve_purchase,
    decline_purchase,
    pay_purchase,
    return_purchase,
    unpay_purchase,
)
from donations.spending.costs import AverageCost, read_average_cost, read_monthly_costs
from donations.spending.drafting import Draft, Item, PaidFrom, divide, draft_purchase, next_funded
from donations.spending.fund_lines import FundFacts, read_fund
from donations.spending.listing import PurchaseFacts, list_purchases, read_purchase

Act = Literal["approve", "decline", "return", "pay", "unpay"]
_ACTS: Final[dict[Act, Callable[[Session, Actor, str, Moment], None]]] = {
    "approve": approve_purchase,
    "decline": decline_purchase,
    "return": return_purchase,
    "pay": pay_purchase,
    "unpay": unpay_purchase,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """One bill for the next so many funded clothing funds."""

    receipt_number: str
    bought_on: date | None
    paid_from: PaidFrom
    cents: int
    count: int
    items: Mapping[Item, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingDesk:
    """Clothing funds and the clothing bought for them."""

    database: Database
    clock: Clock
    settings: Settings

    def today(self) -> date:
        """Return the book's day."""
        return day_in_zone(self.clock.now(), self.settings.zone)

    def draft_bulk(self, actor: Actor, bulk: Bulk) -> str:
        """Draft one bill over the next funded clothing funds, divided to the cent; return its reference."""
        now = self.clock.now()
        if bulk.bought_on is not None and bulk.bought_on > self.today():
            raise FieldRefusedError("The day of the bill lies in the future.", field="bought_on")

        def draft(session: Session) -> str:
            codes = next_funded(session, bulk.count)
            if len(codes) < bulk.count:
                raise FieldRefusedError(
                    f"Only {len(codes)} clothing funds are full and wait for clothing.", field="count"
                )
            wish = Draft(
                receipt_number=bulk.receipt_number,
                bought_on=bulk.bought_on or self.today(),
                paid_from=bulk.paid_from,
                lines=divide(bulk.cents, codes, bulk.items),
            )
            return draft_purchase(session, actor, wish, now=now)

        return self.database.write(draft)

    def decide(self, actor: Actor, reference: str, act: Act) -> None:
        """Approve, decline, return or pay a purchase, or take back that it was paid.

        Raises `FieldRefusedError` and `NotFoundError`.
        """
        moment = Moment(now=self.clock.now(), zone=self.settings.zone)
        self.database.write(lambda session: _ACTS[act](session, actor, reference, moment))

    def list_latest(self) -> list[PurchaseFacts]:
        """Return the latest purchases."""
        with self.database.read() as session:
            return list_purchases(session)

    def find(self, reference: str) -> PurchaseFacts:
        """Return one purchase; raises `NotFoundError`."""
        with self.database.read() as session:
            return read_purchase(session, reference)

    def average_cost(self) -> AverageCost:
        """Return what an outfit set cost in the last 365 days."""
        with self.database.read() as session:
            return read_average_cost(session, self.today())

    def monthly_costs(self) -> dict[date, AverageCost]:
        """Return what sets cost by month, over the same 365 days."""
        with self.database.read() as session:
            return read_monthly_costs(session, self.today())

    def funds(self, *, after: int = 0, limit: int | None = None) -> list[ClothingFundLine]:
        """Return clothing funds behind a place in filling order, all of them or so many."""
        with self.database.read() as session:
            return list_clothing_funds(session, after=after, limit=limit)

    def count_funds(self) -> int:
        """Return how many clothing funds were ever opened: the last one's place."""
        with self.database.read() as session:
            return count_clothing_funds(session)

    def find_fund(self, code: str) -> FundFacts:
        """Return one clothing fund with its lines; raises `NotFoundError`."""
        with self.database.read() as session:
            return read_fund(session, code)

    def open_funds(self, count: int) -> list[ClothingFundLine]:
        """Open clothing funds at the end of the queue; money that waits fills them at once."""
        day, target = self.today(), self.settings.organisation.set_price_cents
        return self.database.write(
            lambda session: open_clothing_funds(
                session, count=count, target_cents=target, opened_on=day, draw_code=draw_clothing_fund_code
            )
        )

    def close_fund(self, code: str) -> ClothingFundLine:
        """Close a clothing fund; what is not spent is designated afresh. Raises `NotFoundError`."""
        day = self.today()
        return self.database.write(lambda session: close_clothing_fund(session, code, closed_on=day))
