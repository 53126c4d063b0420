"""Room: worker. One round after another: told events, the clerk, prints and letters; each step may be killed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from donations import clerk
from donations.clerk import Advanced
from donations.worker.eraser import erase_what_is_due
from donations.worker.guard import stand_guard
from donations.worker.intake import work_off_inbox
from donations.worker.notary import find_divergence, publish_books, sign_books
from donations.worker.post_room import work_off_outbox
from donations.worker.scribe import chain_acts
from donations.worker.workshop import Workshop

_PAUSE_SECONDS = 0.5
_CLERK_BATCH = 1000
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Worker:
    """Works off inbox, tray and outbox in one database; any number may run, each row is leased by one."""

    workshop: Workshop
    also: Sequence[Callable[[], int]] = ()
    """Further chores of a round, each returning how much it did (the simulated Stripe's deliveries)."""

    def run_round(self) -> int:
        """Do everything that is due now once and return how many things were done."""
        done = sum(chore() for chore in self.also)
        done += work_off_inbox(self.workshop)
        done += stand_guard(self.workshop)
        done += erase_what_is_due(self.workshop)
        try:
            if find_divergence(self.workshop) is None:
                done += self._let_clerk_work()
                done += sign_books(self.workshop)
                done += publish_books(self.workshop)
            done += chain_acts(self.workshop)
        finally:
            # What is owed already is printed and sent even while the clerk cannot work.
            done += work_off_outbox(self.workshop)
        return done

    def drain(self) -> int:
        """Run rounds until one finds nothing due; return how many things were done."""
        total = 0
        while done := self.run_round():
            total += done
        return total

    def run(self, stop: threading.Event) -> None:
        """Run rounds until told to stop; a round that fails is logged by its class and tried again."""
        while not stop.is_set():
            try:
                done = self.run_round()
            except Exception as fault:  # noqa: BLE001  The loop must outlive any one fault; nothing was half done.
                _log.error("round_failed", fault=type(fault).__name__)
                done = 0
            if not done:
                stop.wait(_PAUSE_SECONDS)

    def _let_clerk_work(self) -> int:
        shop, done = self.workshop, 0
        with shop.database.read() as session:
            if not clerk.has_work(session, shop.desk().today):
                return 0
        while True:
            advanced: Advanced = shop.database.write(
                lambda session: clerk.advance(session, shop.desk(), _CLERK_BATCH)
            )
            done += advanced.filed + len(advanced.issued) + advanced.told
            if not advanced.remaining:
                return done
