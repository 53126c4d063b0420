"""Room: web. Desks of the treasury about people: who may enter, and what everybody did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from donations import approvals, audit_log, entrance, tokens
from donations.approvals import Request
from donations.audit_log import Act, Actor, Search
from donations.database import Database
from donations.entrance import MemberRow
from donations.entrance.members import refuse_roles
from donations.errors import FieldRefusedError
from donations.ports import Clock
from donations.settings import Settings
from donations.staff import Role
from donations.staff.desk import count_members


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersDesk:
    """Where an admin asks that somebody come, change or go."""

    database: Database
    clock: Clock
    settings: Settings

    def list_all(self) -> list[MemberRow]:
        """Return everybody who was ever invited."""
        with self.database.read() as session:
            return entrance.list_all(session)

    def count(self) -> int:
        """Return how many may enter."""
        with self.database.read() as session:
            return count_members(session)

    def ask_invitation(self, actor: Actor, *, name: str, email: str, roles: Sequence[Role]) -> str:
        """Ask that somebody be invited; while nobody else could approve it, the command on the machine must."""
        refuse_roles(roles)
        content = {"name": name, "email": email.casefold(), "roles": sorted(set(roles))}
        return self._ask(actor, Request(act="invite_staff", subject=self._name_of(email.casefold()), content=content))

    def _name_of(self, email: str) -> str:
        """Return what an invitation is about in the audit log, which names no address: a member, or a pseudonym."""
        known = {row.email: row.reference for row in self.list_all()}
        drawn = tokens.derive_token(self.settings.secret_keys, "staff-link", f"invited/{email}")
        return known.get(email, f"s_{drawn[:16]}")

    def ask_roles(self, actor: Actor, reference: str, roles: Sequence[Role]) -> str:
        """Ask that a member hold these roles and no others."""
        wish = Request(act="change_roles", subject=reference, content={"roles": sorted(set(roles))})
        with self.database.read() as session:
            entrance.refuse_change(session, reference, roles)
        return self._ask(actor, wish)

    def ask_revocation(self, actor: Actor, reference: str) -> str:
        """Ask that a member enter no more."""
        with self.database.read() as session:
            entrance.refuse_revoke(session, reference)
        return self._ask(actor, Request(act="revoke_staff", subject=reference, content={}))

    def _ask(self, actor: Actor, wish: Request) -> str:
        now: datetime = self.clock.now()

        def ask(session: Session) -> str:
            if count_members(session) < 2:  # noqa: PLR2004  # One asks, another approves.
                raise FieldRefusedError(
                    "Nobody else could approve this yet; whoever runs the machine does it there: almoner staff."
                )
            return approvals.request(session, actor, wish, now=now)

        return self.database.write(ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDesk:
    """Where everything anybody did can be read."""

    database: Database

    def search(self, wish: Search) -> list[Act]:
        """Return acts, the newest first."""
        with self.database.read() as session:
            return audit_log.search(session, wish)
