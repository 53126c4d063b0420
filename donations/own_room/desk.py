"""Room: own_room. The desk behind a donor's own pages: each act names its account, and touches what is its alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from donations import archive, erasure, outbox, visits
from donations.audit_log import Actor
from donations.database import Database
from donations.erasure import Kept, Person
from donations.errors import NotFoundError, TooManyTriesError
from donations.own_room.export import export_room
from donations.own_room.facts import OwnRoom
from donations.own_room.reading import own_document, own_donors, own_gifts, read_room
from donations.ports import Clock, Files
from donations.settings import Settings
from donations.tables import GiftNaming
from donations.visits import Visit, Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDesk:
    """Lets donors in, shows them what is theirs, and does what they ask with it."""

    database: Database
    clock: Clock
    settings: Settings
    files: Files

    def ask_for_link(self, visitor: Visitor, email: str) -> None:
        """Owe a link to an address; whether anybody is known there is neither told nor looked at here."""
        now, keys = self.clock.now(), self.settings.secret_keys
        if not self.database.write(lambda session: visits.ask_for_link(session, keys, visitor, email, now=now)):
            raise _TOO_MANY

    def opens(self, visitor: Visitor, token: str) -> bool:
        """Tell whether a mailed link opens in this browser; looking uses nothing up."""
        with self.database.read() as session:
            return visits.find_link(session, token, visitor, now=self.clock.now()) is not None

    def redeem(self, visitor: Visitor, token: str) -> str:
        """Use a link up and return a new session cookie; raises the one `NotFoundError` of every ended link."""
        now = self.clock.now()

        def enter(session: Session) -> str:
            link = visits.find_link(session, token, visitor, now=now)
            if link is None or not visits.spend_link(session, link, now=now):
                raise _ENDED
            if link.account_id is not None:
                _tell_others(session, link.account_id, link.id, self.clock)
            account_id = visits.verify_address(session, link.email, account_id=link.account_id, now=now)
            return visits.begin_session(session, account_id, now=now)

        return self.database.write(enter)

    def who_is_in(self, token: str) -> Visit | None:
        """Return who is in by a session cookie, and note that they were seen."""
        now = self.clock.now()
        with self.database.read() as session:
            visit = visits.find_session(session, token, now=now)
        if visit is not None and not visits.is_seen_lately(visit, now=now):
            self.database.write(lambda session: visits.see(session, visit, now=now))
        return visit

    def leave(self, visit: Visit) -> None:
        """End this sign-in."""
        now = self.clock.now()
        self.database.write(lambda session: visits.end_session(session, visit, now=now))

    def show(self, visit: Visit) -> OwnRoom:
        """Return everything that is theirs."""
        with self.database.read() as session:
            return read_room(
                session,
                self.settings.secret_keys,
                visit.account_id,
                now=self.clock.now(),
                zone=self.settings.zone,
            )

    def document(self, visit: Visit, number: str) -> bytes | None:
        """Return the printed bytes of a document of theirs; another's, unknown and not printed yet are one None."""
        with self.database.read() as session:
            own = own_document(session, visit.account_id, number)
            return None if own is None else archive.read_printed(session, self.files, own)

    def add_address(self, visit: Visit, visitor: Visitor, email: str) -> None:
        """Owe a link to an address they say is theirs; it counts only once the link is used."""
        now, keys = self.clock.now(), self.settings.secret_keys
        within = self.database.write(
            lambda session: visits.ask_for_link(session, keys, visitor, email, now=now, account_id=visit.account_id)
        )
        if not within:
            raise _TOO_MANY

    def name_gift(self, visit: Visit, reference: str, *, is_named: bool) -> None:
        """Keep the donor's word whether a gift of theirs may stand under their name; raises `NotFoundError`."""
        now = self.clock.now()

        def keep(session: Session) -> None:
            own = {gift.reference: gift.id for gift in own_gifts(session, visit.account_id)}
            if reference not in own:
                raise NotFoundError("There is nothing here.")
            known = session.get(GiftNaming, own[reference])
            if known is None:
                session.add(GiftNaming(gift_id=own[reference], is_named=int(is_named), changed_at=now))
            else:
                known.is_named, known.changed_at = int(is_named), now
            session.flush()

        self.database.write(keep)

    def export(self, visit: Visit) -> dict[str, object]:
        """Return everything we hold that is theirs, as plain JSON facts."""
        with self.database.read() as session:
            room = read_room(
                session, self.settings.secret_keys, visit.account_id, now=self.clock.now(), zone=self.settings.zone
            )
            return export_room(session, visit.account_id, room)

    def preview_erasure(self, visit: Visit) -> Kept:
        """Return what would be kept of them if they asked to be erased, and why."""
        now = self.clock.now()
        with self.database.read() as session:
            person = _person_of(session, visit, now)
            return erasure.preview_erasure(session, self.settings, person, now=now)

    def erase(self, visit: Visit) -> Kept:
        """Erase what the law lets go, this sign-in too, and return what is kept until its term."""
        now = self.clock.now()

        def together(session: Session) -> Kept:
            person = _person_of(session, visit, now)
            return erasure.ask_erasure(session, self.settings, person, actor=_DONOR, now=now)

        return self.database.write(together)


def _person_of(session: Session, visit: Visit, now: datetime) -> Person:
    addresses = visits.list_addresses(session, visit.account_id)
    return erasure.find_person(session, own_donors(session, visit.account_id), addresses, until=now)


def _tell_others(session: Session, account_id: int, link_id: str, clock: Clock) -> None:
    """Owe a notice to each address an account had before one was added."""
    for place, _ in enumerate(visits.list_addresses(session, account_id)):
        outbox.owe(
            session,
            key=f"mail/donor-notice/{link_id}/{place}",
            kind="mail_donor_notice",
            subject=f"{account_id} {place}",
            due_at=clock.now(),
        )


_DONOR = Actor(reference="donor")
_TOO_MANY = TooManyTriesError("There were many tries from here. Please wait an hour.")
_ENDED = NotFoundError("This link has ended, or it was asked for in another browser.")
