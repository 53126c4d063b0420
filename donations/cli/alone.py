"""Room: cli. What wants two people, done by the operator's command: only while there are not two, never quietly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from donations.audit_log import Fact


def act_alone(session: Session, act: str, subject: str, *, now: datetime, **facts: Fact) -> None:
    """Note in the audit log that a command acts alone, and owe every member a letter about it.

    Refused once two people may enter the treasury: there one of them asks and the other approves.
    """
    from donations import audit_log
    from donations.audit_log import COMMAND
    from donations.entrance.members import tell_staff
    from donations.errors import FieldRefusedError
    from donations.staff.desk import count_members

    if count_members(session) > 1:
        raise FieldRefusedError(
            "Two people may enter the treasury: one of them asks for this there, the other approves."
        )
    audit_log.record(session, COMMAND, act, at=now, subject=subject, facts=facts)
    tell_staff(session, "acted_alone", f"{act}:{subject}", now=now)
