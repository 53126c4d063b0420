"""Room: cli. The example organisation and its example gifts; every name here is invented."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from donations.settings import Address, Organisation, StateRegistration

OPERATIONS_OPENING = "2500.00"
CLOTHING_FUNDS = 60
"""More than the smallest class the programme may open for, so that the example shows funds waiting."""

_NAMES = (
    "Ada Example",
    "Benito Muestra",
    "Chiyo Sample",
    "Dáithí Ó Sampla",
    "Ewa Przykładowa",
    "Fatima Mithal",
    "Grace Specimen",
    "Hugo Beispiel",
    "Iris Voorbeeld",
    "Joaquín Ejemplo",
    "Kalani Laana",
    "Łucja Wzorzec",
)
_AMOUNTS = ("130.00", "260.00", "65.00", "26.00", "200.00", "100.00", "390.00", "130.00", "1300.00", "50.00")
_STREETS = ("Example Street", "Sample Avenue", "Specimen Lane")
_PREFERENCES = ("", "coats", "shoes", "school_wear")
LONGEST_AGO = timedelta(days=150)
"""The oldest example gift is younger than this; before it the house is founded."""


def example_organisation(today: date) -> Organisation:
    """Return a fictitious charity in Las Vegas; its EIN belongs to nobody we know of and the pages say so."""
    return Organisation(
        legal_name="Desert Lantern Children's Closet",
        ein="88-0000000",
        address=Address(line1="100 Example Street", city="Las Vegas", region="NV", postal_code="89101"),
        time_zone="America/Los_Angeles",
        public_charity=True,
        teos_checked_on=today,
        states_registered=(StateRegistration(state="NV", registration_number="EXAMPLE-0000"),),
        fees_funded_by="the founding board",
        mail_from="Desert Lantern Children's Closet <receipts@desert-lantern.example>",
        contact_email="treasurer@desert-lantern.example",
        signatory_name="Marisol Example",
        signatory_title="Treasurer",
        fictitious=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleGift:
    """One filled form and when its card was charged."""

    fields: dict[str, str]
    at: datetime


def example_gifts(count: int, *, seed: int, until: datetime) -> Iterator[ExampleGift]:
    """Yield filled forms, oldest first, spread over five months; the same seed, the same gifts."""
    chance = random.Random(seed)  # noqa: S311  Invented gifts are no secret.
    instants = sorted(until - LONGEST_AGO * chance.random() for _ in range(count))
    for number, at in enumerate(instants):
        yield ExampleGift(fields=_fields(chance, number), at=at.replace(microsecond=0))


def _fields(chance: random.Random, number: int) -> dict[str, str]:
    name = _NAMES[number % len(_NAMES)]
    fields = {
        "amount": _AMOUNTS[number % len(_AMOUNTS)],
        "frequency": "once",
        "preference": chance.choice(_PREFERENCES),
        "name": name,
        "email": f"donor{number % len(_NAMES) + 1}@example.org",
    }
    if chance.random() < 0.5:  # noqa: PLR2004  Half of them.
        fields["cover_fee"] = "1"
    if chance.random() < 0.25:  # noqa: PLR2004  A quarter.
        fields["anonymous"] = "1"
    if chance.random() < 0.7:  # noqa: PLR2004  Most want their address on the receipt.
        fields |= {
            "address_line1": f"{chance.randint(1, 999)} {chance.choice(_STREETS)}",
            "city": "Las Vegas",
            "region": "NV",
            "postal_code": f"0{chance.randint(1000, 9999)}" if chance.random() < 0.1 else "89101",  # noqa: PLR2004
            "country": "US",
        }
    return fields
