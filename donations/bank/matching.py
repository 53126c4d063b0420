"""Room: bank. What a line may be: each with the right act, and whether it is certain enough to be taken unread.

Certain is only one thing that the book awaits, of exactly these cents, within a fitting time, where no other waiting
line is of the same cents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from sqlalchemy.orm import Session

from donations.bank.accounts import PATHS
from donations.bank.awaited import Awaited, list_awaited
from donations.bank.lines import LineFacts, list_lines
from donations.bank.returned_cheques import find_deposited_cheques
from donations.ledger import balance
from donations.reconciliation import list_suspense

Act = Literal[
    "payout",
    "payout_back",
    "deposit",
    "booked",
    "sweep",
    "charge",
    "suspense",
    "sent_back",
    "returned_cheque",
    "interest",
    "funding",
]
_EARLY: Final = timedelta(days=5)
_LATE: Final = timedelta(days=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One thing a line may be: the act, what it settles, and the words that a person reads."""

    act: Act
    subjects: tuple[str, ...]
    words: str
    is_certain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """A line that waits, and what it may be, the likeliest first."""

    line: LineFacts
    candidates: tuple[Candidate, ...]

    @property
    def certain(self) -> Candidate | None:
        """Return the one thing that it certainly is."""
        return next((one for one in self.candidates if one.is_certain), None)


def list_waiting(session: Session, *, limit: int = 500) -> list[WaitingLine]:
    """Return the lines nobody has matched, each with what it may be."""
    lines = list_lines(session, waiting_only=True, limit=limit)
    if not lines:
        return []
    awaited = list_awaited(session)
    alike = Counter((line.account, line.cents) for line in lines)
    due = -balance(session, "operations", PATHS["children"])
    back = {-int(one["cents"]): str(one["key"]) for one in list_suspense(session) if int(one["cents"]) > 0}
    went = {-line.cents for line in lines if line.account == "children" and line.cents < 0}
    cheques = find_deposited_cheques(session, went)
    return [
        WaitingLine(
            line=line,
            candidates=(
                *_expected(line, awaited, is_alone=alike[line.account, line.cents] == 1),
                *_by_kind(line, due=due, back=back, cheques=cheques),
            ),
        )
        for line in lines
    ]


def _expected(line: LineFacts, awaited: Sequence[Awaited], *, is_alone: bool) -> list[Candidate]:
    fits = [one for one in awaited if (one.account, one.cents) == (line.account, line.cents)]
    is_one = is_alone and len(fits) == 1
    return [
        Candidate(
            act=one.act,
            subjects=one.subjects,
            words=one.name,
            is_certain=is_one and one.since - _EARLY <= line.booked_on <= one.since + _LATE,
        )
        for one in fits
    ]


def _by_kind(
    line: LineFacts, *, due: int, back: dict[int, str], cheques: Mapping[int, Sequence[str]]
) -> list[Candidate]:
    """Return what a line may be by its own signs; suspense is always there, and always last."""
    found: list[Candidate] = []
    is_into_children = (line.account == "children") == (line.cents > 0)
    if is_into_children and abs(line.cents) == due:
        found.append(Candidate(act="sweep", subjects=(), words="The sweep that operations owes"))
    if line.cents in back:
        found.append(Candidate(act="sent_back", subjects=(back[line.cents],), words="Money of suspense sent back"))
    found += [
        Candidate(act="returned_cheque", subjects=(gift,), words=f"The cheque of gift {gift} came back")
        for gift in cheques.get(-line.cents, ())
        if line.account == "children"
    ]
    if line.kind == "charge":
        found.append(Candidate(act="charge", subjects=(), words="A charge of the bank's"))
    return [*found, Candidate(act="suspense", subjects=(), words="Nobody knows yet: suspense")]
