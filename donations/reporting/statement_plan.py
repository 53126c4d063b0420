"""Room: reporting. What a run of annual statements would do and what stands in its way: read, and nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from donations.acknowledgment import (
    WantedStatement,
    is_root_receipt,
    is_taken_out,
    list_missing_numbers,
    list_wanted_statements,
)
from donations.donors import identity_of
from donations.reporting.statement_set import read_refused
from donations.tables import CheckoutAttempt, Contact, Donor, Gift, GiftSettlement, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPlan:
    """Who would get a statement of a year, and what to look at before; donors and gifts by reference."""

    year: int
    donors: int
    """With a receipt in the year; rows joined into one identity are one donor."""
    without_statement: int
    """Of them, those who never got one of this year."""
    corrections: tuple[WantedStatement, ...]
    """Statements that went out and no longer tell what stands."""
    without_address: tuple[str, ...]
    without_email: tuple[str, ...]
    """No e-mail address, or the last letter was refused for good: these are printed."""
    likely_doubles: tuple[tuple[str, ...], ...]
    """Donors who share a name, or an e-mail address, are told apart by the other, and are not joined."""
    undocumented_gifts: tuple[str, ...]
    """Settled in the year, and without a receipt."""
    unsettled_debits: int
    """Bank debits begun in the year whose money has not come."""
    missing_numbers: tuple[str, ...]


def plan_statements(session: Session, year: int) -> StatementPlan:
    """Return what `almoner statements YEAR` would find now."""
    statement = aliased(Receipt)
    donor_id = identity_of(Receipt.donor_id)
    has_one = exists().where(
        statement.donor_id == donor_id, statement.tax_year == year, statement.kind == "annual_statement"
    )
    of_year = and_(Receipt.kind == "gift_receipt", Receipt.tax_year == year)
    donors = select(func.count(donor_id.distinct())).where(of_year)
    return StatementPlan(
        year=year,
        donors=session.scalar(donors) or 0,
        without_statement=session.scalar(donors.where(~has_one)) or 0,
        corrections=tuple(list_wanted_statements(session, year)),
        without_address=_without_address(session, year),
        without_email=_without_email(session, year),
        likely_doubles=_likely_doubles(session, year),
        undocumented_gifts=_undocumented(session, year),
        unsettled_debits=_unsettled(session, year),
        missing_numbers=tuple(list_missing_numbers(session, year=year)),
    )


def _donors_of(year: int) -> Select[Any]:
    """Choose the rows that lead the identities with a receipt in the year."""
    return select(identity_of(Receipt.donor_id)).where(Receipt.kind == "gift_receipt", Receipt.tax_year == year)


def _without_address(session: Session, year: int) -> tuple[str, ...]:
    has_address = (
        select(identity_of(GiftSettlement.donor_id))
        .join(Contact, Contact.gift_id == GiftSettlement.gift_id)
        .where(Contact.address_line1.is_not(None))
    )
    found = select(Donor.reference).where(Donor.id.in_(_donors_of(year)), Donor.id.not_in(has_address))
    return tuple(session.scalars(found.order_by(Donor.id)))


def _without_email(session: Session, year: int) -> tuple[str, ...]:
    unreached = or_(Donor.email == "", Donor.id.in_(read_refused(session)))
    return tuple(
        session.scalars(select(Donor.reference).where(Donor.id.in_(_donors_of(year)), unreached).order_by(Donor.id))
    )


def _likely_doubles(session: Session, year: int) -> tuple[tuple[str, ...], ...]:
    """Return pairs by name or e-mail; grouped here, for a join by one or the other reads all donors for each."""
    donors = session.execute(
        select(Donor.id, Donor.reference, Donor.name_key, Donor.email_key).where(Donor.id.in_(_donors_of(year)))
    ).all()
    alike: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in donors:
        for key in (("name", row.name_key), ("email", row.email_key)):
            if key[1]:
                alike.setdefault(key, []).append((row.id, row.reference))
    pairs = {pair for group in alike.values() for pair in combinations(sorted(group), 2)}
    return tuple((one, two) for (_, one), (_, two) in sorted(pairs))


def _undocumented(session: Session, year: int) -> tuple[str, ...]:
    has_receipt = exists().where(is_root_receipt(), Receipt.gift_id == GiftSettlement.gift_id)
    return tuple(
        session.scalars(
            select(Gift.reference)
            .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
            .where(
                GiftSettlement.gift_on.between(date(year, 1, 1), date(year, 12, 31)), ~has_receipt, ~is_taken_out()
            )
            .order_by(Gift.id)
        )
    )


def _unsettled(session: Session, year: int) -> int:
    settled = exists().where(GiftSettlement.gift_id == CheckoutAttempt.gift_id)
    waiting = select(CheckoutAttempt.asked_at).where(CheckoutAttempt.outcome == "processing", ~settled)
    return sum(asked_at.year <= year for asked_at in session.scalars(waiting))
