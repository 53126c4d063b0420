"""Room: web. What the give page shows: amounts with their exact fee cover, and the sentences the law asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from donations.clock import day_in_zone
from donations.disclosures import texts_of_states
from donations.money import format_decimal, offer_fee_cover
from donations.settings import Organisation
from donations.web.forms import LINE_CAPS, OTHER, Problem, believe_giving_part, countries
from donations.web.house import House
from donations.web.languages import language, say
from donations.web.text import for_redisplay
from receipts import wording
from receipts.facts import StateDisclosure
from receipts.wording import Said

_AMOUNT_CAP = 12
_CHOSEN = ("amount", "other_amount", "frequency", "preference", "cover_fee", "anonymous", "news", "appeal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One amount offered, with what it means in outfit sets and its exact fee cover."""

    id: str
    cents: int
    cover_cents: int
    meaning: str

    @property
    def value(self) -> str:
        """Return the amount as the form sends it: "26", or "32.50"."""
        return format_decimal(self.cents).removesuffix(".00")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivePage:
    """Everything the template of the give page reads."""

    choices: tuple[Choice, ...]
    values: Mapping[str, str]
    problems: tuple[Problem, ...]
    general: str | None
    form_token: str
    ask: tuple[str, str]
    control_statement: Said
    disclosures: tuple[StateDisclosure, ...]
    promise: Said | None
    countries: tuple[tuple[str, str], ...]
    preferences: tuple[tuple[str, str], ...]
    preference_label: str

    @property
    def chosen(self) -> str:
        """Return the id of the choice to mark: one of the amounts, or `other`."""
        amount = self.values.get("amount", "")
        return next((choice.id for choice in self.choices if choice.value == amount), OTHER)

    @property
    def is_monthly(self) -> bool:
        """Return whether every month is the choice to mark; once is the other."""
        return self.values.get("frequency") == "monthly"

    def problem(self, field: str) -> str | None:
        """Return what is wrong with a field, if anything."""
        return next((problem.sentence for problem in self.problems if problem.field == field), None)


def blank_values(query: Mapping[str, str], organisation: Organisation) -> dict[str, str]:
    """Return what a freshly opened form holds: one outfit set, or what a believed link asks for."""
    values = dict.fromkeys((*LINE_CAPS, *_CHOSEN), "")
    values.update({"amount": _whole(organisation.set_price_cents), "country": "US"})
    values.update(believe_giving_part(query, organisation))
    return _with_other(values, organisation)


def kept_values(fields: Mapping[str, str], organisation: Organisation) -> dict[str, str]:
    """Return what a person wrote, to stand in the fields again; nothing of it is believed."""
    values = {name: for_redisplay(fields.get(name, ""), cap) for name, cap in LINE_CAPS.items()}
    for name in _CHOSEN:
        values[name] = for_redisplay(fields.get(name, ""), 40)
    if values["amount"] != OTHER:
        values["other_amount"] = ""
    return _with_other(values, organisation)


def fill_page(
    house: House, values: Mapping[str, str], form_token: str, problems: tuple[Problem, ...], general: str | None
) -> GivePage:
    """Return the give page of this organisation as of today."""
    organisation, spoken = house.settings.organisation, language()
    return GivePage(
        choices=choices(organisation),
        values=values,
        problems=problems,
        general=general,
        form_token=form_token,
        ask=wording.say_ask(organisation.set_price_cents, spoken),
        control_statement=wording.say_control_statement(
            organisation.legal_name, version=organisation.control_statement_version, language=spoken
        ),
        disclosures=state_disclosures(organisation, day_in_zone(house.clock.now(), house.settings.zone)),
        promise=wording.say_promise(spoken) if house.promise_is_kept() else None,
        countries=countries(spoken),
        preferences=tuple(wording.labels(spoken)["preference"].items()),
        preference_label=say(wording.PREFERENCE_LABEL),
    )


def choices(organisation: Organisation) -> tuple[Choice, ...]:
    """Return the amounts offered: a fifth, a half, one and two of an outfit set."""
    price = organisation.set_price_cents
    offers = (
        ("1", price // 5, "about one outfit"),
        ("2", price // 2, "half an outfit set"),
        ("3", price, "one outfit set"),
        ("4", price * 2, "two outfit sets"),
    )
    return tuple(
        Choice(
            id=id_,
            cents=cents,
            cover_cents=offer_fee_cover(
                cents,
                basis_points=organisation.fee_cover_basis_points,
                fixed_cents=organisation.fee_cover_fixed_cents,
            ),
            meaning=say(meaning),
        )
        for id_, cents, meaning in offers
    )


def state_disclosures(organisation: Organisation, today: date) -> tuple[StateDisclosure, ...]:
    """Return the texts of every state the charity is registered in."""
    return texts_of_states(organisation, "giving_page", on=today)


def _with_other(values: dict[str, str], organisation: Organisation) -> dict[str, str]:
    """Move an amount that is not offered into the field for other amounts."""
    offered = {choice.value for choice in choices(organisation)}
    if values["amount"] not in {OTHER, *offered}:
        values["other_amount"] = values["amount"][:_AMOUNT_CAP]
        values["amount"] = OTHER
    return values


def _whole(cents: int) -> str:
    return format_decimal(cents).removesuffix(".00")
