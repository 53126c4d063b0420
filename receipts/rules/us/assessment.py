"""Room: rules/us. May this gift be acknowledged, and how? The answer is one of three, and it is final."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Literal

from receipts.facts import GoodsServices, Insubstantial, NothingGiven, text_fault
from receipts.facts.faults import NAME_MAX
from receipts.rules.us.thresholds import threshold
from receipts.wording import Basis

Payer = Literal["donor", "donor_advised_fund", "ira_trustee"]
_TEOS_DAYS = 35
_TAX_DAY = (4, 15)
_INSUBSTANTIAL_PERCENT = 2
_FIRST_YEAR = 2024
"""Before it the table holds no figures, so no benefit is called insubstantial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A settled gift of money as the assessment sees it; amounts are cents, `benefit_cents` is fair market value."""

    amount_cents: int
    gift_on: date | None
    gift_on_basis: Basis | None
    donor_name: str | None
    """None when nobody knows who gave: then there is nobody to acknowledge (R27)."""
    payer: Payer = "donor"
    benefit: str = ""
    benefit_cents: int = 0
    benefit_is_token_item: bool = False
    held_because: str | None = None
    """Why the gift waits for the donor's consent to the pool (R19, R20), or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The issuing charity as the IRS lists it."""

    legal_name: str
    ein: str
    is_public_charity: bool
    teos_checked_on: date | None
    teos_revoked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiptable:
    """The gift may be acknowledged by this kind of document; warnings are tasks for the treasurer, never a stop."""

    kind: Literal["gift_receipt"]
    goods_services: GoodsServices
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No tax document for this gift; each reason is a plain sentence."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The money is here but waits: no document until the donor has answered."""

    reason: str


Assessment = Receiptable | Refused | Held


def assess(gift: Gift, organisation: Organisation, on: date) -> Assessment:
    """Return whether and how `gift` may be acknowledged on the day `on`, before any number is taken.

    Sources: IRC 170(f)(8) and (17), Rev. Proc. 90-12 and 92-49, tax rules R1-R35.
    """
    reasons = tuple(_organisation_faults(organisation, on)) + tuple(_gift_faults(gift))
    if reasons:
        return Refused(reasons=reasons)
    if gift.held_because is not None:
        return Held(reason=gift.held_because)
    given = _goods_services(gift)
    if given is None:
        return Refused(reasons=("The donor received a benefit that needs a receipt stating its value (IRC 6115).",))
    return Receiptable(kind="gift_receipt", goods_services=given, warnings=tuple(_warnings(gift, organisation, on)))


def _organisation_faults(organisation: Organisation, on: date) -> list[str]:
    faults = []
    if text_fault(organisation.legal_name, limit=NAME_MAX):
        faults.append("legal_name: the charity's legal name is missing or cannot be printed.")
    if not organisation.ein:
        faults.append("ein: the charity's EIN is missing.")
    if not organisation.is_public_charity or organisation.teos_checked_on is None:
        faults.append("public_charity: the IRS list has not confirmed that gifts to the charity are deductible.")
    if organisation.teos_revoked_on is not None and organisation.teos_revoked_on <= on:
        faults.append("public_charity: the IRS has revoked the charity's exemption.")
    return faults


def _gift_faults(gift: Gift) -> list[str]:
    faults = []
    if gift.amount_cents <= 0:
        faults.append("amount_cents: there is no amount to acknowledge.")
    if gift.gift_on is None:
        faults.append("gift_on: the day of the gift is missing.")
    if gift.gift_on_basis is None:
        faults.append("gift_on_basis: it is not said what the day of the gift rests on.")
    if gift.donor_name is None:
        faults.append("donor: nobody knows who gave.")
    elif why := text_fault(gift.donor_name, limit=NAME_MAX):
        faults.append(f"donor: the donor's name {why}.")
    if gift.payer == "donor_advised_fund":
        faults.append("payer: the sponsor of a donor-advised fund is the donor; the adviser gets thanks only.")
    if gift.payer == "ira_trustee":
        faults.append("payer: a distribution from an IRA needs its own letter.")
    return faults


def _goods_services(gift: Gift) -> GoodsServices | None:
    if gift.benefit_cents == 0 and not gift.benefit:
        return NothingGiven()
    return Insubstantial(item=gift.benefit) if gift.benefit and _is_insubstantial(gift) else None


def _is_insubstantial(gift: Gift) -> bool:
    """Apply Rev. Proc. 90-12 §3.01 and §3.02: two per cent with a cap, or a token item for a gift of some size."""
    year = gift.gift_on.year if gift.gift_on else 0
    if year < _FIRST_YEAR:
        return False
    cap = threshold("insubstantial_value_cap", year).cents
    if gift.benefit_cents <= min(gift.amount_cents * _INSUBSTANTIAL_PERCENT // 100, cap):
        return True
    is_cheap = gift.benefit_cents <= threshold("low_cost_item", year).cents
    return gift.benefit_is_token_item and is_cheap and gift.amount_cents >= threshold("token_gift_floor", year).cents


def _warnings(gift: Gift, organisation: Organisation, on: date) -> list[str]:
    warnings = []
    checked = organisation.teos_checked_on
    if checked is not None and on - checked > timedelta(days=_TEOS_DAYS):
        warnings.append(f"The IRS list was last checked on {checked.isoformat()}; please check it again.")
    if gift.gift_on is not None and comes_late(gift.gift_on.year, on):
        warnings.append("This document comes after the donor's tax day and may be too late for their return.")
    return warnings


def comes_late(tax_year: int, on: date) -> bool:
    """Return whether the donor may have filed the year's return before that day (tax rules R2)."""
    return on > date(min(tax_year + 1, MAXYEAR), *_TAX_DAY)
