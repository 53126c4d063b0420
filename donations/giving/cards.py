"""Room: giving. The desk behind a card's signed link: who got one may ask for no other."""

from __future__ import annotations

from dataclasses import dataclass

from donations import admission, correspondence, tributes
from donations.database import Database
from donations.errors import NotFoundError
from donations.ports import Clock
from donations.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDesk:
    """Serves who holds the link of a card, for its address alone; looking changes nothing."""

    database: Database
    clock: Clock
    settings: Settings

    def knows(self, token: str) -> bool:
        """Tell whether a link came with a card of ours; unknown, ended and mistyped links are one False."""
        return self._reference_of(token) is not None

    def stop(self, token: str, *, form_token: str, device: str) -> None:
        """Let the card's address get no other; done twice it is done once. Raises a `DonationError`."""
        now, reference = self.clock.now(), self._reference_of(token)
        if reference is None:
            raise NotFoundError("There is nothing here.")
        admission.check_form_token(self.settings.secret_keys, form_token, device=device, now=now)
        if not self.database.write(lambda session: tributes.want_no_more(session, reference, now=now)):
            raise NotFoundError("There is nothing here.")

    def _reference_of(self, token: str) -> str | None:
        return correspondence.read_card_token(self.settings.secret_keys, token, now=self.clock.now())
