"""Room: ledger. A database becomes one book, in one mode, once."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations.errors import ModeConflictError, SettingsRefusedError
from donations.tables import book


def found_book(session: Session, *, origin: str, zone: str, mode: str, fiscal_year_start: str) -> None:
    """Write the book's one row, or find it as it must be.

    Raises `ModeConflictError` for a book in another mode, and `SettingsRefusedError` where the settings no longer
    describe the book that was founded: days and years already booked cannot follow them.
    """
    wanted = {"origin": origin, "zone": zone, "mode": mode, "fiscal_year_start": fiscal_year_start}
    found = session.execute(select(book)).mappings().one_or_none()
    if found is None:
        session.execute(insert(book).values(id=1, currency="usd", **wanted))
        return
    if found["mode"] != mode:
        raise ModeConflictError(f"this book is in the mode {found['mode']}; it is never opened in the mode {mode}")
    for name, value in wanted.items():
        if found[name] != value:
            raise SettingsRefusedError(
                f"This book was founded with {name} {found[name]!r}; the settings now say {value!r}."
            )
