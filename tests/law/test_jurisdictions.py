"""One suite for every jurisdiction: a second country needs a package of rules and no `if` anywhere else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

import donations
import receipts
from receipts.facts import DonatedItem
from receipts.rules import us
from receipts.rules.assessing import Gift, Goods, Held, Kind, Organisation, Receiptable, Refused
from receipts.rules.jurisdiction import Jurisdiction
from tests.law.canada import Canada, ValuedGoods

TODAY = date(2026, 11, 22)
CHARITY = Organisation(
    legal_name="Desert Thread", ein="00-0000000", is_public_charity=True, teos_checked_on=date(2026, 11, 1)
)
GIFT = Gift(amount_cents=13_000, gift_on=date(2026, 11, 21), gift_on_basis="charged", donor_name="Ana")
COATS = (DonatedItem(description="winter coats", count=12, condition="new"),)
GOODS = Goods(items=COATS, handed_over_on=date(2026, 11, 20), place="Las Vegas", donor_name="Ana")
VALUED = ValuedGoods(
    items=COATS,
    handed_over_on=date(2026, 11, 20),
    place="Toronto",
    donor_name="Ana",
    value_cents=60_000,
    appraiser="Example Appraisers",
)
LAWS: tuple[Jurisdiction, ...] = (us.LAW, Canada())
laws = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.code)


@laws
def test_a_gift_of_money_is_receiptable_and_an_unknown_donor_s_is_not(law: Jurisdiction) -> None:
    answer = law.assess(GIFT, CHARITY, TODAY)
    assert isinstance(answer, Receiptable)
    assert answer.kind == "gift_receipt"
    assert isinstance(law.assess(replace(GIFT, donor_name=None), CHARITY, TODAY), Refused)
    assert isinstance(law.assess(GIFT, replace(CHARITY, ein=""), TODAY), Refused)


@laws
def test_a_gift_that_waits_for_its_donor_is_held(law: Jurisdiction) -> None:
    assert law.assess(replace(GIFT, held_because="for one child"), CHARITY, TODAY) == Held(reason="for one child")


@laws
def test_goods_are_told_with_their_value_or_without_it_but_never_the_other_way(law: Jurisdiction) -> None:
    told, untold = law.assess(VALUED, CHARITY, TODAY), law.assess(GOODS, CHARITY, TODAY)
    good, bad = (told, untold) if law.in_kind_value == "required" else (untold, told)
    assert isinstance(good, Receiptable)
    assert good.kind == "in_kind_acknowledgment"
    assert isinstance(bad, Refused)
    assert [reason.split(":")[0] for reason in bad.reasons] == ["value"]


@laws
def test_every_kind_has_a_series_a_number_and_a_template(law: Jurisdiction) -> None:
    numbers = set()
    for kind in get_args(Kind):
        for place in ("Las Vegas", "Reno"):
            series = law.numbering(kind, place=place)
            assert series.is_gapless
            assert series.place in {"", place}
            numbers.add((series, law.format_number(series, year=2026, n=7)))
        assert kind in law.template(kind)
    assert len({number for _, number in numbers}) == len({series for series, _ in numbers})


@laws
def test_a_replacement_and_a_void_name_the_document_they_are_about(law: Jurisdiction) -> None:
    old = law.format_number(law.numbering("gift_receipt", place="Toronto"), year=2026, n=12)
    assert old in law.replace(old, "correction")
    assert old in law.void(old, "refund")


@laws
def test_a_year_with_gifts_makes_a_statement_and_a_year_without_makes_none(law: Jurisdiction) -> None:
    answer = law.annual_statement([GIFT, replace(GIFT, donor_name=None)], CHARITY, TODAY)
    assert isinstance(answer, Receiptable)
    assert answer.kind == "annual_statement"
    assert isinstance(law.annual_statement([], CHARITY, TODAY), Refused)


@laws
def test_thresholds_settings_and_retention_are_told(law: Jurisdiction) -> None:
    assert all(cents > 0 for cents in law.thresholds(2026).values())
    assert "legal_name" in law.required_settings()
    assert law.retention()["ledger"] is None
    assert len(law.code) == 2  # Letters of a country.
    assert all(sentence.endswith(".") for sentence in law.list_unverified_thresholds(2026))


def test_canada_s_words_and_places_are_its_own() -> None:
    law = Canada()
    series = law.numbering("gift_receipt", place="Toronto")
    assert law.format_number(series, year=2026, n=1) == "Toronto-R2026-000001"
    assert law.replace("Toronto-R2026-000001", "correction") == (
        "This receipt cancels and replaces receipt #Toronto-R2026-000001."
    )
    assert us.LAW.replace("R-2026-000123-0", "correction").startswith("Replaces receipt R-2026-000123-0.")
    assert us.LAW.numbering("gift_receipt", place="Toronto") == us.LAW.numbering("gift_receipt", place="Reno")


def test_figures_of_this_year_that_nobody_verified_are_a_task_and_the_year_before_serves() -> None:
    assert us.LAW.thresholds(2026)["low_cost_item"] == us.LAW.thresholds(2025)["low_cost_item"] == 1_360
    assert any("low_cost_item of 2026" in task for task in us.LAW.list_unverified_thresholds(2026))
    assert not any("of 2026" in task for task in us.LAW.list_unverified_thresholds(2025))
    ends = {task.split(" of ")[0]: task.split("until then ")[1] for task in us.LAW.list_unverified_thresholds(2026)}
    assert ends["Nobody has verified low_cost_item"] == "the latest verified figure is used."
    assert ends["Nobody has verified non_itemizer_cap"] == "no figure is told."


def test_nobody_outside_the_rules_asks_which_country_it_is() -> None:
    asks = re.compile(r"\b(?:if|elif|case|while)\b[^\n]*\b(?:jurisdiction|country_code|law\.code)\b")
    for package in (receipts, donations):
        root = Path(str(package.__file__)).parent
        for file in root.rglob("*.py"):
            if "rules" not in file.relative_to(root).parts:
                assert not asks.search(file.read_text(encoding="utf-8")), file
