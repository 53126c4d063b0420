"""Room: press. Which facts are ink, and which give a document its shape.

Ink: numbers, names, addresses, amounts, days, the verification address. All else is shape: two documents of the same
shape have the same layout, apart from their ink.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Literal, cast, get_origin, get_type_hints

from receipts.facts import Document, Issuer, StateDisclosure

Path = tuple[str | int, ...]
Ink = Literal["number", "name", "line", "cents", "day", "address", "instant"]
_COLUMNS: Final = {"fee_cover_cents"}
"""Amounts of 0 in a table's rows that are told all the same where any row has one: a column is there or is not."""
_NUMBERS: Final = {"cheque_number", "number", "receipt_number", "original_number", "replaces", "withdraws"}
_TEXTS: Final[dict[str, Ink]] = {"name": "name", "address_lines": "line"}
_SHAPES_WHOLE: Final = (Issuer, StateDisclosure)
_PLAIN: Final = (str, int, bool)
_ADDRESS: Final = re.compile(r"(.*/)([0-9a-f]{32})", re.ASCII)
_INSTANT_FIELD: Final = "issued_at"


def split_address(address: str) -> tuple[str, str] | None:
    """Return a verification address as what all share and its own 32 digits, or None for another form."""
    found = _ADDRESS.fullmatch(address)
    return (found[1], found[2]) if found else None


def shape_of(
    value: object, said: dict[Ink, list[str]] | None = None, columns: frozenset[str] = frozenset()
) -> Hashable:
    """Return all of a document but its ink: equal shapes are laid out alike. `said` gathers names and lines.

    `columns` are the amounts that the table has whose row this value is.
    """
    if isinstance(value, tuple):
        columns = _columns_of(value)
        return tuple([shape_of(each, said, columns) for each in value])
    kind: type = type(value)
    plan = _plan_below(kind)
    if plan is None:
        return value
    shape: list[Hashable] = [kind.__name__]
    for name, ink, is_plain in plan:
        held = getattr(value, name)
        if is_plain:
            shape.append(held)
        elif ink is None:
            shape.append(shape_of(held, said))
        else:
            shape.append(name in columns or _shape_of_ink(held, ink, said))
    return tuple(shape)


def _columns_of(rows: tuple[object, ...]) -> frozenset[str]:
    return frozenset([name for name in _COLUMNS if any(getattr(row, name, 0) for row in rows)])


@cache
def _plan_below(kind: type) -> tuple[tuple[str, Ink | None, bool], ...] | None:
    """Return each field, the ink it is, and whether it is one plain value of its shape; None for a whole value."""
    if not is_dataclass(kind) or issubclass(kind, _SHAPES_WHOLE):
        return None
    hints = get_type_hints(kind)
    return tuple((name, ink, ink is None and _is_plain(hints[name])) for name, ink in plan_of(kind))


def _is_plain(hint: object) -> bool:
    return hint in _PLAIN or get_origin(hint) is Literal


@cache
def plan_of(kind: type) -> tuple[tuple[str, Ink | None], ...]:
    """Return the fields of a kind of facts, each with the ink it is, or None for shape."""
    hints = get_type_hints(kind)
    return tuple((field.name, _ink_of(field.name, hints[field.name])) for field in fields(kind))


def list_ink(document: Document) -> Iterator[tuple[Path, Ink]]:
    """Yield where the ink of a document stands."""
    yield from _ink_below(document, (), frozenset())


def _ink_below(value: object, path: Path, columns: frozenset[str]) -> Iterator[tuple[Path, Ink]]:
    if isinstance(value, tuple):
        columns = _columns_of(value)
        for place, each in enumerate(value):
            yield from _ink_below(each, (*path, place), columns)
    elif is_dataclass(kind := cast("type", type(value))) and not isinstance(value, _SHAPES_WHOLE):
        for name, ink in plan_of(kind):
            held = getattr(value, name)
            if ink is None:
                yield from _ink_below(held, (*path, name), columns)
            elif isinstance(held, tuple):
                yield from (((*path, name, place), ink) for place in range(len(held)))
            elif name in columns or _is_there(held, ink):
                yield (*path, name), ink


def value_at(document: object, path: Path) -> Any:  # noqa: ANN401  # Facts hold values of many types.
    """Return the fact at a place."""
    for step in path:
        document = document[step] if isinstance(step, int) else getattr(document, step)  # type: ignore[index]
    return document


def _ink_of(name: str, hint: object) -> Ink | None:
    if name == _INSTANT_FIELD:
        return "instant"
    if name == "verify_url":
        return "address"
    if name in _NUMBERS:
        return "number"
    if name in _TEXTS:
        return _TEXTS[name]
    if name.endswith("cents"):
        return "cents"
    return "day" if hint in (date, date | None) else None


def _is_there(held: object, ink: Ink) -> bool:
    return bool(held) if ink != "instant" else isinstance(held, datetime)


def _shape_of_ink(held: Any, ink: Ink, said: dict[Ink, list[str]] | None) -> Hashable:  # noqa: ANN401
    if held is None:
        return None
    if ink == "address":
        parts = split_address(held)
        return parts[0] if parts else held
    if said is not None and ink in said:
        said[ink] += [held] if isinstance(held, str) else held
    return len(held) if isinstance(held, tuple) else _is_there(held, ink)
