"""Room: rules/us. State disclosures: word for word, only where the charity is registered, only while they hold."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from receipts.facts import StateDisclosure
from receipts.wording import DEDUCTIBILITY_NEVADA

Surface = Literal["giving_page", "mail", "receipt", "reminder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureValues:
    """What the texts say about the charity."""

    legal_name: str
    state_of_formation: str
    purpose: str
    own_texts: tuple[Row, ...] = ()
    """Texts that the charity's counsel gave; each takes the place of the shipped one of its name."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of the table: a state's text, where it is shown, since when, and who has checked it."""

    id: str
    state: str
    surfaces: tuple[Surface, ...]
    style: Literal["plain", "capitals"]
    text: str
    source: str
    seen: Literal["P", "S", "U"]
    verified: bool
    effective_from_on: date
    effective_to_on: date | None = None
    verified_on: date | None = None
    verified_by: str = ""


def disclosures(
    surface: Surface,
    *,
    registered: Mapping[str, str],
    values: DisclosureValues,
    on: date,
    donor_state: str | None = None,
) -> tuple[StateDisclosure, ...]:
    """Return the texts for one surface: those of the donor's state, or of every registered one if it is not known.

    `registered` maps a state's two letters to the charity's registration number there (empty if it has none).
    A text past its last day is left out, never a reason not to issue.
    """
    wanted = registered.keys() if donor_state is None else registered.keys() & {donor_state}
    here = [row for row in all_rows(values.own_texts) if row.state in wanted and surface in row.surfaces]
    return tuple(_fill(row, values, registered[row.state]) for row in here if _is_in_force(row, on))


def list_disclosure_doubts(registered: Mapping[str, str], on: date, own: tuple[Row, ...] = ()) -> tuple[str, ...]:
    """Return one sentence for each registered state whose text is missing, lapsed or checked by nobody."""
    doubts = []
    for state in sorted(registered):
        rows = [row for row in all_rows(own) if row.state == state]
        if not rows:
            doubts.append(f"There is no disclosure text for {state}; counsel should say whether it asks for one.")
        elif not any(_is_in_force(row, on) for row in rows):
            doubts.append(f"The disclosure text for {state} has lapsed and is left out.")
        doubts.extend(f"Nobody has verified the text {row.id} ({row.source})." for row in rows if not row.verified)
    return tuple(doubts)


def list_lapsed_states(on: date, rows: tuple[Row, ...] | None = None) -> tuple[str, ...]:
    """Return the shipped states for which no text holds on that day: CI fails while there is one (tax rules §9)."""
    shipped = all_rows() if rows is None else rows
    states = {row.state for row in shipped}
    return tuple(sorted(states - {row.state for row in shipped if _is_in_force(row, on)}))


def list_last_days(states: Collection[str], rows: tuple[Row, ...] | None = None) -> tuple[tuple[str, date], ...]:
    """Return the last day on which each of these states has a text; a state whose text has no end is left out."""
    ends: dict[str, list[date | None]] = {}
    for row in all_rows() if rows is None else rows:
        if row.state in states:
            ends.setdefault(row.state, []).append(row.effective_to_on)
    return tuple((state, max(day for day in days if day)) for state, days in sorted(ends.items()) if None not in days)


def all_rows(own: tuple[Row, ...] = ()) -> tuple[Row, ...]:
    """Return every text, in force or not; one of the charity's own takes the place of the shipped one of its id."""
    replaced = {row.id for row in own}
    return (*(row for row in _table() if row.id not in replaced), *own)


@cache
def _table() -> tuple[Row, ...]:
    text = files(__package__).joinpath("states.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["disclosure"], tuple[Row, ...])


def _is_in_force(row: Row, on: date) -> bool:
    return row.effective_from_on <= on and (row.effective_to_on is None or on <= row.effective_to_on)


def _fill(row: Row, values: DisclosureValues, number: str) -> StateDisclosure:
    registration = f"{row.state} registration number: {number}." if number else ""
    registration = registration.upper() if row.style == "capitals" else registration
    said = {name: getattr(values, name) for name in ("legal_name", "state_of_formation", "purpose")}
    text = row.text.format(**said, registration=registration, deductibility=DEDUCTIBILITY_NEVADA)
    return StateDisclosure(id=row.id, state=row.state, text=" ".join(text.split()), style=row.style)
