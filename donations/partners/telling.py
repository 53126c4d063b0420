"""Room: partners. What partners are told of, owed in the very commit that made it so: an id, a type, a reference.

The id is made of the fact, so that a happening owed or sent twice is recognised; nothing personal is ever told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import outbox
from donations.clock import to_rfc3339
from donations.database import insert_once
from donations.tables import Partner, PartnerEvent
from donations.tokens import CROCKFORD

EventType = Literal[
    "gift.settled",
    "gift.returned",
    "receipt.issued",
    "receipt.replaced",
    "receipt.void",
    "report.published",
]
EVENTS: Final[dict[EventType, str]] = {
    "gift.settled": "money of a gift has come and is booked",
    "gift.returned": "money of a gift went back, or came again",
    "receipt.issued": "a document got its number",
    "receipt.replaced": "another document stands in its place",
    "receipt.void": "a document is void",
    "report.published": "a transparency report was published",
}
_ID_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What happened: its type, the reference or number it is about, and the key of the fact that made it so."""

    type: EventType
    reference: str
    key: str

    @property
    def id(self) -> str:
        """Return `e_` and 16 base32 characters, the same for the same fact."""
        digest = hashlib.sha256(f"{self.type}\n{self.key}".encode()).digest()
        return "e_" + "".join(CROCKFORD[byte & 31] for byte in digest[:_ID_LENGTH])


def tell_partners(session: Session, happenings: Sequence[Happening], *, now: datetime) -> None:
    """Owe every partner who asked for it a doorbell for each happening; nobody listens: one look, nothing written."""
    if not happenings:
        return
    listening = session.execute(select(Partner.reference, Partner.events).where(Partner.ended_at.is_(None))).all()
    for happening in happenings:
        wanted = [row.reference for row in listening if happening.type in row.events.split()]
        if wanted:
            _keep(session, happening, now)
        for reference in wanted:
            subject = f"{reference}/{happening.id}"
            outbox.owe(session, key=f"tell/{subject}", kind="tell_partner", subject=subject, due_at=now)


def ring_of(session: Session, event_id: str) -> bytes:
    """Return the body of a doorbell: JSON of four texts, the same bytes each time it is sent."""
    event = session.get_one(PartnerEvent, event_id)
    told = {
        "id": event.id,
        "type": event.type,
        "reference": event.reference,
        "instant": to_rfc3339(event.happened_at),
    }
    return json.dumps(told, separators=(",", ":")).encode("ascii")


def _keep(session: Session, happening: Happening, now: datetime) -> None:
    values = {
        "id": happening.id,
        "type": happening.type,
        "reference": happening.reference,
        "happened_at": now,
    }
    insert_once(session, PartnerEvent, values, key=("id",))
