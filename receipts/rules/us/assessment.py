"""Room: rules/us. May this gift be acknowledged, and how? The answer is one of three, and it is final."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR, date, timedelta

from receipts.facts import (
    Benefit,
    GoodsServices,
    Insubstantial,
    IntangibleReligious,
    NothingGiven,
    QuidProQuo,
    text_fault,
)
from receipts.facts.faults import NAME_MAX
from receipts.rules.assessing import (
    Assessment,
    Gift,
    Given,
    Goods,
    Held,
    Kind,
    Organisation,
    Receiptable,
    Refused,
    Service,
)
from receipts.rules.us.thresholds import threshold

_TEOS_DAYS = 35
_TAX_DAY = (4, 15)
_INSUBSTANTIAL_PERCENT = 2
_FIRST_YEAR = 2024
"""Before it the table holds no figures, so no benefit is called insubstantial."""
_MONEY_KINDS: dict[str, Kind] = {
    "donor": "gift_receipt",
    "donor_advised_fund": "daf_thank_you",
    "ira_trustee": "qcd_letter",
}


def assess(given: Given, organisation: Organisation, on: date) -> Assessment:
    """Return whether and how something given may be acknowledged on the day `on`, before any number is taken.

    Sources: IRC 170(f)(8) and (17), 408(d)(8), 6115, Rev. Proc. 90-12 and 92-49, tax rules R1-R35.
    """
    if isinstance(given, Gift):
        return _assess_money(given, organisation, on)
    if isinstance(given, Service):
        return _assess_service(given, organisation, on)
    return _assess_goods(given, organisation, on)


def assess_statement(given: Sequence[Given], organisation: Organisation, on: date) -> Assessment:
    """Return whether the gifts of one donor and year make a statement: only those with a receipt of money count."""
    answers = [assess(each, organisation, on) for each in given]
    counted = [
        answer
        for answer in answers
        if isinstance(answer, Receiptable) and answer.kind in {"gift_receipt", "quid_pro_quo_receipt"}
    ]
    if not counted:
        return Refused(reasons=("rows: there is no gift of the year that a statement could repeat.",))
    warnings = tuple(dict.fromkeys(warning for answer in counted for warning in answer.warnings))
    return Receiptable(kind="annual_statement", goods_services=counted[0].goods_services, warnings=warnings)


def tax_day(tax_year: int) -> date:
    """Return the day by which a donor's return of that year is due: what comes later may come too late (R2)."""
    return date(min(tax_year + 1, MAXYEAR), *_TAX_DAY)


def comes_late(tax_year: int, on: date) -> bool:
    """Return whether the donor may have filed the year's return before that day (tax rules R2)."""
    return on > tax_day(tax_year)


def _assess_money(gift: Gift, organisation: Organisation, on: date) -> Assessment:
    reasons = (*_organisation_faults(organisation, on), *_gift_faults(gift), *_payer_faults(gift, organisation))
    if reasons:
        return Refused(reasons=reasons)
    if gift.held_because is not None:
        return Held(reason=gift.held_because)
    warnings = tuple(_warnings(organisation, gift.gift_on, on))
    if gift.payer != "donor":
        return Receiptable(kind=_MONEY_KINDS[gift.payer], goods_services=NothingGiven(), warnings=warnings)
    given = _goods_services(gift, organisation)
    if given is None:
        return Refused(reasons=("benefit: what the donor received has no description or estimate (IRC 6115).",))
    kind: Kind = "quid_pro_quo_receipt" if isinstance(given, QuidProQuo) else "gift_receipt"
    return Receiptable(kind=kind, goods_services=given, warnings=warnings)


def _assess_goods(goods: Goods, organisation: Organisation, on: date) -> Assessment:
    reasons = [*_organisation_faults(organisation, on), *_donor_faults(goods.donor_name)]
    if type(goods) is not Goods:
        reasons.append("value: the value of goods is the donor's to say and stands on no document (R10).")
    if not goods.items:
        reasons.append("items: nothing says what was given.")
    if goods.handed_over_on is None:
        reasons.append("gift_on: the day the goods were handed over is missing.")
    if text_fault(goods.place):
        reasons.append("place: where the goods were handed over is missing.")
    if goods.benefit:
        reasons.append("benefit: goods given for something in return need a person's judgement.")
    if reasons:
        return Refused(reasons=tuple(reasons))
    if goods.held_because is not None:
        return Held(reason=goods.held_because)
    warnings = tuple(_warnings(organisation, goods.handed_over_on, on))
    return Receiptable(kind="in_kind_acknowledgment", goods_services=NothingGiven(), warnings=warnings)


def _assess_service(service: Service, organisation: Organisation, on: date) -> Assessment:
    reasons = [*_organisation_faults(organisation, on), *_donor_faults(service.donor_name)]
    if not service.had_costs:
        reasons.append("services: time and services are not gifts; a letter of thanks is free to be written (R14).")
    if not service.services or service.served_from_on is None or service.served_to_on is None:
        reasons.append("services: nothing says what was done and when.")
    if reasons:
        return Refused(reasons=tuple(reasons))
    warnings = tuple(_warnings(organisation, service.served_to_on, on))
    return Receiptable(kind="volunteer_expense_letter", goods_services=NothingGiven(), warnings=warnings)


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
    return [*faults, *_donor_faults(gift.donor_name)]


def _donor_faults(name: str | None) -> list[str]:
    if name is None:
        return ["donor: nobody knows who gave."]
    why = text_fault(name, limit=NAME_MAX)
    return [f"donor: the donor's name {why}."] if why else []


def _payer_faults(gift: Gift, organisation: Organisation) -> list[str]:
    faults = []
    if gift.payer != "donor" and not gift.payer_name:
        faults.append("payer: the sponsor or custodian who paid is not named.")
    if gift.payer == "ira_trustee" and (gift.benefit or gift.benefit_cents):
        faults.append("benefit: a distribution from an IRA allows nothing at all in return (IRC 408(d)(8)).")
    if gift.payer == "ira_trustee" and organisation.is_supporting_organisation:
        faults.append("payer: a supporting organization cannot receive a qualified charitable distribution.")
    return faults


def _goods_services(gift: Gift, organisation: Organisation) -> GoodsServices | None:
    if gift.benefit_is_religious:
        return IntangibleReligious() if organisation.is_religious else None
    if gift.benefit_cents == 0 and not gift.benefit:
        return NothingGiven()
    if not gift.benefit or text_fault(gift.benefit):
        return None
    if _is_insubstantial(gift, organisation):
        return Insubstantial(item=gift.benefit)
    if not 0 < gift.benefit_cents < gift.amount_cents:
        return None
    benefit = Benefit(description=gift.benefit, value_cents=gift.benefit_cents)
    return QuidProQuo(benefits=(benefit,), excess_cents=gift.amount_cents - gift.benefit_cents)


def _is_insubstantial(gift: Gift, organisation: Organisation) -> bool:
    """Apply Rev. Proc. 90-12 §3.01 and §3.02: two per cent with a cap, or a token item for a gift of some size."""
    year = gift.gift_on.year if gift.gift_on else 0
    if year < _FIRST_YEAR:
        return False
    own = organisation.own_thresholds
    cap = threshold("insubstantial_value_cap", year, own).cents
    if gift.benefit_cents <= min(gift.amount_cents * _INSUBSTANTIAL_PERCENT // 100, cap):
        return True
    is_cheap = gift.benefit_cents <= threshold("low_cost_item", year, own).cents
    floor = threshold("token_gift_floor", year, own).cents
    return gift.benefit_is_token_item and is_cheap and gift.amount_cents >= floor


def _warnings(organisation: Organisation, given_on: date | None, on: date) -> list[str]:
    warnings = []
    checked = organisation.teos_checked_on
    if checked is not None and on - checked > timedelta(days=_TEOS_DAYS):
        warnings.append(f"The IRS list was last checked on {checked.isoformat()}; please check it again.")
    if given_on is not None and comes_late(given_on.year, on):
        warnings.append("This document comes after the donor's tax day and may be too late for their return.")
    return warnings
