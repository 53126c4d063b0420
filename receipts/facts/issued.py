"""Room: facts. What every numbered document says: who issued it, when, to whom, where to check it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args

from receipts import wording
from receipts.facts.faults import Faults, year_of
from receipts.facts.parties import DonorFacts, Issuer, StateDisclosure
from receipts.numbers import Series
from receipts.wording import Language

DISCLOSURES_MAX = 30
_LANGUAGES = get_args(Language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The facts that all kinds share; `issued_at` is UTC, `issued_on` its day in `time_zone`, both frozen."""

    number: str
    issued_at: datetime
    issued_on: date
    time_zone: str
    issuer: Issuer
    donor: DonorFacts
    verify_url: str
    simulated: bool
    language: Language = "en"
    """Of headings and explanations; the law's own sentences stay English, with their reading beside them."""
    state_disclosures: tuple[StateDisclosure, ...] = ()
    wording_version: str = wording.RECEIPT_VERSION


def check_issued(faults: Faults, document: Issued, *, series: Series) -> None:
    """Note every shared fact that is missing or wrong, and a number of another series."""
    faults.instant(document.issued_at, document.issued_on)
    faults.number("number", document.number, series=series, year=year_of(document.issued_on))
    faults.text("time_zone", document.time_zone)
    faults.verify_url(document.verify_url)
    faults.made_of("simulated", document.simulated, bool)
    faults.made_of("issuer", document.issuer, Issuer)
    faults.made_of("donor", document.donor, DonorFacts)
    faults.one_of("language", document.language, _LANGUAGES)
    faults.one_of("wording_version", document.wording_version, wording.RECEIPT_WORDINGS)
    faults.rows("state_disclosures", document.state_disclosures, StateDisclosure, bounds=(0, DISCLOSURES_MAX))


def check_replacing(faults: Faults, *, number: str, replaces: str | None, reason: str | None, series: Series) -> None:
    """Note a replacement that names itself, another series, or no reason."""
    if replaces is None:
        faults.unless(reason is None, "replaces_reason", "needs a document that is replaced")
        return
    faults.number("replaces", replaces, series=series)
    faults.unless(replaces != number, "replaces", "is the document itself")
    faults.text("replaces_reason", reason)


def check_not_after(faults: Faults, name: str, day: object, issued_on: object) -> None:
    """Note a day that is missing, or comes after the day of issue."""
    faults.day(name, day)
    if isinstance(day, date) and isinstance(issued_on, date) and name not in faults.wrong:
        faults.unless(day <= issued_on, name, "is after the day of issue")
