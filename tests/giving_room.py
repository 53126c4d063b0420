"""What tests of a gift's way share: typed fakes of all that is outside, builders of what donor and Stripe say."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from donations import admission, inbox, tokens
from donations.admission import Asker
from donations.database import Database
from donations.errors import StripeRefusedError
from donations.giving import Begun, ContactFacts, GivingDesk, Wish
from donations.ports import (
    BalanceTransaction,
    ChargeFacts,
    CheckoutFacts,
    CheckoutOrder,
    CheckoutPermit,
    Family,
    Files,
    Letter,
    Mailer,
    OpenCheckout,
    PartnerDoor,
    PledgeOrder,
    PrintedDocument,
    RefundFacts,
    RefundOrder,
    Ring,
    StripeBalance,
)
from donations.settings import Settings
from donations.settlement import Books
from donations.worker import Worker, Workshop
from tests.clerk_room import BASE_URL, NOON, ZONE, organisation

Fact = Any
"""Some one fact of what is built, under its own name."""

KEYS = (bytes(range(32)),)
OTHER_KEYS = (bytes(range(1, 33)),)
ORIGIN = "almoner.example"
DEVICE = "device-1"
ASKER = Asker(address="192.0.2.7", device=DEVICE)


@dataclass
class FakeClock:
    """A clock that moves when it is told to."""

    instant: datetime = NOON

    def now(self) -> datetime:
        """Return the instant it stands at."""
        return self.instant

    def move_on(self, **by: float) -> None:
        """Move on by a timedelta's words."""
        self.instant += timedelta(**by)


@dataclass
class FakePayments:
    """A card processor that keeps its keys' promises, and can be away. It has every family it was shown."""

    orders: list[CheckoutOrder] = field(default_factory=list)
    permits: list[CheckoutPermit] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    """Raised one by one, before anything else is done."""
    families: dict[str, Family | Exception] = field(default_factory=dict)
    """What is told now about an object id."""
    fetched: list[str] = field(default_factory=list)
    portals: list[tuple[str, str]] = field(default_factory=list)
    cancelled: list[tuple[str, str]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    changed: list[PledgeOrder] = field(default_factory=list)
    _opened: dict[str, tuple[CheckoutOrder, OpenCheckout]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open_checkout(self, order: CheckoutOrder, permit: CheckoutPermit) -> OpenCheckout:
        """Open a checkout, the same for the same key; another order under a used key is a mistake of ours."""
        with self._lock:
            self.orders.append(order)
            self.permits.append(permit)
            self._fail()
            number = len(self._opened) + 1
            fresh = OpenCheckout(
                checkout_id=f"cs_{number}",
                url=f"https://checkout.example/cs_{number}",
                expires_at=order.expires_at,
            )
            before, opened = self._opened.setdefault(order.key, (order, fresh))
            assert before == order, "a key was used again with other parameters"
            return opened

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        """Return what was shown for the id, raise what was laid there, or None for what nobody knows."""
        del object_type
        with self._lock:
            self.fetched.append(object_id)
            self._fail()
            found = self.families.get(object_id)
        if isinstance(found, Exception):
            raise found
        return found

    def open_portal(self, customer_id: str, permit: CheckoutPermit, *, return_url: str) -> str:
        """Open the portal, another one each time."""
        with self._lock:
            self.permits.append(permit)
            self._fail()
            self.portals.append((customer_id, return_url))
            return f"https://billing.example/{customer_id}/{len(self.portals)}"

    def cancel_pledge(self, subscription_id: str, *, key: str) -> None:
        """End it, however often it is asked."""
        with self._lock:
            self._fail()
            self.cancelled.append((subscription_id, key))

    def change_pledge(self, order: PledgeOrder) -> None:
        """Remember it, however often it is asked."""
        with self._lock:
            self._fail()
            self.changed.append(order)

    def end_checkout(self, checkout_id: str) -> None:
        """End it, however often it is asked."""
        with self._lock:
            self._fail()
            self.ended.append(checkout_id)

    def make_refund(self, order: RefundOrder) -> RefundFacts:
        """Refuse: refunds are asked of the simulated Stripe."""
        raise StripeRefusedError(f"no refund of {order.charge_id}")

    def fetch_balance(self) -> StripeBalance:
        """Return an empty balance."""
        return StripeBalance(available_cents=0, pending_cents=0)

    def list_balance_transactions(
        self, *, created_from: datetime, created_to: datetime | None = None
    ) -> Iterator[BalanceTransaction]:
        """Return none: nothing here sweeps."""
        del created_from, created_to
        return iter(())

    def list_events(self, *, created_from: datetime, types: Sequence[str]) -> Iterator[Ring]:
        """Return none: nothing here sweeps."""
        del created_from, types
        return iter(())

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class FakeMailer:
    """Keeps the letters it took; raises what is laid in `faults` first."""

    letters: list[Letter] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        """Take the letter."""
        if self.faults:
            raise self.faults.pop(0)
        self.letters.append(letter)


@dataclass
class FakePrinting:
    """Prints the same bytes for the same facts in no time; raises what is laid in `faults` first."""

    printed: list[bytes] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:  # noqa: ARG002
        """Return bytes that tell which facts they are of."""
        if self.faults:
            raise self.faults.pop(0)
        self.printed.append(facts)
        return PrintedDocument(pdf=pdf_of(facts), maker="fake:1")


def pdf_of(facts: bytes) -> bytes:
    """Return what the fake printing room prints for these facts."""
    return b"%PDF-1.7 of " + hashlib.sha256(facts).hexdigest().encode()


def settings(home: Path = Path("unused"), **changes: Fact) -> Settings:
    """Return the settings of a simulated house at `home`, some changed."""
    usual = Settings(
        home=home,
        organisation=organisation(),
        database_url="sqlite:///unused",
        base_url=BASE_URL,
        stripe_mode="simulated",
        production=False,
        trusted_proxies=0,
        mail_url=f"maildir:{home / 'mail'}",
        files_url=str(home / "files"),
        stripe_api_key="",
        stripe_webhook_secrets=(),
        secret_keys=KEYS,
    )
    return replace(usual, **changes)


def contact(**changes: Fact) -> ContactFacts:
    """Return what the example donor wrote, some of it changed."""
    return replace(ContactFacts(name="Alex Example", email="alex@example.org"), **changes)


def wish(**changes: Fact) -> Wish:
    """Return the wish to clothe one child, some answers changed."""
    usual = Wish(
        amount_cents=13_000, fee_cover_cents=0, preference=None, anonymous=False, appeal=None, contact=contact()
    )
    return replace(usual, **changes)


def giving_desk(book: Database, payments: FakePayments, clock: FakeClock, **changes: Fact) -> GivingDesk:
    """Return the promise book's desk over these fakes."""
    return GivingDesk(database=book, payments=payments, clock=clock, settings=settings(**changes))


def opened_form(clock: FakeClock, *, device: str = DEVICE) -> str:
    """Return the token of a form that was opened four seconds ago."""
    return admission.make_form_token(KEYS, device=device, now=clock.now() - timedelta(seconds=4))


def begin(desk: GivingDesk, clock: FakeClock, asked: Wish | None = None) -> Begun:
    """Send a fresh form from a fresh browser."""
    device = tokens.draw_hex_token()
    token = opened_form(clock, device=device)
    return desk.begin(asked or wish(), form_token=token, asker=replace(ASKER, device=device))


def books(**changes: Fact) -> Books:
    """Return what settlement must know of the example book."""
    return replace(Books(origin=ORIGIN, zone=ZONE, livemode=False, now=NOON + timedelta(minutes=1)), **changes)


def fee_row(
    number: int = 1, *, amount_cents: int = 13_000, fee_cents: int = 407, **changes: Fact
) -> BalanceTransaction:
    """Return Stripe's own row of charge `ch_<number>`, with its fee."""
    usual = BalanceTransaction(
        id=f"txn_{number}",
        type="charge",
        reporting_category="charge",
        amount_cents=amount_cents,
        fee_cents=fee_cents,
        currency="usd",
        source_id=f"ch_{number}",
        created_at=NOON,
        available_on=NOON + timedelta(days=2),
    )
    return replace(usual, **changes)


def charge(number: int = 1, *, gift: str | None, amount_cents: int = 13_000, **changes: Fact) -> ChargeFacts:
    """Return charge `ch_<number>` as Stripe tells it once it succeeded, its fee known."""
    usual = ChargeFacts(
        charge_id=f"ch_{number}",
        status="succeeded",
        livemode=False,
        amount_cents=amount_cents,
        currency="usd",
        created_at=NOON,
        method="card",
        instance=ORIGIN,
        gift=gift,
        balance_transaction=fee_row(number, amount_cents=amount_cents),
    )
    return replace(usual, **changes)


def checkout(checkout_id: str, *, gift: str | None, status: str = "complete") -> CheckoutFacts:
    """Return a checkout session as Stripe tells it."""
    paid = "paid" if status == "complete" else "unpaid"
    return CheckoutFacts(
        checkout_id=checkout_id, status=status, payment_status=paid, livemode=False, instance=ORIGIN, gift=gift
    )


def ring(event_id: str, *, object_id: str = "ch_1", object_type: str = "charge", **changes: Fact) -> Ring:
    """Return a verified event about an object."""
    usual = Ring(
        event_id=event_id,
        type="charge.succeeded",
        object_type=object_type,
        object_id=object_id,
        livemode=False,
        created_at=datetime(2026, 11, 22, 20, 0, tzinfo=UTC),
        api_version="2026-10-28.endive",
    )
    return replace(usual, **changes)


@dataclass
class FakePartners:
    """Takes every doorbell and remembers it."""

    rung: list[tuple[str, bytes, str]] = field(default_factory=list)

    def ring(self, address: str, body: bytes, signature: str) -> None:
        """Remember who was told what."""
        self.rung.append((address, body, signature))


@dataclass
class Outside:
    """Everything outside the house of one test, by fakes; files are kept for real."""

    files: Files
    clock: FakeClock = field(default_factory=FakeClock)
    payments: FakePayments = field(default_factory=FakePayments)
    printing: FakePrinting = field(default_factory=FakePrinting)
    mailer: Mailer = field(default_factory=FakeMailer)
    partners: PartnerDoor = field(default_factory=FakePartners)


def worker(book: Database, outside: Outside, *also: Callable[[], int]) -> Worker:
    """Return the real worker over these fakes."""
    workshop = Workshop(
        database=book,
        payments=outside.payments,
        printing=outside.printing,
        mailer=outside.mailer,
        files=outside.files,
        partners=outside.partners,
        clock=outside.clock,
        settings=settings(),
        origin=ORIGIN,
    )
    return Worker(workshop, also=also)


def tell(book: Database, *rings: Ring, at: datetime = NOON) -> list[bool]:
    """Put events into the inbox, each in its own transaction; tell which were news."""

    def record(session: Session, told: Ring) -> bool:
        return inbox.record(session, told, origin="webhook", received_at=at)

    return [book.write(partial(record, told=told)) for told in rings]
