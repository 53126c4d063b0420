"""Room: correspondence. The letter that brings the code asked for before a checkout opens; the code is not kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from donations import admission
from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.outbox import Owed
from donations.ports import Letter
from donations.tables.messages import MailCode


def write_code_letter(session: Session, owed: Owed, stationery: Stationery, *, now: datetime) -> Letter | None:
    """Return the letter, or None when its form can no longer be sent: then nobody needs the code."""
    asked = session.get(MailCode, owed.subject)
    if asked is None or now - asked.at >= admission.TOKEN_AGE_MAX:
        return None
    code = admission.code_for(stationery.settings.secret_keys, asked.form_token_hash, asked.email)
    draft = Draft(to=asked.email, template="code", context={"code": code}, language=asked.language)
    return render_letter(draft, owed, stationery, now=now)
