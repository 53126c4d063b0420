"""Room: reporting. The workpaper of Schedule B: what each donor gave, and line 1h in full beside it.

A donor is an identity: rows that a person joined are one. The sponsor of a donor-advised fund is the donor of its
grants, because the gift stands under the sponsor's row. A gift is of the year it is booked in, as line 1h is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from donations.donors import identity_of
from donations.money import format_dollars
from donations.reporting.gift_entries import (
    GIFT_ACCOUNTS,
    GOODS_ACCOUNTS,
    LOST_DISPUTES,
    credited,
    in_year,
    is_loss_of,
)
from donations.reporting.sheets import Column, Value
from donations.reporting.tie_out import part_eight
from donations.tables import Contact, Donor, GiftSettlement, entry, returned, transfer
from receipts.rules.us.thresholds import Threshold, threshold

_FIFTIETH: Final = 50
"""2 % of line 1h is its fiftieth part."""
_SPECIAL: Final = "Form 990, Schedule B, Special Rules (33 1/3 % support test of 170(b)(1)(A)(vi))"
_ADDRESS: Final = ("address_line1", "address_line2", "city", "region", "postal_code", "country")
_AMOUNTS: Final = tuple(Column(name=name, kind="cents") for name in ("person", "payroll", "noncash", "total"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """A donor whose gifts reach the General Rule's threshold; cents, gifts too small to count left out."""

    donor_id: int
    reference: str
    gifts: int
    person_cents: int
    payroll_cents: int
    noncash_cents: int
    above_special: bool
    """Also more than the greater of that threshold and 2 % of line 1h."""

    @property
    def total_cents(self) -> int:
        """Return all three together."""
        return self.person_cents + self.payroll_cents + self.noncash_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleB:
    """The workpaper of a year; every cent of line 1h is in `listed` or in `rest`."""

    year: int
    line_1h_cents: int
    general: Threshold
    disregard: Threshold
    special_cents: int
    """The greater of the general threshold and 2 % of line 1h, rounded down; a donor must be above it."""
    listed: tuple[Contributor, ...]
    rest: tuple[tuple[str, str, int], ...]
    """What is not listed: code, words, cents."""

    @property
    def difference_cents(self) -> int:
        """Return what is listed and what is not, less line 1h: nothing, for both are the same book."""
        return sum(one.total_cents for one in self.listed) + sum(row[2] for row in self.rest) - self.line_1h_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gift:
    """What one gift credited in the year, net of what went back in it."""

    donor_id: int | None
    method: str
    money_cents: int
    goods_cents: int

    @property
    def cents(self) -> int:
        return self.money_cents + self.goods_cents


def schedule_b(session: Session, year: int) -> ScheduleB:
    """Return the workpaper of a year, its donors by what they gave, the most first."""
    general, disregard = threshold("schedule_b_listing", year), threshold("schedule_b_disregard", year)
    line_1h = part_eight(session, year).line_1h_cents
    special = max(general.cents, line_1h // _FIFTIETH)
    rest: dict[str, int] = {}
    counted: dict[int, list[_Gift]] = {}
    for code, gift in _sorted_out(session, year, disregard.cents):
        if code is None and gift.donor_id is not None:
            counted.setdefault(gift.donor_id, []).append(gift)
        else:
            rest[code or "unnamed"] = rest.get(code or "unnamed", 0) + gift.cents
    listed = {id_: gifts for id_, gifts in counted.items() if sum(one.cents for one in gifts) >= general.cents}
    rest["others"] = sum(one.cents for id_, gifts in counted.items() if id_ not in listed for one in gifts)
    references = _references(session, listed)
    found = [
        _contributor(id_, references[id_], gifts, is_above=_is_above(gifts, general.cents, line_1h))
        for id_, gifts in listed.items()
    ]
    return ScheduleB(
        year=year,
        line_1h_cents=line_1h,
        general=general,
        disregard=disregard,
        special_cents=special,
        listed=tuple(sorted(found, key=lambda one: (-one.total_cents, one.reference))),
        rest=tuple((code, words, rest.get(code, 0)) for code, words in _rest_words(general, disregard)),
    )


def schedule_columns(*, named: bool) -> tuple[Column, ...]:
    """Return the columns of the sheet: for the filer with names and addresses, for a reviewer without."""
    names = tuple(Column(name=name) for name in ("name", *_ADDRESS)) if named else ()
    return (Column(name="line"), Column(name="donor"), *names, Column(name="gifts", kind="whole"), *_AMOUNTS, *_NOTES)


_NOTES: Final = (Column(name="above_special"), Column(name="note"))


def schedule_rows(session: Session, found: ScheduleB, *, named: bool) -> Iterator[tuple[Value, ...]]:
    """Yield the rows: each rule with its source, each donor, what is not listed, and the tie to line 1h."""
    empty: tuple[Value, ...] = (None,) * (1 + len(_ADDRESS)) if named else ()

    def plain(line: str, cents: int, note: str) -> tuple[Value, ...]:
        return (line, None, *empty, None, None, None, None, cents, None, note)

    general, disregard = found.general, found.disregard
    yield plain("rule", general.cents, f"{general.source}: a donor of this or more is listed")
    yield plain("rule", found.special_cents, f"{_SPECIAL}: only a donor above this, the greater of it and 2 % of 1h")
    yield plain("rule", disregard.cents, f"{disregard.source}: a separate gift below this is left out")
    people = _people(session, [one.donor_id for one in found.listed]) if named else {}
    for number, one in enumerate(found.listed, start=1):
        amounts = (one.person_cents, one.payroll_cents, one.noncash_cents, one.total_cents)
        who = people.get(one.donor_id, empty)
        yield (str(number), one.reference, *who, one.gifts, *amounts, "yes" if one.above_special else "no", None)
    for code, words, cents in found.rest:
        yield plain(code, cents, words)
    yield plain("1h", found.line_1h_cents, "Form 990, Part VIII, line 1h, from the ledger")
    yield plain("difference", found.difference_cents, "Donors and what is not listed, less 1h; must be 0.00")


def _rest_words(general: Threshold, disregard: Threshold) -> Iterator[tuple[str, str]]:
    yield "others", f"Donors below {format_dollars(general.cents)}"
    yield "small", f"Separate gifts below {format_dollars(disregard.cents)}, of every donor"
    yield "unnamed", "Gifts whose donor nobody knows"
    yield "earlier", "Returns of gifts booked in other years"
    yield "no_gift", "Entries on the gift accounts that are of no gift"


def _is_above(gifts: Iterable[_Gift], general_cents: int, line_1h: int) -> bool:
    cents = sum(one.cents for one in gifts)
    return cents > general_cents and cents * _FIFTIETH > line_1h


def _contributor(donor_id: int, reference: str, gifts: list[_Gift], *, is_above: bool) -> Contributor:
    payroll = sum(one.money_cents for one in gifts if one.method == "payroll")
    return Contributor(
        donor_id=donor_id,
        reference=reference,
        gifts=len(gifts),
        person_cents=sum(one.money_cents for one in gifts) - payroll,
        payroll_cents=payroll,
        noncash_cents=sum(one.goods_cents for one in gifts),
        above_special=is_above,
    )


def _sorted_out(session: Session, year: int, disregard_cents: int) -> Iterator[tuple[str | None, _Gift]]:
    """Yield each gift of the year with the code of the line it goes to; None where it counts for its donor."""
    for row in session.execute(_gifts(year)):
        gift = _Gift(
            donor_id=row.donor_id,
            method=row.method or "",
            money_cents=int(row.in_all) - int(row.goods),
            goods_cents=int(row.goods),
        )
        if row.gift_id is None:
            yield "no_gift", gift
        elif row.booked_on is None or row.booked_on.year != year:
            yield "earlier", gift
        elif gift.cents < disregard_cents:
            yield "small", gift
        else:
            yield None, gift


def _gifts(year: int) -> Select[Any]:
    """Choose what the year's entries credited to the gift accounts, gift by gift, with its donor's identity."""
    own, settled, booked = aliased(GiftSettlement), aliased(GiftSettlement), aliased(entry)
    gift_id = func.coalesce(own.gift_id, returned.c.gift_id, LOST_DISPUTES.c.gift_id)
    donor_id = identity_of(settled.donor_id)
    columns = (gift_id, donor_id, settled.method, booked.c.effective_on)
    return (
        select(
            gift_id.label("gift_id"),
            donor_id.label("donor_id"),
            settled.method.label("method"),
            booked.c.effective_on.label("booked_on"),
            credited().label("in_all"),
            credited(GOODS_ACCOUNTS).label("goods"),
        )
        .join_from(entry, transfer, transfer.c.entry_id == entry.c.id)
        .outerjoin(own, own.entry_id == entry.c.id)
        .outerjoin(returned, returned.c.entry_id == entry.c.id)
        .outerjoin(LOST_DISPUTES, is_loss_of(entry.c.source_key))
        .outerjoin(settled, settled.gift_id == gift_id)
        .outerjoin(booked, booked.c.id == settled.entry_id)
        .where(
            transfer.c.credit_id.in_(GIFT_ACCOUNTS) | transfer.c.debit_id.in_(GIFT_ACCOUNTS),
            *in_year(year),
        )
        .group_by(*columns)
    )


def _references(session: Session, donor_ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Donor.id, Donor.reference).where(Donor.id.in_(donor_ids)))
    return {row.id: row.reference for row in rows}


def _people(session: Session, donor_ids: list[int]) -> dict[int, tuple[Value, ...]]:
    """Return name and newest address of each donor; the address may be that of any row joined to them."""
    names = {row.id: row.name for row in session.execute(select(Donor.id, Donor.name).where(Donor.id.in_(donor_ids)))}
    leader = identity_of(GiftSettlement.donor_id)
    rows = session.execute(
        select(leader.label("leader"), *(getattr(Contact, field) for field in _ADDRESS))
        .join_from(GiftSettlement, Contact, Contact.gift_id == GiftSettlement.gift_id)
        .where(leader.in_(donor_ids), Contact.address_line1.is_not(None))
        .order_by(GiftSettlement.gift_on, GiftSettlement.gift_id)
    )
    addresses = {row.leader: tuple(row)[1:] for row in rows}
    return {id_: (name, *addresses.get(id_, (None,) * len(_ADDRESS))) for id_, name in names.items()}
