"""Room: clerk. Numbers without gaps: last + 1 within the transaction, taken only by a document that may exist."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.orm import Session

from donations import acknowledgment, alarms, filing
from donations.acknowledgment import AskedDocument, Letterhead, NothingLeft, Owed, Refusal, Replaceable, SettledGift
from donations.partners import Happening, tell_partners
from donations.tables import FrozenFacts, GiftSettlement, Receipt
from receipts.facts import (
    AnnualStatement,
    DafThankYou,
    DonorFacts,
    GiftReceipt,
    InKindAcknowledgment,
    NoticeOfReturn,
    QcdLetter,
    freeze,
    kind_of,
)
from receipts.numbers import Series, format_number

Numbered = GiftReceipt | DafThankYou | QcdLetter | InKindAcknowledgment | AnnualStatement | NoticeOfReturn


class Numbering:
    """Gives numbers for one sitting of the clerk, who holds the lock; rows are written together by `write`."""

    def __init__(self, session: Session, letterhead: Letterhead, draw_token: Callable[[], str]) -> None:
        self._session = session
        self._letterhead = letterhead
        self._draw_token = draw_token
        self._last: dict[Series, int] = {}
        self._issued: list[str] = []
        self._receipts: list[dict[str, Any]] = []
        self._facts: list[dict[str, str]] = []
        self._owed: list[dict[str, Any]] = []

    @property
    def issued(self) -> tuple[str, ...]:
        """Return the numbers given, in order."""
        return tuple(self._issued)

    @property
    def now(self) -> datetime:
        """Return the instant of this sitting."""
        return self._letterhead.issued_at

    def issue_receipt(self, gift: SettledGift) -> None:
        """Give a gift's receipt or letter its number, or tell that it is refused and take none."""
        if gift.donor_id is None:
            return
        token = self._draw_token()
        draft = acknowledgment.draft_receipt(gift, self._letterhead, number=self._next(gift.series), token=token)
        if isinstance(draft, Refusal):
            alarms.raise_again(self._session, "receipt_refused", gift.reference, now=self._letterhead.issued_at)
        else:
            self._take(draft, token, donor_id=gift.donor_id, gift_id=gift.gift_id)

    def answer(self, request: AskedDocument) -> None:
        """Give what was asked for its number, unless there is nothing to say that was not said already."""
        if request.gift_id is not None:
            if request.kind == "follow_up":
                self._follow_up(request.gift_id)
            else:
                self._issue_late_receipt(request.gift_id)
            return
        self._state(request.donor_id, request.year)

    def _state(self, donor_id: int, year: int) -> None:
        """Issue a donor's statement of a year if it says something new; void the last if nothing is left of it."""
        gathered = acknowledgment.gather_statement(self._session, donor_id, year)
        if gathered is None:
            return
        now = self._letterhead.issued_at
        if isinstance(gathered, NothingLeft):
            why = "joined" if gathered.is_joined else "nothing_left"
            acknowledgment.tell(self._session, gathered.number, "void", why, now=now)
            return
        token = self._draw_token()
        draft = acknowledgment.draft_statement(gathered, self._letterhead, number=self._next("S"), token=token)
        if isinstance(draft, Refusal):
            return
        self._take(draft, token, donor_id=donor_id, gift_id=None)
        if gathered.replaces is not None:
            acknowledgment.tell(self._session, gathered.replaces, "replaced", "gifts_changed", now=now)

    def renew(self, old: Replaceable, *, donor_id: int, gift_id: int, donor: DonorFacts, why: str) -> str:
        """Issue a document in the place of an old one and return its number; raises `DocumentRefusedError`."""
        token = self._draw_token()
        number = self._next("R")
        new = acknowledgment.renewed(
            old, self._letterhead, number=number, token=token, donor=donor, replaces_reason=why
        )
        self._take(new, token, donor_id=donor_id, gift_id=gift_id)
        self.write()
        return number

    def write(self) -> None:
        """Write the receipts, their frozen facts and the prints they owe."""
        filing.insert_rows(self._session, "receipt", self._receipts)
        if self._facts:
            # Not as one array: quoting so much JSON inside an array costs more than it saves (measured).
            self._session.execute(insert(FrozenFacts), self._facts)
        filing.insert_rows(self._session, "outbox", self._owed)
        numbers = [row["number"] for row in self._facts]
        happenings = [Happening(type="receipt.issued", reference=number, key=number) for number in numbers]
        tell_partners(self._session, happenings, now=self._letterhead.issued_at)
        for rows in (self._receipts, self._facts, self._owed):
            rows.clear()

    def _issue_late_receipt(self, gift_id: int) -> None:
        is_its_own = or_(acknowledgment.is_root_receipt(), acknowledgment.is_thanks())
        numbered = select(Receipt.number).where(is_its_own, Receipt.gift_id == gift_id)
        if self._session.scalar(numbered) is None:
            asked = and_(GiftSettlement.gift_id == gift_id, ~acknowledgment.is_taken_out())
            for gift in acknowledgment.read_settled_gifts(self._session, asked):
                alarms.clear_alarm(self._session, "receipt_refused", gift.reference, now=self._letterhead.issued_at)
                self.issue_receipt(gift)
        self.write()

    def _follow_up(self, gift_id: int) -> None:
        """Issue what a gift's documents still have to say, one after the other; a refusal ends it."""
        self.write()
        while (owed := acknowledgment.judge_gift(self._session, gift_id)) is not None:
            is_receipt = owed.need == "replacement"
            draft = (acknowledgment.draft_replacement if is_receipt else acknowledgment.draft_notice)(
                self._session,
                owed,
                self._letterhead,
                number=self._next(_series_owed(owed)),
                token=(token := self._draw_token()),
            )
            if isinstance(draft, Refusal):
                return
            self._take(draft, token, donor_id=owed.receipt.donor_id, gift_id=gift_id)
            acknowledgment.tell_replaced(self._session, owed, now=self._letterhead.issued_at)
            self.write()

    def _next(self, series: Series) -> str:
        year = self._letterhead.issued_on.year
        if series not in self._last:
            last = select(func.max(Receipt.n)).where(Receipt.series == series, Receipt.year == year)
            self._last[series] = self._session.scalar(last) or 0
        return format_number(series, year, self._last[series] + 1)

    def _take(self, document: Numbered, token: str, *, donor_id: int, gift_id: int | None) -> None:
        series = _series_of(document)
        self._last[series] += 1
        facts = freeze(document)
        self._issued.append(document.number)
        self._receipts.append(
            {
                "series": series,
                "year": document.issued_on.year,
                "n": self._last[series],
                "number": document.number,
                "kind": kind_of(document),
                "gift_id": gift_id,
                "donor_id": donor_id,
                **_what_it_tells(document),
                "issued_on": document.issued_on,
                "issued_at": document.issued_at,
                "facts_sha256": hashlib.sha256(facts).hexdigest(),
                "verify_token": token,
            }
        )
        self._facts.append({"number": document.number, "facts": facts.decode()})
        self._owed.append(_print_owed(document))


def _series_owed(owed: Owed) -> Series:
    """Return the series of the document that is called for."""
    if owed.need != "replacement":
        return "N"
    return "L" if owed.receipt.is_thanks else "R"


def _series_of(document: Numbered) -> Series:
    if isinstance(document, GiftReceipt | QcdLetter | InKindAcknowledgment):
        return "R"
    if isinstance(document, DafThankYou):
        return "L"
    return "S" if isinstance(document, AnnualStatement) else "N"


def _what_it_tells(document: Numbered) -> dict[str, Any]:
    """Return year, cents and what it takes the place of; a notice counts in the year of the return.

    Goods are told without cents.
    """
    if isinstance(document, InKindAcknowledgment):
        return {"tax_year": document.tax_year, "amount_cents": 0, "replaces": document.replaces}
    if isinstance(document, DafThankYou):
        return {
            "tax_year": document.received_on.year,
            "amount_cents": document.amount_cents,
            "replaces": None,
        }
    if isinstance(document, GiftReceipt | QcdLetter):
        return {
            "tax_year": document.tax_year,
            "amount_cents": document.amount_cents,
            "replaces": document.replaces,
        }
    if isinstance(document, AnnualStatement):
        return {"tax_year": document.year, "amount_cents": document.total_cents, "replaces": document.replaces}
    return {
        "tax_year": document.returned_on.year,
        "amount_cents": document.returned_cents,
        "replaces": document.withdraws,
    }


def _print_owed(document: Numbered) -> dict[str, Any]:
    """Return the outbox row of a new number: nothing can have owed it before."""
    return {
        "key": f"print/{document.number}",
        "kind": "print",
        "subject": document.number,
        "state": "waiting",
        "due_at": document.issued_at,
        "lease_generation": 0,
        "tries": 0,
    }
