"""Room: web. The give form, believed whole or refused with every wrong field named; the server computes all cents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from babel import Locale

from donations.donors import Mended
from donations.errors import FieldRefusedError
from donations.giving import ContactFacts, Wish
from donations.languages import LANGUAGES, Language
from donations.money import format_dollars, offer_fee_cover, parse_dollars
from donations.ports.payments import Frequency
from donations.settings import Organisation
from donations.tributes import TributeWish
from donations.web.fields import refuse_a_child
from donations.web.languages import language, say
from donations.web.text import EMAIL_CAP, Refused, TextRule, believe_email, believe_line
from donations.web.tribute_form import TRIBUTE_CAPS, TRIBUTE_LABELS, read_tribute
from receipts import wording

PREFERENCES = tuple(wording.PREFERENCE_NAMES)
HONEYPOT = "comment"
"""Hidden from people; filled only by programs that fill everything."""
OTHER = "other"
"""The value of `amount` that says: see `other_amount`."""
FORM_TOKEN_CAP = 500
LINE_CAPS = {
    "name": 120,
    "email": EMAIL_CAP,
    "address_line1": 200,
    "address_line2": 200,
    "city": 100,
    "region": 100,
    "postal_code": 20,
    "country": 2,
    **TRIBUTE_CAPS,
}
_LABELS = {
    "name": "The name",
    "email": "The e-mail address",
    "address_line1": "The street address",
    "address_line2": "The second address line",
    "city": "The city",
    "region": "The state",
    "postal_code": "The ZIP code",
    **TRIBUTE_LABELS,
}
_ADDRESS = ("address_line1", "address_line2", "city", "region", "postal_code")
_APPEAL = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_Believed = TypeVar("_Believed")
_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong field and the sentence that says what to do."""

    field: str
    sentence: str


class FormRefusedError(FieldRefusedError):
    """A form with at least one wrong field; nothing was changed."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].sentence, field=problems[0].field)
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingForm:
    """A believed form: the wish, and what proves that our page was opened by this browser."""

    wish: Wish
    form_token: str
    is_honeypot_filled: bool


def believe_giving(fields: Mapping[str, str], organisation: Organisation) -> GivingForm:
    """Return the wish of a give form; raises `FormRefusedError` with every wrong field, or `FieldRefusedError`."""
    refuse_a_child(fields)
    reading = _Reading(fields)
    amount_cents = reading.believe("amount", lambda text: _amount(text, fields, organisation))
    frequency: Frequency | None = reading.believe("frequency", _frequency)
    covers_fee = reading.believe("cover_fee", _tick)
    wish = Wish(
        amount_cents=amount_cents or 0,
        fee_cover_cents=_fee_cover(amount_cents or 0, organisation) if covers_fee else 0,
        preference=reading.believe("preference", _preference),
        anonymous=bool(reading.believe("anonymous", _tick)),
        news=bool(reading.believe("news", _tick)),
        appeal=reading.believe("appeal", _appeal),
        contact=_contact(reading),
        frequency=frequency or "once",
        language=reading.believe("language", _language) or language(),
        tribute=read_tribute(reading),
    )
    reading.raise_problems()
    token = fields.get("form_token", "")
    return GivingForm(
        wish=wish,
        form_token=token if len(token) <= FORM_TOKEN_CAP and token.isascii() else "",
        is_honeypot_filled=bool(fields.get(HONEYPOT, "")),
    )


def believe_mended(fields: Mapping[str, str]) -> Mended:
    """Return a name and address as they should be; raises `FormRefusedError` with every wrong field."""
    refuse_a_child(fields)
    reading = _Reading(fields)
    line = reading.believe("name", lambda text: believe_line(text, TextRule(cap=LINE_CAPS["name"], needs="letter")))
    address = _address(reading)
    reading.raise_problems()
    return Mended(name=line or "", address=address)


def believe_tribute(fields: Mapping[str, str]) -> TributeWish | None:
    """Return the tribute that fields of the same names tell, or None; raises `FormRefusedError`."""
    refuse_a_child(fields)
    reading = _Reading(fields)
    tribute = read_tribute(reading)
    reading.raise_problems()
    return tribute


def believe_giving_part(fields: Mapping[str, str], organisation: Organisation) -> dict[str, str]:
    """Return those of the choices that a link to the form gives rightly; the rest is left."""
    refuse_a_child(fields)
    rules: dict[str, Callable[[str], object]] = {
        "amount": lambda text: _amount(text, {}, organisation),
        "frequency": _frequency,
        "preference": _preference,
        "appeal": _appeal,
    }
    return {
        name: fields[name]
        for name, rule in rules.items()
        if name in fields and not isinstance(rule(fields[name]), Refused)
    }


@cache
def countries(spoken: Language = "en") -> tuple[tuple[str, str], ...]:
    """Return (code, name in a language) of every country a receipt may carry, the United States first."""
    names = {str(code): str(name) for code, name in Locale(spoken).territories.items()}
    found = [
        (code, name)
        for code, name in names.items()
        if _COUNTRY.fullmatch(code) and code not in _NOT_COUNTRIES and code != "US"
    ]
    return (("US", names["US"]), *sorted(found, key=lambda pair: _plain(pair[1])))


def _plain(name: str) -> str:
    """Return a name by which it is found in a list: Á stands with A."""
    return "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))


class _Reading:
    """Reads fields one by one and keeps what is wrong with each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.problems: list[Problem] = []

    def believe(self, name: str, rule: Callable[[str], _Believed | Refused]) -> _Believed | None:
        found = rule(self.fields.get(name, ""))
        if isinstance(found, Refused):
            why = say(found.message, **found.values)
            self.problems.append(Problem(name, f"{say(_LABELS[name])} {why}" if name in _LABELS else why))
            return None
        return found

    def raise_problems(self) -> None:
        if self.problems:
            raise FormRefusedError(tuple(self.problems))


def _amount(text: str, fields: Mapping[str, str], organisation: Organisation) -> int | Refused:
    written = fields.get("other_amount", "")
    if text == OTHER:
        text = written
    elif written and parse_dollars(written) != parse_dollars(text):
        return Refused(
            "You chose one amount and wrote another. We kept the one you chose; please look, then send again."
        )
    cents = parse_dollars(text)
    if cents is None:
        return Refused("Please write the amount in dollars, like 130 or 130.00.")
    if cents < organisation.gift_min_cents:
        least = format_dollars(organisation.gift_min_cents)
        return Refused("The smallest gift we can take here is %(least)s.", {"least": least})
    if cents > organisation.gift_max_cents:
        return _too_large(organisation)
    return cents


def _too_large(organisation: Organisation) -> Refused:
    most = {"most": format_dollars(organisation.gift_max_cents)}
    if not organisation.contact_email:
        return Refused("Here we can take up to %(most)s. For a larger gift, please write to our treasurer.", most)
    return Refused(
        "Here we can take up to %(most)s. For a larger gift, please write to our treasurer at %(treasurer)s.",
        most | {"treasurer": organisation.contact_email},
    )


def _fee_cover(amount_cents: int, organisation: Organisation) -> int:
    return offer_fee_cover(
        amount_cents,
        basis_points=organisation.fee_cover_basis_points,
        fixed_cents=organisation.fee_cover_fixed_cents,
    )


def _frequency(text: str) -> Frequency | Refused:
    if text == "monthly":
        return "monthly"
    return "once" if text in {"", "once"} else Refused("Please choose to give once or every month.")


def _language(text: str) -> Language | Refused:
    """Believe the language a form names; one that names none is answered in that of its page."""
    for known in LANGUAGES:
        if known == (text or language()):
            return known
    return Refused("Please choose English or Spanish.")


def _tick(text: str) -> bool | Refused:
    if text in {"", "1"}:
        return text == "1"
    return Refused("Please tick the box or leave it empty.")


def _preference(text: str) -> str | Refused | None:
    if text in {"", *PREFERENCES}:
        return text or None
    return Refused("Please choose one of the preferences shown, or where it is needed most.")


def _appeal(text: str) -> str | Refused | None:
    if not text or _APPEAL.fullmatch(text):
        return text or None
    return Refused("The link you came by is damaged. Please open the give page again from our home page.")


def _contact(reading: _Reading) -> ContactFacts:
    address = _address(reading)
    name, email = reading.believe("name", _name) or "", reading.believe("email", _email) or ""
    return ContactFacts(name=name, email=email, **address)


def _address(reading: _Reading) -> dict[str, str | None]:
    address = {name: reading.believe(name, _optional_line(name)) or None for name in _ADDRESS}
    country = reading.believe("country", _country)
    return {**address, "country": country if any(address.values()) else None}


def _optional_line(name: str) -> Callable[[str], str | Refused]:
    return lambda text: believe_line(text, TextRule(cap=LINE_CAPS[name]))


def _name(text: str) -> str | Refused:
    line = believe_line(text, TextRule(cap=LINE_CAPS["name"], needs="letter"))
    return Refused("is needed for your receipt. Please write your name.") if line == "" else line


def _email(text: str) -> str | Refused:
    if not text.strip():
        return Refused("is needed: it is where your receipt goes.")
    return believe_email(text)


def _country(text: str) -> str | Refused | None:
    code = text or "US"
    if _COUNTRY.fullmatch(code) and code in dict(countries()):
        return code
    return Refused("Please choose a country from the list.")
