"""Room: appeals. Tags by which gifts come: written down, linked, drawn as a code, counted; never a purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import audit_log
from donations.audit_log import Actor
from donations.database import insert_once
from donations.errors import FieldRefusedError, NotFoundError
from donations.tables import Appeal, Gift, GiftSettlement

TAG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
"""As the give form takes it, and not ending in a hyphen: it is written down for print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRow:
    """One tag, and what came by it: gifts whose money has come, cents as given, whatever went back since."""

    tag: str
    gifts: int
    cents: int
    last_gift_on: date | None
    opened_at: datetime | None
    """None for a tag that only links carried."""


def open_appeal(session: Session, actor: Actor, tag: str, *, now: datetime) -> None:
    """Write a tag down so that it can be printed; written twice is once. Raises `FieldRefusedError`."""
    if not TAG.fullmatch(tag):
        raise FieldRefusedError(
            "Please write a tag of small letters, digits and hyphens, at most 40, like spring-mailing.", field="tag"
        )
    values = {"tag": tag, "opened_at": now, "opened_by": actor.reference}
    if insert_once(session, Appeal, values, key=("tag",)):
        audit_log.record(session, actor, "appeal_opened", at=now, subject=tag, facts={})


def list_appeals(session: Session) -> list[AppealRow]:
    """Return every tag that was written down or that a gift came by, by name."""
    came = session.execute(
        select(Gift.appeal, func.count(), func.sum(Gift.amount_cents), func.max(GiftSettlement.gift_on))
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .where(Gift.appeal.is_not(None))
        .group_by(Gift.appeal)
    )
    counted = {str(tag): (int(count), int(cents), last) for tag, count, cents, last in came}
    opened = {row.tag: row.opened_at for row in session.scalars(select(Appeal))}
    return [
        AppealRow(tag=tag, gifts=gifts, cents=cents, last_gift_on=last, opened_at=opened.get(tag))
        for tag in sorted({*counted, *opened})
        for gifts, cents, last in (counted.get(tag, (0, 0, None)),)
    ]


def find_appeal(session: Session, tag: str) -> AppealRow:
    """Return one tag; raises `NotFoundError`."""
    found = next((row for row in list_appeals(session) if row.tag == tag), None)
    if found is None:
        raise NotFoundError("There is no appeal with that tag.", field="tag")
    return found


def link_of(base_url: str, tag: str) -> str:
    """Return the address that a printed code holds: the give page with the tag."""
    return f"{base_url}/give?appeal={tag}"
