"""What must be true of the whole house when all is calm: our book against the simulated Stripe's, row by row."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from donations import ledger, reconciliation
from donations.ports import Letter
from donations.postings import FUND_IDS, FundName, account_named
from donations.simulator import control
from donations.tables import (
    Gift,
    GiftReview,
    GiftSettlement,
    GoodsOut,
    InboxRow,
    OutboxRow,
    Receipt,
    ReceiptEvent,
    clothing_fund,
    designation,
    entry,
    returned,
    transfer,
)
from tests.simulation.world import OPERATIONS_OPENING_CENTS, World

FUNDS: tuple[FundName, ...] = ("children", "operations")
_IS_BOOKED = GoodsOut.state == "approved"
_CHARGES = ("charge", "payment")


def untrue_claims(world: World) -> list[str]:
    """Return each claim that does not hold; none when nothing was lost, doubled or made up."""
    with world.rooms.database.read() as session:
        claims = {
            **_claims_of_stripe(session, world),
            **_claims_of_the_children(session),
            **_claims_of_papers(session, world),
        }
    return [claim for claim, holds in claims.items() if not holds]


def stripe_movements(session: Session) -> Counter[str]:
    """Return by how many cents each entry moved what Stripe holds of ours, by source key."""
    stripe = account_named("assets:stripe").number
    cents = case((transfer.c.debit_id == stripe, transfer.c.cents), else_=0) - case(
        (transfer.c.credit_id == stripe, transfer.c.cents), else_=0
    )
    moved: Select[Any] = (
        select(entry.c.source_key, func.sum(cents))
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .group_by(entry.c.source_key)
    )
    return Counter({key: int(cents) for key, cents in session.execute(moved) if cents})


def _claims_of_stripe(session: Session, world: World) -> dict[str, bool]:
    wanted: Counter[str] = Counter()
    with world.stripe.cabinet.open() as drawer:
        lines = drawer.sql.execute("SELECT id, source, amount_cents, fee_cents, kind FROM book").fetchall()
    for row_id, source, amount, fee, kind in lines:
        wanted[f"charge/{source}" if kind in _CHARGES else f"btxn/{row_id}"] += amount
        wanted[f"btxn/{row_id}"] -= fee
    wanted = Counter({key: cents for key, cents in wanted.items() if cents})
    # What a payout's shares move between the funds sums to nothing.
    ours = stripe_movements(session)
    wrong = {key: (wanted[key], ours[key]) for key in {*wanted, *ours} if wanted[key] != ours[key]}
    compared = reconciliation.compare(session, world.rooms.payments.fetch_balance())
    held = sum(ledger.balance(session, fund, "assets:stripe") for fund in FUNDS)
    return {
        f"every row of Stripe's own book is booked once, and nothing else ({wrong})": not wrong,
        "our Stripe account is Stripe's own": held == control.read_book(world.stripe).balance_cents,
        f"reconciliation finds no difference ({compared})": compared.ok,
    }


def _claims_of_the_children(session: Session) -> dict[str, bool]:
    given = -ledger.balance(session, "children", "income:gifts")
    sold = session.scalar(select(func.coalesce(func.sum(GoodsOut.proceeds_cents), 0)).where(_IS_BOOKED)) or 0
    # A correction took its gift out of the income itself.
    gone = select(func.coalesce(func.sum(returned.c.children_cents), 0)).where(returned.c.kind != "correction")
    back = session.scalar(gone) or 0
    made_whole = -ledger.balance(session, "children", "net-assets:interfund")
    tied = session.scalar(
        select(func.coalesce(func.sum(designation.c.cents), 0)).where(designation.c.reason != "make_whole")
    )
    room = case((clothing_fund.c.closed == 1, clothing_fund.c.spent_cents), else_=clothing_fund.c.target_cents)
    wanted = session.scalar(select(func.coalesce(func.sum(room), 0))) or 0
    misplaced = _misplaced(session)
    fees = [ledger.balance(session, "children", path) for path in ("expense:processing-fees", "expense:dispute-fees")]
    return {
        "gifts that stayed are designated as far as clothing funds are open": tied
        == min(given + sold - back + made_whole, wanted),
        "the children's fund never paid a fee": fees == [0, 0],
        f"each fund's own part of a gift waits for its donor's words ({misplaced})": not misplaced,
    }


def _misplaced(session: Session) -> list[tuple[str, int, int]]:
    """Return each held gift whose charge did not enter suspense as its two parts, with the cents of each fund."""
    suspense = account_named("liabilities:suspense").number
    by_fund = [
        func.coalesce(func.sum(case((transfer.c.fund_id == FUND_IDS[fund], transfer.c.cents), else_=0)), 0)
        for fund in FUNDS
    ]
    rows = session.execute(
        select(GiftReview.charge_id, Gift.amount_cents, Gift.fee_cover_cents, *by_fund)
        .join(Gift, Gift.id == GiftReview.gift_id)
        .join(entry, entry.c.source_key == "charge/" + GiftReview.charge_id)
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(transfer.c.credit_id == suspense)
        .group_by(GiftReview.charge_id, Gift.amount_cents, Gift.fee_cover_cents)
    )
    return [(charge, *found) for charge, gift, cover, *found in rows if found != [gift, cover]]


def _claims_of_papers(session: Session, world: World) -> dict[str, bool]:
    parked = [*_parked(session, InboxRow), *_parked(session, OutboxRow)]
    gifts = session.scalar(select(func.count()).select_from(GiftSettlement)) or 0
    receipts = session.scalar(
        select(func.count()).select_from(Receipt).where(Receipt.series == "R", Receipt.replaces.is_(None))
    )
    owed = session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind.startswith("mail")))
    sent = {letter.message_id for letter in world.pigeonholes.letters}
    unsent = _standing_receipts(session) - {name for letter in world.pigeonholes.letters for name in _numbers(letter)}
    opening = ledger.balance(session, "operations", "assets:bank:operations")
    settled = select(GiftReview.gift_id).join(GiftSettlement, GiftSettlement.gift_id == GiftReview.gift_id)
    unagreed = session.scalars(settled.where(GiftReview.state != "cleared")).all()
    return {
        f"no gift settled before its donor agreed to the pool ({unagreed})": not unagreed,
        "each settled gift has one receipt": receipts == gifts,
        "numbers have no gap and no double": _gaps(session) == [],
        # A letter that the facts have overtaken is not sent: of a receipt void by then, of a pledge well again.
        f"no letter was sent that nobody owed ({owed} owed, {len(sent)} sent)": len(sent) <= (owed or 0),
        f"each receipt that stands was sent ({unsent})": not unsent,
        f"nothing waits for a person ({parked})": parked == [],
        "operations' own money is where it was": opening == OPERATIONS_OPENING_CENTS,
    }


def _standing_receipts(session: Session) -> set[str]:
    """Return the receipts that are neither void nor replaced."""
    void = select(ReceiptEvent.number).where(ReceiptEvent.kind.in_(("void", "replaced")))
    return set(session.scalars(select(Receipt.number).where(Receipt.series == "R", Receipt.number.not_in(void))))


def _numbers(letter: Letter) -> list[str]:
    """Return the numbers of the documents a letter brings."""
    return [attached.name.removesuffix(".pdf").partition("-")[2] for attached in letter.attachments]


def _parked(session: Session, row: type[InboxRow | OutboxRow]) -> list[str | None]:
    """Return why each parked row was parked."""
    return list(session.scalars(select(row.last_refusal).where(row.state == "parked")))


def _gaps(session: Session) -> list[tuple[str, int, int, int]]:
    """Return each series and year whose count of documents is not its highest number."""
    rows = session.execute(
        select(Receipt.series, Receipt.year, func.count(), func.max(Receipt.n)).group_by(Receipt.series, Receipt.year)
    )
    return [(series, year, count, last) for series, year, count, last in rows if count != last]
