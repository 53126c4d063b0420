"""Room: entrance. What a member keeps of their own: keys, codes, and the browsers they are signed in on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from passlib.totp import TOTP
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from donations import audit_log, outbox
from donations.audit_log import Actor
from donations.database import Database
from donations.entrance import challenges, codes, passkeys
from donations.entrance.desk import keep_key, own_keys
from donations.errors import FieldRefusedError, NotFoundError
from donations.ports import Clock
from donations.settings import Settings
from donations.staff import Entered
from donations.staff.desk import IDLE, LIFE, end_sessions
from donations.tables import Staff, StaffPasskey, StaffSession


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """A key of one's own."""

    id: int
    label: str
    registered_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSignIn:
    """A browser one is signed in on; `short` names it in forms, and opens nothing."""

    short: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWays:
    """All of one's own ways in."""

    keys: tuple[OwnKey, ...]
    sign_ins: tuple[OwnSignIn, ...]
    has_program: bool
    paper_codes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDesk:
    """Where members look after their own keys, codes and sign-ins."""

    database: Database
    clock: Clock
    settings: Settings

    def look(self, entered: Entered) -> OwnWays:
        """Return one's own ways in."""
        with self.database.read() as session:
            keys = own_keys(session, entered.member.id)
            return OwnWays(
                keys=tuple(
                    OwnKey(id=key.id, label=key.label, registered_at=key.registered_at, used_at=key.used_at)
                    for key in keys
                ),
                sign_ins=self._sign_ins(session, entered),
                has_program=codes.has_program(session, entered.member.id),
                paper_codes=codes.count_paper_codes(session, entered.member.id),
            )

    def ask_new_key(self, entered: Entered) -> tuple[str, str]:
        """Return a question for a further key, and its options."""
        challenge = challenges.draw_challenge(self.settings.secret_keys, self._scope(entered), now=self.clock.now())
        with self.database.read() as session:
            known = [key.credential_id for key in own_keys(session, entered.member.id)]
            staff = session.get_one(Staff, entered.member.id)
            return challenge, passkeys.creation_options(passkeys.party_of(self.settings), staff, known, challenge)

    def add_key(self, entered: Entered, challenge: str, credential: str, label: str) -> None:
        """Keep a further key; a letter tells its owner. Wants a fresh key, or to be just in by link and code."""
        now = self._refuse_stale(entered)
        if not challenges.is_asked(self.settings.secret_keys, challenge, self._scope(entered), now=now):
            raise FieldRefusedError("This page was open too long. Please try again.", field="challenge")
        key = passkeys.believe_new_key(passkeys.party_of(self.settings), credential, challenge)

        def add(session: Session) -> None:
            if not challenges.spend(session, challenge, now=now):
                raise passkeys.refused_key()
            keep_key(session, entered.member.id, key, label, now=now)
            self._note(session, entered, "key_added", now)

        self.database.write(add)

    def remove_key(self, entered: Entered, key_id: int) -> None:
        """Let a key open nothing any more; the last one stays."""
        now = self._refuse_stale(entered)

        def remove(session: Session) -> None:
            keys = own_keys(session, entered.member.id)
            if key_id not in [key.id for key in keys]:
                raise NotFoundError("There is no such key of yours.")
            if len(keys) == 1:
                raise FieldRefusedError("This is your only key: add another before you remove it.", field="key")
            session.execute(update(StaffPasskey).where(StaffPasskey.id == key_id).values(removed_at=now))
            self._note(session, entered, "key_removed", now)

        self.database.write(remove)

    def begin_program(self, entered: Entered) -> None:
        """Draw a secret for a code program; it opens nothing until a code was shown."""
        self._refuse_stale(entered)
        self.database.write(
            lambda session: codes.begin_program(session, self.settings.secret_keys, entered.member.id)
        )

    def pending_program(self, entered: Entered) -> tuple[str, str] | None:
        """Return the secret that waits for its first code, and the address a QR code holds."""
        if not entered.may_make_a_key(self.clock.now()):
            return None
        with self.database.read() as session:
            secret = codes.pending_secret(session, self.settings.secret_keys, entered.member.id)
        if secret is None:
            return None
        issuer = self.settings.organisation.legal_name.replace(":", " ")
        return secret, TOTP(key=secret).to_uri(label=entered.member.email, issuer=issuer)

    def confirm_program(self, entered: Entered, code: str) -> None:
        """Take the program's first code; from then on it is a way in beside a mailed link."""
        now = self._refuse_stale(entered)

        def confirm(session: Session) -> None:
            if not codes.confirm_program(session, self.settings.secret_keys, entered.member.id, code, now=now):
                raise FieldRefusedError("The program shows another code now; please write that.", field="code")
            self._note(session, entered, "program_added", now)

        self.database.write(confirm)

    def end_program(self, entered: Entered) -> None:
        """Let the code program open nothing any more."""
        now = self._refuse_stale(entered)

        def end(session: Session) -> None:
            if codes.end_program(session, entered.member.id):
                self._note(session, entered, "program_removed", now)

        self.database.write(end)

    def draw_paper_codes(self, entered: Entered) -> list[str]:
        """Return ten new codes for the paper; the older ones open nothing any more."""
        now = self._refuse_stale(entered)

        def draw(session: Session) -> list[str]:
            self._note(session, entered, "paper_codes_made", now)
            return codes.draw_paper_codes(session, entered.member.id, now=now)

        return self.database.write(draw)

    def end_sign_in(self, entered: Entered, short: str) -> None:
        """End one sign-in of one's own; another's is not there."""
        now = self.clock.now()

        def end(session: Session) -> None:
            ended = session.scalars(
                update(StaffSession)
                .where(
                    StaffSession.staff_id == entered.member.id,
                    func.substr(StaffSession.token_hash, 1, len(short)) == short,
                    StaffSession.ended_at.is_(None),
                )
                .values(ended_at=now)
                .returning(StaffSession.token_hash)
            ).all()
            if not ended:
                raise NotFoundError("There is no such sign-in of yours.")
            audit_log.record(session, entered.member.actor, "sign_in_ended", at=now, subject=None, facts={})

        self.database.write(end)

    def end_others(self, entered: Entered) -> None:
        """End all of one's sign-ins but this."""
        now = self.clock.now()

        def end(session: Session) -> None:
            ended = end_sessions(session, entered.member.id, now=now, but=entered.session_hash)
            audit_log.record(
                session, entered.member.actor, "sign_ins_ended", at=now, subject=None, facts={"ended": ended}
            )

        self.database.write(end)

    def end_all_of(self, actor: Actor, reference: str) -> None:
        """End all sign-ins of another member: an admin's act."""
        now = self.clock.now()

        def end(session: Session) -> None:
            staff = session.scalars(select(Staff).where(Staff.reference == reference)).one_or_none()
            if staff is None:
                raise NotFoundError("There is no member of the staff by that name.")
            ended = end_sessions(session, staff.id, now=now)
            audit_log.record(
                session, actor, "sign_ins_ended", at=now, subject=staff.reference, facts={"ended": ended}
            )

        self.database.write(end)

    def _sign_ins(self, session: Session, entered: Entered) -> tuple[OwnSignIn, ...]:
        now = self.clock.now()
        rows = session.scalars(
            select(StaffSession)
            .where(
                StaffSession.staff_id == entered.member.id,
                StaffSession.ended_at.is_(None),
                StaffSession.seen_at > now - IDLE,
                StaffSession.began_at > now - LIFE,
            )
            .order_by(StaffSession.began_at)
        )
        return tuple(
            OwnSignIn(
                short=row.token_hash[:16],
                began_at=row.began_at,
                seen_at=row.seen_at,
                is_this=row.token_hash == entered.session_hash,
            )
            for row in rows
        )

    def _refuse_stale(self, entered: Entered) -> datetime:
        now = self.clock.now()
        if not entered.may_make_a_key(now):
            raise FieldRefusedError("Please prove your key again first.", field="key")
        return now

    def _scope(self, entered: Entered) -> str:
        return f"key/{entered.session_hash}"

    def _note(self, session: Session, entered: Entered, act: str, now: datetime) -> None:
        """Write it down, and tell the member by mail: a key they did not make themselves shows at once."""
        member = entered.member
        audit_log.record(session, member.actor, act, at=now, subject=member.reference, facts={})
        key = f"mail/staff-notice/{act}.{member.reference}.{int(now.timestamp())}"
        subject = f"{act} {member.reference} {member.id}"
        outbox.owe(session, key=key, kind="mail_staff_notice", subject=subject, due_at=now)
