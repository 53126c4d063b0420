"""Room: bank. The certificate of a payout: what it is made of, whose it is, and the line by which the bank shows it.

Gross − fees − refunds − disputes ± others = payout = bank line; the differences are 0.00 or the certificate says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased, outerjoin

from donations.errors import NotFoundError
from donations.postings import Parts
from donations.settlement.standing import read_moved
from donations.tables import (
    BankLine,
    BankMatchSubject,
    Dispute,
    Gift,
    GiftSettlement,
    Payout,
    Refund,
    payout_row,
    stripe_balance_transaction,
)

_SHOWN: Final = outerjoin(
    outerjoin(
        Payout,
        BankMatchSubject,
        (BankMatchSubject.act == "payout") & (BankMatchSubject.subject == Payout.id),
    ),
    BankLine,
    BankLine.id == BankMatchSubject.line_id,
)
"""A payout with the line by which it arrived, if one was matched."""

Group = Literal["gifts", "refunds", "disputes", "fees", "others"]
_GROUPS: Final[dict[str, Group]] = {
    "charge": "gifts",
    "refund": "refunds",
    "charge_failure": "refunds",
    "refund_failure": "refunds",
    "partial_capture_reversal": "refunds",
    "dispute": "disputes",
    "dispute_reversal": "disputes",
    "fee": "fees",
}
"""Stripe's reporting categories by our words; every other one is told as `others`, never left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """One row of Stripe's book that is part of the payout; `gift` is the reference of what it belongs to."""

    row: str
    group: Group
    category: str
    gift: str | None
    amount_cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A payout, to the cent."""

    payout: str
    status: str
    arrival_on: date
    amount_cents: int
    rows: tuple[CertificateRow, ...]
    shares: Parts
    """What of it is the children's, and operations'."""
    bank_line: str | None
    bank_on: date | None
    bank_cents: int | None

    def sum_of(self, group: Group) -> int:
        """Return what the rows of a group come to, without their fees."""
        return sum(row.amount_cents for row in self.rows if row.group == group)

    @property
    def fees_cents(self) -> int:
        """Return what Stripe took of all the rows (> 0)."""
        return sum(row.fee_cents for row in self.rows)

    @property
    def net_cents(self) -> int:
        """Return what the rows come to."""
        return sum(row.amount_cents - row.fee_cents for row in self.rows)

    @property
    def difference_cents(self) -> int | None:
        """Return the payout less its rows; None while Stripe has not told them."""
        return self.amount_cents - self.net_cents if self.rows else None

    @property
    def bank_difference_cents(self) -> int | None:
        """Return the bank's line less the payout; None while no line was matched."""
        return None if self.bank_cents is None else self.bank_cents - self.amount_cents

    @property
    def is_whole(self) -> bool:
        """Return whether rows, payout and bank line are one sum."""
        return self.difference_cents == 0 and self.bank_difference_cents == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutSummary:
    """A payout in the list."""

    payout: str
    status: str
    arrival_on: date
    amount_cents: int
    difference_cents: int | None
    bank_on: date | None


def list_payouts(session: Session, *, limit: int = 200, before: str | None = None) -> list[PayoutSummary]:
    """Return the latest payouts, or those before one, the newest first; raises `NotFoundError`."""
    net = stripe_balance_transaction.c.amount_cents - stripe_balance_transaction.c.fee_cents
    sums = (
        select(payout_row.c.payout_id, func.sum(net).label("cents"))
        .join(stripe_balance_transaction, stripe_balance_transaction.c.id == payout_row.c.txn_id)
        .group_by(payout_row.c.payout_id)
        .subquery()
    )
    rows = session.execute(
        select(Payout, sums.c.cents, BankLine.booked_on)
        .select_from(_SHOWN)
        .outerjoin(sums, sums.c.payout_id == Payout.id)
        .where(true() if before is None else _is_before(session, before))
        .order_by(Payout.arrival_on.desc(), Payout.id.desc())
        .limit(limit)
    )
    return [
        PayoutSummary(
            payout=payout.id,
            status=payout.status,
            arrival_on=payout.arrival_on,
            amount_cents=payout.amount_cents,
            difference_cents=None if cents is None else payout.amount_cents - int(cents),
            bank_on=bank_on,
        )
        for payout, cents, bank_on in rows
    ]


def _is_before(session: Session, payout_id: str) -> ColumnElement[bool]:
    """Return the condition that a payout comes later in the list than this one."""
    found = session.get(Payout, payout_id)
    if found is None:
        raise NotFoundError(f"There is no payout {payout_id}.", field="payout")
    on = found.arrival_on
    return or_(Payout.arrival_on < on, and_(Payout.arrival_on == on, Payout.id < payout_id))


def certify(session: Session, payout_id: str) -> Certificate:
    """Return the certificate of a payout; raises `NotFoundError`."""
    payout = session.scalar(select(Payout).where(Payout.id == payout_id))
    if payout is None:
        raise NotFoundError("There is no payout with that id.", field="payout")
    line = session.scalar(
        select(BankLine)
        .join(BankMatchSubject, BankMatchSubject.line_id == BankLine.id)
        .where(BankMatchSubject.act == "payout", BankMatchSubject.subject == payout_id)
    )
    share = read_moved(session, "assets:in-transit", [f"payout/{payout_id}/shares"]).children
    return Certificate(
        payout=payout.id,
        status=payout.status,
        arrival_on=payout.arrival_on,
        amount_cents=payout.amount_cents,
        rows=tuple(_rows(session, payout_id)),
        shares=Parts(share, payout.amount_cents - share),
        bank_line=None if line is None else line.reference,
        bank_on=None if line is None else line.booked_on,
        bank_cents=None if line is None else line.cents,
    )


def _rows(session: Session, payout_id: str) -> Sequence[CertificateRow]:
    row, settled = stripe_balance_transaction.c, aliased(GiftSettlement)
    charge_id = func.coalesce(Refund.charge_id, Dispute.charge_id, row.source_id)
    told = session.execute(
        select(row.id, row.reporting_category, row.amount_cents, row.fee_cents, Gift.reference)
        .join(payout_row, payout_row.c.txn_id == row.id)
        .outerjoin(Refund, Refund.id == row.source_id)
        .outerjoin(Dispute, Dispute.id == row.source_id)
        .outerjoin(settled, settled.charge_id == charge_id)
        .outerjoin(Gift, Gift.id == settled.gift_id)
        .where(payout_row.c.payout_id == payout_id)
        .order_by(row.created_at, row.id)
    )
    return [
        CertificateRow(
            row=one.id,
            group=_GROUPS.get(one.reporting_category, "others"),
            category=one.reporting_category,
            gift=one.reference,
            amount_cents=one.amount_cents,
            fee_cents=one.fee_cents,
        )
        for one in told
    ]
