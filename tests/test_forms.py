"""The edge: what a give form may say, and that every refusal names its field and is never a fault."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations.errors import FieldRefusedError
from donations.giving import Wish
from donations.money import offer_fee_cover
from donations.settings import read_organisation
from donations.web.fields import FIELDS_MAX, refuse_a_child, single_fields
from donations.web.forms import HONEYPOT, LINE_CAPS, FormRefusedError, believe_giving, believe_giving_part, countries
from donations.web.text import Refused, TextRule, believe_email, believe_line, for_redisplay, is_refused_character
from tests.web_house import ORGANISATION_FACTS

ORGANISATION = read_organisation(ORGANISATION_FACTS)
GOOD = {"amount": "130", "name": "Ada Example", "email": "ada@example.org"}


def wish(**fields: str) -> Wish:
    return believe_giving({**GOOD, **fields}, ORGANISATION).wish


def wrong_fields(**fields: str) -> list[str]:
    with pytest.raises(FormRefusedError) as refused:
        wish(**fields)
    return [problem.field for problem in refused.value.problems]


def test_the_smallest_form_is_believed() -> None:
    believed = wish()
    assert believed.amount_cents == 13_000
    assert believed.fee_cover_cents == 0
    assert (believed.preference, believed.anonymous, believed.appeal) == (None, False, None)
    assert believed.contact.country is None


def test_a_gift_is_made_once_unless_every_month_is_chosen() -> None:
    assert [wish(**fields).frequency for fields in ({}, {"frequency": "once"}, {"frequency": "monthly"})] == [
        "once",
        "once",
        "monthly",
    ]


@pytest.mark.parametrize(
    ("amount", "cents"), [("130", 13_000), ("130.00", 13_000), ("5", 500), ("50000", 5_000_000), ("5.01", 501)]
)
def test_amounts_in_dollars_become_cents(amount: str, cents: int) -> None:
    assert wish(amount=amount).amount_cents == cents


@pytest.mark.parametrize(
    "amount",
    [
        "", " 130", "130 ", "+130", "-5", "1e3", "1E+1000000", "NaN", "Infinity", "1_000", "1,000", "13.0", "130.",
        ".50", "130.000", "0x10", "\uff11\uff13\uff10", "\u0661\u0663\u0660", "130\n", "130\x00", "4.99", "0", "0.00",
        "50000.01", "1000000", "9" * 60_000,
    ],
)  # fmt: skip
def test_other_spellings_of_an_amount_are_refused_at_once(amount: str) -> None:
    assert wrong_fields(amount=amount) == ["amount"]


def test_an_amount_of_ones_own_choice_is_read_from_its_own_field() -> None:
    assert wish(amount="other", other_amount="47.50").amount_cents == 4_750
    assert wrong_fields(amount="other") == ["amount"]
    assert wish(amount="130", other_amount="130.00").amount_cents == 13_000


def test_two_different_amounts_are_never_guessed_between() -> None:
    assert wrong_fields(amount="130", other_amount="47.50") == ["amount"]
    assert wrong_fields(amount="130", other_amount="words") == ["amount"]


def test_the_fee_cover_is_computed_here_and_never_taken_from_the_form() -> None:
    believed = wish(amount="100", cover_fee="1", fee_cover_cents="1", fee="0")
    assert believed.fee_cover_cents == 330
    assert wish(amount="130", cover_fee="1").fee_cover_cents == 419


@given(cents=st.integers(500, 5_000_000))
def test_the_cover_pays_its_own_fee_too(cents: int) -> None:
    cover = wish(amount=f"{cents // 100}.{cents % 100:02d}", cover_fee="1").fee_cover_cents
    assert cover == offer_fee_cover(cents, basis_points=290, fixed_cents=30)
    fee = ((cents + cover) * 290 * 2 + 10_000) // 20_000 + 30
    assert cover >= fee
    assert cover - 1 < ((cents + cover - 1) * 290 * 2 + 10_000) // 20_000 + 30


@pytest.mark.parametrize("preference", ["coats", "shoes", "school_wear"])
def test_a_preference_names_goods(preference: str) -> None:
    assert wish(preference=preference).preference == preference


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("preference", "girls"), ("preference", "Coats"), ("cover_fee", "on"), ("cover_fee", "0"),
        ("anonymous", "yes"), ("frequency", "weekly"), ("frequency", "Monthly"), ("appeal", "Spring"),
        ("appeal", "-a"), ("appeal", "a" * 41), ("country", "USA"), ("country", "us"), ("country", "ZZ"),
        ("country", "XX"), ("name", ""), ("name", "12345"), ("name", "Ada\nBcc: x@example.org"), ("name", "Ada\x00"),
        ("name", "Ada\u202eelpmaxE"), ("name", "\ue000da"), ("name", "A\ud800"), ("name", "a" * 121),
        ("name", "Ada\u2028Example"), ("email", ""), ("email", "ada"), ("email", "ada@localhost"),
        ("email", '"ada b"@example.org'), ("email", "ada@[127.0.0.1]"), ("email", "Ada <ada@example.org>"),
        ("email", "ada@example.org\r\nBcc: x@example.org"), ("email", "a@b@example.org"),
        ("email", "a" * 65 + "@example.org"), ("email", "a@" + "b" * 60 + ".c" * 100 + ".org"),
        ("email", "á@example.org"), ("city", "Las\tVegas"), ("postal_code", "8" * 21),
        ("address_line1", "x" * 201), ("region", "\u200b"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_its_field_named(field: str, value: str) -> None:
    assert wrong_fields(**{field: value}) == [field]


def test_every_wrong_field_is_named_at_once() -> None:
    assert wrong_fields(amount="x", name="", email="x", preference="x") == ["amount", "preference", "name", "email"]


def test_sentences_say_what_to_do_and_never_shout() -> None:
    with pytest.raises(FormRefusedError) as refused:
        believe_giving({}, ORGANISATION)
    for problem in refused.value.problems:
        assert problem.sentence.endswith(".")
        assert "!" not in problem.sentence


def test_a_larger_gift_is_answered_with_the_treasurers_address() -> None:
    with pytest.raises(FormRefusedError, match=r"treasurer@example\.org"):
        wish(amount="60000")


@pytest.mark.parametrize(
    "name", ["fund", "clothing_fund", "designation", "beneficiary", "child", "child_id", "Child-ID"]
)
def test_no_field_may_name_a_child(name: str) -> None:
    with pytest.raises(FieldRefusedError, match="particular child"):
        wish(**{name: "1"})
    with pytest.raises(FieldRefusedError, match="particular child"):
        believe_giving_part({name: ""}, ORGANISATION)


@pytest.mark.parametrize(
    "value",
    [
        "CF-0123456789",
        "for cf-abcdefghjk please",
        "CF\u2010ABCDEFGHJK",
        "\uff23\uff26-ABCDEFGHJK",
        "CF\u2212ABCDEFGHJK",
    ],
)
def test_nothing_that_looks_like_a_clothing_fund_code_gets_in(value: str) -> None:
    for field in ("name", "address_line2", "appeal", "unknown"):
        with pytest.raises(FieldRefusedError, match="particular child"):
            wish(**{field: value})


def test_a_signed_form_token_may_hold_any_letters() -> None:
    refuse_a_child({"form_token": "xCF-ABCDEFGHJKx"})
    assert believe_giving({**GOOD, "form_token": "x" * 600}, ORGANISATION).form_token == ""


def test_unknown_fields_are_ignored_and_repeated_ones_refused() -> None:
    assert wish(utm_source="letter", amount_cents="1").amount_cents == 13_000
    with pytest.raises(FieldRefusedError) as refused:
        single_fields([("amount", "5"), ("name", "a"), ("amount", "130")])
    assert refused.value.field == "amount"
    with pytest.raises(FieldRefusedError) as refused:
        single_fields([("<b>", "5"), ("<b>", "5")])
    assert refused.value.field is None


def test_the_hidden_field_tells_programs_from_people() -> None:
    assert not believe_giving(GOOD, ORGANISATION).is_honeypot_filled
    assert believe_giving({**GOOD, HONEYPOT: "buy"}, ORGANISATION).is_honeypot_filled


def test_an_address_is_optional_and_kept_as_given() -> None:
    contact = wish(address_line1=" 1 Main St ", city="Reno", region="NV", postal_code="08901", country="US").contact
    assert (contact.address_line1, contact.city, contact.postal_code, contact.country) == (
        "1 Main St", "Reno", "08901", "US",
    )  # fmt: skip
    assert wish(country="DE").contact.country is None


def test_letters_are_composed_before_they_are_kept() -> None:
    assert wish(name="Zoe\u0308 Mu\u0308ller").contact.name == "Zoë Müller"
    assert wish(email="ada@exämple.org").contact.email == "ada@xn--exmple-cua.org"


def test_countries_are_codes_with_names() -> None:
    assert countries()[0] == ("US", "United States")
    assert ("MX", "Mexico") in countries()


def test_a_link_may_choose_an_amount_but_a_wrong_link_is_only_left_out() -> None:
    query = {"amount": "65", "preference": "coats", "appeal": "spring-2026", "name": "x", "cover_fee": "1"}
    assert believe_giving_part(query, ORGANISATION) == {
        "amount": "65",
        "preference": "coats",
        "appeal": "spring-2026",
    }
    assert believe_giving_part({"amount": "1e9", "preference": "x", "appeal": "<b>"}, ORGANISATION) == {}


FIELD_NAMES = st.sampled_from(
    [
        *LINE_CAPS,
        "amount",
        "other_amount",
        "frequency",
        "cover_fee",
        "anonymous",
        "preference",
        "appeal",
        "form_token",
        "x",
    ]
)


@given(fields=st.dictionaries(FIELD_NAMES, st.text(max_size=300), max_size=FIELDS_MAX))
def test_any_form_is_believed_or_refused_never_a_fault(fields: dict[str, str]) -> None:
    try:
        believed = believe_giving({**GOOD, **fields}, ORGANISATION).wish
    except FieldRefusedError:
        return
    assert 500 <= believed.amount_cents <= 5_000_000


@given(text=st.text(st.characters(), max_size=150))
def test_a_believed_line_is_stable_capped_and_printable(text: str) -> None:
    line = believe_line(text, TextRule(cap=120, needs="letter"))
    if isinstance(line, Refused):
        return
    assert len(line) <= 120
    assert line == unicodedata.normalize("NFC", line).strip()
    assert not any(is_refused_character(character) for character in line)
    assert believe_line(line, TextRule(cap=120, needs="letter")) == line
    line.encode("utf-8")


@given(text=st.text(max_size=100) | st.emails())
def test_a_believed_address_is_plain_ascii_after_its_local_part(text: str) -> None:
    found = believe_email(text)
    if isinstance(found, Refused):
        return
    local, _, domain = found.rpartition("@")
    assert local.isascii()
    assert domain.isascii()
    assert "." in domain
    assert not set(found) & set(' "<>()[],;:\\\r\n\x00')


@given(text=st.text(max_size=500))
def test_what_stands_in_the_field_again_can_be_printed(text: str) -> None:
    shown = for_redisplay(text, 120)
    assert len(shown) <= 120
    shown.encode("utf-8")
