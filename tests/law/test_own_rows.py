"""What a named person of the charity verified holds at once; what is wrong in `almoner.toml` stops the start."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from donations.disclosures import texts_of_states
from donations.errors import SettingsRefusedError
from donations.settings import read_organisation
from receipts.facts import Insubstantial
from receipts.rules import us
from receipts.rules.us import Gift, Receiptable, assess, own
from tests.clerk_room import ORGANISATION_FACTS
from tests.law.test_jurisdictions import CHARITY, TODAY

MUG: dict[str, Any] = {
    "rule": "low_cost_item",
    "year": 2026,
    "cents": 1_390,
    "source": "Rev. Proc. 2025-32",
    "verified_by": "Rosalind Example, CPA",
    "verified_on": date(2026, 12, 1),
}
TEXT: dict[str, Any] = {
    "id": "UT-2026-1",
    "state": "UT",
    "surfaces": ["giving_page", "receipt"],
    "text": "{legal_name} is registered in Utah. {registration}",
    "source": "counsel's letter of 2026-12-01",
    "effective_from_on": date(2026, 1, 1),
    "verified_by": "Rosalind Example, counsel",
    "verified_on": date(2026, 12, 1),
}
UTAH = {"states_registered": [{"state": "UT", "registration_number": "12345"}]}


def _organisation(**changes: object) -> Any:  # noqa: ANN401  # Settings' own, with one fact changed.
    return read_organisation(ORGANISATION_FACTS | changes)


def _answer(own: tuple[us.Threshold, ...]) -> object:
    gift = Gift(
        amount_cents=50_000,
        gift_on=TODAY,
        gift_on_basis="charged",
        donor_name="Ana",
        benefit="a logo mug",
        benefit_cents=1_380,
        benefit_is_token_item=True,
    )
    found = assess(gift, replace(CHARITY, own_thresholds=own), TODAY)
    assert isinstance(found, Receiptable)
    return found.goods_services


def test_a_figure_of_the_year_holds_once_a_named_person_has_verified_it() -> None:
    own = _organisation(threshold=[MUG]).own_thresholds
    assert us.threshold("low_cost_item", 2026).cents == 1_360
    assert us.threshold("low_cost_item", 2026, own).cents == 1_390
    assert us.threshold("low_cost_item", 2025, own).cents == 1_360
    assert not isinstance(_answer(()), Insubstantial)
    assert isinstance(_answer(own), Insubstantial)


def test_a_verified_figure_is_no_doubt_of_the_treasurers_any_more() -> None:
    own = _organisation(threshold=[MUG]).own_thresholds
    before, after = us.LAW.list_unverified_thresholds(2026), us.LAW.list_unverified_thresholds(2026, own)
    assert {one for one in before if one not in after} == {one for one in before if "low_cost_item of 2026" in one}
    assert us.LAW.thresholds(2026, own)["low_cost_item"] == 1_390


def test_a_state_s_own_text_stands_on_the_page_and_is_no_doubt() -> None:
    bare, told = _organisation(**UTAH), _organisation(**UTAH, disclosure=[TEXT])
    assert texts_of_states(bare, "giving_page", on=TODAY) == ()
    (text,) = texts_of_states(told, "giving_page", on=TODAY)
    assert text.text == f"{told.legal_name} is registered in Utah. UT registration number: 12345."
    assert us.list_disclosure_doubts({"UT": ""}, TODAY, told.own_texts) == ()
    assert len(us.list_disclosure_doubts({"UT": ""}, TODAY)) == 1


def test_an_own_text_takes_the_place_of_the_shipped_one_of_its_name() -> None:
    shipped = next(row for row in us.all_rows() if row.state == "FL")
    own = _organisation(disclosure=[TEXT | {"id": shipped.id, "state": "FL", "text": "New words."}]).own_texts
    assert [row.text for row in us.all_rows(own) if row.id == shipped.id] == ["New words."]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"threshold": [MUG | {"rule": "low_cost_mug"}]}, "is no rule whose figure changes"),
        ({"threshold": [MUG | {"rule": "schedule_b_listing"}]}, "is no rule whose figure changes"),
        ({"threshold": [MUG | {"seen": "U"}]}, "seen"),
        ({"threshold": [MUG, MUG]}, "low_cost_item of 2026 stands there twice"),
        ({"threshold": [MUG | {"cents": 0}]}, "cents"),
        ({"threshold": [MUG | {"verified_by": ""}]}, "verified_by"),
        ({"threshold": [{name: fact for name, fact in MUG.items() if name != "verified_on"}]}, "verified_on"),
        ({"disclosure": [TEXT, TEXT]}, "UT-2026-1 stands there twice"),
        ({"disclosure": [TEXT | {"text": "{child}"}]}, "a place in braces"),
        ({"disclosure": [TEXT | {"text": "{legal_name.__class__}"}]}, "a place in braces"),
        ({"disclosure": [TEXT | {"text": "{"}]}, "a place in braces"),
        ({"disclosure": [TEXT | {"effective_to_on": date(2025, 1, 1)}]}, "ends before it begins"),
        ({"disclosure": [TEXT | {"surfaces": []}]}, "surfaces"),
    ],
)
def test_a_wrong_row_stops_the_start_with_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsRefusedError, match=said):
        _organisation(**changes)


def test_every_rule_a_charity_may_set_is_one_of_the_table() -> None:
    assert {row.rule for row in us.all_thresholds()} >= own.SETTABLE
    doubtful = {row.rule for row in us.all_thresholds() if not row.verified}
    assert doubtful <= own.SETTABLE, "what nobody has verified, somebody must be able to"
