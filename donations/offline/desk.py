"""Room: offline. The desk at which gifts are entered that did not come through Stripe."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from donations import approvals
from donations.approvals import Request
from donations.audit_log import Actor
from donations.database import Database
from donations.errors import DonationError, FieldRefusedError
from donations.offline import batches, correcting
from donations.offline.batches import BatchFacts
from donations.offline.correcting import CorrectionReason
from donations.offline.facts import OfflineWish
from donations.offline.recording import Hand, record_gift
from donations.ports import Clock
from donations.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineDesk:
    """Takes gifts of the desk; each call is one transaction, audited."""

    database: Database
    clock: Clock
    settings: Settings

    def add(self, wish: OfflineWish, *, actor: Actor, is_no_duplicate: bool = False) -> str:
        """Book one gift and return its reference; a likely duplicate must be said to be another gift."""
        hand = self._hand(actor)

        def record(session: Session) -> str:
            if not is_no_duplicate and (why := batches.find_duplicate(session, wish)) is not None:
                raise FieldRefusedError(f"{why} Say that it is another gift, if it is.", field="not_duplicate")
            return record_gift(session, wish, hand).reference

        return self.database.write(record)

    def open_batch(self, *, count: int, cents: int, actor: Actor) -> BatchFacts:
        """Open a batch with what was counted."""
        hand = self._hand(actor)
        return self.database.write(lambda session: batches.open_batch(session, count=count, cents=cents, hand=hand))

    def add_line(
        self, reference: str, wish: OfflineWish, *, actor: Actor, is_no_duplicate: bool = False
    ) -> BatchFacts:
        """Enter a draft line."""
        hand = self._hand(actor)
        return self.database.write(
            lambda session: batches.add_line(session, reference, wish, is_no_duplicate=is_no_duplicate, hand=hand)
        )

    def remove_line(self, reference: str, line: str) -> BatchFacts:
        """Take a draft line out."""
        return self.database.write(lambda session: batches.remove_line(session, reference, line))

    def post_batch(self, reference: str, *, actor: Actor) -> BatchFacts:
        """Book a batch that agrees; else nothing changes and the difference is told."""
        hand = self._hand(actor)
        return self.database.write(lambda session: batches.post_batch(session, reference, hand))

    def ask_correction(self, actor: Actor, reference: str, reason: CorrectionReason) -> str:
        """Freeze the request that a gift be taken out of the book and return its reference; raises as the check."""
        now = self.clock.now()

        def ask(session: Session) -> str:
            found = correcting.check_correction(session, reference)
            content = {"entry": found.entry.source_key, "reason": reason, "will_be_booked": found.mirror}
            wish = Request(act="correct_gift", subject=reference, content=content)
            return approvals.request(session, actor, wish, now=now)

        return self.database.write(ask)

    def can_correct(self, reference: str) -> bool:
        """Tell whether a gift can be taken out of the book now."""
        with self.database.read() as session, suppress(DonationError):
            correcting.check_correction(session, reference)
            return True
        return False

    def read_batch(self, reference: str) -> BatchFacts:
        """Return one batch."""
        with self.database.read() as session:
            return batches.read_batch(session, reference)

    def list_batches(self) -> list[BatchFacts]:
        """Return every batch, the newest first."""
        with self.database.read() as session:
            return batches.list_batches(session)

    def _hand(self, actor: Actor) -> Hand:
        return Hand(
            actor=actor,
            now=self.clock.now(),
            zone=self.settings.zone,
            control_version=self.settings.organisation.control_statement_version,
            keys=tuple(self.settings.secret_keys),
        )
