"""Any document that the rules allow, of every kind, in both languages: what properties are tried on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from receipts.facts import (
    AnnualStatement,
    Benefit,
    DafThankYou,
    DonatedItem,
    DonorFacts,
    GiftReceipt,
    InKindAcknowledgment,
    Insubstantial,
    IntangibleReligious,
    NothingGiven,
    NoticeOfReturn,
    NumberedDocument,
    PresentedAmount,
    QcdLetter,
    QuidProQuo,
    QuidProQuoReceipt,
    StateDisclosure,
    StatementDifference,
    StatementNotice,
    StatementRow,
    VolunteerExpenseLetter,
    gift_lines,
    text_fault,
)
from receipts.numbers import format_number
from receipts.wording import (
    METHOD_BASES,
    NOT_MONEY,
    OWN_LETTER,
    DifferenceReason,
    ItemCondition,
    Language,
    Preference,
    ReturnReason,
)
from tests.documents import samples

_ISSUED = date(2027, 6, 1)
_cents = st.integers(1, 10**8)
_hostile = st.sampled_from(
    ["<b>Ana</b> & Co", "{{ 7*7 }}", "{% for x in y %}", 'Zoë O\'Brien "Zo"', "محمد بن عبد الله", "&amp;", "W" * 60]
)
names = st.one_of(_hostile, st.text(min_size=1, max_size=40).filter(lambda text: text_fault(text, limit=120) is None))
words = st.sampled_from(["winter coats", "<i>shoes</i> & socks", "Sewing and mending", "Workroom, Las Vegas", "ropa"])
_days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
_exchange = st.one_of(st.just(NothingGiven()), st.builds(Insubstantial, item=words), st.just(IntangibleReligious()))
_nothing_much = st.one_of(st.just(NothingGiven()), st.builds(Insubstantial, item=words))
_donors = st.builds(DonorFacts, name=names, address_lines=st.lists(words, max_size=3).map(tuple))


@st.composite
def shared(draw: st.DrawFn, series: str) -> dict[str, Any]:
    """Return what every kind says."""
    disclosure = StateDisclosure(id="fl-2026-1", state="FL", text="A COPY MAY BE OBTAINED.", style="capitals")
    return {
        "number": format_number(series, 2027, draw(st.integers(2, 10**9))),
        "issued_at": datetime(2027, 6, 1, 12, tzinfo=UTC),
        "issued_on": _ISSUED,
        "time_zone": "America/Los_Angeles",
        "issuer": samples.ISSUER,
        "donor": draw(_donors),
        "verify_url": samples.VERIFY_URL,
        "simulated": draw(st.booleans()),
        "language": draw(st.sampled_from(get_args(Language))),
        "state_disclosures": draw(st.sampled_from([(), (disclosure,)])),
    }


@st.composite
def _replacing(draw: st.DrawFn, series: str) -> dict[str, Any]:
    is_new = draw(st.booleans())
    return {} if is_new else {"replaces": format_number(series, 2026, 1), "replaces_reason": "It was misspelt."}


@st.composite
def _money(draw: st.DrawFn) -> dict[str, Any]:
    method = draw(st.sampled_from(sorted(METHOD_BASES.keys() - NOT_MONEY - OWN_LETTER)))
    day, gift, cover = draw(_days), draw(st.integers(101, 10**8)), draw(st.one_of(st.just(0), _cents))
    basis = draw(st.sampled_from(sorted(METHOD_BASES[method])))
    also: dict[str, Any] = {}
    if method == "ach":
        also["initiated_on"] = day - timedelta(days=draw(st.integers(0, 6)))
    if basis in {"postmark", "post_dated"}:
        also["received_on"] = day + timedelta(days=draw(st.integers(0, 9)))
    also["straddles"] = any(other.year != day.year for other in also.values())
    if method == "cheque":
        also["cheque_number"] = draw(st.sampled_from(["", "1047"]))
    replacing = draw(_replacing("R"))
    return (
        draw(shared("R"))
        | replacing
        | also
        | {
            "gift_on": day,
            "gift_on_basis": basis,
            "tax_year": day.year,
            "method": method,
            "amount_cents": gift + cover,
            "lines": gift_lines(gift_cents=gift, fee_cover_cents=cover),
            "preference": draw(st.sampled_from([None, *get_args(Preference)])),
            "control_statement_version": "control-2026-1",
            "returned_cents": draw(st.integers(0, 500)) if replacing else 0,
        }
    )


@st.composite
def gift_receipts(draw: st.DrawFn) -> GiftReceipt:
    """Return any receipt of money, of dollars or of another currency."""
    facts = draw(_money())
    presented = draw(st.none() | presented_amounts(is_returned=facts["returned_cents"] > 0))
    if presented is not None:
        facts |= {"lines": gift_lines(gift_cents=facts["amount_cents"], fee_cover_cents=0)}
    return GiftReceipt(**facts, goods_services=draw(_exchange), presented=presented)


@st.composite
def presented_amounts(draw: st.DrawFn, *, is_returned: bool = False) -> PresentedAmount:
    """Return what a donor paid in a currency of none, two or three decimals."""
    return PresentedAmount(
        currency=draw(st.sampled_from(["EUR", "GBP", "JPY", "KWD", "CAD"])),
        minor_units=draw(_cents),
        rate=draw(st.sampled_from(["1.08", "0.0066", "3.25"])),
        converted_on=draw(_days),
        source="Stripe",
        returned_minor_units=draw(_cents) if is_returned else 0,
    )


@st.composite
def quid_pro_quo_receipts(draw: st.DrawFn) -> QuidProQuoReceipt:
    """Return any receipt with benefits."""
    facts = draw(_money())
    value = draw(st.integers(1, facts["amount_cents"] - 1))
    benefits = (Benefit(description=draw(words), value_cents=value),)
    return QuidProQuoReceipt(
        **facts, goods_services=QuidProQuo(benefits=benefits, excess_cents=facts["amount_cents"] - value)
    )


@st.composite
def _statement_rows(draw: st.DrawFn, n: int) -> StatementRow:
    return StatementRow(
        receipt_number=format_number("R", 2026, n),
        gift_on=draw(_days),
        gift_on_basis=draw(st.sampled_from(["charged", "settled", "postmark"])),
        amount_cents=draw(_cents),
        goods_services=draw(_exchange),
        status=draw(st.sampled_from(["valid", "disputed"])),
        presented=draw(st.none() | presented_amounts()),
    )


@st.composite
def annual_statements(draw: st.DrawFn) -> AnnualStatement:
    """Return any statement, corrected or not."""
    rows = tuple(draw(_statement_rows(n + 1)) for n in range(draw(st.integers(1, 4))))
    total = sum(row.amount_cents for row in rows)
    replacing = draw(_replacing("S"))
    if replacing:
        gone = draw(_cents)
        difference = StatementDifference(
            receipt_number=format_number("R", 2026, 99),
            gift_on=date(2026, 5, 5),
            was_cents=gone,
            now_cents=None,
            reason_code=draw(st.sampled_from(get_args(DifferenceReason))),
            changed_on=date(2027, 5, 1),
        )
        replacing |= {"differences": (difference,), "replaces_total_cents": total + gone}
    notice = StatementNotice(
        number=format_number("N", 2026, 3),
        original_number=format_number("R", 2025, 8),
        original_gift_on=date(2025, 6, 6),
        returned_cents=draw(_cents),
        returned_on=date(2026, 2, 2),
    )
    own: dict[str, Any] = {
        "year": 2026,
        "rows": rows,
        "total_cents": total,
        "notices": draw(st.sampled_from([(), (notice,)])),
    }
    return AnnualStatement(**draw(shared("S")), **replacing, **own)


@st.composite
def in_kind_acknowledgments(draw: st.DrawFn) -> InKindAcknowledgment:
    """Return any acknowledgment of goods or stock."""
    method, day = draw(st.sampled_from(sorted(NOT_MONEY))), draw(_days)
    conditions = get_args(ItemCondition) if method == "in_kind" else (None,)
    items = st.builds(
        DonatedItem, description=words, count=st.integers(1, 10**6), condition=st.sampled_from(conditions), note=words
    )
    return InKindAcknowledgment(
        **draw(shared("R")),
        **draw(_replacing("R")),
        method=method,
        items=draw(st.lists(items, min_size=1, max_size=4).map(tuple)),
        gift_on=day,
        gift_on_basis="handed_over",
        tax_year=day.year,
        place=draw(words),
        goods_services=draw(_nothing_much),
    )


@st.composite
def volunteer_expense_letters(draw: st.DrawFn) -> VolunteerExpenseLetter:
    """Return any letter to a volunteer."""
    first = draw(_days)
    return VolunteerExpenseLetter(
        **draw(shared("L")),
        services=draw(st.lists(words, min_size=1, max_size=4).map(tuple)),
        served_from_on=first,
        served_to_on=draw(st.sampled_from([None, first + timedelta(days=1), first + timedelta(days=90)])),
        place=draw(words),
        goods_services=draw(_nothing_much),
    )


@st.composite
def daf_thank_yous(draw: st.DrawFn) -> DafThankYou:
    """Return any thanks for a grant."""
    adviser = draw(st.one_of(st.just(""), _hostile))
    return DafThankYou(
        **draw(shared("L")),
        sponsor=draw(_hostile),
        adviser=adviser,
        amount_cents=draw(_cents),
        received_on=draw(_days),
    )


@st.composite
def qcd_letters(draw: st.DrawFn) -> QcdLetter:
    """Return any letter of a distribution."""
    day = draw(_days)
    return QcdLetter(
        **draw(shared("R")),
        **draw(_replacing("R")),
        custodian=draw(_hostile),
        amount_cents=draw(_cents),
        gift_on=day,
        tax_year=day.year,
    )


@st.composite
def notices(draw: st.DrawFn) -> NoticeOfReturn:
    """Return any notice, or the withdrawal of one."""
    reason, amount = draw(st.sampled_from(get_args(ReturnReason))), draw(_cents)
    return NoticeOfReturn(
        **draw(shared("N")),
        original_number=format_number("R", 2026, 5),
        original_gift_on=draw(_days),
        original_amount_cents=amount,
        returned_cents=draw(st.integers(1, amount)),
        returned_on=date(2027, 5, 30),
        reason_code=reason,
        withdraws=format_number("N", 2027, 1) if reason == "withdrawn" else None,
        presented=draw(st.none() | presented_amounts(is_returned=True)),
    )


KINDS: dict[str, st.SearchStrategy[NumberedDocument]] = {
    "gift_receipt": gift_receipts(),
    "quid_pro_quo_receipt": quid_pro_quo_receipts(),
    "annual_statement": annual_statements(),
    "in_kind_acknowledgment": in_kind_acknowledgments(),
    "volunteer_expense_letter": volunteer_expense_letters(),
    "daf_thank_you": daf_thank_yous(),
    "qcd_letter": qcd_letters(),
    "notice_of_returned_contribution": notices(),
}
