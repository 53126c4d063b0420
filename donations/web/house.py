"""Room: web. What the front door is handed: a few calls and facts, declared here as the web needs them.

The composition root fills a `House`; tests fill one with typed fakes. No view reaches past it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, cast

from flask import current_app

from donations.admission import Asker
from donations.consent import HeldStanding
from donations.erasure import Kept
from donations.giving import Begun, GiftStanding, PledgeStanding, PledgeWish, Wish
from donations.own_room import OwnRoom
from donations.ports import Clock, Doorbell, Ring
from donations.reporting import GiftNews, Report
from donations.settings import Settings
from donations.visits import Visit, Visitor

DocumentStatus = Literal["valid", "replaced", "void", "disputed"]
_EXTENSION = "almoner.house"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedLink:
    """One document of a chain, as anyone may know it."""

    number: str
    issued_on: date
    status: DocumentStatus
    reason: str | None = None
    changed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDocument:
    """What anyone holding a document may learn of it: no name, mail or address."""

    status: DocumentStatus
    kind: str
    number: str
    issued_on: date
    amount_cents: int
    sha256: str | None
    newest_number: str
    """The number that stands now: its own, or that of the document which replaced it."""
    chain: tuple[VerifiedLink, ...] = ()
    """Every document of this gift or year, oldest first, itself among them."""
    reason: str | None = None
    """The class of the reason why it does not simply stand."""
    changed_on: date | None = None
    seal: str | None = None
    """SHA-256 of the certificate that sealed its file."""
    is_erased: bool = False
    """Whether the personal data behind it are gone; number, amount and hash stay."""
    presented: str | None = None
    """The amount as the document states it, where that is not dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFile:
    """A printed receipt; its bytes never change."""

    number: str
    pdf: bytes
    is_copy: bool = False
    """Whether its first letter has brought it already; a header says so, the bytes are the same."""


class GivingDesk(Protocol):
    """The promise book's desk; `donations.giving.GivingDesk` is the real one."""

    def begin(self, wish: Wish, *, form_token: str, asker: Asker) -> Begun:
        """Write the promise and open its checkout; raises a `DonationError`, and the same form may be sent again."""
        ...

    def stand_of(self, token: str, /) -> GiftStanding | PledgeStanding | None:
        """Return how the gift or pledge behind a secret thanks token stands."""
        ...

    def ask_for_news(self, token: str, /) -> None:
        """Have this promise's checkouts looked at soon, as if Stripe had rung."""
        ...


class PledgeDesk(Protocol):
    """The desk behind a pledge's signed link; `donations.giving.PledgeDesk` is the real one."""

    def stand_of(self, token: str, /) -> PledgeStanding | None:
        """Return how the pledge behind a link stands; looking changes nothing."""
        ...

    def open_portal(self, token: str, /, *, form_token: str, asker: Asker) -> str:
        """Return the address of Stripe's portal for it, followed once; raises a `DonationError`."""
        ...

    def ask_to_end(self, token: str, /, *, form_token: str, asker: Asker) -> None:
        """Note durably that the donor ends it; raises a `DonationError`."""
        ...

    def ask_to_change(self, token: str, wish: PledgeWish, /, *, form_token: str, asker: Asker) -> None:
        """Note durably what the donor changes; raises a `DonationError`."""
        ...


class OwnDesk(Protocol):
    """The desk behind a donor's own room; `donations.own_room.OwnDesk` is the real one."""

    def ask_for_link(self, visitor: Visitor, email: str, /) -> None:
        """Owe a link to an address, known or not; raises a `DonationError` for too many."""
        ...

    def opens(self, visitor: Visitor, token: str, /) -> bool:
        """Tell whether a mailed link opens in this browser."""
        ...

    def redeem(self, visitor: Visitor, token: str, /) -> str:
        """Use a link up and return a new session cookie; raises a `DonationError`."""
        ...

    def who_is_in(self, token: str, /) -> Visit | None:
        """Return who is in by a session cookie."""
        ...

    def leave(self, visit: Visit, /) -> None:
        """End this sign-in."""
        ...

    def show(self, visit: Visit, /) -> OwnRoom:
        """Return everything that is theirs."""
        ...

    def document(self, visit: Visit, number: str, /) -> bytes | None:
        """Return the printed bytes of a document of theirs."""
        ...

    def add_address(self, visit: Visit, visitor: Visitor, email: str, /) -> None:
        """Owe a link to an address they say is theirs; raises a `DonationError` for too many."""
        ...

    def name_gift(self, visit: Visit, reference: str, /, *, is_named: bool) -> None:
        """Keep whether a gift of theirs may stand under their name; raises a `DonationError`."""
        ...

    def export(self, visit: Visit, /) -> dict[str, object]:
        """Return everything we hold that is theirs, as plain JSON facts."""
        ...

    def preview_erasure(self, visit: Visit, /) -> Kept:
        """Return what would be kept of them if they asked to be erased, and why."""
        ...

    def erase(self, visit: Visit, /) -> Kept:
        """Erase what the law lets go, and return what is kept."""
        ...


class ConsentDesk(Protocol):
    """The desk behind a held gift's signed link; `donations.consent.ConsentDesk` is the real one."""

    def stand_of(self, token: str, /) -> HeldStanding | None:
        """Return how the held gift behind a link stands; looking changes nothing."""
        ...

    def answer(self, token: str, /, *, agrees: bool, form_token: str, device: str) -> None:
        """Carry out what the donor decided; raises a `DonationError`."""
        ...


class CardDesk(Protocol):
    """The desk behind a card's signed link; `donations.giving.CardDesk` is the real one."""

    def knows(self, token: str, /) -> bool:
        """Tell whether a link came with a card of ours."""
        ...

    def stop(self, token: str, /, *, form_token: str, device: str) -> None:
        """Let the card's address get no other; raises a `DonationError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All the front door may ask of the rooms behind it."""

    settings: Settings
    clock: Clock
    giving: GivingDesk
    pledges: PledgeDesk
    consents: ConsentDesk
    own: OwnDesk
    cards: CardDesk
    doorbell: Doorbell
    receive: Callable[[Ring], None]
    """Store a ring durably; raises `HouseClosedError` when it cannot."""
    verify: Callable[[str], VerifiedDocument | None]
    receipt_file: Callable[[str], ReceiptFile | None]
    news_of: Callable[[str], GiftNews | None]
    """What may be told of what a gift did, by the gift's reference; None while its money has not come."""
    news_wish: Callable[[str], bool | None]
    """Whether the month's notes behind a signed link still come; None for a link that is not ours."""
    end_news: Callable[[str], bool]
    """End them; False for a link that is not ours."""
    live_report: Callable[[], Report]
    """This year to date: the donors' side as it stands, the children's side as last published."""
    published_report: Callable[[str], Report | None]
    """The newest edition published for a period such as "2026" or "2026-Q4"."""
    report_pdf: Callable[[Report], bytes | None]
    """The printed PDF of a published report; None while the printing room is at it."""
    promise_is_kept: Callable[[], bool]
    """Whether operations can pay the fees; without it no page says 100 %."""
    readiness: Callable[[], Mapping[str, bool]]
    """What must hold before this house serves, by name."""


def install_house(app_extensions: dict[str, object], opened: House) -> None:
    """Put the house where its views find it."""
    app_extensions[_EXTENSION] = opened


def house() -> House:
    """Return the house this request came to."""
    return cast("House", current_app.extensions[_EXTENSION])
