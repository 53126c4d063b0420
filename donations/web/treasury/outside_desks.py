"""Room: web. Desks of the treasury about what stands outside: keys of programs, partners who are told, appeals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from donations import appeals, approvals, partners
from donations.appeals import AppealRow
from donations.approvals import Request
from donations.audit_log import Actor
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError
from donations.partners import Delivery, KeyRow, PartnerRow, Scope
from donations.ports import Clock
from donations.settings import Settings
from donations.staff.desk import count_members


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysDesk:
    """Where an admin asks for a key of the JSON API, has it shown once, and ends it."""

    database: Database
    clock: Clock

    def list_all(self) -> list[KeyRow]:
        """Return every key there ever was."""
        with self.database.read() as session:
            return partners.list_keys(session, now=self.clock.now())

    def find(self, reference: str) -> KeyRow:
        """Return one key; raises `NotFoundError`."""
        found = next((row for row in self.list_all() if row.reference == reference), None)
        if found is None:
            raise NotFoundError("There is no key with that reference.", field="reference")
        return found

    def ask(self, actor: Actor, label: str, scope: Scope) -> str:
        """Ask for a key and return the request's reference; refused while nobody could approve it."""
        now = self.clock.now()
        wish = Request(act="make_api_key", subject=f"{scope}-key", content={"label": label, "scope": scope})

        def ask(session: Session) -> str:
            if count_members(session) < 2:  # noqa: PLR2004  # One asks, another approves.
                raise FieldRefusedError(
                    "Nobody else could approve this yet; whoever runs the machine does it there: almoner api-key."
                )
            return approvals.request(session, actor, wish, now=now)

        return self.database.write(ask)

    def show(self, actor: Actor, reference: str) -> str:
        """Return the key itself, once; raises `FieldRefusedError`."""
        now = self.clock.now()
        return self.database.write(lambda session: partners.show_key(session, actor, reference, now=now))

    def revoke(self, actor: Actor, reference: str) -> None:
        """End a key at once: what only takes rights away waits for nobody."""
        now = self.clock.now()
        self.database.write(lambda session: partners.revoke_key(session, actor, reference, now=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersDesk:
    """Where an admin says who is told, and sees what was sent."""

    database: Database
    clock: Clock
    settings: Settings

    def list_all(self) -> list[PartnerRow]:
        """Return every partner there ever was."""
        with self.database.read() as session:
            return partners.list_partners(session)

    def look(self, reference: str) -> tuple[PartnerRow, list[Delivery]]:
        """Return a partner and the latest doorbells; raises `NotFoundError`."""
        with self.database.read() as session:
            return partners.find_partner(session, reference), partners.list_deliveries(session, reference)

    def subscribe(self, actor: Actor, address: str, events: Iterable[str]) -> str:
        """Begin to tell an address and return its reference; raises `FieldRefusedError`."""
        fault = partners.address_fault(address, allows_loopback=self.settings.stripe_mode == "simulated")
        if fault is not None:
            raise FieldRefusedError(fault, field="address")
        now, keys = self.clock.now(), self.settings.secret_keys
        return self.database.write(
            lambda session: partners.subscribe(session, keys, actor, (address, events), now=now)
        )

    def secret(self, reference: str) -> str:
        """Return the newest secret of a partner; only what has just made it may show it."""
        with self.database.read() as session:
            return partners.secret_of(session, self.settings.secret_keys, reference, now=self.clock.now())[0]

    def rotate(self, actor: Actor, reference: str) -> None:
        """Sign with a new secret, and for a day with the old one too."""
        now, keys = self.clock.now(), self.settings.secret_keys
        self.database.write(lambda session: partners.rotate(session, keys, actor, reference, now=now))

    def change_events(self, actor: Actor, reference: str, events: Iterable[str]) -> None:
        """Tell a partner of other events."""
        now, chosen = self.clock.now(), list(events)
        self.database.write(lambda session: partners.change_events(session, actor, reference, chosen, now=now))

    def end(self, actor: Actor, reference: str) -> None:
        """Tell a partner no more."""
        now = self.clock.now()
        self.database.write(lambda session: partners.end(session, actor, reference, now=now))

    def send_again(self, actor: Actor, reference: str) -> int:
        """Try again what was laid aside and return how much."""
        now = self.clock.now()
        return self.database.write(lambda session: partners.send_again(session, actor, reference, now=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealsDesk:
    """Where a treasurer writes appeals down, prints their codes and sees what came by them."""

    database: Database
    clock: Clock
    settings: Settings

    def list_all(self) -> list[AppealRow]:
        """Return every tag."""
        with self.database.read() as session:
            return appeals.list_appeals(session)

    def find(self, tag: str) -> AppealRow:
        """Return one tag; raises `NotFoundError`."""
        with self.database.read() as session:
            return appeals.find_appeal(session, tag)

    def open(self, actor: Actor, tag: str) -> None:
        """Write a tag down; raises `FieldRefusedError`."""
        now = self.clock.now()
        self.database.write(lambda session: appeals.open_appeal(session, actor, tag, now=now))

    def link(self, tag: str) -> str:
        """Return the address of the give page with a tag."""
        return appeals.link_of(self.settings.base_url, tag)
