"""Room: partners. Who is told, where, of what, and under which secret; what was sent and what was laid aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from donations import audit_log, tokens
from donations.audit_log import Actor
from donations.errors import FieldRefusedError, NotFoundError, SettingsRefusedError
from donations.partners.telling import EVENTS
from donations.tables import OutboxRow, Partner, PartnerEvent

BOTH_SECRETS: Final = timedelta(hours=24)
"""After a rotation the old secret signs beside the new one for so long."""
_ADDRESS_MAX: Final = 300
_PLAIN: Final = re.compile(r"[!-~]+", re.ASCII)
_NAME: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}", re.ASCII)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_INSIDE: Final = (".local", ".internal", ".localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """One partner as it is listed."""

    reference: str
    address: str
    events: tuple[str, ...]
    generation: int
    previous_until: datetime | None
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One doorbell to a partner and how it stands; a fault is told by its class."""

    event_id: str
    type: str
    reference: str
    happened_at: datetime
    state: str
    tries: int
    fault: str | None


def address_fault(address: str, *, allows_loopback: bool) -> str | None:
    """Return why nobody can be told at this address, None where one can; what it resolves to shows on calling."""
    if not _PLAIN.fullmatch(address) or len(address) > _ADDRESS_MAX:
        return "Please write the partner's address in plain characters, at most 300 of them."
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "That is no address of the web."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "An address with a name, a password or a fragment is not taken."
    if allows_loopback and host in _LOOPBACK and parts.scheme in {"http", "https"}:
        return None
    is_public = _NAME.fullmatch(host) is not None and not host.endswith(_INSIDE)
    if parts.scheme == "https" and is_public:
        return None
    return "The address must begin with https:// and name a public host, like hooks.example.org."


def subscribe(
    session: Session, keys: Sequence[bytes], actor: Actor, told: tuple[str, Iterable[str]], *, now: datetime
) -> str:
    """Begin to tell a believed address of some events and return its reference; raises `FieldRefusedError`."""
    address, events = told
    reference = tokens.draw_reference("w")
    chosen = _believed(events)
    session.add(
        Partner(
            reference=reference,
            address=address,
            events=" ".join(chosen),
            generation=1,
            key_mark=_mark(keys[0]),
            began_at=now,
        )
    )
    session.flush()
    audit_log.record(session, actor, "partner_began", at=now, subject=reference, facts={"events": " ".join(chosen)})
    return reference


def change_events(session: Session, actor: Actor, reference: str, events: Iterable[str], *, now: datetime) -> None:
    """Tell a partner of other events from now on."""
    row, chosen = _standing(session, reference), _believed(events)
    row.events = " ".join(chosen)
    audit_log.record(session, actor, "partner_events", at=now, subject=reference, facts={"events": row.events})


def rotate(session: Session, keys: Sequence[bytes], actor: Actor, reference: str, *, now: datetime) -> None:
    """Sign with a new secret; for a day the old one signs as well, unless the key it came from is gone or changed."""
    row = _standing(session, reference)
    is_same_key = row.key_mark == _mark(keys[0])
    row.generation += 1
    row.previous_until = now + BOTH_SECRETS if is_same_key else None
    row.key_mark = _mark(keys[0])
    audit_log.record(
        session, actor, "partner_rotated", at=now, subject=reference, facts={"generation": row.generation}
    )


def end(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Tell a partner no more; what is still owed is not sent. Ended twice is once."""
    row = _find(session, reference)
    if row.ended_at is None:
        row.ended_at = now
        audit_log.record(session, actor, "partner_ended", at=now, subject=reference, facts={})


def send_again(session: Session, actor: Actor, reference: str, *, now: datetime) -> int:
    """Try again what was laid aside for a partner, under the same ids; return how many."""
    _standing(session, reference)
    again = session.scalars(
        update(OutboxRow)
        .where(OutboxRow.key.startswith(f"tell/{reference}/", autoescape=True), OutboxRow.state == "parked")
        .values(state="waiting", due_at=now, tries=0)
        .returning(OutboxRow.id)
    ).all()
    audit_log.record(session, actor, "partner_again", at=now, subject=reference, facts={"count": len(again)})
    return len(again)


def secret_of(session: Session, keys: Sequence[bytes], reference: str, *, now: datetime) -> tuple[str, ...]:
    """Return the secrets that sign now, the newest first; raises `SettingsRefusedError` if their key is gone."""
    row = _find(session, reference)
    key = next((key for key in keys if _mark(key) == row.key_mark), None)
    if key is None:
        raise SettingsRefusedError("The key that this partner's secret came from is gone; rotate the secret.")
    is_both = row.previous_until is not None and now < row.previous_until
    generations = (row.generation, row.generation - 1) if is_both else (row.generation,)
    return tuple(tokens.derive_long_token(key, "partner", f"{reference}/{number}") for number in generations)


def find_partner(session: Session, reference: str) -> PartnerRow:
    """Return one partner; raises `NotFoundError`."""
    return _row(_find(session, reference))


def list_partners(session: Session) -> list[PartnerRow]:
    """Return every partner there ever was, the newest first."""
    return [_row(row) for row in session.scalars(select(Partner).order_by(Partner.id.desc()))]


def list_deliveries(session: Session, reference: str, *, limit: int = 100) -> list[Delivery]:
    """Return the latest doorbells to a partner: what is laid aside first, then the newest."""
    rows = session.execute(
        select(PartnerEvent, OutboxRow)
        .join(OutboxRow, OutboxRow.key == f"tell/{reference}/" + PartnerEvent.id)
        .order_by((OutboxRow.state != "parked"), OutboxRow.id.desc())
        .limit(limit)
    )
    return [
        Delivery(
            event_id=event.id,
            type=event.type,
            reference=event.reference,
            happened_at=event.happened_at,
            state=owed.state,
            tries=owed.tries,
            fault=owed.last_refusal,
        )
        for event, owed in rows
    ]


def _believed(events: Iterable[str]) -> list[str]:
    wanted = set(events)
    chosen = [name for name in EVENTS if name in wanted]
    if not chosen:
        raise FieldRefusedError("Please choose at least one event.", field="events")
    return list(chosen)


def _find(session: Session, reference: str) -> Partner:
    row = session.scalars(select(Partner).where(Partner.reference == reference)).one_or_none()
    if row is None:
        raise NotFoundError("There is no partner with that reference.", field="reference")
    return row


def _standing(session: Session, reference: str) -> Partner:
    row = _find(session, reference)
    if row.ended_at is not None:
        raise FieldRefusedError("This partner is told nothing any more; begin anew with its address.", field="act")
    return row


def _row(row: Partner) -> PartnerRow:
    return PartnerRow(
        reference=row.reference,
        address=row.address,
        events=tuple(row.events.split()),
        generation=row.generation,
        previous_until=row.previous_until,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )


def _mark(key: bytes) -> str:
    return tokens.derive_key(key, "partner-mark").hex()[:16]
