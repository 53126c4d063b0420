"""Room: acknowledgment. What stands of one donor in one year: receipts as they were issued, and notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from donations.donors import leader_of, members_of
from donations.errors import BrokenInvariantError
from donations.tables import FrozenFacts, Receipt, ReceiptEvent
from receipts import wording
from receipts.facts import DonorFacts, GiftReceipt, NoticeOfReturn, StatementNotice, StatementRow, thaw
from receipts.wording import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Yearbook:
    """The rows and notices a statement would list, and the donor as the newest receipt names them."""

    donor_id: int
    year: int
    donor: DonorFacts | None
    rows: tuple[StatementRow, ...]
    notices: tuple[StatementNotice, ...]
    language: Language = "en"
    """Of the latest gift, as its receipt was written."""


def read_yearbook(session: Session, donor_id: int, year: int) -> Yearbook:
    """Return what stands of a donor and year, of every row joined to theirs.

    Void and replaced papers, and letters of other kinds, are left out.
    """
    papers = _read_standing(session, _rows_led_by(session, donor_id), year)
    receipts = sorted(
        ((paper, is_held) for paper, is_held in papers if isinstance(paper, GiftReceipt)),
        key=lambda pair: (pair[0].gift_on, pair[0].number),
    )
    notices = sorted(
        (paper for paper, _ in papers if isinstance(paper, NoticeOfReturn) and paper.withdraws is None),
        key=lambda notice: (notice.returned_on, notice.number),
    )
    newest = max((paper for paper, _ in receipts), key=lambda paper: (paper.issued_at, paper.number), default=None)
    return Yearbook(
        donor_id=donor_id,
        year=year,
        donor=None if newest is None else newest.donor,
        rows=tuple(_row(paper, is_held=is_held) for paper, is_held in receipts),
        notices=tuple(_notice(notice) for notice in notices),
        language=receipts[-1][0].language if receipts else "en",
    )


def _rows_led_by(session: Session, donor_id: int) -> list[int]:
    """Return every row of the identity that a donor leads; none for a row that another leads."""
    return members_of(session, donor_id) if leader_of(session, donor_id) == donor_id else []


def _read_standing(
    session: Session, donor_ids: Sequence[int], year: int
) -> list[tuple[GiftReceipt | NoticeOfReturn, bool]]:
    """Return the papers neither void nor replaced, and whether each is under dispute."""
    later = aliased(Receipt)
    found = session.execute(
        select(Receipt.number, FrozenFacts.facts)
        .join(FrozenFacts, FrozenFacts.number == Receipt.number)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(
            Receipt.donor_id.in_(donor_ids),
            Receipt.tax_year == year,
            Receipt.kind.in_(("gift_receipt", "notice_of_returned_contribution")),
            later.number.is_(None),
        )
    ).all()
    events = _read_events(session, [row.number for row in found])
    return [
        (_thaw(row.facts), kinds.count("hold") > kinds.count("unhold"))
        for row in found
        if "void" not in (kinds := events.get(row.number, []))
    ]


def _read_events(session: Session, numbers: Sequence[str]) -> dict[str, list[str]]:
    events: dict[str, list[str]] = {}
    for first in range(0, len(numbers), 500):
        rows = session.execute(
            select(ReceiptEvent.number, ReceiptEvent.kind).where(
                ReceiptEvent.number.in_(numbers[first : first + 500])
            )
        )
        for row in rows:
            events.setdefault(row.number, []).append(row.kind)
    return events


def _thaw(facts: str) -> GiftReceipt | NoticeOfReturn:
    document = thaw(facts.encode())
    if not isinstance(document, GiftReceipt | NoticeOfReturn):
        raise BrokenInvariantError("the frozen facts of a receipt or notice are of another kind")
    return document


def _row(facts: GiftReceipt, *, is_held: bool) -> StatementRow:
    cover = wording.labels(facts.language)["line"]["fee_cover"]
    return StatementRow(
        receipt_number=facts.number,
        gift_on=facts.gift_on,
        gift_on_basis=facts.gift_on_basis,
        amount_cents=facts.amount_cents,
        goods_services=facts.goods_services,
        status="disputed" if is_held else "valid",
        fee_cover_cents=sum(line.cents for line in facts.lines if line.label == cover),
        presented=facts.presented,
    )


def _notice(facts: NoticeOfReturn) -> StatementNotice:
    return StatementNotice(
        number=facts.number,
        original_number=facts.original_number,
        original_gift_on=facts.original_gift_on,
        returned_cents=facts.returned_cents,
        returned_on=facts.returned_on,
    )
