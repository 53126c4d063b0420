from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.facts import (
    KINDS,
    DocumentRefusedError,
    DonorFacts,
    GiftReceipt,
    GoodsServices,
    Issuer,
    ReceiptLine,
    freeze,
    gift_lines,
    receipt_json,
    text_fault,
    thaw,
)
from receipts.numbers import format_number
from tests.documents import samples

WRONG: dict[str, list[object]] = {
    "number": [None, "", "R-2026-000123-1", "S-2026-000001-0", format_number("R", 2025, 1)],
    "issued_at": [None, datetime(2026, 11, 22, 19)],  # noqa: DTZ001 - an instant without a zone is the wrong value.
    "issued_on": [None, date(2026, 11, 25)],
    "time_zone": [None, ""],
    "issuer": [None],
    "donor": [None],
    "gift_on": [None, date(2026, 11, 23)],
    "gift_on_basis": [None, "", "guessed"],
    "tax_year": [None, 2025],
    "method": [None, "visa 4242"],
    "amount_cents": [None, 0, -1, 13_427, 10**11 + 1],
    "lines": [None, (), gift_lines(gift_cents=13_000, fee_cover_cents=0)],
    "preference": ["a girl of seven", "CF-0123456789"],
    "control_statement_version": [None, "", "control-1999-1"],
    "goods_services": [None, "none"],
    "verify_url": [None, "https://give.example.org/v/R-2026-000123-0", samples.VERIFY_URL + "?name=Ana"],
    "simulated": [None],
    "replaces": ["S-2026-000001-0", format_number("R", 2026, 123)],
    "returned_cents": [-1, 100],
    "wording_version": [None, "receipt-1999-1"],
    "presented": ["€120.00", samples.EUROS, replace(samples.EUROS, returned_minor_units=100)],
}
REQUIRED = {field.name for field in fields(GiftReceipt)} - {
    "language",
    "initiated_on",
    "received_on",
    "straddles",
    "cheque_number",
    "preference",
    "state_disclosures",
    "replaces",
    "replaces_reason",
    "returned_cents",
    "wording_version",
    "presented",
    "dedication",
}


def test_every_required_field_of_a_receipt_is_tried_wrong() -> None:
    assert set(WRONG) >= REQUIRED


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_receipt_with_one_wrong_fact_cannot_be_constructed(name: str, value: object) -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        samples.receipt(**{name: value})
    related = {"lines": "amount_cents", "gift_on": "gift_on"}
    assert {name, related.get(name, name)} & set(refused.value.fields)


@given(st.dictionaries(st.sampled_from(sorted(WRONG)), st.integers(0, 4), min_size=1))
def test_no_combination_of_wrong_facts_yields_a_receipt(chosen: dict[str, int]) -> None:
    changes = {name: WRONG[name][place % len(WRONG[name])] for name, place in chosen.items()}
    with pytest.raises(DocumentRefusedError) as refused:
        samples.receipt(**changes)
    assert refused.value.fields
    assert refused.value.sentence.startswith("This gift receipt cannot be issued: ")


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_no_required_fact_has_a_default(name: str) -> None:
    facts = samples.receipt_fields()
    del facts[name]
    with pytest.raises(TypeError, match=name):
        GiftReceipt(**facts)


def test_a_refusal_names_every_missing_field_at_once() -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        samples.receipt(issuer=None, gift_on=None, amount_cents=None, goods_services=None)
    assert {"issuer", "gift_on", "amount_cents", "goods_services"} <= set(refused.value.fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [("legal_name", ""), ("legal_name", "x" * 121), ("ein", ""), ("ein", "12-345678"), ("address_lines", ())],
)
def test_an_issuer_the_irs_could_not_find_is_refused(name: str, value: object) -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        replace(samples.ISSUER, **{name: value})  # type: ignore[arg-type]  # Wrong on purpose.
    assert refused.value.fields == (name,)


amounts = st.integers(1, 10**8)


@st.composite
def receipts(draw: st.DrawFn) -> GiftReceipt:
    """Return any receipt that the rules allow."""
    gift, cover = draw(amounts), draw(st.one_of(st.just(0), amounts))
    day = draw(st.dates(date(2026, 1, 1), date(2099, 12, 30)))
    name = draw(st.text(min_size=1, max_size=40).filter(lambda text: text_fault(text, limit=120) is None))
    return samples.receipt(
        number=format_number("R", day.year, draw(st.integers(1, 10**9))),
        issued_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        issued_on=day,
        gift_on=day,
        tax_year=day.year,
        donor=DonorFacts(name=name),
        amount_cents=gift + cover,
        lines=gift_lines(gift_cents=gift, fee_cover_cents=cover),
        preference=draw(st.sampled_from([None, "coats", "shoes", "school_wear"])),
        simulated=draw(st.booleans()),
    )


@given(receipts())
def test_frozen_facts_come_back_the_same_and_freeze_to_the_same_bytes(receipt: GiftReceipt) -> None:
    frozen = freeze(receipt)
    assert thaw(frozen) == receipt
    assert freeze(thaw(frozen)) == frozen


@given(receipts())
def test_receipt_json_tells_the_whole_gift_and_nobody_s_name(receipt: GiftReceipt) -> None:
    told = json.loads(receipt_json(receipt))
    assert told["amount"] == {"currency": "USD", "value": f"{receipt.amount_cents / 100:.2f}"}
    assert told["number"] == receipt.number
    assert told["goods_services"] == {"variant": "none"}
    assert set(told) == {
        *("schema", "kind", "number", "series", "jurisdiction", "issuer", "issued_at", "gift_on", "gift_on_basis"),
        *("amount", "lines", "goods_services", "benefits", "replaces", "control_statement_version", "verify_url"),
        *("tax_year", "returned", "simulated", "language", "wording_version", "state_disclosures"),
        *("initiated_on", "received_on", "method", "preference"),
    }


def test_canonical_json_has_sorted_keys_and_no_spaces() -> None:
    facts = receipt_json(samples.receipt())
    assert facts == json.dumps(json.loads(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (b'"facts":{', b'"facts":{"child":"x",'),
        (b"13428", b"13429"),
        (b'"kind":"gift_receipt"', b'"kind":"diploma"'),
        (b'"schema":1', b'"schema":2'),
        (b'"simulated":false', b'"simulated": false'),
        (b'"variant":"none"', b'"variant":"quid"'),
    ],
)
def test_frozen_facts_that_were_touched_do_not_come_back(there: bytes, instead: bytes) -> None:
    frozen = freeze(samples.receipt())
    assert there in frozen
    with pytest.raises(DocumentRefusedError):
        thaw(frozen.replace(there, instead))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_thawing(rubbish: bytes) -> None:
    with pytest.raises(DocumentRefusedError):
        thaw(rubbish)


def test_no_document_has_a_place_for_a_child_a_card_or_a_tax_number() -> None:
    names = {name for kind in KINDS.values() for name in _names_within(kind)}
    assert "legal_name" in names
    forbidden = (
        "child",
        "age",
        "sex",
        "size",
        "school",
        "ssn",
        "tin",
        "card",
        "last4",
        "brand",
        "clothing_fund",
        "email",
    )
    assert not {name for name in names for word in forbidden if word in name.split("_") or name == word}


def _names_within(shape: object) -> set[str]:
    if is_dataclass(shape) and isinstance(shape, type):
        hints = get_type_hints(shape)
        return set(hints).union(*(_names_within(hint) for hint in hints.values()))
    return set().union(*(_names_within(part) for part in get_args(shape)))


def test_a_statement_s_total_is_the_sum_of_rows_of_its_year() -> None:
    good = samples.statement()
    assert good.total_cents == 26_000
    for changes in (
        {"total_cents": 26_001},
        {"rows": (), "total_cents": 0},
        {"year": 2025},
        {"rows": good.rows[:1] * 2},
    ):
        with pytest.raises(DocumentRefusedError):
            samples.statement(**changes)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Marisol Vega-Ørsted", True),
        ("محمد", True),
        ("Zoë 👩‍👧", True),
        ("", False),
        (" Ana", False),
        ("Ana\nBob", False),
        ("Ana\u202egro.elpmaxe", False),
        ("Ana\x00", False),
        ("e\u0301", False),
        ("x" + "\u0335" * 3, False),
        ("x" * 121, False),
    ],
)
def test_a_name_is_one_visible_normalised_line(text: str, good: bool) -> None:  # noqa: FBT001 - the example's answer.
    assert (text_fault(text, limit=120) is None) == good


def test_the_closed_choices_cannot_be_widened_from_outside() -> None:
    assert {each.__name__ for each in get_args(GoodsServices)} == {
        "NothingGiven",
        "Insubstantial",
        "QuidProQuo",
        "IntangibleReligious",
    }
    with pytest.raises(DocumentRefusedError):
        ReceiptLine(label="Gift", cents=0)
    with pytest.raises(AttributeError):
        samples.receipt().amount_cents = 1  # type: ignore[misc]
    assert isinstance(samples.ISSUER, Issuer)
