"""Cases of the tax rules (§17) that are facts and rules alone; the docstring of each says its number."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from donations.acknowledgment import issuer_of
from donations.settings import read_organisation
from receipts import wording
from receipts.facts import (
    DocumentRefusedError,
    DonatedItem,
    DonorFacts,
    GiftReceipt,
    Issuer,
    QuidProQuo,
    gift_lines,
)
from receipts.numbers import format_number
from receipts.render.required import list_required
from receipts.rules import us
from receipts.rules.us import Gift, GiftMoments, Goods, PaymentPart, Receiptable, Refused, Service, assess
from receipts.rules.us.ein import has_assigned_prefix
from receipts.rules.us.states import all_rows
from tests.clerk_room import ORGANISATION_FACTS
from tests.documents import samples
from tests.law.test_jurisdictions import CHARITY, GIFT, TODAY
from tests.law.test_kinds import page_of, sample

PACIFIC = ZoneInfo("America/Los_Angeles")
_NUMBER = format_number("R", 2027, 1)


def kind_of_answer(given: us.Gift | Goods | Service) -> str:
    answer = assess(given, CHARITY, TODAY)
    assert isinstance(answer, Receiptable), answer
    return answer.kind


def reasons(given: us.Gift | Goods | Service) -> set[str]:
    answer = assess(given, CHARITY, TODAY)
    assert isinstance(answer, Refused), answer
    return {reason.split(":")[0] for reason in answer.reasons}


@pytest.mark.parametrize("cents", [1, 24_999, 25_000, 25_001, 10**9])
def test_a_gift_of_any_size_has_the_same_fields(cents: int) -> None:
    """Case 2."""
    receipt = samples.receipt(amount_cents=cents, lines=gift_lines(gift_cents=cents, fee_cover_cents=0))
    text = page_of(receipt)
    for said in ("No goods or services were provided", wording.dollars(cents), "November 21, 2026", "EIN 00-0000000"):
        assert said in text


def test_a_dinner_worth_40_for_100_leaves_60() -> None:
    """Case 9."""
    answer = assess(replace(GIFT, amount_cents=10_000, benefit="dinner", benefit_cents=4_000), CHARITY, TODAY)
    assert isinstance(answer, Receiptable)
    assert answer.kind == "quid_pro_quo_receipt"
    assert isinstance(answer.goods_services, QuidProQuo)
    assert answer.goods_services.excess_cents == 6_000
    receipt: Any = sample("quid_pro_quo_receipt")
    lines = gift_lines(gift_cents=10_000, fee_cover_cents=0)
    text = page_of(replace(receipt, amount_cents=10_000, lines=lines, goods_services=answer.goods_services))
    assert "In return you received dinner, which we estimate in good faith at $40.00." in text
    assert "limited to the excess of your payment over that value: $60.00." in text


def test_goods_are_described_counted_dated_and_placed_and_never_valued() -> None:
    """Case 11, new."""
    coats = DonatedItem(description="12 children's coats", count=12, condition="new")
    goods = Goods(items=(coats,), handed_over_on=TODAY, place="Las Vegas", donor_name="Ana")
    assert kind_of_answer(goods) == "in_kind_acknowledgment"
    document: Any = replace(sample("in_kind_acknowledgment"), items=(coats,))
    text = page_of(document)
    for said in ("12 children's coats", "new", "Handed over at", "November 20, 2026"):
        assert said in text
    assert not any(sign in text for sign in "$€£¥")
    assert "deductible to the extent" in text


def test_worn_goods_are_taken_with_a_note_and_without_a_word_on_deducting() -> None:
    """Case 11, worn."""
    worn = DonatedItem(description="coats", count=3, condition="worn", note="worn, stained")
    text = page_of(replace(sample("in_kind_acknowledgment"), items=(worn,)))
    assert "worn, stained" in text
    assert "we accepted them with that note" in text
    assert "deductible" not in text


def test_ten_hours_of_sewing_are_not_a_gift() -> None:
    """Case 12."""
    sewing = Service(
        services=("10 h of sewing",), served_from_on=TODAY, served_to_on=TODAY, donor_name="Ana", had_costs=False
    )
    assert reasons(sewing) == {"services"}
    assert kind_of_answer(replace(sewing, had_costs=True)) == "volunteer_expense_letter"


def test_a_cheque_of_december_that_came_in_january_tells_both_days() -> None:
    """Case 15."""
    moments = GiftMoments(postmarked_on=date(2026, 12, 30), received_on=date(2027, 1, 4))
    text = page_of(_dated("cheque", moments, cheque_number="1047"))
    for said in ("December 30, 2026", "the day of the postmark", "Received January 4, 2027", "Check number 1047"):
        assert said in text
    assert "mailed in one year and received in the next" in text


def test_a_debit_of_december_that_settled_in_january_tells_both_days() -> None:
    """Case 16."""
    moments = GiftMoments(
        initiated_at=datetime(2026, 12, 30, 20, tzinfo=UTC), settled_at=datetime(2027, 1, 5, 20, tzinfo=UTC)
    )
    text = page_of(_dated("ach", moments))
    for said in ("January 5, 2027", "the day the funds settled", "Authorized December 30, 2026"):
        assert said in text
    assert "You authorized this bank debit in one year and the funds settled in the next" in text
    assert any(said.startswith("You authorized") for _, said in list_required(_dated("ach", moments)))
    with pytest.raises(us.UndatedGiftError):
        us.resolve_gift_day("ach", GiftMoments(initiated_at=moments.initiated_at), PACIFIC)


def _dated(method: wording.Method, moments: GiftMoments, **changes: object) -> GiftReceipt:
    day = us.resolve_gift_day(method, moments, PACIFIC)
    return samples.receipt(
        number=_NUMBER,
        issued_at=datetime(2027, 1, 6, 20, tzinfo=UTC),
        issued_on=date(2027, 1, 6),
        method=method,
        gift_on=day.gift_on,
        gift_on_basis=day.basis,
        tax_year=day.tax_year,
        initiated_on=day.initiated_on,
        received_on=day.received_on,
        straddles=day.straddles,
        **changes,
    )


def test_a_mandatory_surcharge_and_a_tip_are_no_gift() -> None:
    """Cases 22 to 24, and 31 of the rules: only gift lines reach a receipt."""
    gift = PaymentPart(what="gift", cents=10_000)
    assert us.gift_cents_of((gift, PaymentPart(what="voluntary_fee_cover", cents=330))) == 10_330
    assert us.gift_cents_of((gift, PaymentPart(what="mandatory_surcharge", cents=300))) == 10_000
    tipped = (PaymentPart(what="gift", cents=9_500), PaymentPart(what="platform_tip", cents=500))
    assert us.gift_cents_of(tipped) == 9_500
    assert us.gift_cents_of((PaymentPart(what="raffle_ticket", cents=500),)) == 0
    assert us.gift_cents_of((PaymentPart(what="auction_lot", cents=9_000, value_cents=6_000),)) == 3_000


def test_a_grant_of_a_donor_advised_fund_gets_thanks_and_no_tax_document() -> None:
    """Case 27."""
    grant = replace(GIFT, payer="donor_advised_fund", payer_name="Sagebrush Fund", amount_cents=100_000)
    assert kind_of_answer(grant) == "daf_thank_you"
    assert reasons(replace(grant, payer_name="")) == {"payer"}
    assert isinstance(us.LAW.annual_statement([grant], CHARITY, TODAY), Refused)
    text = page_of(sample("daf_thank_you"))
    assert "This letter is not a tax acknowledgment; the sponsoring organization is the donor." in text
    assert "deductible" not in text


def test_a_distribution_from_an_ira_names_its_custodian_and_allows_no_benefit() -> None:
    """Case 28."""
    paid = replace(GIFT, payer="ira_trustee", payer_name="Example Trust", amount_cents=500_000)
    assert kind_of_answer(paid) == "qcd_letter"
    assert reasons(replace(paid, benefit="a mug", benefit_cents=1)) == {"benefit"}
    assert isinstance(assess(paid, replace(CHARITY, is_supporting_organisation=True), TODAY), Refused)
    text = page_of(sample("qcd_letter"))
    assert "Example Trust Company, N.A." in text
    assert "No goods or services were provided in return for this distribution." in text
    assert "deductible" not in text


def test_nobody_known_means_no_receipt() -> None:
    """Case 31: a cash box."""
    assert reasons(replace(GIFT, amount_cents=41_200, donor_name=None)) == {"donor"}


def test_an_ein_is_nine_digits_and_its_prefix_is_looked_at() -> None:
    """Case 34."""
    with pytest.raises(DocumentRefusedError):
        replace(samples.ISSUER, ein="12-345678")
    assert not has_assigned_prefix("00-1234567")
    assert has_assigned_prefix("88-1234567")


def test_a_sponsored_project_s_receipt_is_in_the_sponsor_s_name() -> None:
    """Case 35."""
    issuer = Issuer(
        legal_name="Example Sponsor, Inc.",
        ein="88-1234567",
        address_lines=("1 Sample Street",),
        tax_status=samples.ISSUER.tax_status,
        trade_name="Desert Thread",
        is_sponsor=True,
    )
    text = page_of(samples.receipt(issuer=issuer))
    assert "Example Sponsor, Inc. Desert Thread, a project of Example Sponsor, Inc. EIN 88-1234567" in text
    assert "Gifts are made to Example Sponsor, Inc., which has full control" in text


def test_a_sponsor_is_read_from_the_settings_and_needs_its_project() -> None:
    """Case 35."""
    facts = ORGANISATION_FACTS | {"fiscal_sponsor": True, "trade_name": "Desert Thread"}
    issuer = issuer_of(read_organisation(facts))
    assert (issuer.legal_name, issuer.is_sponsor) == (facts["legal_name"], True)
    with pytest.raises(DocumentRefusedError, match="trade_name"):
        replace(issuer, trade_name="")


def test_a_receipt_is_the_payers_and_names_two_people_only_where_the_payer_wrote_both() -> None:
    """Case 30: whoever is honoured has no place on it; the card to them comes with tributes."""
    names = ("Ben Example", "Ana & Ben Example")
    one, both = (page_of(samples.receipt(donor=DonorFacts(name=name))) for name in names)
    assert "Ana" not in one
    assert "Ana &amp; Ben Example" in both or "Ana & Ben Example" in both
    assert not {"honoree", "tribute", "in_honour_of"} & {field.name for field in fields(GiftReceipt)}


def test_no_text_of_a_state_is_past_its_date_today() -> None:
    """Case 38: the day is the real one, so CI fails on the day a text lapses."""
    assert us.list_lapsed_states(datetime.now(PACIFIC).date()) == ()


def test_a_lapsed_text_is_named_left_out_and_stops_no_receipt() -> None:
    """Case 38, in production."""
    florida = next(row for row in all_rows() if row.state == "FL")
    ended = type(florida)(
        **{name: getattr(florida, name) for name in florida.__struct_fields__}
        | {"effective_to_on": date(2026, 12, 31)}
    )
    assert us.list_lapsed_states(date(2026, 12, 31), (ended,)) == ()
    assert us.list_lapsed_states(date(2027, 1, 1), (ended,)) == ("FL",)
    assert us.list_lapsed_states(date(2027, 1, 1), (ended, florida)) == ()


@pytest.mark.parametrize("cents", [0, -1, float("nan"), 130.001, "130.00", True, None])
def test_what_is_no_amount_makes_no_receipt(cents: object) -> None:
    """Case 40."""
    with pytest.raises(DocumentRefusedError):
        samples.receipt(amount_cents=cents)


def test_religious_benefits_are_only_an_organisation_s_that_says_it_is_one() -> None:
    """Goods-or-services variant `intangible_religious`, tax rules §6."""
    gift = Gift(
        amount_cents=13_000, gift_on=TODAY, gift_on_basis="charged", donor_name="Ana", benefit_is_religious=True
    )
    assert isinstance(assess(gift, CHARITY, TODAY), Refused)
    answer = assess(gift, replace(CHARITY, is_religious=True), TODAY)
    assert isinstance(answer, Receiptable)
    assert "intangible religious benefits" in page_of(samples.receipt(goods_services=answer.goods_services))


def test_a_document_after_the_tax_day_says_that_it_may_come_too_late() -> None:
    """Rule R2: the issue date is the real one, and the page warns."""
    notice: Any = sample("notice_of_returned_contribution")
    late = {"issued_on": date(2027, 4, 16), "issued_at": datetime(2027, 4, 16, 12, tzinfo=UTC)}
    assert "may come too late" in page_of(samples.receipt(number=_NUMBER, **late))
    assert "may come too late" not in page_of(samples.receipt())
    assert "may come too late" not in page_of(notice)
