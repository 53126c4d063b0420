"""Room: visits. Links mailed to a donor: opened they change nothing, used they are good once, in one browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from donations import outbox, tokens
from donations.admission import names_of
from donations.tables import DonorLink
from donations.visits.addresses import is_known

LINK_LIFE: Final = timedelta(minutes=15)
_HOUR: Final = timedelta(hours=1)
_MAX_OF_NETWORK: Final = 12
_MAX_OF_PERSON: Final = 3
"""Links an hour: beyond the first nobody is served; beyond the second nothing is sent, told in the same words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who stands at the door: the browser's random value and its network address."""

    device: str
    network: str


def ask_for_link(  # noqa: PLR0913  # A link is all of these facts.
    session: Session,
    keys: Sequence[bytes],
    visitor: Visitor,
    email: str,
    *,
    now: datetime,
    account_id: int | None = None,
) -> bool:
    """Write down that a link was asked for and owe its letter; False when there were too many from this network.

    Whether anybody is known at the address is not looked at here: known and unknown take the same steps.
    """
    names = names_of(
        keys, now, address=visitor.network, device=visitor.device, person=f"link {email.casefold()}"
    ).today
    by_network = _count(session, DonorLink.network == names["address"], now)
    by_person = _count(session, DonorLink.person == names["person"], now)
    id_ = tokens.draw_hex_token()
    row = DonorLink(
        id=id_,
        token_hash=tokens.hash_token(tokens.derive_token(keys, "donor-link", id_)),
        kind="enter" if account_id is None else "address",
        account_id=account_id,
        email=email,
        device=tokens.hash_token(visitor.device),
        network=names["address"],
        person=names["person"],
        made_at=now,
        expires_at=now + LINK_LIFE,
    )
    session.add(row)
    session.flush()
    if by_network < _MAX_OF_NETWORK and by_person < _MAX_OF_PERSON:
        outbox.owe(session, key=f"mail/donor-link/{id_}", kind="mail_donor_link", subject=id_, due_at=now)
    return by_network < _MAX_OF_NETWORK


def letter_of_link(
    session: Session, keys: Sequence[bytes], id_: str, *, now: datetime
) -> tuple[DonorLink, str] | None:
    """Return a link and its token, as its letter is written; None once it opens nothing, or if nobody is known."""
    row = session.get(DonorLink, id_)
    if row is None or row.used_at is not None or row.expires_at <= now:
        return None
    if row.kind == "enter" and not is_known(session, row.email):
        return None
    derived = (tokens.derive_token([key], "donor-link", id_) for key in keys)
    token = next((one for one in derived if tokens.hash_token(one) == row.token_hash), None)
    return None if token is None else (row, token)


def find_link(session: Session, token: str, visitor: Visitor, *, now: datetime) -> DonorLink | None:
    """Return a link that still opens in this browser; used, ended, another's and unknown are the same None."""
    return session.scalars(
        select(DonorLink).where(
            DonorLink.token_hash == tokens.hash_token(token),
            DonorLink.device == tokens.hash_token(visitor.device),
            DonorLink.used_at.is_(None),
            DonorLink.expires_at > now,
        )
    ).one_or_none()


def spend_link(session: Session, link: DonorLink, *, now: datetime) -> bool:
    """Use a link up; of two at once one is told False."""
    spent = session.scalars(
        update(DonorLink)
        .where(DonorLink.id == link.id, DonorLink.used_at.is_(None))
        .values(used_at=now)
        .returning(DonorLink.id)
    ).one_or_none()
    return spent is not None


def _count(session: Session, whose: ColumnElement[bool], now: datetime) -> int:
    asked = select(func.count()).select_from(DonorLink).where(whose, DonorLink.made_at > now - _HOUR)
    return session.scalar(asked) or 0
