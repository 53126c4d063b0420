"""Room: rules/us. What a charity says of the law in `almoner.toml`: figures and texts a named person verified.

The tables beside this module may be older than the law. A row here goes before the table's of the same rule and year,
or of the same name; repeating the table's own figure marks it as verified (tax rules §3, §9).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from string import Formatter
from typing import Annotated, Literal

import msgspec

from receipts.rules.assessing import Threshold
from receipts.rules.us.states import Row, Surface

_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_PLACES = frozenset({"legal_name", "state_of_formation", "purpose", "registration", "deductibility"})


SETTABLE = frozenset(
    {
        *("low_cost_item", "token_gift_floor", "insubstantial_value_cap", "non_itemizer_cap"),
        *("non_itemizer_cap_joint", "form_8283_section_b"),
    }
)
"""Rules whose figures change with the years, or that nobody has verified; the others stand in a statute or a form."""


class OwnThreshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A figure of the law, in cents, that a named person looked up in its source on a day."""

    rule: _Line
    year: Annotated[int, msgspec.Meta(ge=1994, le=2200)]
    cents: Annotated[int, msgspec.Meta(gt=0, le=10**11)]
    source: _Line
    seen: Literal["P", "S"] = "S"
    """Whether the primary text itself was read, or what another wrote about it."""
    verified_by: _Line
    verified_on: date

    @property
    def row(self) -> Threshold:
        """Return it as a row of the table."""
        return Threshold(
            rule=self.rule, year=self.year, cents=self.cents, source=self.source, seen=self.seen, verified=True
        )


class OwnText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A state's text, word for word, that counsel gave; `id` of a shipped text takes that one's place."""

    id: _Line
    state: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{2}\Z")]
    surfaces: Annotated[tuple[Surface, ...], msgspec.Meta(min_length=1)]
    style: Literal["plain", "capitals"] = "plain"
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    source: _Line
    seen: Literal["P", "S"] = "S"
    effective_from_on: date
    effective_to_on: date | None = None
    verified_by: _Line
    verified_on: date

    @property
    def row(self) -> Row:
        """Return it as a row of the table."""
        told = {name: getattr(self, name) for name in self.__struct_fields__}
        return Row(**told, verified=True)


def find_fault(thresholds: Sequence[OwnThreshold], texts: Sequence[OwnText]) -> str | None:
    """Return what is wrong with a charity's own rows, as the end of a sentence, or None."""
    unknown = next((row.rule for row in thresholds if row.rule not in SETTABLE), None)
    if unknown is not None:
        return f"threshold {unknown!r} is no rule whose figure changes; those are {', '.join(sorted(SETTABLE))}"
    twice = [f"{row.rule} of {row.year}" for row in thresholds], [row.id for row in texts]
    for names in twice:
        name, count = Counter(names).most_common(1)[0] if names else ("", 0)
        if count > 1:
            return f"{name} stands there twice"
    return next((fault for text in texts if (fault := _text_fault(text))), None)


def _text_fault(text: OwnText) -> str | None:
    if text.effective_to_on is not None and text.effective_to_on < text.effective_from_on:
        return f"disclosure {text.id!r} ends before it begins"
    try:
        places = {place for _, place, how, conversion in Formatter().parse(text.text) if place or how or conversion}
    except ValueError:
        places = {"{"}
    if places - _PLACES:
        return f"disclosure {text.id!r} has a place in braces that is none of {', '.join(sorted(_PLACES))}"
    return None
