"""Room: web. The fields by which a donor changes a monthly gift, believed or refused one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from donations.errors import FieldRefusedError
from donations.giving import PledgeWish
from donations.money import format_dollars, offer_fee_cover, parse_dollars
from donations.settings import Organisation
from donations.web.languages import say

_DAY: Final = re.compile(r"[0-9]{1,2}", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def believe_change(fields: Mapping[str, str], organisation: Organisation) -> PledgeWish:
    """Return what is asked for; raises `FieldRefusedError` naming the field."""
    what = fields.get("what", "")
    if what == "amount":
        return _amount(fields, organisation)
    if what == "day":
        day = fields.get("day", "")
        return PledgeWish(kind="day", day=int(day) if _DAY.fullmatch(day) else 0)
    if what == "pause":
        return PledgeWish(kind="pause", until=_date(fields.get("until", "")))
    if what == "resume":
        return PledgeWish(kind="resume")
    raise FieldRefusedError("Please choose what to change.", field="what")


def days_of_pause(today: date) -> tuple[str, str]:
    """Return the first and the last day a pause may end on, as a date field wants them."""
    return (today + timedelta(days=1)).isoformat(), (today + timedelta(days=366)).isoformat()


def _amount(fields: Mapping[str, str], organisation: Organisation) -> PledgeWish:
    cents = parse_dollars(fields.get("amount", ""))
    least, most = organisation.gift_min_cents, organisation.gift_max_cents
    if cents is None or not least <= cents <= most:
        raise FieldRefusedError(
            say(
                "Please write an amount like 65 or 65.00, from %(least)s to %(most)s.",
                least=format_dollars(least),
                most=format_dollars(most),
            ),
            field="amount",
        )
    cover = fields.get("cover_fee", "")
    if cover not in {"", "1"}:
        raise FieldRefusedError("Please tick or leave the box.", field="cover_fee")
    fee = offer_fee_cover(
        cents, basis_points=organisation.fee_cover_basis_points, fixed_cents=organisation.fee_cover_fixed_cents
    )
    return PledgeWish(kind="amount", amount_cents=cents, fee_cover_cents=fee if cover else 0)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
