"""Room: verify. Looks at one PDF alone, offline, and says exactly what it checked and what it could not.

Without a seal nobody can prove from the file alone that the charity issued it: the verification page can.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

import msgspec
from pypdf import PdfReader

from receipts import wording
from receipts.facts import canonical_json
from receipts.numbers import parse_number

logging.getLogger("pypdf").addHandler(logging.NullHandler())
FILE_MAX: Final = 20 * 2**20
PAGES_MAX: Final = 300
NOT_CHECKED: Final = (
    "Whether the charity issued this document and whether it is still valid: open its verification page.",
    "Whether somebody made the whole file anew: it carries no seal yet, so the file alone cannot prove that.",
    "Whether it truly meets PDF/A-3a and PDF/UA-1: only what it claims was read.",
)
_SERIES: Final = {"gift_receipt": "R", "annual_statement": "S"}
_DECIMAL: Final = re.compile(r"[0-9]{1,12}\.[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at; `detail` is a plain sentence."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What the file alone tells. `ok` means that nothing in it contradicts itself, no more."""

    ok: bool
    checks: tuple[Check, ...]
    not_checked: tuple[str, ...]
    file_sha256: str
    number: str | None = None
    kind: str | None = None
    verify_url: str | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class _Opened:
    """What was read out of a PDF before any judgement."""

    text: str
    attachments: tuple[bytes, ...]
    metadata: bytes
    endings: int


def verify_file(pdf: bytes) -> Verification:
    """Check one PDF; never raises because of its input."""
    digest = sha256(pdf).hexdigest()
    opened = _open(pdf)
    if opened is None:
        lost = Check(name="readable", ok=False, detail="The file is not a PDF that can be read, or it is too large.")
        return Verification(ok=False, checks=(lost,), not_checked=NOT_CHECKED, file_sha256=digest)
    checks = [Check(name="readable", ok=True, detail="The file is a PDF that can be read."), _one_version(opened)]
    facts, about_attachment = _read_attachment(opened)
    checks.extend(about_attachment)
    if facts is not None:
        checks.extend(check(facts, opened) for check in _CHECKS)
    checks.append(_claims(opened))
    return Verification(
        ok=all(check.ok for check in checks),
        checks=tuple(checks),
        not_checked=NOT_CHECKED,
        file_sha256=digest,
        number=_text(facts, "number"),
        kind=_text(facts, "kind"),
        verify_url=_text(facts, "verify_url"),
        simulated=bool(facts and facts.get("simulated")),
    )


def _open(pdf: bytes) -> _Opened | None:
    if len(pdf) > FILE_MAX:
        return None
    try:
        reader = PdfReader(BytesIO(pdf))
        if len(reader.pages) > PAGES_MAX:
            return None
        root: Any = reader.trailer["/Root"]
        metadata = root.get_object().get("/Metadata")
        return _Opened(
            text=_squeeze("".join(page.extract_text() for page in reader.pages)),
            attachments=tuple(content for content in reader.attachments.get("receipt.json", [])),
            metadata=bytes(metadata.get_object().get_data()) if metadata is not None else b"",
            endings=len(re.findall(rb"startxref\s+[0-9]+\s+%%EOF", pdf)),
        )
    except (KeyboardInterrupt, SystemExit):
        raise
    except Exception:  # noqa: BLE001  # A hostile file may break the reader in any way; all mean "cannot be read".
        return None


def _squeeze(text: str) -> str:
    """Return the text without spaces and in one spelling, so that line breaks and ligatures make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _one_version(opened: _Opened) -> Check:
    good = opened.endings == 1
    detail = "Nothing was appended to the file." if good else "Something was appended to the file after it was made."
    return Check(name="one_version", ok=good, detail=detail)


def _read_attachment(opened: _Opened) -> tuple[dict[str, Any] | None, list[Check]]:
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


def _number(facts: dict[str, Any], _: _Opened) -> Check:
    number, kind = str(facts.get("number")), str(facts.get("kind"))
    parts = parse_number(number)
    good = parts is not None and parts.series == _SERIES.get(kind) == facts.get("series")
    detail = f"The number {number} is well formed and its check digit is right." if good else "The number is wrong."
    return Check(name="number", ok=good, detail=detail)


def _sums(facts: dict[str, Any], _: _Opened) -> Check:
    total = _cents(facts.get("amount"))
    parts = [_cents(row.get("amount")) for row in _rows(facts, "lines") or _rows(facts, "rows")]
    good = total is not None and bool(parts) and sum(part or 0 for part in parts) == total and None not in parts
    detail = "The amount is the sum of its lines." if good else "The amount is not the sum of its lines."
    return Check(name="sums", ok=good, detail=detail)


def _page_agrees(facts: dict[str, Any], opened: _Opened) -> Check:
    missing = [name for name, said in _expected(facts) if not said or _squeeze(said) not in opened.text]
    good = not missing
    detail = (
        "The page shows the number, amount, dates, EIN and legal name of receipt.json."
        if good
        else (f"The page does not show what receipt.json says: {', '.join(dict.fromkeys(missing))}.")
    )
    return Check(name="page_agrees", ok=good, detail=detail)


def _expected(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    said = facts.get("issuer")
    issuer = said if isinstance(said, dict) else {}
    yield "number", str(facts.get("number") or "")
    yield "legal name", str(issuer.get("name") or "")
    yield "EIN", str(issuer.get("ein") or "")
    yield "amount", _dollars(facts.get("amount"))
    yield "verification address", str(facts.get("verify_url") or "")
    if "gift_on" in facts:
        yield "gift date", _day(facts.get("gift_on"))
    for row in _rows(facts, "rows"):
        yield "receipt number", str(row.get("number") or "")
        yield "gift date", _day(row.get("gift_on"))
        yield "amount", _dollars(row.get("amount"))


def _goods_services(facts: dict[str, Any], opened: _Opened) -> Check:
    sentences = wording.RECEIPT_WORDINGS.values()
    known = [s for each in sentences for s in (each.nothing_given, each.insubstantial)]
    good = any(_squeeze(sentence) in opened.text for sentence in known)
    good = good and ("goods_services" in facts or bool(facts.get("rows")))
    detail = (
        "It says whether goods or services were given in exchange (IRC 170(f)(8))."
        if good
        else ("It does not say whether goods or services were given in exchange.")
    )
    return Check(name="goods_services", ok=good, detail=detail)


def _simulated(facts: dict[str, Any], opened: _Opened) -> Check:
    said = facts.get("simulated")
    marked = _squeeze(wording.SIMULATED) in opened.text
    if said is False:
        return Check(name="simulated", ok=not marked, detail="It is not marked as simulated.")
    detail = "SIMULATED: no gift was received, and it cannot be used for any tax purpose."
    return Check(name="simulated", ok=said is True and marked, detail=detail)


def _claims(opened: _Opened) -> Check:
    archival = re.search(rb"""pdfaid:part(?:=["']|>)3""", opened.metadata)
    level = re.search(rb"""pdfaid:conformance(?:=["']|>)A""", opened.metadata)
    accessible = re.search(rb"""pdfuaid:part(?:=["']|>)1""", opened.metadata)
    good = bool(archival and level and accessible)
    detail = "It claims PDF/A-3a and PDF/UA-1." if good else "It does not claim both PDF/A-3a and PDF/UA-1."
    return Check(name="claims", ok=good, detail=detail)


_CHECKS: Final[tuple[Callable[[dict[str, Any], _Opened], Check], ...]] = (
    _number,
    _sums,
    _page_agrees,
    _goods_services,
    _simulated,
)


def _rows(facts: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the rows under a name, or none at all if any of them is not a row."""
    rows = facts.get(name)
    good = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    return list(rows) if good and rows else []


def _cents(money: object) -> int | None:
    value = money.get("value") if isinstance(money, dict) else None
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return None
    try:
        return int(Decimal(value) * 100)
    except InvalidOperation:
        return None


def _dollars(money: object) -> str:
    cents = _cents(money)
    return "" if cents is None else wording.dollars(cents)


def _day(text: object) -> str:
    try:
        return wording.long_day(date.fromisoformat(str(text)))
    except ValueError:
        return ""


def _text(facts: dict[str, Any] | None, name: str) -> str | None:
    value = facts.get(name) if facts else None
    return value if isinstance(value, str) else None
