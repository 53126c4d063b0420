"""Room: entrance. The desk at the door: keys proved, links and codes taken, invitations accepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from donations import audit_log, tokens
from donations.admission.counting import block_of
from donations.audit_log import Actor
from donations.database import Database
from donations.entrance import challenges, codes, links, passkeys
from donations.entrance.members import remove_keys
from donations.entrance.tries import Door, note_try, too_many
from donations.errors import FieldRefusedError, NotFoundError
from donations.ports import Clock
from donations.settings import Settings
from donations.staff import Entered
from donations.staff.desk import end_sessions, open_session
from donations.tables import Staff, StaffLink, StaffPasskey, StaffSession

LABEL_CAP = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who stands before the door: their browser by its random value, and where they come from."""

    device: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whom an invitation is for."""

    name: str
    email: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An accepted invitation: the session, and the codes that are shown once."""

    token: str
    paper_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntranceDesk:
    """Where staff come in."""

    database: Database
    clock: Clock
    settings: Settings

    def ask_key(self, visitor: Visitor) -> tuple[str, str]:
        """Return a question for any key of this house, and the options a browser needs to answer it."""
        challenge = self._draw(f"enter/{visitor.device}")
        return challenge, passkeys.request_options(passkeys.party_of(self.settings), [], challenge)

    def enter_with_key(self, visitor: Visitor, challenge: str, credential: str) -> str:
        """Return a new session cookie for whose key answered; raises the one refusal of every key."""
        self._count("key", visitor)
        self._refuse_unasked(challenge, f"enter/{visitor.device}")
        now = self.clock.now()

        def enter(session: Session) -> str:
            key = self._believe(session, challenge, credential, now)
            staff = session.get_one(Staff, key.staff_id)
            _note(session, staff, "signed_in", now, way="key")
            return open_session(session, staff.id, way="key", stepped_up_at=now, now=now)

        return self.database.write(enter)

    def ask_step_up(self, entered: Entered) -> tuple[str, str]:
        """Return a question for a key of the member who is in, and its options."""
        challenge = self._draw(f"step-up/{entered.session_hash}")
        with self.database.read() as session:
            known = [key.credential_id for key in own_keys(session, entered.member.id)]
        return challenge, passkeys.request_options(passkeys.party_of(self.settings), known, challenge)

    def step_up(self, visitor: Visitor, entered: Entered, challenge: str, credential: str) -> str:
        """Return a new session cookie with a key just proved; the old one ends. Another's key is refused."""
        self._count("key", visitor)
        self._refuse_unasked(challenge, f"step-up/{entered.session_hash}")
        now = self.clock.now()

        def renew(session: Session) -> str:
            key = self._believe(session, challenge, credential, now)
            if key.staff_id != entered.member.id:
                raise passkeys.refused_key()
            _end(session, entered.session_hash, now)
            audit_log.record(session, entered.member.actor, "stepped_up", at=now, subject=None, facts={})
            return open_session(
                session, key.staff_id, way="key", stepped_up_at=now, began_at=entered.began_at, now=now
            )

        return self.database.write(renew)

    def ask_for_link(self, visitor: Visitor, email: str) -> None:
        """Owe a link to a member of this address; for any other, and for one too many, the same nothing is told."""
        now, keys = self.clock.now(), self.settings.secret_keys
        folded = email.casefold()

        def ask(session: Session) -> bool:
            within = note_try(session, keys, "link", {"network": block_of(visitor.network)}, now=now)
            may_send = note_try(session, keys, "link", {"person": folded}, now=now)
            staff = session.scalars(
                select(Staff).where(Staff.email == folded, Staff.is_active == 1, Staff.joined_at.is_not(None))
            ).one_or_none()
            if within and may_send and staff is not None:
                links.send_link(session, keys, staff.id, "entry", now=now, device=visitor.device)
                _note(session, staff, "entry_link_asked", now)
            return within

        if not self.database.write(ask):
            raise too_many()

    def opens(self, visitor: Visitor, token: str) -> bool:
        """Tell whether a mailed link opens in this browser."""
        with self.database.read() as session:
            return self._entry_link(session, visitor, token) is not None

    def enter_with_code(self, visitor: Visitor, token: str, code: str) -> str:
        """Return a new session cookie for a link and a code together; raises what does not fit."""
        now, keys = self.clock.now(), self.settings.secret_keys
        with self.database.read() as session:
            link = self._entry_link(session, visitor, token)
            staff_id = None if link is None else link.staff_id
        if staff_id is None:
            raise _ended()
        self._count("code", visitor, person=str(staff_id))

        def enter(session: Session) -> str:
            again = self._entry_link(session, visitor, token)
            if again is None:
                raise _ended()
            if not codes.take_code(session, keys, again.staff_id, code, now=now):
                raise FieldRefusedError("This code does not open the door. Each works once.", field="code")
            if not links.spend_link(session, again, now=now):
                raise _ended()
            staff = session.get_one(Staff, again.staff_id)
            _note(session, staff, "signed_in", now, way="code")
            return open_session(session, staff.id, way="code", now=now)

        return self.database.write(enter)

    def find_invitation(self, visitor: Visitor, token: str) -> tuple[Invited, str, str]:
        """Return whom an invitation is for, a question for a new key, and its options; raises `NotFoundError`."""
        challenge = self._draw(f"invitation/{visitor.device}/{tokens.hash_token(token)}")
        with self.database.read() as session:
            staff, _ = self._invitation(session, token)
            options = passkeys.creation_options(passkeys.party_of(self.settings), staff, [], challenge)
            return Invited(name=staff.name, email=staff.email, roles=()), challenge, options

    def accept_invitation(  # A key has its question, its answer and its name.
        self, visitor: Visitor, token: str, *, challenge: str, credential: str, label: str
    ) -> Accepted:
        """Register the first key, use the invitation up, and return the session and the paper's codes."""
        self._count("key", visitor)
        self._refuse_unasked(challenge, f"invitation/{visitor.device}/{tokens.hash_token(token)}")
        key = passkeys.believe_new_key(passkeys.party_of(self.settings), credential, challenge)
        now = self.clock.now()

        def accept(session: Session) -> Accepted:
            staff, link = self._invitation(session, token)
            if not links.spend_link(session, link, now=now) or not challenges.spend(session, challenge, now=now):
                raise _ended()
            # Whoever is invited again has lost what they had: nothing of it may open any more.
            end_sessions(session, staff.id, now=now)
            remove_keys(session, staff.id, now=now)
            codes.end_program(session, staff.id)
            keep_key(session, staff.id, key, label, now=now)
            session.execute(update(Staff).where(Staff.id == staff.id).values(joined_at=now))
            paper = codes.draw_paper_codes(session, staff.id, now=now)
            _note(session, staff, "invitation_accepted", now)
            token_ = open_session(session, staff.id, way="key", stepped_up_at=now, now=now)
            return Accepted(token=token_, paper_codes=tuple(paper))

        return self.database.write(accept)

    def leave(self, entered: Entered) -> None:
        """End this sign-in."""
        now = self.clock.now()

        def end(session: Session) -> None:
            _end(session, entered.session_hash, now)
            audit_log.record(session, entered.member.actor, "signed_out", at=now, subject=None, facts={})

        self.database.write(end)

    def _believe(self, session: Session, challenge: str, credential: str, now: datetime) -> StaffPasskey:
        """Return the key that answered, its question spent and its count kept; raises the one refusal."""
        key = session.scalars(
            select(StaffPasskey)
            .join(Staff, Staff.id == StaffPasskey.staff_id)
            .where(
                StaffPasskey.credential_id == passkeys.id_of(credential),
                StaffPasskey.removed_at.is_(None),
                Staff.is_active == 1,
            )
        ).one_or_none()
        if key is None:
            raise passkeys.refused_key()
        handle = session.get_one(Staff, key.staff_id).handle
        count = passkeys.believe_answer(passkeys.party_of(self.settings), credential, challenge, key, handle)
        if not challenges.spend(session, challenge, now=now):
            raise passkeys.refused_key()
        session.execute(update(StaffPasskey).where(StaffPasskey.id == key.id).values(sign_count=count, used_at=now))
        return key

    def _entry_link(self, session: Session, visitor: Visitor, token: str) -> StaffLink | None:
        link = links.find_link(session, token, "entry", now=self.clock.now())
        return None if link is None or link.device != tokens.hash_token(visitor.device) else link

    def _invitation(self, session: Session, token: str) -> tuple[Staff, StaffLink]:
        link = links.find_link(session, token, "invitation", now=self.clock.now())
        staff = None if link is None else session.get(Staff, link.staff_id)
        if link is None or staff is None or not staff.is_active:
            raise _ended()
        return staff, link

    def _draw(self, scope: str) -> str:
        return challenges.draw_challenge(self.settings.secret_keys, scope, now=self.clock.now())

    def _refuse_unasked(self, challenge: str, scope: str) -> None:
        if not challenges.is_asked(self.settings.secret_keys, challenge, scope, now=self.clock.now()):
            raise FieldRefusedError("This page was open too long. Please try again.", field="challenge")

    def _count(self, door: Door, visitor: Visitor, *, person: str | None = None) -> None:
        """Count a try in a commit of its own, so that a refused one counts too."""
        who = {"network": block_of(visitor.network)} | ({} if person is None else {"person": person})
        now, keys = self.clock.now(), self.settings.secret_keys
        count: Callable[[Session], bool] = lambda session: note_try(session, keys, door, who, now=now)  # noqa: E731
        if not self.database.write(count):
            raise too_many()


def own_keys(session: Session, staff_id: int) -> Sequence[StaffPasskey]:
    """Return the keys of a member that open."""
    return session.scalars(
        select(StaffPasskey)
        .where(StaffPasskey.staff_id == staff_id, StaffPasskey.removed_at.is_(None))
        .order_by(StaffPasskey.id)
    ).all()


def keep_key(session: Session, staff_id: int, key: passkeys.NewKey, label: str, *, now: datetime) -> None:
    """Keep the public half of a new key; one that is known already is refused."""
    taken = select(StaffPasskey.id).where(StaffPasskey.credential_id == key.credential_id)
    if session.scalar(taken) is not None:
        raise passkeys.refused_key()
    session.add(
        StaffPasskey(
            staff_id=staff_id,
            credential_id=key.credential_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
            label=label[:LABEL_CAP] or "Passkey",
            registered_at=now,
            used_at=None,
            removed_at=None,
        )
    )
    session.flush()


def _end(session: Session, session_hash: str, now: datetime) -> None:
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == session_hash, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _note(session: Session, staff: Staff, act: str, now: datetime, *, way: str | None = None) -> None:
    actor = Actor(reference=staff.reference, staff_id=staff.id)
    facts = {} if way is None else {"way": way}
    audit_log.record(session, actor, act, at=now, subject=staff.reference, facts=facts)


def _ended() -> NotFoundError:
    return NotFoundError("This link has ended, or it was asked for in another browser.")
