"""Room: web. One field that finds anything at the desk: a number, a reference, a cheque, a payout, a donor.

Only what the member's roles may see is looked for; donors answer masked, as they do on their own page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from donations.database import Database
from donations.donors import mask_email, mask_name
from donations.donors.finding import find_donors
from donations.staff import Action, Member, Right
from donations.tables import (
    Batch,
    BatchLine,
    Donor,
    Gift,
    OfflineGift,
    Payout,
    Purchase,
    Receipt,
    clothing_fund,
)

QUERY_MAX: Final = 200
_MOST: Final = 20
_SHOP_NUMBER: Final = re.compile(r"[A-Za-z0-9#/._-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that answers: what it is, its words, and its page."""

    kind: str
    words: str
    address: str
    detail: str = ""


Look = Callable[[Session, str], list[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDesk:
    """Finds by whatever stands on the paper in the treasurer's hand."""

    database: Database

    def find(self, member: Member, query: str) -> list[Hit]:
        """Return what answers to a query and this member may see; an empty query finds nothing."""
        wanted = query.strip()[:QUERY_MAX]
        if not wanted:
            return []
        with self.database.read() as session:
            return [
                hit
                for action, rights, look in _LOOKS
                if _may(member, action, rights)
                for hit in look(session, wanted)
            ]


def _may(member: Member, action: Action, rights: tuple[Right, ...]) -> bool:
    return any(member.may(action, right) for right in rights)


def _gifts(session: Session, wanted: str) -> list[Hit]:
    by_number = select(Gift.reference).join(OfflineGift, OfflineGift.gift_id == Gift.id)
    found = {
        **dict.fromkeys(_texts(session, select(Gift.reference).where(Gift.reference == wanted)), "gift"),
        **dict.fromkeys(_texts(session, by_number.where(OfflineGift.cheque_number == wanted)), f"cheque {wanted}"),
    }
    return [
        Hit(kind="Gift", words=reference, address=f"/treasury/gifts/{reference}", detail=detail)
        for reference, detail in found.items()
    ]


def _documents(session: Session, wanted: str) -> list[Hit]:
    rows = session.execute(
        select(Receipt.number, Gift.reference)
        .join(Gift, Gift.id == Receipt.gift_id)
        .where(Receipt.number == wanted.upper())
    )
    return [
        Hit(kind="Document", words=number, address=f"/treasury/gifts/{gift}", detail="on its gift's page")
        for number, gift in rows
    ]


def _statements(session: Session, wanted: str) -> list[Hit]:
    rows = session.execute(
        select(Receipt.number, Donor.reference)
        .join(Donor, Donor.id == Receipt.donor_id)
        .where(Receipt.number == wanted.upper(), Receipt.gift_id.is_(None))
    )
    return [
        Hit(kind="Annual statement", words=number, address=f"/treasury/donors/{donor}", detail="its donor's page")
        for number, donor in rows
    ]


def _batches(session: Session, wanted: str) -> list[Hit]:
    lines = select(BatchLine.batch_id).where(BatchLine.cheque_number == wanted, BatchLine.gift_id.is_(None))
    found = {
        **dict.fromkeys(_texts(session, select(Batch.reference).where(Batch.reference == wanted)), ""),
        **dict.fromkeys(
            _texts(session, select(Batch.reference).where(Batch.id.in_(lines))), f"holds cheque {wanted}, not posted"
        ),
    }
    return [
        Hit(kind="Batch", words=reference, address=f"/treasury/batches/{reference}", detail=detail)
        for reference, detail in found.items()
    ]


def _purchases(session: Session, wanted: str) -> list[Hit]:
    if not _SHOP_NUMBER.fullmatch(wanted):
        return []
    rows = session.execute(
        select(Purchase.reference, Purchase.receipt_number)
        .where((Purchase.reference == wanted) | (Purchase.receipt_number == wanted))
        .order_by(Purchase.id.desc())
        .limit(_MOST)
    )
    return [
        Hit(
            kind="Purchase",
            words=reference,
            address=f"/treasury/purchases/{reference}",
            detail=f"shop's receipt {number}",
        )
        for reference, number in rows
    ]


def _payouts(session: Session, wanted: str) -> list[Hit]:
    found = _texts(session, select(Payout.id).where(Payout.id == wanted))
    return [Hit(kind="Payout", words=id_, address=f"/treasury/payouts/{id_}") for id_ in found]


def _funds(session: Session, wanted: str) -> list[Hit]:
    found = _texts(session, select(clothing_fund.c.code).where(clothing_fund.c.code == wanted.upper()))
    return [Hit(kind="Clothing fund", words=code, address=f"/treasury/funds/{code}") for code in found]


def _donors(session: Session, wanted: str) -> list[Hit]:
    return [
        Hit(
            kind="Donor",
            words=mask_name(one.name),
            address=f"/treasury/donors/{one.reference}",
            detail=mask_email(one.email),
        )
        for one in find_donors(session, wanted, limit=_MOST)
    ]


def _texts(session: Session, statement: Select[str]) -> list[str]:
    return list(session.scalars(statement.limit(_MOST)))


_LOOKS: Final[tuple[tuple[Action, tuple[Right, ...], Look], ...]] = (
    ("refund", ("see",), _gifts),
    ("refund", ("see",), _documents),
    ("donor", ("see", "masked"), _statements),
    ("batch", ("see",), _batches),
    ("purchase", ("see",), _purchases),
    ("bank", ("see",), _payouts),
    ("clothing_fund", ("see",), _funds),
    ("donor", ("see", "masked"), _donors),
)
"""Each look wants the right that the page it leads to wants."""
