"""Room: rules. What is assessed and the three answers there are, the same in every jurisdiction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from receipts.facts import DonatedItem, GoodsServices
from receipts.wording import Basis

Kind = Literal[
    "gift_receipt",
    "quid_pro_quo_receipt",
    "annual_statement",
    "in_kind_acknowledgment",
    "volunteer_expense_letter",
    "daf_thank_you",
    "qcd_letter",
    "notice_of_returned_contribution",
]
Payer = Literal["donor", "donor_advised_fund", "ira_trustee"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A settled gift of money as the assessment sees it; amounts are cents, `benefit_cents` is fair market value."""

    amount_cents: int
    gift_on: date | None
    gift_on_basis: Basis | None
    donor_name: str | None
    """None when nobody knows who gave: then there is nobody to acknowledge (R27)."""
    payer: Payer = "donor"
    payer_name: str = ""
    """The sponsor of a donor-advised fund or the custodian of an IRA, where one of them paid."""
    benefit: str = ""
    benefit_cents: int = 0
    benefit_is_token_item: bool = False
    benefit_is_religious: bool = False
    held_because: str | None = None
    """Why the gift waits for the donor's consent to the pool (R19, R20), or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Things that were handed over. What they are worth has no place here: a jurisdiction that asks adds its own."""

    items: tuple[DonatedItem, ...]
    handed_over_on: date | None
    place: str
    donor_name: str | None
    benefit: str = ""
    held_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Time and skill somebody gave; only costs they paid themselves make it a matter of a letter (R14)."""

    services: tuple[str, ...]
    served_from_on: date | None
    served_to_on: date | None
    donor_name: str | None
    had_costs: bool


Given = Gift | Goods | Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One figure of a law: the amount in cents from which a rule holds, since which year, and who says so."""

    rule: str
    year: int
    cents: int
    source: str
    seen: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The issuing charity as the authority lists it."""

    legal_name: str
    ein: str
    is_public_charity: bool
    teos_checked_on: date | None
    teos_revoked_on: date | None = None
    is_religious: bool = False
    """Organised exclusively for religious purposes; the setting must say so."""
    is_supporting_organisation: bool = False
    own_thresholds: tuple[Threshold, ...] = ()
    """Figures that a named person of the charity has verified; they go before the table's of the same year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiptable:
    """The gift may be acknowledged by this kind of document; warnings are tasks for the treasurer, never a stop."""

    kind: Kind
    goods_services: GoodsServices
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No document for this gift; each reason is a plain sentence."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The money is here but waits: no document until the donor has answered."""

    reason: str


Assessment = Receiptable | Refused | Held
