"""Room: donors. Which column of a file means what: ready for four systems, or written by the treasurer as TOML."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from donations.errors import FieldRefusedError

READY: Final = ("civicrm", "donorbox", "givewp", "stripe")
AmountFormat = Literal["point", "comma", "cents"]
AMOUNT_FORMATS: Final[tuple[AmountFormat, ...]] = get_args(AmountFormat)
"""`1,025.00`, `1.025,00`, or whole cents like `102500`."""
FIELDS: Final = (
    *("key", "name", "first_name", "last_name", "email", "amount", "refunded", "currency", "date", "status"),
    *("address_line1", "address_line2", "city", "region", "postal_code", "country"),
)


_NEEDED: Final = frozenset({"amount", "date", "name", "first_name", "last_name", "status", "key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Where each of our fields stands in a file; statuses are compared without case."""

    source: str
    columns: Mapping[str, str]
    date_formats: tuple[str, ...]
    is_utc: bool
    """Whether its dates are instants in UTC, to be counted in the house's own zone; else they are days."""
    taken: frozenset[str]
    refunded: frozenset[str]
    left_out: frozenset[str]
    amounts: AmountFormat = "point"


def ready_mapping(name: str) -> ColumnMapping:
    """Return the mapping of a system we know; raises `FieldRefusedError` for another."""
    if name not in READY:
        raise FieldRefusedError(f"Choose one of {', '.join(READY)}, or a TOML file.", field="mapping")
    return read_mapping((files("donations.donors") / "mappings" / f"{name}.toml").read_text(encoding="utf-8"))


def read_mapping(text: str) -> ColumnMapping:
    """Return the mapping a TOML text describes; raises `FieldRefusedError` naming what is wrong."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise FieldRefusedError(f"The mapping is not TOML: {wrong}.", field="mapping") from None
    columns = told.get("columns", {})
    missing = [name for name in ("amount", "date") if name not in columns]
    unknown = [name for name in columns if name not in FIELDS]
    if "name" not in columns and "last_name" not in columns:
        missing.append("name")
    if missing or unknown or not told.get("source") or not told.get("date_formats"):
        faults = ", ".join([*(f"no {name}" for name in missing), *(f"unknown {name}" for name in unknown)])
        raise FieldRefusedError(f"The mapping needs source, date_formats and columns ({faults}).", field="mapping")
    if told.get("amounts", "point") not in AMOUNT_FORMATS:
        raise FieldRefusedError(f"Write amounts = one of {', '.join(AMOUNT_FORMATS)}.", field="mapping")
    return _built(told)


def write_mapping(mapping: ColumnMapping) -> str:
    """Return the TOML text that `read_mapping` reads as this mapping."""
    lines = [f"source = {_quoted(mapping.source)}", f"date_formats = {_listed(mapping.date_formats)}"]
    lines += [f"dates_are_utc = {'true' if mapping.is_utc else 'false'}", f"amounts = {_quoted(mapping.amounts)}"]
    lines += ["", "[columns]", *(f"{field} = {_quoted(column)}" for field, column in mapping.columns.items())]
    if "status" in mapping.columns:
        told = {"taken": mapping.taken, "refunded": mapping.refunded, "left_out": mapping.left_out}
        lines += ["", "[statuses]", *(f"{name} = {_listed(sorted(words))}" for name, words in told.items())]
    return "\n".join([*lines, ""])


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    # TOML's basic string is JSON's, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def needed_columns(mapping: ColumnMapping) -> set[str]:
    """Return the columns without which no row of a file can be believed."""
    return {column for field, column in mapping.columns.items() if field in _NEEDED}


def _built(told: dict[str, Any]) -> ColumnMapping:
    statuses = told.get("statuses", {})
    return ColumnMapping(
        source=str(told["source"]),
        columns={str(name): str(column) for name, column in told["columns"].items()},
        date_formats=tuple(map(str, told["date_formats"])),
        is_utc=told.get("dates_are_utc") is True,
        taken=_folded(statuses.get("taken", [])),
        refunded=_folded(statuses.get("refunded", [])),
        left_out=_folded(statuses.get("left_out", [])),
        amounts=next(one for one in AMOUNT_FORMATS if one == told.get("amounts", "point")),
    )


def _folded(words: list[Any]) -> frozenset[str]:
    return frozenset(str(word).casefold() for word in words)
