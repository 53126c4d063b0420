"""A house of typed fakes behind the real front door: what the web asks for, answered from memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from flask import Flask

from donations import admission
from donations.admission import Asker
from donations.consent import HeldStanding, HeldState
from donations.errors import DonationError, NotFoundError
from donations.giving import Begun, GiftStanding, PledgeStanding, PledgeState, State, Wish
from donations.money import format_dollars
from donations.ports import Rejected, Ring
from donations.reporting.figures import Figure
from donations.reporting.periods import parse_period
from donations.reporting.report import FigureColumn, FigureRow, FigureTable, Hidden, KnownAs, Report
from donations.settings import Mode, Organisation, Settings, read_organisation
from donations.web.front_door import open_front_door
from donations.web.house import House, ReceiptFile, VerifiedDocument, VerifiedLink
from receipts.facts import Bar, BarChart
from receipts.rules.us.earmarks import CONSENT_VERSION, CONSENTS

NOON = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
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
REFERENCE = "g_0123456789abcdef"
PLEDGE = "p_0123456789abcdef"
PLEDGE_LINK = f"{PLEDGE}.ZZZZZZ.{'s' * 43}"
CONSENT_LINK = PLEDGE_LINK.replace("p_", "g_")
THANKS = "a" * 32
RECEIPT = "b" * 32
CHECKED = "c" * 32
RECEIPT_NUMBER = "R-2026-000123-0"
PDF = b"%PDF-1.7 an example"


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
    published: dict[str, Report] = field(default_factory=dict)
    organisation: Organisation = field(default_factory=lambda: read_organisation(ORGANISATION_FACTS))

    def __post_init__(self) -> None:
        """Hang the desk on the same clock."""
        self.desk = FakeDesk(self.clock)
        self.pledges = FakePledges(self.clock)
        self.consents = FakeConsents(self.clock)

    def open(self) -> Flask:
        """Return the real front door before this house."""
        house = House(
            settings=self.settings(),
            clock=self.clock,
            giving=self.desk,
            pledges=self.pledges,
            consents=self.consents,
            doorbell=self.doorbell,
            receive=self.receive or self.rings.append,
            verify=self.documents.get,
            receipt_file=self._receipt_file,
            live_report=lambda: self.report or example_report(),
            published_report=self.published.get,
            report_pdf=lambda report: None if report.is_draft else PDF,
            promise_is_kept=lambda: self.promise_is_kept,
            readiness=lambda: {"database": self.is_ready},
        )
        return open_front_door(house, font_folder=self.home / "fonts")

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


def example_gift(state: State = "promised", **changes: object) -> GiftStanding:
    """Return a $130 gift with fee cover; settled ones have their printed receipt."""
    is_settled = state == "settled"
    gift = GiftStanding(
        reference=REFERENCE,
        state=state,
        amount_cents=13_000,
        fee_cover_cents=419,
        back_cents=0,
        preference="coats",
        name="Ada Example",
        email="ada@example.org",
        gift_on=date(2026, 11, 22) if is_settled else None,
        receipt_number=RECEIPT_NUMBER if is_settled else None,
        receipt_token=RECEIPT if is_settled else None,
    )
    return replace(gift, **changes)  # type: ignore[arg-type]  # The test names the fields it changes.


def example_pledge(state: PledgeState = "active", **changes: object) -> PledgeStanding:
    """Return a pledge of $65 a month with fee cover; active ones have their first gift's printed receipt."""
    is_active = state in {"active", "past_due"}
    pledge = PledgeStanding(
        reference=PLEDGE,
        state=state,
        amount_cents=6_500,
        fee_cover_cents=225,
        preference="coats",
        name="Ada Example",
        email="ada@example.org",
        next_on=date(2026, 12, 22) if is_active else None,
        ends_on=None,
        paused_until=None,
        is_cancel_asked=False,
        latest_gift=example_gift("settled", amount_cents=6_500, fee_cover_cents=225) if is_active else None,
    )
    return replace(pledge, **changes)  # type: ignore[arg-type]  # The test names the fields it changes.


def example_document(status: str = "valid") -> VerifiedDocument:
    """Return what the verify page shows of one receipt."""
    return VerifiedDocument(
        status=status,  # type: ignore[arg-type]  # Handed over from a parameter of the test.
        kind="gift_receipt",
        number=RECEIPT_NUMBER,
        issued_on=date(2026, 11, 22),
        amount_cents=13_419,
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        newest_number="R-2026-000124-8" if status == "replaced" else RECEIPT_NUMBER,
        seal="5d" * 32,
        reason=None
        if status == "valid"
        else {"void": "refund", "disputed": "disputed"}.get(status, "partial_refund"),
        changed_on=None if status == "valid" else date(2026, 12, 3),
        chain=_CHAIN if status == "replaced" else (),
    )


_CHAIN = (
    VerifiedLink(
        number=RECEIPT_NUMBER,
        issued_on=date(2026, 11, 22),
        status="replaced",
        reason="partial_refund",
        changed_on=date(2026, 12, 3),
    ),
    VerifiedLink(number="R-2026-000124-8", issued_on=date(2026, 12, 3), status="valid"),
)


_MONTHS = (("September 2026", 130_000), ("October 2026", 91_000), ("November 2026", 195_000))
_UNTIL = date(2026, 11, 22)


def example_report(*, edition: int | None = None, spent_cents: int | None = None) -> Report:
    """Return a young book's year: gifts and fees are told, the children's side only when `spent_cents` is given."""
    why = None if spent_cents else "told with the first published report"
    return Report(
        organisation="Desert Line Clothing Fund",
        ein="12-3456789",
        period=parse_period("2026"),
        edition=edition,
        simulated=True,
        as_of=KnownAs(effective_on=_UNTIL, recorded_at=NOON),
        headline="In 2026, 32 gifts brought $4,160.00 to the Children's Clothing Fund.",
        promise="kept",
        figures={figure.id: figure for figure in _example_figures(spent_cents, why)},
        tables=(_example_table(spent_cents, why),),
        charts=(_example_chart(),),
        hidden=() if why is None else (Hidden(what="Spent on clothing", reason=why),),
        notes=("Gifts are counted whole, on the day they reached the book.",),
        milestones={},
    )


def _example_figures(spent_cents: int | None, why: str | None) -> Iterator[Figure]:
    sets = None if spent_cents is None else spent_cents // 13_000
    held = None if spent_cents is None else 416_000 - spent_cents
    rows: tuple[tuple[str, str, Literal["cents", "count"], int | None], ...] = (
        ("gifts_received_cents", "Gifts to the Children's Clothing Fund", "cents", 416_000),
        ("fees_paid_by_operations_cents", "Fees paid by operations", "cents", 13_104),
        ("fees_paid_by_children_cents", "Fees taken from the Children's Clothing Fund", "cents", 0),
        ("designated_cents", "Set aside for clothing funds", "cents", spent_cents),
        ("funds_filled", "Clothing funds filled", "count", sets),
        ("held_cents", "Held for clothing", "cents", held),
        ("spent_cents", "Spent on clothing", "cents", spent_cents),
        ("children_clothed", "Children clothed", "count", sets),
    )
    for id_, label, unit, value in rows:
        reason = why if value is None else None
        yield Figure(id=id_, label=label, unit=unit, value=value, reason=reason, until=_UNTIL, query="an example")


def _example_table(spent_cents: int | None, why: str | None) -> FigureTable:
    return FigureTable(
        id="months",
        caption="Gifts by month",
        columns=(FigureColumn(id="gifts", label="Gifts", unit="cents"),),
        rows=(
            *(FigureRow(id=name, label=name, values=(cents,)) for name, cents in _MONTHS),
            FigureRow(id="spent", label="Spent on clothing", values=(spent_cents,), reason=why),
            FigureRow(id="total", label="Total", values=(416_000,)),
        ),
        last_row_is_total=True,
    )


def _example_chart() -> BarChart:
    return BarChart(
        title="Gifts by month",
        description="One bar for each month.",
        unit="cents",
        bars=(
            *(Bar(label=name, value=cents, text=format_dollars(cents)) for name, cents in _MONTHS),
            Bar(label="December 2026", value=None, text="not told"),
        ),
    )


def example_held(state: HeldState) -> HeldStanding:
    """Return a gift of $100.00 and $3.30 that waited, or waits, for its donor's answer."""
    return HeldStanding(
        reference="g_0123456789abcdef",
        state=state,
        amount_cents=10_000,
        fee_cover_cents=330,
        gift_on=date(2026, 11, 21),
        consent=CONSENTS[CONSENT_VERSION].format(legal_name="Desert Line Clothing Fund"),
    )
