"""No combination of facts yields a document without what the law asks for, or with what it forbids."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields, replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receipts.facts import (
    KINDS,
    Document,
    DocumentRefusedError,
    NothingGiven,
    QuidProQuo,
    StateDisclosure,
    StatementDifference,
    freeze,
    kind_of,
    receipt_json,
    thaw,
)
from receipts.numbers import format_number
from receipts.render.printing import make_html
from receipts.render.required import list_required
from receipts.render.workshop import open_workshop
from tests.documents import samples
from tests.law import kinds

NUMBERED = tuple(kind for kind in KINDS if kind not in samples.UNNUMBERED)
each_kind = pytest.mark.parametrize("kind", NUMBERED)
SHARED_KEYS = {"kind", "number", "series", "issuer", "issued_at", "verify_url", "simulated", "replaces", "language"}
OWN_KEYS = {
    "gift_receipt": {"gift_on", "gift_on_basis", "amount", "lines", "goods_services", "benefits", "method"},
    "quid_pro_quo_receipt": {"gift_on", "gift_on_basis", "amount", "benefits", "excess", "goods_services"},
    "annual_statement": {"year", "amount", "rows", "notices", "differences", "replaces_amount"},
    "in_kind_acknowledgment": {"gift_on", "gift_on_basis", "items", "place", "goods_services"},
    "volunteer_expense_letter": {"services", "served_from_on", "served_to_on", "place", "goods_services"},
    "daf_thank_you": {"received_on", "amount", "sponsor", "goods_services"},
    "qcd_letter": {"gift_on", "gift_on_basis", "amount", "custodian", "goods_services"},
    "notice_of_returned_contribution": {"original_number", "original_gift_on", "returned", "returned_on", "reason"},
}
SERIES = {"annual_statement": "S", "notice_of_returned_contribution": "N"}
SERIES |= {"volunteer_expense_letter": "L", "daf_thank_you": "L"}


def sample(kind: str) -> Any:  # noqa: ANN401  # Of any kind, to be changed in any field.
    """Return the sample of a kind."""
    return samples.sample(kind)


def page_of(document: Document) -> str:
    page = make_html(document, open_workshop(samples.TEMPLATES))
    body = page[page.index("<body") :]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


@each_kind
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_no_combination_of_facts_yields_a_page_without_a_required_text(kind: str, data: st.DataObject) -> None:
    document = data.draw(kinds.KINDS[kind])
    text = page_of(document)
    for name, required in list_required(document):
        assert " ".join(required.split()) in text, name


@each_kind
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_kind_comes_back_from_its_frozen_facts_and_tells_machines_the_same(
    kind: str, data: st.DataObject
) -> None:
    document = data.draw(kinds.KINDS[kind])
    assert kind_of(document) == kind
    assert thaw(freeze(document)) == document
    told = json.loads(receipt_json(document))
    assert SHARED_KEYS | OWN_KEYS[kind] <= set(told)
    assert told["series"] == document.number[0] == SERIES.get(kind, "R")
    assert "donor" not in told


@each_kind
def test_no_fact_that_is_required_has_a_default_and_none_may_be_missing(kind: str) -> None:
    document = sample(kind)
    facts: dict[str, Any] = {field.name: getattr(document, field.name) for field in fields(document)}
    required = {field.name for field in fields(document) if field.default is MISSING} - {"preference", "adviser"}
    assert {"number", "issuer", "donor", "issued_at"} <= required
    for name in required:
        with pytest.raises(TypeError, match=name):
            KINDS[kind](**{key: value for key, value in facts.items() if key != name})
        with pytest.raises(DocumentRefusedError) as refused:
            KINDS[kind](**(facts | {name: None}))
        assert refused.value.fields


@each_kind
def test_a_number_of_another_series_or_year_is_refused(kind: str) -> None:
    document = sample(kind)
    for wrong in ("R-2026-000123-1", "X-2026-000001-0", "", "S-2019-000001-0"):
        with pytest.raises(DocumentRefusedError) as refused:
            replace(document, number=wrong)
        assert "number" in refused.value.fields


@each_kind
@pytest.mark.parametrize(
    "field", ["value", "value_cents", "amount", "ssn", "tin", "child", "card", "last4", "benefit", "email", "size"]
)
def test_what_the_law_forbids_has_no_field(kind: str, field: str) -> None:
    names = {each.name for each in fields(KINDS[kind])}
    assert field not in names
    frozen = freeze(sample(kind))
    with pytest.raises(DocumentRefusedError):
        thaw(frozen.replace(b'"facts":{', f'"facts":{{"{field}":1,'.encode()))


@pytest.mark.parametrize("kind", ["in_kind_acknowledgment", "volunteer_expense_letter"])
def test_a_kind_without_amounts_has_none(kind: str) -> None:
    assert not {each.name for each in fields(KINDS[kind]) if "cents" in each.name}
    assert "$" not in page_of(sample(kind))


@pytest.mark.parametrize(
    "text",
    [
        "coats, $40 each",
        "€20",
        "worth 300",
        "valued at much",
        "forty dollars",
        "30 USD",
        "¥",
        "50 cents",
        "20 dólares",
    ],
)
def test_no_text_of_an_in_kind_or_volunteer_document_tells_a_value(text: str) -> None:
    goods, letter = sample("in_kind_acknowledgment"), sample("volunteer_expense_letter")
    with pytest.raises(DocumentRefusedError):
        replace(goods.items[0], description=text)
    with pytest.raises(DocumentRefusedError):
        replace(goods.items[0], note=text)
    with pytest.raises(DocumentRefusedError):
        replace(goods, place=text)
    with pytest.raises(DocumentRefusedError):
        replace(letter, services=(text,))


@pytest.mark.parametrize("kind", ["qcd_letter", "daf_thank_you"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_letter_that_acknowledges_nothing_to_deduct_never_says_the_word(kind: str, language: str) -> None:
    document = replace(sample(kind), language=language)
    assert "deduc" not in page_of(document).lower()
    assert b"deduc" not in receipt_json(document).lower()
    assert "goods_services" not in {field.name for field in fields(document)}
    said = StateDisclosure(id="nv-1", state="NV", text="Gifts are deductible.")
    with pytest.raises(DocumentRefusedError):
        replace(document, state_disclosures=(said,))
    named = {"custodian": "Deductible Trust"} if kind == "qcd_letter" else {"sponsor": "Deductible Fund"}
    with pytest.raises(DocumentRefusedError):
        replace(document, **named)


@each_kind
def test_every_kind_of_simulated_money_says_so_and_no_other_does(kind: str) -> None:
    document = sample(kind)
    assert "SIMULATED – not a receipt" in page_of(replace(document, simulated=True))
    assert "SIMULATED" not in page_of(replace(document, simulated=False))


@each_kind
@pytest.mark.parametrize("name", ["Ana\u202egro", "Ana\nBob", "", "x" * 121, "a" + "\u0301" * 9, "Ana\x00"])
def test_a_hostile_name_is_refused_on_every_kind(kind: str, name: str) -> None:
    with pytest.raises(DocumentRefusedError):
        replace(sample(kind).donor, name=name)


@each_kind
def test_markup_in_a_name_is_letters_on_every_kind(kind: str) -> None:
    name = '<script>alert(1)</script> {{ 7*7 }} & "O\'Hara"'
    document = replace(sample(kind), donor=replace(sample(kind).donor, name=name))
    page = make_html(document, open_workshop(samples.TEMPLATES))
    assert "<script>" not in page
    assert name in page_of(document)


def test_a_partly_paid_cheque_of_a_card_does_not_exist() -> None:
    receipt: Any = samples.receipt()
    for changes in (
        {"gift_on_basis": "postmark"},
        {"method": "cheque", "gift_on_basis": "postmark"},
        {"cheque_number": "1047"},
        {"method": "stock", "gift_on_basis": "received"},
        {"method": "ira_distribution", "gift_on_basis": "received"},
    ):
        with pytest.raises(DocumentRefusedError):
            replace(receipt, **changes)


def refused_fields(document: Any, **changes: object) -> set[str]:  # noqa: ANN401
    """Return the fields named when a document is changed so."""
    with pytest.raises(DocumentRefusedError) as refused:
        replace(document, **changes)
    return set(refused.value.fields)


def test_the_excess_is_what_was_paid_beyond_the_value() -> None:
    document = sample("quid_pro_quo_receipt")
    given = document.goods_services
    for excess in (given.excess_cents + 1, given.excess_cents - 1, document.amount_cents):
        wrong = QuidProQuo(benefits=given.benefits, excess_cents=excess)
        assert refused_fields(document, goods_services=wrong) == {"goods_services"}
    assert refused_fields(document, goods_services=NothingGiven()) == {"goods_services"}
    assert refused_fields(samples.receipt(), goods_services=given) == {"goods_services"}


def test_a_difference_sheet_leads_from_the_total_before_to_the_total_now() -> None:
    document = sample("annual_statement")
    gone = StatementDifference(
        receipt_number=format_number("R", 2026, 900),
        gift_on=date(2026, 7, 1),
        was_cents=13_000,
        now_cents=None,
        reason_code="refund",
        changed_on=document.issued_on,
    )
    corrected = {
        "replaces": format_number("S", 2027, 4),
        "replaces_reason": "The gifts of the year have changed.",
        "differences": (gone,),
    }
    good = replace(document, **corrected, replaces_total_cents=document.total_cents + 13_000)
    assert thaw(freeze(good)) == good
    for total in (document.total_cents, document.total_cents + 12_999, document.total_cents - 13_000):
        assert refused_fields(document, **corrected, replaces_total_cents=total) == {"differences"}
    assert refused_fields(document, **corrected) == {"replaces_total_cents"}
    assert refused_fields(document, replaces_total_cents=1) == {"replaces_total_cents"}
    with pytest.raises(DocumentRefusedError):
        replace(gone, was_cents=None)


def test_a_notice_is_of_a_later_year_and_of_no_more_than_the_gift() -> None:
    notice = sample("notice_of_returned_contribution")
    assert refused_fields(notice, original_gift_on=date(2027, 1, 2)) == {"returned_on"}
    assert refused_fields(notice, returned_on=date(2026, 12, 31)) == {"returned_on"}
    assert refused_fields(notice, returned_cents=notice.original_amount_cents + 1) == {"returned_cents"}
    assert refused_fields(notice, reason_code="withdrawn") == {"withdraws"}
    assert refused_fields(notice, withdraws=format_number("N", 2027, 1)) == {"reason_code"}
    assert refused_fields(notice, withdraws=notice.number, reason_code="withdrawn") == {"withdraws"}


def test_a_receipt_says_that_its_days_straddle_new_year_exactly_when_they_do() -> None:
    debit = replace(sample("gift_receipt"), method="ach", gift_on_basis="settled")
    within, before = {"initiated_on": date(2026, 1, 2)}, {"initiated_on": date(2025, 12, 30)}
    assert refused_fields(debit, **within, straddles=True) == {"straddles"}
    assert refused_fields(debit, **before) == {"straddles"}
    assert refused_fields(debit, **before, straddles=1) == {"straddles"}
    assert replace(debit, **before, straddles=True).straddles


def test_a_volunteer_s_days_and_an_item_s_count_make_sense() -> None:
    letter, goods = sample("volunteer_expense_letter"), sample("in_kind_acknowledgment")
    assert "served_from_on" in refused_fields(letter, served_from_on=date(2026, 11, 20))
    assert "served_to_on" in refused_fields(letter, served_to_on=date(2026, 12, 20))
    assert refused_fields(goods.items[0], count=0) == {"count"}
    unknown = replace(goods.items[0], condition=None)
    assert refused_fields(goods, items=(unknown,)) == {"items"}
    assert refused_fields(goods, method="card") >= {"method"}
