"""Room: reporting. Where cents stood at the end of a day: each source's designations, less what was taken over."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, select, union_all

from donations.tables import designation


def standing_cents(through: date, *, source: int | None = None) -> CompoundSelect[Any]:
    """Return (source entry, cents) of every designation through a day, or of those of one source.

    Cents that another source took over (make whole) are that source's, and no longer this one's.
    """
    came = select(designation.c.source_entry_id, designation.c.cents).where(designation.c.effective_on <= through)
    left = select(designation.c.instead_of.label("source_entry_id"), -designation.c.cents).where(
        designation.c.effective_on <= through, designation.c.instead_of.is_not(None)
    )
    if source is not None:
        came = came.where(designation.c.source_entry_id == source)
        left = left.where(designation.c.instead_of == source)
    return union_all(came, left)
