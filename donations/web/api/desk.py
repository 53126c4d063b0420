"""Room: web. The desk behind the JSON API: who asks, how often, and what the rooms answer. It writes nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date
from typing import Final, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import admission, archive, giving, ledger
from donations.archive import DocumentStanding
from donations.bank.certificates import list_payouts
from donations.clock import day_in_zone
from donations.database import Database
from donations.donors import DonorDesk
from donations.errors import KeyNeededError, NotFoundError
from donations.ledger import AsOf
from donations.partners import Key, Scope, who_holds
from donations.partners.keys import note_use
from donations.ports import Clock
from donations.reporting import Report
from donations.settings import Settings
from donations.tables import Gift, Receipt, ReportPublication
from donations.web.api import facts
from donations.web.house import VerifiedDocument

_CHILDREN: Final = (
    "funds_filled",
    "funds_waiting",
    "children_clothed",
    "designated_cents",
    "spent_cents",
    "held_cents",
)
_OF_GOODS: Final = "in_kind_acknowledgment"
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which part of a list: at most `limit` items, after the one a cursor names."""

    cursor: str | None
    limit: int

    def cut(self, items: Sequence[_Item], name: Callable[[_Item], str]) -> tuple[tuple[_Item, ...], str | None]:
        """Return this page of `limit` + 1 items that were read, and the cursor of the next."""
        page = tuple(items[: self.limit])
        return page, name(page[-1]) if len(items) > self.limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDesk:
    """What programs may read; every call is one transaction of its own."""

    database: Database
    clock: Clock
    settings: Settings
    live_report: Callable[[], Report]
    published_report: Callable[[str], Report | None]
    verify: Callable[[str], VerifiedDocument | None]

    def admit(self, token: str | None, address: str, scope: Scope | None) -> Key | None:
        """Return who asks; raises `KeyNeededError` without a key that stands, and `TooManyTriesError`."""
        with self.database.read() as session:
            held = None if token is None else who_holds(session, token)
        now, keys = self.clock.now(), self.settings.secret_keys
        reader: tuple[admission.Reader, str] = ("address", address) if held is None else ("key", held[0].reference)
        today = now.astimezone(UTC).date()

        def count(session: Session) -> None:
            admission.permit_reading(session, keys, reader, now=now)
            if held is not None and held[1] != today:
                note_use(session, held[0].reference, now=now)

        self.database.write(count)
        if held is None and (scope is not None or token is not None):
            raise KeyNeededError("Please send a key of this house: Authorization: Bearer almoner_…")
        return None if held is None else held[0]

    def figures(self) -> Report:
        """Return this year as it stands, under the mask."""
        return self.live_report()

    def reports(self) -> facts.PublishedList:
        """Return every published report in its newest edition."""
        order = (ReportPublication.period.desc(), ReportPublication.edition.desc())
        with self.database.read() as session:
            rows = session.scalars(select(ReportPublication).order_by(*order)).all()
        newest = {row.period: row for row in reversed(rows)}
        names = ("period", "edition", "published_at", "sha256")
        return facts.PublishedList(
            items=tuple(
                facts.PublishedFacts(**{name: getattr(newest[period], name) for name in names})
                for period in sorted(newest, reverse=True)
            )
        )

    def report(self, period: str) -> Report:
        """Return a published report; raises `NotFoundError`."""
        found = self.published_report(period)
        if found is None:
            raise NotFoundError(f"No report of {period} is published.", field="period")
        return found

    def check(self, token: str) -> facts.VerifiedFacts:
        """Return what the book says of the document behind a token; raises `NotFoundError`."""
        found = self.verify(token)
        if found is None:
            raise NotFoundError("There is nothing here.")
        told = {name: getattr(found, name) for name in facts.VerifiedFacts.__struct_fields__}
        return facts.VerifiedFacts(**told | {"amount_cents": None if found.kind == _OF_GOODS else found.amount_cents})

    def gifts(self, wish: Slice) -> facts.GiftPage:
        """Return gifts, the newest first."""
        with self.database.read() as session:
            rows = giving.list_gifts(session, limit=wish.limit + 1, before=wish.cursor)
        items, after = wish.cut([msgspec.convert(row, facts.GiftFacts) for row in rows], lambda gift: gift.reference)
        return facts.GiftPage(items=items, next=after)

    def gift(self, reference: str) -> facts.GiftWithReceipts:
        """Return one gift; raises `NotFoundError`."""
        with self.database.read() as session:
            return msgspec.convert(giving.gift_summary(session, reference), facts.GiftWithReceipts)

    def donors(self, wish: Slice) -> facts.DonorPage:
        """Return donors, masked: names want a passkey just proved, which no key of this door can stand for."""
        desk = DonorDesk(database=self.database, clock=self.clock)
        rows = desk.list_masked(limit=wish.limit + 1, before=wish.cursor)
        items, after = wish.cut([facts.DonorFacts(**asdict(row)) for row in rows], lambda donor: donor.reference)
        return facts.DonorPage(items=items, next=after)

    def receipts(self, wish: Slice) -> facts.ReceiptPage:
        """Return documents, the newest first."""
        with self.database.read() as session:
            rows = archive.list_documents(session, limit=wish.limit + 1, before=wish.cursor)
            read = [_receipt(session, receipt, standing) for receipt, standing, _ in rows]
        items, after = wish.cut(read, lambda receipt: receipt.number)
        return facts.ReceiptPage(items=items, next=after)

    def receipt(self, number: str) -> facts.ReceiptFacts:
        """Return how one document stands; raises `NotFoundError`."""
        with self.database.read() as session:
            found = archive.find_document(session, number)
            return _receipt(session, found, archive.stand_of(session, found))

    def clothing_funds(self) -> facts.ClothingFundTotals:
        """Return the children's side of the live report, under its mask."""
        report = self.live_report()
        told = {id_: report.figures[id_] for id_ in _CHILDREN if id_ in report.figures}
        return facts.ClothingFundTotals(until=report.as_of.effective_on, figures=told)

    def payouts(self, wish: Slice) -> facts.PayoutPage:
        """Return payouts, the latest first."""
        with self.database.read() as session:
            rows = list_payouts(session, limit=wish.limit + 1, before=wish.cursor)
        items, after = wish.cut([facts.PayoutFacts(**asdict(row)) for row in rows], lambda row: row.payout)
        return facts.PayoutPage(items=items, next=after)

    def balances(self, on: date | None) -> facts.Balances:
        """Return every balance at the end of a day, or of today."""
        day = on or day_in_zone(self.clock.now(), self.settings.zone)
        with self.database.read() as session:
            lines = ledger.trial_balance(session, AsOf(effective_on=day))
        return facts.Balances(on=day, items=tuple(facts.BalanceFacts(**asdict(line)) for line in lines))


def _receipt(session: Session, receipt: Receipt, standing: DocumentStanding) -> facts.ReceiptFacts:
    gift = None if receipt.gift_id is None else session.get_one(Gift, receipt.gift_id).reference
    return facts.ReceiptFacts(
        number=receipt.number,
        kind=receipt.kind,
        status=standing.status,
        gift=gift,
        amount_cents=receipt.amount_cents,
        tax_year=receipt.tax_year,
        issued_at=receipt.issued_at,
        replaces=receipt.replaces,
        newest_number=standing.newest_number,
        sha256=standing.sha256,
    )
