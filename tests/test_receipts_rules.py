from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.facts import Insubstantial, NothingGiven, QuidProQuo
from receipts.rules.us import (
    DisclosureValues,
    Gift,
    Held,
    Organisation,
    Receiptable,
    Refused,
    all_thresholds,
    assess,
    deduction_note,
    disclosures,
    list_disclosure_doubts,
    threshold,
)
from receipts.rules.us.states import all_rows

TODAY = date(2026, 11, 22)
GIFT = Gift(amount_cents=13_000, gift_on=date(2026, 11, 21), gift_on_basis="charged", donor_name="Ana")
CHARITY = Organisation(
    legal_name="Desert Thread", ein="00-0000000", is_public_charity=True, teos_checked_on=date(2026, 11, 1)
)
VALUES = DisclosureValues(legal_name="Desert Thread", state_of_formation="Nevada", purpose="to clothe children")


def test_a_card_gift_without_a_benefit_is_receiptable_and_says_so() -> None:
    assert assess(GIFT, CHARITY, TODAY) == Receiptable(
        kind="gift_receipt", goods_services=NothingGiven(), warnings=()
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_cents": 0}, "amount_cents"),
        ({"gift_on": None}, "gift_on"),
        ({"gift_on_basis": None}, "gift_on_basis"),
        ({"donor_name": None}, "donor"),
        ({"donor_name": "x" * 121}, "donor"),
        ({"payer": "donor_advised_fund"}, "payer"),
        ({"payer": "ira_trustee"}, "payer"),
    ],
)
def test_a_gift_the_law_would_not_accept_is_refused_by_name(changes: dict[str, object], field: str) -> None:
    answer = assess(replace(GIFT, **changes), CHARITY, TODAY)  # type: ignore[arg-type]
    assert isinstance(answer, Refused)
    assert [reason.split(":")[0] for reason in answer.reasons] == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"legal_name": ""}, "legal_name"),
        ({"ein": ""}, "ein"),
        ({"is_public_charity": False}, "public_charity"),
        ({"teos_checked_on": None}, "public_charity"),
        ({"teos_revoked_on": TODAY}, "public_charity"),
    ],
)
def test_a_charity_the_irs_does_not_know_issues_nothing(changes: dict[str, object], field: str) -> None:
    answer = assess(GIFT, replace(CHARITY, **changes), TODAY)  # type: ignore[arg-type]
    assert isinstance(answer, Refused)
    assert [reason.split(":")[0] for reason in answer.reasons] == [field]


def test_a_gift_that_waits_for_consent_is_held() -> None:
    assert assess(replace(GIFT, held_because="for Jayden only"), CHARITY, TODAY) == Held(reason="for Jayden only")


def test_a_check_of_the_irs_list_older_than_35_days_warns_and_still_issues() -> None:
    stale = replace(CHARITY, teos_checked_on=date(2026, 10, 17))
    answer = assess(GIFT, stale, TODAY)
    assert isinstance(answer, Receiptable)
    assert "2026-10-17" in answer.warnings[0]
    assert assess(GIFT, replace(stale, teos_checked_on=date(2026, 10, 18)), TODAY) == assess(GIFT, CHARITY, TODAY)


def test_a_document_after_the_donor_s_tax_day_warns_that_it_may_come_too_late() -> None:
    charity = replace(CHARITY, teos_checked_on=date(2027, 4, 15))
    before, after = assess(GIFT, charity, date(2027, 4, 15)), assess(GIFT, charity, date(2027, 4, 16))
    assert isinstance(before, Receiptable)
    assert isinstance(after, Receiptable)
    assert before.warnings == ()
    assert "too late" in after.warnings[0]


def test_a_logo_mug_for_500_dollars_is_insubstantial_and_recorded() -> None:
    gift = replace(GIFT, amount_cents=50_000, benefit="a logo mug", benefit_cents=900, benefit_is_token_item=True)
    answer = assess(gift, CHARITY, TODAY)
    assert isinstance(answer, Receiptable)
    assert answer.goods_services == Insubstantial(item="a logo mug")


@pytest.mark.parametrize(
    ("amount", "benefit", "token", "insubstantial"),
    [
        (10_000, 200, False, True),
        (10_000, 201, False, False),
        (10_000_000, 13_600, False, True),
        (10_000_000, 13_601, False, False),
        (6_800, 1_360, True, True),
        (6_799, 1_360, True, False),
        (6_800, 1_361, True, False),
        (10_000, 4_000, False, False),
    ],
)
def test_a_benefit_is_insubstantial_up_to_the_verified_figures_and_no_further(
    amount: int,
    benefit: int,
    token: bool,  # noqa: FBT001 - the example's question.
    insubstantial: bool,  # noqa: FBT001 - the example's answer.
) -> None:
    gift = replace(GIFT, amount_cents=amount, benefit="a thing", benefit_cents=benefit, benefit_is_token_item=token)
    answer = assess(gift, CHARITY, TODAY)
    assert isinstance(answer, Receiptable)
    assert answer.kind == ("gift_receipt" if insubstantial else "quid_pro_quo_receipt")
    assert isinstance(answer.goods_services, Insubstantial if insubstantial else QuidProQuo)


def test_figures_of_2026_that_nobody_has_verified_are_passed_over() -> None:
    assert threshold("low_cost_item", 2026).cents == 1_360
    assert threshold("low_cost_item", 2024).cents == 1_320
    assert threshold("written_acknowledgment", 2026).cents == 25_000
    with pytest.raises(KeyError):
        threshold("low_cost_item", 2020)
    assert {row.rule for row in all_thresholds() if not row.verified and row.seen == "P"} == set()


def test_a_donor_s_deduction_is_never_reckoned_and_unverified_caps_are_not_told() -> None:
    said = " ".join(deduction_note(2026, all_thresholds()))
    assert "ask your tax adviser" in said
    assert "$" not in said
    checked = [replace(row, verified=True) for row in all_thresholds()]
    assert "For 2026, people who do not itemize may deduct up to $1,000 of gifts of money, or $2,000" in " ".join(
        deduction_note(2026, checked)
    )
    one_of_two = [replace(row, verified=row.rule != "non_itemizer_cap") for row in all_thresholds()]
    for year, rows in ((2025, checked), (2027, checked), (2026, one_of_two)):
        assert "$" not in " ".join(deduction_note(year, rows))


@given(st.integers(-(10**6), 10**12), st.one_of(st.none(), st.dates()), st.text(max_size=130), st.integers(0, 10**9))
def test_every_gift_gets_one_of_three_answers(cents: int, day: date | None, name: str, benefit: int) -> None:
    gift = replace(GIFT, amount_cents=cents, gift_on=day, donor_name=name, benefit_cents=benefit)
    assert isinstance(assess(gift, CHARITY, TODAY), Receiptable | Refused | Held)


def test_nevada_s_text_stands_on_the_giving_page_of_a_charity_registered_there() -> None:
    (text,) = disclosures("giving_page", registered={"NV": "NV2026"}, values=VALUES, on=TODAY)
    for part in ("Desert Thread", "Nevada", "to clothe children", "section 170(c)", "NV2026"):
        assert part in text.text
    assert disclosures("receipt", registered={"NV": "NV2026"}, values=VALUES, on=TODAY, donor_state="NV") == ()


def test_a_state_s_text_is_shown_only_where_the_charity_is_registered_and_to_its_own_donors() -> None:
    both = {"FL": "CH1", "PA": ""}
    assert disclosures("receipt", registered={}, values=VALUES, on=TODAY, donor_state="FL") == ()
    (florida,) = disclosures("receipt", registered=both, values=VALUES, on=TODAY, donor_state="FL")
    assert florida.text == florida.text.upper()
    assert "CH1" in florida.text
    assert len(disclosures("giving_page", registered=both, values=VALUES, on=TODAY)) == 2


def test_a_text_before_its_first_day_is_left_out_and_doubted() -> None:
    long_ago = date(2001, 1, 1)
    assert disclosures("giving_page", registered={"NV": ""}, values=VALUES, on=long_ago) == ()
    assert any("lapsed" in doubt for doubt in list_disclosure_doubts({"NV": ""}, long_ago))


def test_every_unverified_text_and_every_state_without_one_is_told() -> None:
    doubts = list_disclosure_doubts({"NV": "", "UT": ""}, TODAY)
    assert any("nv-2026-1" in doubt for doubt in doubts)
    assert any("UT" in doubt for doubt in doubts)


def test_a_verified_text_names_who_verified_it_and_when() -> None:
    for row in all_rows():
        assert row.verified == bool(row.verified_on and row.verified_by)


def test_every_text_of_the_table_is_in_force_today() -> None:
    for row in all_rows():
        assert row.effective_to_on is None or row.effective_to_on >= TODAY, f"{row.id} has lapsed"
