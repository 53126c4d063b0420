"""Room: goods. The desk where gifts in kind are taken in, and where what leaves is drafted and decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy.orm import Session

from donations.audit_log import Actor
from donations.database import Database
from donations.goods.facts import GoodsWish
from donations.goods.giving_out import OutWish, approve_out, decline_out, draft_out
from donations.goods.on_hand import OutFacts, Shelf, list_out, read_out, read_shelf
from donations.goods.taking_in import Hand, take_in
from donations.ports import Clock
from donations.settings import Settings

Act = Literal["approve", "decline"]
_ACTS: Final[dict[Act, Callable[[Session, str, Hand], None]]] = {"approve": approve_out, "decline": decline_out}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsDesk:
    """Takes goods and securities in and lets them go; each call is one transaction, audited."""

    database: Database
    clock: Clock
    settings: Settings

    def take_in(self, wish: GoodsWish, *, actor: Actor) -> str:
        """Book a gift in kind and return its reference; raises `FieldRefusedError`."""
        hand = self._hand(actor)
        return self.database.write(lambda session: take_in(session, wish, hand))

    def draft_out(self, wish: OutWish, *, actor: Actor) -> str:
        """Write down what is to leave and return its reference; raises `FieldRefusedError`, `NotFoundError`."""
        hand = self._hand(actor)
        return self.database.write(lambda session: draft_out(session, wish, hand))

    def decide(self, reference: str, act: Act, *, actor: Actor) -> None:
        """Approve or decline what another drafted; raises `FieldRefusedError`, `NotFoundError`."""
        hand = self._hand(actor)
        self.database.write(lambda session: _ACTS[act](session, reference, hand))

    def on_hand(self) -> list[Shelf]:
        """Return what is on the shelf."""
        with self.database.read() as session:
            return read_shelf(session)

    def of_gift(self, reference: str) -> list[Shelf]:
        """Return the items of one gift; none for a gift of money."""
        with self.database.read() as session:
            return read_shelf(session, gifts=[reference])

    def list_out(self) -> list[OutFacts]:
        """Return what left or is to leave."""
        with self.database.read() as session:
            return list_out(session)

    def find_out(self, reference: str) -> OutFacts:
        """Return one; raises `NotFoundError`."""
        with self.database.read() as session:
            return read_out(session, reference)

    def _hand(self, actor: Actor) -> Hand:
        return Hand(
            actor=actor,
            now=self.clock.now(),
            zone=self.settings.zone,
            control_version=self.settings.organisation.control_statement_version,
            own_thresholds=self.settings.organisation.own_thresholds,
        )
