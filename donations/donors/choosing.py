"""Room: donors. A file nobody has mapped yet: its columns with samples, what each likely is, and what was chosen.

Suggestions come from the columns of the ready mappings and from names that other systems use; a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final, Literal, get_args

from donations.donors.csv_file import Table, read_table
from donations.donors.mapping import (
    AMOUNT_FORMATS,
    FIELDS,
    READY,
    AmountFormat,
    ColumnMapping,
    needed_columns,
    ready_mapping,
)
from donations.errors import FieldRefusedError

Meaning = Literal["taken", "refunded", "left_out", "unknown"]
MEANINGS: Final[tuple[Meaning, ...]] = get_args(Meaning)
COLUMNS_MAX: Final = 120
STATUSES_MAX: Final = 40
_SAMPLES: Final = 3
_SAMPLE_MAX: Final = 60
_LOOKED_AT: Final = 300
"""As many different days as are read to guess how they are written."""
_SOURCE: Final = re.compile(r"[a-z0-9](?:[a-z0-9 -]{0,38}[a-z0-9])?", re.ASCII)
_TIMES: Final = ("", " %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p")

DATE_FORMATS: Final[dict[str, tuple[str, ...]]] = {
    "year_first": (*(f"%Y-%m-%d{time}" for time in _TIMES), "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"),
    "month_first": tuple(f"{day}{time}" for day in ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y") for time in _TIMES),
    "day_first": tuple(f"{day}{time}" for day in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y") for time in _TIMES),
    "month_in_words": ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y"),
}
"""The ways to write a day that a file may follow, each with the patterns it stands for."""

_NAMES: Final[dict[str, str]] = {
    "key": "id, donation id, gift id, transaction id, receipt id, receipt number, contribution id, payment id",
    "name": "name, donor, donor name, full name, display name, received from",
    "first_name": "first name, first, given name, donor first name",
    "last_name": "last name, last, surname, family name, donor last name",
    "email": "email, e-mail, mail, email address, donor email, contact email",
    "amount": "amount, donation amount, gift amount, total, gross, gross amount, total amount, donation",
    "refunded": "refunded, amount refunded, refunded amount, refund amount",
    "currency": "currency, currency code",
    "date": "date, donation date, gift date, date received, received, payment date, created, created at, given on",
    "status": "status, donation status, payment status, contribution status, state of payment",
    "address_line1": "address, address 1, address line 1, street, street address, mailing address",
    "address_line2": "address 2, address line 2, apartment, unit",
    "city": "city, town",
    "region": "state, region, province, state / province",
    "postal_code": "zip, zip code, postal code, postcode",
    "country": "country",
}
_WORDS: Final[dict[str, Meaning]] = {
    **dict.fromkeys(("paid", "succeeded", "success", "complete", "completed", "settled", "received"), "taken"),
    **dict.fromkeys(("refunded", "refund", "reversed", "returned"), "refunded"),
    **dict.fromkeys(("failed", "pending", "cancelled", "canceled", "abandoned", "expired", "declined"), "left_out"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLook:
    """One column as a person sees it: its name and its first values that are not empty."""

    name: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What each column is: by place the field or "", how days and amounts are written, what each status means."""

    source: str
    fields: tuple[str, ...]
    dates: str = "year_first"
    amounts: AmountFormat = "point"
    is_utc: bool = False
    statuses: Mapping[str, Meaning] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLook:
    """A file before it is tried: how many rows, and its columns."""

    rows: int
    columns: tuple[ColumnLook, ...]
    table: Table


def look_at(content: bytes) -> FileLook:
    """Return the columns of a file with their first values; raises `FieldRefusedError` for what is no table."""
    table = read_table(content)
    if len(table.columns) > COLUMNS_MAX:
        raise FieldRefusedError(
            f"This file has more than {COLUMNS_MAX} columns. Please leave some out.", field="file"
        )
    columns = tuple(ColumnLook(name=name, samples=_samples(table, name)) for name in table.columns)
    return FileLook(rows=len(table.rows), columns=columns, table=table)


def suggest_choices(look: FileLook, kept: ColumnMapping | None = None) -> Choices:
    """Return what the columns most likely are: as kept, as a ready mapping has them, or else by their names alone."""
    table = look.table
    known = kept or _best_ready(table)
    by_column = _named(table.columns) if known is None else {name: one for one, name in known.columns.items()}
    fields = tuple(by_column.get(name, "") for name in table.columns)
    choices = Choices(
        source="" if known is None else known.source,
        fields=fields,
        dates=_kept_dates(kept) or _likely_dates(_values(table, fields, "date")),
        amounts=_likely_amounts(_values(table, fields, "amount")) if kept is None else kept.amounts,
        is_utc=known is not None and known.is_utc,
    )
    meanings = {} if known is None else {word: meaning for meaning, word in _told_statuses(known)}
    return with_statuses(look, choices, meanings)


def with_statuses(look: FileLook, choices: Choices, told: Mapping[str, Meaning]) -> Choices:
    """Return the choices with a meaning for each status in the file: as told, or else as its word usually means."""
    words = list(dict.fromkeys(_values(look.table, choices.fields, "status")))
    if len(words) > STATUSES_MAX:
        raise FieldRefusedError(
            f"The column chosen as status has more than {STATUSES_MAX} different values.", field="status"
        )
    folded = {word.casefold(): meaning for word, meaning in told.items()}
    statuses: dict[str, Meaning] = {
        word: folded.get(word.casefold(), _WORDS.get(word.casefold(), "unknown")) for word in words
    }
    return Choices(
        source=choices.source,
        fields=choices.fields,
        dates=choices.dates,
        amounts=choices.amounts,
        is_utc=choices.is_utc,
        statuses=statuses,
    )


def chosen_mapping(look: FileLook, choices: Choices) -> ColumnMapping:
    """Return the mapping that was chosen; raises `FieldRefusedError` naming what is missing or chosen twice."""
    chosen = [one for one in choices.fields if one]
    twice = sorted({one for one in chosen if chosen.count(one) > 1})
    if twice:
        raise FieldRefusedError(f"Two columns are chosen as {_spoken(twice[0])}. Choose one of them.", field=twice[0])
    for needed in ("amount", "date"):
        if needed not in chosen:
            raise FieldRefusedError(f"Choose which column is the {needed}.", field=needed)
    if "name" not in chosen and "last_name" not in chosen:
        raise FieldRefusedError("Choose which column is the donor's name, or the last name.", field="name")
    if not _SOURCE.fullmatch(choices.source):
        raise FieldRefusedError(
            "Write where the file comes from, in small letters, digits and hyphens, like paper-book.", field="source"
        )
    return ColumnMapping(
        source=choices.source,
        columns={one: column.name for one, column in zip(choices.fields, look.columns, strict=True) if one},
        date_formats=DATE_FORMATS[choices.dates],
        is_utc=choices.is_utc,
        amounts=choices.amounts,
        taken=_words_of(choices, "taken"),
        refunded=_words_of(choices, "refunded"),
        left_out=_words_of(choices, "left_out"),
    )


def _words_of(choices: Choices, meaning: Meaning) -> frozenset[str]:
    return frozenset(word.casefold() for word, one in choices.statuses.items() if one == meaning)


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _samples(table: Table, name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for _, cells in table.rows:
        if cells[name]:
            found.setdefault(cells[name][:_SAMPLE_MAX])
        if len(found) == _SAMPLES:
            break
    return tuple(found)


def _values(table: Table, fields: Sequence[str], wanted: str) -> list[str]:
    if wanted not in fields:
        return []
    column = table.columns[fields.index(wanted)]
    return [cells[column] for _, cells in table.rows if cells[column]]


def _best_ready(table: Table) -> ColumnMapping | None:
    """Return the ready mapping whose needed columns all stand here; of two the one that finds more of its columns."""
    present = set(table.columns)
    fitting = [one for one in map(ready_mapping, READY) if needed_columns(one) <= present]
    return max(fitting, key=lambda one: len(present & set(one.columns.values())), default=None)


def _named(columns: Sequence[str]) -> dict[str, str]:
    """Return which column is which field by its name alone; the first of two wins."""
    found: dict[str, str] = {}
    for column in columns:
        one = _known_names().get(_folded(column))
        if one is not None and one not in found.values():
            found[column] = one
    if "name" in found.values():
        return {column: one for column, one in found.items() if one not in {"first_name", "last_name"}}
    return found


@cache
def _known_names() -> dict[str, str]:
    ready = {_folded(name): one for system in READY for one, name in ready_mapping(system).columns.items()}
    return ready | {_folded(name): one for one in FIELDS for name in _NAMES[one].split(",")}


def _folded(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _told_statuses(known: ColumnMapping) -> list[tuple[Meaning, str]]:
    told: tuple[tuple[Meaning, frozenset[str]], ...] = (
        ("taken", known.taken),
        ("refunded", known.refunded),
        ("left_out", known.left_out),
    )
    return [(meaning, word) for meaning, words in told for word in words]


def _likely_dates(values: Sequence[str]) -> str:
    """Return the way of writing a day that reads most of the values; of equals the first, so month before day."""
    looked = list(dict.fromkeys(values))[:_LOOKED_AT]
    return max(DATE_FORMATS, key=lambda name: sum(_reads(value, DATE_FORMATS[name]) for value in looked))


def _kept_dates(kept: ColumnMapping | None) -> str:
    return next((name for name, one in DATE_FORMATS.items() if kept is not None and one == kept.date_formats), "")


def _reads(value: str, patterns: Sequence[str]) -> bool:
    for pattern in patterns:
        try:
            datetime.strptime(value, pattern)  # noqa: DTZ007  # Only whether it can be read is asked.
        except ValueError:
            continue
        return True
    return False


def _likely_amounts(values: Sequence[str]) -> AmountFormat:
    commas = sum(bool(re.search(r",[0-9]{2}$", value)) for value in values)
    return "comma" if 2 * commas > len(values) else AMOUNT_FORMATS[0]
