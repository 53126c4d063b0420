"""Room: database. The session that work is handed: it can do everything but end its own transaction."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy.orm import Session

from donations.errors import BrokenInvariantError


class WorkSession(Session):
    """One transaction of one piece of work; only the boundary commits or rolls back."""

    def commit(self) -> NoReturn:
        """Refuse: what the work has written is made durable by whoever called it."""
        raise BrokenInvariantError("work never commits; only the boundary does")

    def rollback(self) -> NoReturn:
        """Refuse: work that must be undone raises."""
        raise BrokenInvariantError("work never rolls back; it raises, or takes a savepoint of its own")

    def seal(self) -> None:
        """Commit what was written, if anything was; for the boundary alone."""
        if self.in_transaction() or self.new or self.dirty or self.deleted:
            super().commit()
