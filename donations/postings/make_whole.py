"""Room: postings. Operations makes the children whole for cents that went back after they were spent (row 25)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from donations.postings.entries import NewEntry, lines, reversal

_BANK = "assets:bank:children"
_INTERFUND = "net-assets:interfund"


def make_whole(*, cause_key: str, cents: int, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book what operations owes the children for one fact that went back, or came back only in part."""
    return NewEntry(
        kind="make_whole",
        source_key=make_whole_key(cause_key),
        happened_at=happened_at,
        effective_on=effective_on,
        actor="clerk",
        transfers=lines(
            ("operations", _INTERFUND, _BANK, cents),
            ("children", _BANK, _INTERFUND, cents),
        ),
    )


def make_whole_undone(*, entry_id: int, whole: NewEntry, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book the exact mirror of a make-whole whose cents came again."""
    mirror = reversal(
        entry_id=entry_id,
        source_key=whole.source_key,
        transfers=whole.transfers,
        happened_at=happened_at,
        effective_on=effective_on,
        actor="clerk",
    )
    return replace(mirror, source_key=f"{whole.source_key}/undone")


def make_whole_key(cause_key: str) -> str:
    """Return the key of the make-whole that a fact causes."""
    return f"make-whole/{cause_key}"
