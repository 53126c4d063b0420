"""Room: giving. A code by mail before a checkout opens: owed once for each form, and only while `admission` asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from donations import admission, outbox, tokens
from donations.admission import Asker
from donations.tables.messages import MailCode


def owe_code(session: Session, keys: Sequence[bytes], *, asker: Asker, form_token: str, now: datetime) -> None:
    """Owe the letter that brings the code for this form to the asker's address; raises `TooManyTriesError`."""
    if not admission.permit_code(session, keys, asker=asker, form_token=form_token, now=now):
        return
    hashed = tokens.hash_token(form_token)
    session.add(MailCode(form_token_hash=hashed, email=asker.email, at=now, language=asker.language))
    outbox.owe(session, key=f"mail/code/{hashed}", kind="mail_code", subject=hashed, due_at=now)
