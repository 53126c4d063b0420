"""Room: worker. The tools a worker is handed by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from donations import tokens
from donations.clerk import Desk
from donations.database import Database
from donations.ports import Clock, Files, Mailer, PartnerDoor, Payments, Printing
from donations.settings import Settings
from donations.settlement import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Database and ports; all that the worker touches."""

    database: Database
    payments: Payments
    printing: Printing
    mailer: Mailer
    files: Files
    partners: PartnerDoor
    clock: Clock
    settings: Settings
    origin: str
    """The mark of this book in Stripe's metadata."""

    def books(self) -> Books:
        """Return what settlement must know, as of now."""
        return Books(
            origin=self.origin,
            zone=self.settings.zone,
            livemode=self.settings.livemode,
            now=self.clock.now(),
        )

    def desk(self) -> Desk:
        """Return what the clerk must know, as of now."""
        return Desk(
            organisation=self.settings.organisation,
            now=self.clock.now(),
            base_url=self.settings.base_url,
            draw_token=tokens.draw_hex_token,
        )
