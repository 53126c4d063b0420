"""What tests of the clerk's desk share: a fictitious charity, its desk, and gifts whose money has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.clerk import Advanced, Desk, advance
from donations.clock import day_in_zone
from donations.database import Database
from donations.filing import ClothingFundLine, await_clerks_lock, file_entries, open_clothing_funds
from donations.settings import Organisation, read_organisation
from donations.tables import (
    Contact,
    Donor,
    Gift,
    GiftSettlement,
    OutboxRow,
    Receipt,
    ReceiptEvent,
    clothing_fund,
    clothing_spend,
    designation,
    entry,
    filing,
    idle_source,
    tray,
)

ZONE = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
BASE_URL = "https://give.example.org"
ORGANISATION_FACTS: dict[str, Any] = {
    "legal_name": "Desert Wardrobe Foundation",
    "ein": "88-1234567",
    "address": {"line1": "100 Example Avenue", "city": "Las Vegas", "region": "NV", "postal_code": "89101"},
    "time_zone": "America/Los_Angeles",
    "public_charity": True,
    "teos_checked_on": date(2026, 11, 1),
    "fees_funded_by": "the founding board",
    "mail_from": "gifts@example.org",
    "fictitious": True,
}


def organisation(**changes: object) -> Organisation:
    """Return the example charity, some facts changed."""
    return read_organisation(ORGANISATION_FACTS | changes)


_TOKENS = count(1)


def desk(*, now: datetime = NOON, **changes: object) -> Desk:
    """Return a desk with tokens that never repeat."""
    return Desk(
        organisation=organisation(**changes),
        now=now,
        base_url=BASE_URL,
        draw_token=lambda: f"{next(_TOKENS):032x}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """One gift to be settled by `settle`."""

    cents: int = 13_000
    fee_cover_cents: int = 0
    name: str = "Alex Example"
    email: str = "alex@example.org"
    charged_at: datetime = NOON
    settled_at: datetime | None = None
    """Of a bank debit, when its funds came; None is a card."""
    preference: str | None = None
    address: dict[str, str] | None = None


def settle(session: Session, number: int, giving: Giving) -> int:
    """Write a promise, its contact and donor, its entry and settlement, and lay it in the tray; return the gift."""
    gift = _promise(number, giving)
    session.add(gift)
    session.flush()
    session.add(Contact(gift_id=gift.id, name=giving.name, email=giving.email, **(giving.address or {})))
    gift_on = day_in_zone(giving.settled_at or giving.charged_at, ZONE)
    new = postings.settled_gift(
        charge_id=f"ch_{number}",
        gift_cents=giving.cents,
        fee_cover_cents=giving.fee_cover_cents,
        happened_at=giving.charged_at,
        effective_on=gift_on,
    )
    posted = ledger.post(session, new, recorded_at=giving.charged_at)
    settlement = GiftSettlement(
        gift_id=gift.id,
        charge_id=f"ch_{number}",
        source_key=f"charge/ch_{number}",
        entry_id=posted.entry_id,
        donor_id=_donor(session, giving),
        method="card" if giving.settled_at is None else "ach",
        gift_on=gift_on,
        gift_on_basis="charged" if giving.settled_at is None else "settled",
        charged_at=giving.charged_at,
        settled_at=giving.settled_at or giving.charged_at,
    )
    session.add(settlement)
    session.flush()
    session.execute(insert(tray).values(entry_id=posted.entry_id))
    return gift.id


def _promise(number: int, giving: Giving) -> Gift:
    return Gift(
        reference=f"g_{number:016d}",
        amount_cents=giving.cents,
        fee_cover_cents=giving.fee_cover_cents,
        preference_code=giving.preference,
        anonymous=0,
        control_statement_version="control-2026-1",
        origin="web",
        form_token_hash=f"form-{number}",
        thanks_token_hash=f"thanks-{number}",
        promised_at=giving.charged_at,
    )


def _donor(session: Session, giving: Giving) -> int:
    known = session.scalar(
        select(Donor.id).where(Donor.email_key == giving.email.casefold(), Donor.name_key == giving.name.casefold())
    )
    if known is not None:
        return known
    donor = Donor(
        reference=f"d_{giving.email}_{giving.name}",
        name=giving.name,
        email=giving.email,
        email_key=giving.email.casefold(),
        name_key=giving.name.casefold(),
    )
    session.add(donor)
    session.flush()
    return donor.id


def settle_all(book: Database, *givings: Giving, first: int = 1) -> list[int]:
    """Settle gifts one by one, each in its own transaction; return their ids."""
    return [
        book.write(partial(settle, number=number, giving=giving))
        for number, giving in enumerate(givings, start=first)
    ]


def spend(session: Session, *, code: str, cents: int, reference: str) -> None:
    """Buy clothing for a fund, filed by itself as a purchase is."""
    await_clerks_lock(session)
    bought = postings.purchase(
        reference=reference,
        children_cents=cents,
        operations_cents=0,
        paid_from="assets:bank:children",
        happened_at=NOON,
        effective_on=day_in_zone(NOON, ZONE),
        actor="treasurer",
    )
    posted = ledger.post(session, bought, recorded_at=NOON)
    fund_id = session.scalars(select(clothing_fund.c.id).where(clothing_fund.c.code == code)).one()
    session.execute(insert(clothing_spend).values(entry_id=posted.entry_id, clothing_fund_id=fund_id, cents=cents))
    file_entries(session, [(posted.entry_id, "purchase")])


_CODES = count(1)


def draw_code() -> str:
    """Return a code that no test meets twice."""
    return f"CF-{next(_CODES):010d}"


def open_funds(
    book: Database, *, funds: int, target_cents: int = 13_000, on: date = date(2026, 11, 22)
) -> list[ClothingFundLine]:
    """Open clothing funds."""
    return book.write(
        lambda session: open_clothing_funds(
            session, count=funds, target_cents=target_cents, opened_on=on, draw_code=draw_code
        )
    )


def tick(book: Database, at: Desk | None = None, *, limit: int = 1000) -> Advanced:
    """Let the clerk sit once."""
    return book.write(lambda session: advance(session, at or desk(), limit))


def numbers(book: Database, *, series: str = "R") -> list[str]:
    """Return the numbers of a series in their order."""
    with book.read() as session:
        return list(
            session.scalars(select(Receipt.number).where(Receipt.series == series).order_by(Receipt.year, Receipt.n))
        )


def designations(book: Database) -> list[tuple[int, int, int]]:
    """Return (gift, place of the fund in the queue, cents) in the order of the rows."""
    with book.read() as session:
        rows = session.execute(
            select(GiftSettlement.gift_id, clothing_fund.c.queue_no, designation.c.cents)
            .join(GiftSettlement, GiftSettlement.entry_id == designation.c.source_entry_id)
            .join(clothing_fund, clothing_fund.c.id == designation.c.clothing_fund_id)
            .order_by(designation.c.id)
        )
        return [(gift, queue_no, cents) for gift, queue_no, cents in rows]


def picture(book: Database) -> dict[str, Sequence[Any]]:
    """Return everything the clerk writes, to compare before and after."""
    with book.read() as session:
        return {
            "filing": session.execute(select(filing).order_by(filing.c.position)).all(),
            "designation": session.execute(select(designation).order_by(designation.c.id)).all(),
            "clothing_fund": session.execute(select(clothing_fund).order_by(clothing_fund.c.id)).all(),
            "receipt": session.execute(
                select(Receipt.number, Receipt.gift_id, Receipt.facts_sha256).order_by(Receipt.number)
            ).all(),
            "outbox": session.execute(select(OutboxRow.key).order_by(OutboxRow.key)).all(),
            "idle": session.execute(select(idle_source).order_by(idle_source.c.position)).all(),
            "entry": session.execute(select(entry.c.source_key).order_by(entry.c.id)).all(),
            "receipt_event": session.execute(
                select(ReceiptEvent.number, ReceiptEvent.kind).order_by(ReceiptEvent.id)
            ).all(),
            "tray": session.execute(select(tray).order_by(tray.c.entry_id)).all(),
        }
