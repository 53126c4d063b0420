"""Room: verify. The attached receipt.json: whole, canonical, in itself right, and what the page says too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, Final

import msgspec

from receipts import wording
from receipts.facts import canonical_json
from receipts.numbers import parse_number
from receipts.rules.us.law import SERIES as _SERIES_OF_KINDS
from receipts.verify.opening import Check, Opened, squeeze
from receipts.wording import Language

_SERIES: Final[Mapping[str, str]] = {str(kind): series for kind, series in _SERIES_OF_KINDS.items()}
_ITEMISED: Final = frozenset({"gift_receipt", "quid_pro_quo_receipt", "annual_statement"})
_WITHOUT_AMOUNT: Final = frozenset(
    {"in_kind_acknowledgment", "volunteer_expense_letter", "notice_of_returned_contribution"}
)
_WITHOUT_EXCHANGE: Final = frozenset({"notice_of_returned_contribution"})
_NAMES: Final = {
    "gift_on": "gift date",
    "received_on": "day of receipt",
    "returned_on": "day of return",
    "original_gift_on": "date of the returned gift",
    "excess": "deductible excess",
    "returned": "amount returned",
    "original_amount": "amount of the returned gift",
}
_SENTENCES: Final = {
    "none": "nothing_given",
    "insubstantial": "insubstantial",
    "intangible_religious": "intangible_religious",
    "quid_pro_quo": "quid_limited",
    "daf_none": "daf_none",
    "qcd_none": "qcd_none",
}
_DECIMAL: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{2,3})?", re.ASCII)


def check_facts(facts: dict[str, Any], opened: Opened) -> list[Check]:
    """Hold the attached facts against themselves and against the page."""
    return [check(facts, opened) for check in _CHECKS]


def read_attachment(opened: Opened) -> tuple[dict[str, Any] | None, list[Check]]:
    """Return the attached facts, or None where they cannot be read, and what was seen of the file that holds them."""
    if len(opened.attachments) != 1:
        detail = "The file does not carry exactly one receipt.json."
        return None, [Check(name="attachment", ok=False, detail=detail)]
    content = opened.attachments[0]
    try:
        facts = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        return None, [Check(name="attachment", ok=False, detail="The attached receipt.json cannot be read.")]
    digest = sha256(content).hexdigest()
    canonical = canonical_json(facts) == content
    form = (
        "is in its canonical form" if canonical else "is not in its canonical form: it was written by something else"
    )
    return facts, [
        Check(name="attachment", ok=True, detail=f"The file carries receipt.json (SHA-256 {digest})."),
        Check(name="canonical", ok=canonical, detail=f"The attached receipt.json {form}."),
    ]


def _number(facts: dict[str, Any], _: Opened) -> Check:
    number, kind = str(facts.get("number")), _kind(facts)
    parts = parse_number(number)
    good = parts is not None and parts.series == _SERIES.get(kind) == facts.get("series")
    detail = f"The number {number} is well formed and its check digit is right." if good else "The number is wrong."
    return Check(name="number", ok=good, detail=detail)


def _sums(facts: dict[str, Any], _: Opened) -> Check:
    if _kind(facts) not in _ITEMISED:
        return Check(name="sums", ok=True, detail="There is nothing to add up in a document of this kind.")
    total, rows = facts.get("amount"), _rows(facts, "lines") or _rows(facts, "rows")
    parts = [_units(row.get("amount")) for row in rows]
    currencies = {_currency(row.get("amount")) for row in rows} | {_currency(total)}
    is_whole = bool(parts) and None not in parts and len(currencies) == 1
    good = is_whole and sum(part or 0 for part in parts) == _units(total)
    detail = "The amount is the sum of its lines." if good else "The amount is not the sum of its lines."
    return Check(name="sums", ok=good, detail=detail)


def _page_agrees(facts: dict[str, Any], opened: Opened) -> Check:
    missing = [name for name, said in _expected(facts) if not said or squeeze(said) not in opened.text]
    good = not missing
    detail = (
        "The page shows the number, amounts, dates, EIN and legal name of receipt.json."
        if good
        else (f"The page does not show what receipt.json says: {', '.join(dict.fromkeys(missing))}.")
    )
    return Check(name="page_agrees", ok=good, detail=detail)


def _expected(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the page must show, by name; nothing to show where a required value is missing."""
    said = facts.get("issuer")
    issuer = said if isinstance(said, dict) else {}
    yield "number", str(facts.get("number") or "")
    yield "legal name", str(issuer.get("name") or "")
    yield "EIN", str(issuer.get("ein") or "")
    yield "verification address", str(facts.get("verify_url") or "")
    language: Language = "es" if facts.get("language") == "es" else "en"
    if _kind(facts) not in _WITHOUT_AMOUNT:
        yield "amount", _written(facts.get("amount"))
    for name in ("gift_on", "received_on", "returned_on", "original_gift_on"):
        if facts.get(name) is not None:
            yield _NAMES[name], _day(facts[name], language)
    for name in ("excess", "returned", "original_amount"):
        if _units(facts.get(name)):
            yield _NAMES[name], _written(facts.get(name))
    yield from _expected_to_inform(facts, language)
    for row in _rows(facts, "rows"):
        yield "receipt number", str(row.get("number") or "")
        yield "gift date", _day(row.get("gift_on"), language)
        yield "amount", _written(row.get("amount"))
        if row.get("presented") is not None:
            yield "amount in its currency", _written(row["presented"])


def _expected_to_inform(facts: dict[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    """Yield what stands beside an amount in another currency: what reached us, at which rate, when, by whom."""
    informed = facts.get("information")
    if informed is None:
        return
    told = informed if isinstance(informed, dict) else {}
    yield "amount that reached the charity", _written(told.get("reached_us"))
    yield "rate of exchange", str(told.get("rate") or "")
    yield "day of the exchange", _day(told.get("converted_on"), language)
    yield "who exchanged it", str(told.get("source") or "")


def _goods_services(facts: dict[str, Any], opened: Opened) -> Check:
    if _kind(facts) in _WITHOUT_EXCHANGE:
        detail = "It need not say whether goods or services were given in exchange."
        return Check(name="goods_services", ok=True, detail=detail)
    sentences = [_sentence_on(each, facts.get("wording_version")) for each in _rows(facts, "rows") or [facts]]
    good = all(sentence and squeeze(sentence) in opened.text for sentence in sentences)
    detail = (
        "It says whether goods or services were given in exchange (IRC 170(f)(8))."
        if good
        else ("It does not say whether goods or services were given in exchange.")
    )
    return Check(name="goods_services", ok=good, detail=detail)


def _sentence_on(facts: dict[str, Any], version: object) -> str:
    """Return the sentence for what was given in exchange, up to its first value; "" if there is none."""
    said = facts.get("goods_services")
    variant = said.get("variant") if isinstance(said, dict) else None
    key = _SENTENCES.get(variant) if isinstance(variant, str) else None
    if key is None or not isinstance(version, str) or version not in wording.RECEIPT_WORDINGS:
        return ""
    return wording.legal_sentence(key, version).partition("{")[0]


def _simulated(facts: dict[str, Any], opened: Opened) -> Check:
    said = facts.get("simulated")
    marked = squeeze(wording.SIMULATED) in opened.text
    if said is False:
        return Check(name="simulated", ok=not marked, detail="It is not marked as simulated.")
    detail = "SIMULATED: no gift was received, and it cannot be used for any tax purpose."
    return Check(name="simulated", ok=said is True and marked, detail=detail)


_CHECKS: Final[tuple[Callable[[dict[str, Any], Opened], Check], ...]] = (
    _number,
    _sums,
    _page_agrees,
    _goods_services,
    _simulated,
)


def _kind(facts: dict[str, Any]) -> str:
    """Return the kind as text, whatever stands there."""
    return str(facts.get("kind"))


def _rows(facts: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the rows under a name, or none at all if any of them is not a row."""
    rows = facts.get(name)
    good = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    return list(rows) if good and rows else []


def _currency(money: object) -> str:
    """Return the three letters of a currency, or "" for anything else."""
    said = money.get("currency") if isinstance(money, dict) else None
    return said if isinstance(said, str) and wording.CURRENCY.fullmatch(said) else ""


def _units(money: object) -> int | None:
    """Return an amount in the smallest unit of its currency, or None for what is no amount of it."""
    value, currency = money.get("value") if isinstance(money, dict) else None, _currency(money)
    if not currency or not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return None
    units = int(value.replace(".", ""))
    return units if wording.minor_decimal(units, currency) == value else None


def _written(money: object) -> str:
    units, currency = _units(money), _currency(money)
    if units is None:
        return ""
    return wording.dollars(units) if currency == "USD" else wording.write_amount(units, currency)


def _day(text: object, language: Language) -> str:
    try:
        return wording.long_day(date.fromisoformat(str(text)), language)
    except ValueError:
        return ""
