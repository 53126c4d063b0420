"""Room: closing. The shape of what stands in the way of a close, and what each kind is called and done about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

EXAMPLES_MAX: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One right thing to do: the page it is done on and the command that does it; either may be missing."""

    words: str
    address: str | None = None
    command: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Everything of one kind that stands in the way; at most five examples, references only, never a name."""

    kind: str
    words: str
    count: int
    blocks: bool
    examples: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEnd:
    """A year before or after its close, what blocks it first.

    `totals` are the lines of the tie-out and what goes to each fund's net assets, in cents.
    """

    year: int
    closed: bool
    """Locked for good; nothing stands in the way of what is done."""
    obstacles: tuple[Obstacle, ...]
    totals: dict[str, int]
    book_sha256: str
    """Of every account's balance on the last day, as it stood before the close."""

    @property
    def ready(self) -> bool:
        """Tell whether the year is open and nothing that blocks stands in the way."""
        return not self.closed and not any(one.blocks for one in self.obstacles)

    @property
    def content(self) -> dict[str, str | int]:
        """Return what is agreed on when this year is closed, as plain facts."""
        return {"year": self.year, **self.totals, "book_sha256": self.book_sha256}


_WORK = Step(words="Let the worker run", command="almoner work")
_AUDIT = Step(words="See what broke", command="almoner audit")
_TASKS = Step(words="See what needs a person", address="/treasury/tasks", command="almoner tasks")
_ALARMS = Step(words="See each of them", command="almoner alarms")
_GIFTS = Step(words="Look the gift up", address="/treasury/gifts", command="almoner gift show REFERENCE")
_MERGE = Step(
    words="Join them, or say that they are two", address="/treasury/duplicates", command="almoner donor duplicates"
)
_WORKPAPER = Step(words="See both sides", command="almoner export form-990 --year YEAR")

KINDS: Final[Mapping[str, tuple[bool, str, tuple[Step, ...]]]] = {
    "earlier_year_open": (
        True,
        "Earlier years are not closed",
        (Step(words="Close the earliest first", address="/treasury/year-end", command="almoner year-end"),),
    ),
    "year_not_over": (True, "The year is not over", (Step(words="Wait until its last day has passed"),)),
    "invariant_broken": (True, "Rules of the book are broken", (_AUDIT,)),
    "tie_out": (True, "Documents and book do not tie to 0.00", (_WORKPAPER, _WORK)),
    "receipt_gap": (True, "Numbers of documents are missing", (_AUDIT,)),
    "tray": (True, "Money waits for the clerk", (_WORK,)),
    "suspense": (True, "Money waits in suspense", (_ALARMS, _TASKS)),
    "purchase_draft": (
        True,
        "Purchases are drafted and not booked",
        (Step(words="Approve or decline them", address="/treasury/purchases", command="almoner spend list"),),
    ),
    "batch_open": (
        True,
        "Batches are not posted",
        (Step(words="Finish and post them", address="/treasury/batches", command="almoner batch list"),),
    ),
    "bank_assertion_missing": (
        True,
        "The bank's word on the last day is missing",
        (Step(words="Note what the statement says", address="/treasury/bank", command="almoner bank assert"),),
    ),
    "bank_differs": (
        True,
        "Bank and book differ on the last day",
        (Step(words="See both sides", address="/treasury/months?month=YEAR-12", command="almoner bank lines"),),
    ),
    "month_open": (
        False,
        "Months are not closed",
        (
            Step(
                words="Close them, or close them with the year",
                address="/treasury/months?month=YEAR-12",
                command="almoner period list",
            ),
        ),
    ),
    "statement_missing": (
        False,
        "Donors have no annual statement yet",
        (Step(words="Write the statements before the close", command="almoner statements YEAR --out FOLDER"),),
    ),
    "gift_without_receipt": (False, "Gifts have no receipt", (_TASKS, _GIFTS)),
    "uncleared_debit": (
        False,
        "Bank debits begun in the year have not arrived",
        (Step(words="Ask Stripe what we missed", command="almoner sweep"), _GIFTS),
    ),
    "dispute_open": (False, "Disputes are open over New Year", (_ALARMS,)),
    "likely_duplicate": (
        False,
        "Donors may be one person",
        (
            Step(
                words="Join them, or say that they are two",
                address="/treasury/duplicates",
                command="almoner donor duplicates",
            ),
        ),
    ),
    "missing_address": (
        False,
        "Donors left no address",
        (Step(words="See whose statement is printed", command="almoner statements YEAR --dry-run"),),
    ),
}
"""Whether a kind blocks the close, its words and its steps, the gravest first. What only warns is told by line B or C
of the tie-out, or is a suggestion: a person may close the year with it."""


def obstacle(kind: str, year: int, count: int, examples: Iterable[str]) -> Obstacle:
    """Return an obstacle of one kind, with the year in its commands and no more examples than five."""
    blocks, words, steps = KINDS[kind]
    return Obstacle(
        kind=kind,
        words=words,
        count=count,
        blocks=blocks,
        examples=tuple(islice(examples, EXAMPLES_MAX)),
        steps=tuple(_of_year(step, year) for step in steps),
    )


def _of_year(step: Step, year: int) -> Step:
    command = step.command and step.command.replace("YEAR", str(year))
    address = step.address and step.address.replace("YEAR", str(year))
    return Step(words=step.words, address=address, command=command)
