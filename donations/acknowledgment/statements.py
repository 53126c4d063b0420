"""Room: acknowledgment. Annual statements: gathered from the receipts themselves, so that they repeat them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from donations.acknowledgment.letterhead import Letterhead
from donations.errors import BrokenInvariantError
from donations.tables import FrozenFacts, Receipt, ReceiptEvent
from receipts.facts import AnnualStatement, DonorFacts, GiftReceipt, StatementRow, thaw

_CHANGED = "The gifts of the year have changed since the statement before."


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredStatement:
    """The gifts of one donor in one tax year as their valid receipts tell them, in order of their days."""

    donor_id: int
    year: int
    donor: DonorFacts
    rows: tuple[StatementRow, ...]
    replaces: str | None
    """The statement that went out before and told other rows, if any."""

    @property
    def total_cents(self) -> int:
        """Return the sum of the rows."""
        return sum(row.amount_cents for row in self.rows)


def gather_statement(session: Session, donor_id: int, year: int) -> GatheredStatement | None:
    """Return what a statement must say; None if nothing is left to state, or the last one says just this."""
    receipts = _read_standing_receipts(session, donor_id, year)
    if not receipts:
        return None
    rows = tuple(_row(facts, is_held=is_held) for facts, is_held in receipts)
    donor = max((facts for facts, _ in receipts), key=lambda facts: (facts.issued_at, facts.number)).donor
    previous = _read_newest_statement(session, donor_id, year)
    if previous is not None and (previous.rows, previous.donor) == (rows, donor):
        return None
    return GatheredStatement(
        donor_id=donor_id,
        year=year,
        donor=donor,
        rows=rows,
        replaces=previous.number if previous is not None else None,
    )


def draft_statement(
    gathered: GatheredStatement, letterhead: Letterhead, *, number: str, token: str
) -> AnnualStatement:
    """Return the statement under the number it will take; its total is the sum of its rows."""
    return AnnualStatement(
        number=number,
        issued_at=letterhead.issued_at,
        issued_on=letterhead.issued_on,
        time_zone=letterhead.time_zone,
        issuer=letterhead.issuer,
        donor=gathered.donor,
        year=gathered.year,
        rows=gathered.rows,
        total_cents=gathered.total_cents,
        verify_url=letterhead.verify_url(token),
        simulated=letterhead.simulated,
        replaces=gathered.replaces,
        replaces_reason=_CHANGED if gathered.replaces else None,
    )


def _read_standing_receipts(session: Session, donor_id: int, year: int) -> list[tuple[GiftReceipt, bool]]:
    """Return the donor's receipts of the year, neither void nor replaced, and whether each is under dispute."""
    later = aliased(Receipt)
    events = (
        select(
            ReceiptEvent.number,
            func.sum(case((ReceiptEvent.kind == "void", 1), else_=0)).label("voids"),
            func.sum(case((ReceiptEvent.kind == "hold", 1), (ReceiptEvent.kind == "unhold", -1), else_=0)).label(
                "holds"
            ),
        )
        .group_by(ReceiptEvent.number)
        .subquery()
    )
    found = session.execute(
        select(FrozenFacts.facts, func.coalesce(events.c.holds, 0) > 0)
        .join(Receipt, Receipt.number == FrozenFacts.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .outerjoin(events, events.c.number == Receipt.number)
        .where(
            Receipt.donor_id == donor_id,
            Receipt.tax_year == year,
            Receipt.kind == "gift_receipt",
            later.number.is_(None),
            func.coalesce(events.c.voids, 0) == 0,
        )
    )
    receipts = [(_thaw_receipt(facts), bool(is_held)) for facts, is_held in found]
    return sorted(receipts, key=lambda pair: (pair[0].gift_on, pair[0].number))


def _thaw_receipt(facts: str) -> GiftReceipt:
    document = thaw(facts.encode())
    if not isinstance(document, GiftReceipt):
        raise BrokenInvariantError("the frozen facts of a receipt are of another kind")
    return document


def _row(facts: GiftReceipt, *, is_held: bool) -> StatementRow:
    return StatementRow(
        receipt_number=facts.number,
        gift_on=facts.gift_on,
        gift_on_basis=facts.gift_on_basis,
        amount_cents=facts.amount_cents,
        goods_services=facts.goods_services,
        status="disputed" if is_held else "valid",
        fee_cover_cents=sum(line.cents for line in facts.lines[1:]),
    )


def _read_newest_statement(session: Session, donor_id: int, year: int) -> AnnualStatement | None:
    later = aliased(Receipt)
    facts = session.scalar(
        select(FrozenFacts.facts)
        .join(Receipt, Receipt.number == FrozenFacts.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(
            Receipt.donor_id == donor_id,
            Receipt.tax_year == year,
            Receipt.kind == "annual_statement",
            later.number.is_(None),
        )
    )
    document = None if facts is None else thaw(facts.encode())
    if document is not None and not isinstance(document, AnnualStatement):
        raise BrokenInvariantError("the frozen facts of a statement are of another kind")
    return document
