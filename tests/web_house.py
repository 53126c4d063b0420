"""A house of typed fakes behind the real front door: what the web asks for, answered from memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Flask

from donations import admission
from donations.admission import Asker
from donations.consent import HeldStanding
from donations.erasure import Kept
from donations.errors import DonationError, NotFoundError
from donations.giving import Begun, GiftStanding, PledgeStanding, PledgeWish, Wish
from donations.own_room import OwnRoom
from donations.ports import Rejected, Ring
from donations.reporting import GiftNews
from donations.reporting.report import Report
from donations.settings import Mode, Organisation, Settings, read_organisation
from donations.visits import Visit, Visitor
from donations.web.front_door import open_front_door
from donations.web.house import House, ReceiptFile, VerifiedDocument
from tests.web_examples import NOON, PDF, PLEDGE, RECEIPT, RECEIPT_NUMBER, REFERENCE, THANKS, example_report

KEYS = (bytes(range(32)),)
ORGANISATION_FACTS: dict[str, object] = {
    "legal_name": "Desert Line Clothing Fund",
    "ein": "12-3456789",
    "address": {"line1": "100 Example Street", "city": "Las Vegas", "region": "NV", "postal_code": "89101"},
    "time_zone": "America/Los_Angeles",
    "public_charity": True,
    "teos_checked_on": date(2026, 11, 1),
    "states_registered": [{"state": "NV", "registration_number": "E0000000000-0"}],
    "fees_funded_by": "a yearly grant of the board",
    "mail_from": "receipts@example.org",
    "contact_email": "treasurer@example.org",
    "fictitious": True,
}


@dataclass
class StandingClock:
    """A clock that stands until a test moves it."""

    instant: datetime = NOON

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.instant

    def advance(self, delta: timedelta) -> None:
        """Move on."""
        self.instant += delta


@dataclass
class FakeDesk:
    """A giving desk that checks the form token as the real one does and remembers the wishes it was told."""

    clock: StandingClock
    checkout_url: str = "https://checkout.stripe.com/c/pay/cs_test_1"
    wishes: list[Wish] = field(default_factory=list)
    askers: list[Asker] = field(default_factory=list)
    gifts: dict[str, GiftStanding | PledgeStanding] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refusal: DonationError | None = None

    def begin(self, wish: Wish, *, form_token: str, asker: Asker) -> Begun:
        """Believe a good form token; write the wish down."""
        admission.check_form_token(KEYS, form_token, device=asker.device, now=self.clock.now())
        if self.refusal is not None:
            raise self.refusal
        self.wishes.append(wish)
        self.askers.append(asker)
        reference = PLEDGE if wish.frequency == "monthly" else REFERENCE
        return Begun(
            reference=reference, checkout_id="cs_test_1", checkout_url=self.checkout_url, thanks_token=THANKS
        )

    def stand_of(self, token: str, /) -> GiftStanding | PledgeStanding | None:
        """Return what a test put under the token."""
        return self.gifts.get(token)

    def ask_for_news(self, token: str, /) -> None:
        """Remember who asked."""
        self.asked.append(token)


@dataclass
class FakePledges:
    """A pledge desk that checks the form token as the real one does and remembers what it was asked."""

    clock: StandingClock
    portal_url: str = "https://billing.stripe.com/p/session/test_1"
    pledges: dict[str, PledgeStanding] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refusal: DonationError | None = None

    def stand_of(self, token: str, /) -> PledgeStanding | None:
        """Return the pledge a test put under the link."""
        return self.pledges.get(token)

    def open_portal(self, token: str, /, *, form_token: str, asker: Asker) -> str:
        """Return the one portal there is."""
        self._believe("portal", token, form_token, asker)
        return self.portal_url

    def ask_to_end(self, token: str, /, *, form_token: str, asker: Asker) -> None:
        """Note it on the pledge."""
        self._believe("end", token, form_token, asker)
        self.pledges[token] = replace(self.pledges[token], is_cancel_asked=True)

    def ask_to_change(self, token: str, wish: PledgeWish, /, *, form_token: str, asker: Asker) -> None:
        """Note it on the pledge."""
        self._believe(wish.kind, token, form_token, asker)
        self.pledges[token] = replace(self.pledges[token], is_change_asked=True)

    def _believe(self, what: str, token: str, form_token: str, asker: Asker) -> None:
        if token not in self.pledges:
            raise NotFoundError("There is nothing here.")
        admission.check_form_token(KEYS, form_token, device=asker.device, now=self.clock.now())
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((what, token))


@dataclass
class FakeConsents:
    """A desk of held gifts that checks the form token as the real one does and remembers the answers."""

    clock: StandingClock
    held: dict[str, HeldStanding] = field(default_factory=dict)
    answers: list[tuple[str, bool]] = field(default_factory=list)

    def stand_of(self, token: str, /) -> HeldStanding | None:
        """Return the held gift a test put under the link."""
        return self.held.get(token)

    def answer(self, token: str, /, *, agrees: bool, form_token: str, device: str) -> None:
        """Note the answer on the gift."""
        if token not in self.held:
            raise NotFoundError("There is nothing here.")
        admission.check_form_token(KEYS, form_token, device=device, now=self.clock.now())
        self.answers.append((token, agrees))
        self.held[token] = replace(self.held[token], state="cleared" if agrees else "refused")


@dataclass
class FakeOwn:
    """A donor's desk into which nobody has a link; it remembers who asked for one."""

    asked: list[str] = field(default_factory=list)
    left: list[Visit] = field(default_factory=list)

    def ask_for_link(self, visitor: Visitor, email: str, /) -> None:
        """Remember the address."""
        del visitor
        self.asked.append(email)

    def opens(self, visitor: Visitor, token: str, /) -> bool:
        """No link opens."""
        del visitor, token
        return False

    def redeem(self, visitor: Visitor, token: str, /) -> str:
        """Refuse every link."""
        del visitor, token
        raise NotFoundError("There is nothing here.")

    def who_is_in(self, token: str, /) -> Visit | None:
        """Nobody is in."""
        del token
        return None

    def leave(self, visit: Visit, /) -> None:
        """Remember who left."""
        self.left.append(visit)

    def show(self, visit: Visit, /) -> OwnRoom:
        """Show an empty room."""
        del visit
        return OwnRoom(addresses=(), gifts=(), past=(), pledges=(), documents=())

    def document(self, visit: Visit, number: str, /) -> bytes | None:
        """Have no document."""
        del visit, number
        return None

    def add_address(self, visit: Visit, visitor: Visitor, email: str, /) -> None:
        """Remember the address."""
        del visit, visitor
        self.asked.append(email)

    def name_gift(self, visit: Visit, reference: str, /, *, is_named: bool) -> None:
        """Have no gift."""
        del visit, reference, is_named
        raise NotFoundError("There is nothing here.")

    def export(self, visit: Visit, /) -> dict[str, object]:
        """Hold nothing."""
        del visit
        return {}

    def preview_erasure(self, visit: Visit, /) -> Kept:
        """Keep nothing."""
        del visit
        return Kept()

    def erase(self, visit: Visit, /) -> Kept:
        """Keep nothing."""
        del visit
        return Kept()


@dataclass
class FakeCards:
    """A desk of cards that checks the form token as the real one does and remembers who wants no more."""

    clock: StandingClock
    sent: set[str] = field(default_factory=set)
    stopped: list[str] = field(default_factory=list)

    def knows(self, token: str, /) -> bool:
        """Tell whether a test sent a card with this link."""
        return token in self.sent

    def stop(self, token: str, /, *, form_token: str, device: str) -> None:
        """Note that its address gets no other."""
        if token not in self.sent:
            raise NotFoundError("There is nothing here.")
        admission.check_form_token(KEYS, form_token, device=device, now=self.clock.now())
        self.stopped.append(token)


@dataclass
class FakeDoorbell:
    """Believes exactly one signature."""

    heard: list[bytes] = field(default_factory=list)

    def verify(self, *, signature: bytes | None, body: bytes, now: datetime) -> Ring | Rejected:
        """Return a ring for the signature `good`."""
        self.heard.append(body)
        if signature != b"good":
            return Rejected("signature")
        return Ring(
            event_id="evt_1",
            type="checkout.session.completed",
            object_type="checkout.session",
            object_id="cs_1",
            livemode=False,
            created_at=now,
            api_version=None,
        )


@dataclass
class FakeHouse:
    """Everything behind the front door, with a handle on each part."""

    home: Path
    base_url: str = "http://127.0.0.1:8000"
    mode: Mode = "simulated"
    promise_is_kept: bool = True
    is_ready: bool = True
    receipt_is_copy: bool = False
    clock: StandingClock = field(default_factory=StandingClock)
    rings: list[Ring] = field(default_factory=list)
    doorbell: FakeDoorbell = field(default_factory=FakeDoorbell)
    documents: dict[str, VerifiedDocument] = field(default_factory=dict)
    receive: Callable[[Ring], None] | None = None
    report: Report | None = None
    news: dict[str, GiftNews] = field(default_factory=dict)
    news_wishes: dict[str, bool] = field(default_factory=dict)
    published: dict[str, Report] = field(default_factory=dict)
    organisation: Organisation = field(default_factory=lambda: read_organisation(ORGANISATION_FACTS))

    def __post_init__(self) -> None:
        """Hang the desk on the same clock."""
        self.desk = FakeDesk(self.clock)
        self.pledges = FakePledges(self.clock)
        self.consents = FakeConsents(self.clock)
        self.own = FakeOwn()
        self.cards = FakeCards(self.clock)

    def open(self) -> Flask:
        """Return the real front door before this house."""
        house = House(
            settings=self.settings(),
            clock=self.clock,
            giving=self.desk,
            pledges=self.pledges,
            consents=self.consents,
            own=self.own,
            cards=self.cards,
            doorbell=self.doorbell,
            receive=self.receive or self.rings.append,
            verify=self.documents.get,
            receipt_file=self._receipt_file,
            news_of=self.news.get,
            news_wish=self.news_wishes.get,
            end_news=self._end_news,
            live_report=lambda: self.report or example_report(),
            published_report=self.published.get,
            report_pdf=lambda report: None if report.is_draft else PDF,
            promise_is_kept=lambda: self.promise_is_kept,
            readiness=lambda: {"database": self.is_ready},
        )
        return open_front_door(house, font_folder=self.home / "fonts")

    def _end_news(self, token: str) -> bool:
        if token in self.news_wishes:
            self.news_wishes[token] = False
        return token in self.news_wishes

    def _receipt_file(self, token: str) -> ReceiptFile | None:
        if token != RECEIPT:
            return None
        return ReceiptFile(number=RECEIPT_NUMBER, pdf=PDF, is_copy=self.receipt_is_copy)

    def settings(self) -> Settings:
        """Return settings as `almoner demo` would make them."""
        return Settings(
            home=self.home,
            organisation=self.organisation,
            database_url="sqlite://",
            base_url=self.base_url,
            stripe_mode=self.mode,
            production=self.mode == "live",
            trusted_proxies=0,
            mail_url="maildir:mail",
            files_url="files",
            stripe_api_key="",
            stripe_webhook_secrets=(),
            secret_keys=KEYS,
        )
