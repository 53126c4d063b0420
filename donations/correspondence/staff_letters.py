"""Room: correspondence. Letters to the staff: invitations, links, who came or went, and the audit log's end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.entrance import link_token, party_of
from donations.outbox import Owed
from donations.ports import Letter
from donations.tables import AuditLink, Staff

_SENTENCES: Final = {
    "staff_invited": "{who} was invited into the treasury.",
    "staff_roles_changed": "The roles of {who} were changed.",
    "staff_revoked": "{who} may enter the treasury no more.",
    "key_added": "A passkey was added to your account.",
    "key_removed": "A passkey was removed from your account.",
    "program_added": "A code program was set up for your account.",
    "program_removed": "The code program of your account was removed.",
    "paper_codes_made": "New paper codes were made for your account; the older ones open nothing any more.",
    "acted_alone": "The operator's command acted alone: {who}.",
}


def write_staff_letter(session: Session, owed: Owed, stationery: Stationery, *, now: datetime) -> Letter | None:
    """Return the letter, or None if nobody needs it any more."""
    draft = _DRAFTS[owed.kind](session, owed, stationery, now)
    return None if draft is None else render_letter(draft, owed, stationery, now=now)


def _draft_of_link(session: Session, owed: Owed, stationery: Stationery, now: datetime) -> Draft | None:
    found = link_token(session, stationery.settings.secret_keys, owed.subject, now=now)
    if found is None:
        return None
    token, staff = found
    is_invitation = owed.kind == "mail_staff_invitation"
    path = "invitation" if is_invitation else "enter/link"
    url = f"{party_of(stationery.settings).origin}/treasury/{path}/{token}"
    template = "staff_invitation" if is_invitation else "staff_link"
    return Draft(to=staff.email, template=template, context={"name": staff.name, "url": url})


def _draft_of_notice(session: Session, owed: Owed, stationery: Stationery, now: datetime) -> Draft | None:
    del now
    act, reference, id_ = owed.subject.split(" ")
    staff = session.get_one(Staff, int(id_))
    about = session.scalars(select(Staff).where(Staff.reference == reference)).one_or_none()
    who = reference if about is None else about.name
    url = f"{party_of(stationery.settings).origin}/treasury"
    context: dict[str, object] = {"name": staff.name, "sentence": _SENTENCES[act].format(who=who), "url": url}
    return Draft(to=staff.email, template="staff_notice", context=context)


def _draft_of_head(session: Session, owed: Owed, stationery: Stationery, now: datetime) -> Draft | None:
    del stationery, now
    position, id_ = owed.subject.split(" ")
    staff, link = session.get_one(Staff, int(id_)), session.get_one(AuditLink, int(position))
    context: dict[str, object] = {"name": staff.name, "position": link.position, "hash": link.hash}
    return Draft(to=staff.email, template="audit_head", context=context) if staff.is_active else None


_DRAFTS: Final[dict[str, Callable[[Session, Owed, Stationery, datetime], Draft | None]]] = {
    "mail_staff_invitation": _draft_of_link,
    "mail_staff_link": _draft_of_link,
    "mail_staff_notice": _draft_of_notice,
    "mail_audit_head": _draft_of_head,
}
STAFF_KINDS: Final = frozenset(_DRAFTS)
