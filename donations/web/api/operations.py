"""Room: web. Every question the JSON API takes: its address, its scope, its parameters, its answer. The whole table.

Routes and the OpenAPI document are both made from it, so neither can say what the other does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from donations.errors import FieldRefusedError, NotFoundError
from donations.partners import Scope
from donations.reporting import Report
from donations.web.api import facts
from donations.web.api.desk import ApiDesk, Slice

LIMIT_MAX: Final = 100
_LIMIT: Final = 50
_NUMBER: Final = r"[RSNL]-[0-9]{4}-[0-9]{6,12}-[0-9]"

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value in the address: what it means, and the one pattern it has."""

    name: str
    meaning: str
    pattern: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One question; `scope` None is answered to anyone."""

    path: str
    name: str
    summary: str
    scope: Scope | None
    answer: type[Any]
    act: Callable[[ApiDesk, Values], object]
    parameters: tuple[Parameter, ...] = ()

    def is_in_path(self, parameter: Parameter) -> bool:
        """Tell whether a parameter is part of the path rather than of the query."""
        return f"{{{parameter.name}}}" in self.path


def believe(operation: Operation, path_values: Values, query: Values) -> dict[str, str]:
    """Return the values of a request; raises `NotFoundError` for a path and `FieldRefusedError` for a query."""
    known = {one.name: one for one in operation.parameters}
    for name in query:
        if name not in known or operation.is_in_path(known[name]):
            raise FieldRefusedError("This address does not take that field.", field=_plain(name))
    for name, value in {**query, **path_values}.items():
        if re.fullmatch(known[name].pattern, value, re.ASCII) is None:
            if name in path_values:
                raise NotFoundError("There is nothing here.")
            raise FieldRefusedError(f"Please write it as the documentation says: {known[name].meaning}", field=name)
    return {**query, **path_values}


def _plain(name: str) -> str | None:
    return name if re.fullmatch("[a-z_]{1,40}", name, re.ASCII) else None


def _text(name: str, meaning: str, pattern: str) -> Parameter:
    return Parameter(
        name=name, meaning=meaning, pattern=pattern, schema={"type": "string", "pattern": f"^{pattern}$"}
    )


def _paged(pattern: str) -> tuple[Parameter, ...]:
    return (
        _text("cursor", "The `next` of the page before.", pattern),
        Parameter(
            name="limit",
            meaning=f"How many at most, 1 to {LIMIT_MAX}; {_LIMIT} if it is not said.",
            pattern="[1-9][0-9]?|100",
            schema={"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": _LIMIT},
        ),
    )


def _slice(values: Values) -> Slice:
    return Slice(cursor=values.get("cursor"), limit=int(values.get("limit", _LIMIT)))


def _day(values: Values) -> date | None:
    if "on" not in values:
        return None
    try:
        return date.fromisoformat(values["on"])
    except ValueError:
        raise FieldRefusedError("Please write the day like 2026-11-23.", field="on") from None


_REFERENCE: Final = "g_[0-9a-z]{16}"
_PAYOUT: Final = "po_[A-Za-z0-9_]{1,60}"
_ON: Final = Parameter(
    name="on",
    meaning="The day at whose end, like 2026-11-23; today if it is not said.",
    pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}",
    schema={"type": "string", "format": "date"},
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        path="/figures",
        name="read_figures",
        summary="This year as it stands, every figure under the mask of the public page.",
        scope="public",
        answer=Report,
        act=lambda desk, _: desk.figures(),
    ),
    Operation(
        path="/reports",
        name="list_reports",
        summary="Every published report in its newest edition.",
        scope="public",
        answer=facts.PublishedList,
        act=lambda desk, _: desk.reports(),
    ),
    Operation(
        path="/reports/{period}",
        name="read_report",
        summary="One published report, as it was frozen.",
        scope="public",
        answer=Report,
        act=lambda desk, values: desk.report(values["period"]),
        parameters=(_text("period", "A year or a quarter, like 2026 or 2026-Q4.", "20[0-9]{2}(?:-Q[1-4])?"),),
    ),
    Operation(
        path="/verify/{token}",
        name="verify_receipt",
        summary="What the book says of a document to whoever holds it: no key is needed, no name is told.",
        scope=None,
        answer=facts.VerifiedFacts,
        act=lambda desk, values: desk.check(values["token"]),
        parameters=(
            _text("token", "The 32 hex digits at the end of the address that its code names.", "[0-9a-f]{32}"),
        ),
    ),
    Operation(
        path="/gifts",
        name="list_gifts",
        summary="Gifts, the newest first, without names.",
        scope="treasury",
        answer=facts.GiftPage,
        act=lambda desk, values: desk.gifts(_slice(values)),
        parameters=_paged(_REFERENCE),
    ),
    Operation(
        path="/gifts/{reference}",
        name="read_gift",
        summary="One gift with its documents, without names.",
        scope="treasury",
        answer=facts.GiftWithReceipts,
        act=lambda desk, values: desk.gift(values["reference"]),
        parameters=(_text("reference", "Of the gift, `g_` and 16 characters.", _REFERENCE),),
    ),
    Operation(
        path="/donors",
        name="list_donors",
        summary="Donors, the newest first, masked.",
        scope="treasury",
        answer=facts.DonorPage,
        act=lambda desk, values: desk.donors(_slice(values)),
        parameters=_paged("d_[0-9a-z]{16}"),
    ),
    Operation(
        path="/receipts",
        name="list_receipts",
        summary="Numbered documents and how they stand, the newest first.",
        scope="treasury",
        answer=facts.ReceiptPage,
        act=lambda desk, values: desk.receipts(_slice(values)),
        parameters=_paged(_NUMBER),
    ),
    Operation(
        path="/receipts/{number}",
        name="read_receipt",
        summary="How one numbered document stands.",
        scope="treasury",
        answer=facts.ReceiptFacts,
        act=lambda desk, values: desk.receipt(values["number"]),
        parameters=(_text("number", "Of the document, like R-2026-000123-0.", _NUMBER),),
    ),
    Operation(
        path="/clothing-funds",
        name="read_clothing_funds",
        summary="The children's side in totals under the mask; single clothing funds are told to nobody.",
        scope="treasury",
        answer=facts.ClothingFundTotals,
        act=lambda desk, _: desk.clothing_funds(),
    ),
    Operation(
        path="/payouts",
        name="list_payouts",
        summary="Payouts to the bank, the latest first, each against its rows.",
        scope="treasury",
        answer=facts.PayoutPage,
        act=lambda desk, values: desk.payouts(_slice(values)),
        parameters=_paged(_PAYOUT),
    ),
    Operation(
        path="/balances",
        name="read_balances",
        summary="Every fund and account at the end of a day.",
        scope="treasury",
        answer=facts.Balances,
        act=lambda desk, values: desk.balances(_day(values)),
        parameters=(_ON,),
    ),
)
