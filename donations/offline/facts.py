"""Room: offline. What must be known of a gift that came to the desk, by its kind, and which day it was given on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from donations.errors import FieldRefusedError
from donations.money import CENTS_MAX
from donations.tributes import TributeWish, screen_wish
from receipts.facts import NAME_MAX, text_fault
from receipts.rules import us
from receipts.rules.us.gift_days import Carrier
from receipts.wording import Language, Method

Kind = Literal["cheque", "cash", "wire", "payroll", "employer_match", "donor_advised_fund", "ira_distribution"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_METHODS: Final[dict[Kind, Method]] = {
    "cheque": "cheque",
    "cash": "cash",
    "wire": "wire",
    "payroll": "payroll",
    "employer_match": "other",
    "donor_advised_fund": "donor_advised_fund",
    "ira_distribution": "ira_distribution",
}
_BY_LETTER: Final[tuple[Kind, ...]] = ("donor_advised_fund", "ira_distribution")
"""Dated by the day received, even where it came as a cheque, whose number is told for the deposit slip."""
_CHEQUE_NUMBER: Final = re.compile(r"[0-9A-Za-z-]{1,20}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NAMELESS: Final[tuple[Kind, ...]] = ("cheque", "cash")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineWish:
    """One gift as the treasurer tells it; cents, days of the book's zone.

    Of a match `name` is the employer, of a donor-advised fund its sponsor, of an IRA its owner; of payroll
    `received_on` is the pay day. No e-mail address is ever required.
    """

    kind: Kind
    amount_cents: int
    name: str
    received_on: date
    email: str = ""
    cheque_number: str | None = None
    carrier: Carrier = "us_mail"
    postmarked_on: date | None = None
    dated_on: date | None = None
    custodian: str = ""
    """Who paid a distribution for the owner of an IRA; of no other kind."""
    adviser: str = ""
    """Who recommended the grant of a donor-advised fund, if its sponsor named anyone."""
    is_donor_unknown: bool = False
    """Nobody knows who gave a cheque or cash: it has no name and gets no receipt (R27)."""
    language: Language = "en"
    """In which the donor is written to."""

    tribute: TributeWish | None = None
    """In whose honor it was given, and who is to be told."""

    @property
    def method(self) -> Method:
        """Return the way it came, as a receipt says it."""
        return _METHODS[self.kind]


def check_wish(wish: OfflineWish, *, today: date) -> None:
    """Refuse a gift that lacks a fact of its kind, or has one of another; raises `FieldRefusedError`."""
    if wish.kind not in KINDS:
        raise FieldRefusedError("Choose how the gift came.", field="kind")
    if not 0 < wish.amount_cents <= CENTS_MAX:
        raise FieldRefusedError("Give the amount in dollars and cents, more than nothing.", field="amount")
    _check_donor(wish)
    _check_tribute(wish)
    if wish.received_on > today:
        raise FieldRefusedError("A gift cannot have been received on a day to come.", field="received_on")
    _check_through(wish)
    _check_cheque(wish)
    resolve_day(wish, ZoneInfo("UTC"))


def _check_tribute(wish: OfflineWish) -> None:
    """Refuse words that set a gift aside: one of the desk is the charity's at once and cannot wait for its donor."""
    if wish.tribute is None:
        return
    if wish.is_donor_unknown:
        raise FieldRefusedError("A gift of an unknown donor has no dedication.", field="tribute_name")
    if screen_wish(wish.tribute).reason is not None:
        raise FieldRefusedError(
            "These words seem to set the gift aside for one person. Ask the donor first, and leave them out.",
            field="tribute_name",
        )


def resolve_day(wish: OfflineWish, zone: ZoneInfo) -> us.GiftDay:
    """Return the tax day of the gift and its basis; raises `FieldRefusedError` naming the day that is missing."""
    if wish.kind == "employer_match":
        return us.GiftDay(gift_on=wish.received_on, basis="received")
    moments = us.GiftMoments(
        paid_on=wish.received_on,
        received_on=wish.received_on,
        postmarked_on=wish.postmarked_on,
        dated_on=wish.dated_on,
        carrier=wish.carrier,
    )
    try:
        return us.resolve_gift_day(wish.method, moments, zone)
    except us.UndatedGiftError as undated:
        raise FieldRefusedError(str(undated), field="postmarked_on") from undated


def _check_donor(wish: OfflineWish) -> None:
    if wish.is_donor_unknown:
        if wish.kind not in _NAMELESS:
            raise FieldRefusedError("Only a cheque or cash may come from an unknown donor.", field="name")
        if wish.name.strip() or wish.email:
            raise FieldRefusedError("An unknown donor has neither a name nor an e-mail address.", field="name")
        return
    why = text_fault(wish.name.strip(), limit=NAME_MAX)
    if why:
        raise FieldRefusedError(
            f"The donor's name {why}. If nobody knows who gave, say that the donor is unknown.", field="name"
        )
    if wish.email and not _EMAIL.fullmatch(wish.email):
        raise FieldRefusedError("That is no e-mail address; leave it empty if the donor left none.", field="email")


def _check_through(wish: OfflineWish) -> None:
    """Refuse a distribution without its custodian, and such names on any other kind (R23, R24)."""
    if (wish.kind == "ira_distribution") != bool(wish.custodian):
        raise FieldRefusedError(
            "A distribution from an IRA, and nothing else, names its custodian.", field="custodian"
        )
    if wish.adviser and wish.kind != "donor_advised_fund":
        raise FieldRefusedError("Only the grant of a donor-advised fund has an adviser.", field="adviser")
    for field, name in (("custodian", wish.custodian), ("adviser", wish.adviser)):
        if name and (why := text_fault(name, limit=NAME_MAX)):
            raise FieldRefusedError(f"The name of the {field} {why}.", field=field)


def _check_cheque(wish: OfflineWish) -> None:
    if wish.kind != "cheque":
        may_be_on_paper = wish.kind in _BY_LETTER and _CHEQUE_NUMBER.fullmatch(wish.cheque_number or "0")
        if (wish.cheque_number and not may_be_on_paper) or wish.postmarked_on or wish.dated_on:
            raise FieldRefusedError("Only a cheque has a number, a postmark or a date on it.", field="cheque_number")
        return
    if not _CHEQUE_NUMBER.fullmatch(wish.cheque_number or ""):
        raise FieldRefusedError("Give the number printed on the cheque.", field="cheque_number")
    if wish.postmarked_on is not None and wish.postmarked_on > wish.received_on:
        raise FieldRefusedError("A cheque cannot be mailed after it was received.", field="postmarked_on")
