"""A house with a whole year in its book, filled fast: settled gifts, numbered receipts, payouts and purchases.

Everything is written by the rooms themselves; only the promises are inserted in bulk, and many gifts share a commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from donations.audit_log import Actor
from donations.clerk import Desk, advance
from donations.filing import draw_clothing_fund_code, open_clothing_funds
from donations.ports import BalanceTransaction, ChargeFacts, Family, PayoutFacts
from donations.settings import Settings
from donations.settlement import Books, settle_family
from donations.spending import SpendingDesk, next_funded
from donations.spending.desk import Bulk
from donations.tables import Contact, Gift, Payout, payout_row, stripe_balance_transaction
from donations.tokens import draw_hex_token
from donations.wiring import Rooms, open_rooms
from tests.databases import open_foundry
from tests.journeys.houses import founded

_AT_ONCE = 500
_FUNDS = 2_000
_ON_A_BILL = 50
_AMOUNTS = (2_500, 5_000, 10_000, 13_000, 26_000)


@contextmanager
def open_house(folder: Path) -> Iterator[Settings]:
    """Found a house on SQLite in this folder."""
    faces = folder / "faces"
    faces.mkdir()
    with (
        open_foundry("sqlite", folder, "bench") as foundry,
        founded(foundry, folder / "house", faces, clothing_funds=0) as settings,
    ):
        yield settings


def fill_year(settings: Settings, *, year: int, gifts: int, donors: int) -> None:
    """Settle so many gifts spread over a year, and let the clerk number and designate every one."""
    with open_rooms(settings) as rooms:
        rooms.database.write(
            lambda session: open_clothing_funds(
                session,
                count=_FUNDS,
                target_cents=13_000,
                opened_on=date(year, 1, 1),
                draw_code=draw_clothing_fund_code,
            )
        )
        instants = _instants(year, gifts)
        for first in range(0, gifts, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, gifts))
            rooms.database.write(partial(_give, rooms=rooms, numbers=numbers, instants=instants, donors=donors))
            rooms.database.write(partial(_pay_out, rooms=rooms, last=instants[numbers[-1]]))
            _let_the_clerk_sit(rooms, instants[numbers[-1]])
        _buy_clothing(rooms, date(year, 12, 1))


def _instants(year: int, gifts: int) -> list[datetime]:
    """Return when each gift was charged: evenly over the year, in order."""
    begins = datetime(year, 1, 1, 20, tzinfo=UTC)
    return [begins + timedelta(days=364) * number / gifts for number in range(gifts)]


def _give(session: Session, rooms: Rooms, numbers: range, instants: list[datetime], donors: int) -> None:
    dice = Random(numbers[0])  # noqa: S311  # Invented donors, not secrets.
    rows, contacts, families = [], [], []
    for number in numbers:
        donor, cents = dice.randrange(donors), dice.choice(_AMOUNTS)
        rows.append(_promise(number, cents, instants[number]))
        contacts.append({"gift_id": number + 1, "name": f"Donor {donor:05d}", "email": f"d{donor}@example.org"})
        families.append(_family(rooms.origin, number, cents, instants[number]))
    session.execute(insert(Gift), rows)
    session.execute(insert(Contact), contacts)
    for number, family in zip(numbers, families, strict=True):
        books = Books(origin=rooms.origin, zone=rooms.settings.zone, livemode=False, now=instants[number])
        settle_family(session, family, books)


def _pay_out(session: Session, rooms: Rooms, last: datetime) -> None:
    """Let everything that stands at Stripe leave in one payout, its rows told."""
    mirrored, paid = stripe_balance_transaction.c, select(payout_row.c.txn_id)
    columns = (mirrored.id, mirrored.amount_cents, mirrored.fee_cents, mirrored.source_id)
    standing = session.execute(select(*columns).where(mirrored.type == "charge", mirrored.id.not_in(paid)))
    rows = tuple(_row(one.id, one.source_id, one.amount_cents, one.fee_cents, last) for one in standing)
    cents = sum(row.amount_cents - row.fee_cents for row in rows)
    payout_id = f"po_{session.scalar(select(func.count()).select_from(Payout)) or 0}"
    leaving = replace(
        _row(f"txn_{payout_id}", payout_id, -cents, 0, last), type="payout", reporting_category="payout"
    )
    payout = PayoutFacts(
        payout_id=payout_id,
        status="paid",
        livemode=False,
        amount_cents=cents,
        currency="usd",
        is_automatic=True,
        reconciliation_status="completed",
        created_at=last,
        arrival_on=last.date(),
        balance_transaction=leaving,
        failure_balance_transaction=None,
        rows=rows,
    )
    books = Books(origin=rooms.origin, zone=rooms.settings.zone, livemode=False, now=last)
    settle_family(session, Family(payout=payout), books)


def _buy_clothing(rooms: Rooms, on: date) -> None:
    """Buy for every full clothing fund, fifty to a bill; one person drafts, another approves."""
    desk = SpendingDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings)
    drafter, approver = (Actor(reference=f"bench-{each}") for each in ("one", "two"))
    for number in range(_FUNDS // _ON_A_BILL):
        with rooms.database.read() as session:
            if len(next_funded(session, _ON_A_BILL)) < _ON_A_BILL:
                return  # A small year fills fewer clothing funds.
        bill = Bulk(
            receipt_number=f"B{number}",
            bought_on=on,
            paid_from="bank",
            cents=13_000 * _ON_A_BILL,
            count=_ON_A_BILL,
            items={"outfit": 5, "shoes": 1},
        )
        desk.decide(approver, desk.draft_bulk(drafter, bill), "approve")


def _promise(number: int, cents: int, at: datetime) -> dict[str, object]:
    return {
        "id": number + 1,
        "reference": f"g_{number:016d}",
        "amount_cents": cents,
        "fee_cover_cents": 0,
        "anonymous": 0,
        "control_statement_version": "control-2026-1",
        "origin": "web",
        "form_token_hash": f"form {number}",
        "thanks_token_hash": f"thanks {number}",
        "promised_at": at,
    }


def _family(origin: str, number: int, cents: int, at: datetime) -> Family:
    row = _row(f"txn_{number}", f"ch_{number}", cents, cents * 22 // 1000 + 30, at)
    charge = ChargeFacts(
        charge_id=f"ch_{number}",
        status="succeeded",
        livemode=False,
        amount_cents=cents,
        currency="usd",
        created_at=at,
        method="card",
        instance=origin,
        gift=f"g_{number:016d}",
        balance_transaction=row,
    )
    return Family(checkout=None, charges=(charge,))


def _row(row_id: str, source_id: str, cents: int, fee_cents: int, at: datetime) -> BalanceTransaction:
    return BalanceTransaction(
        id=row_id,
        type="charge",
        reporting_category="charge",
        amount_cents=cents,
        fee_cents=fee_cents,
        currency="usd",
        source_id=source_id,
        created_at=at,
        available_on=at,
    )


def _let_the_clerk_sit(rooms: Rooms, now: datetime) -> None:
    desk = Desk(
        organisation=rooms.settings.organisation,
        now=now,
        base_url=rooms.settings.base_url,
        draw_token=draw_hex_token,
    )
    while rooms.database.write(lambda session: advance(session, desk, _AT_ONCE)).remaining:
        pass
