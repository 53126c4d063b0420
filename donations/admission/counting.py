"""Room: admission. Who asked before, and what became of it: counted under pseudonyms that change every day."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from donations import tokens
from donations.admission.figures import CHECKOUT_LIFE, HOUR, LATE
from donations.tables import Gift, GiftSettlement, Pledge
from donations.tables.messages import Attempt, Decline

WHO = ("address", "device", "person")


@dataclass(frozen=True, slots=True)
class Names:
    """The pseudonyms of one asker: of today, and of the day a few hours ago for what was written then."""

    today: Mapping[str, str]
    before: Mapping[str, str]

    def of(self, who: str) -> tuple[str, ...]:
        """Return the pseudonyms under which one of them may stand."""
        return tuple({self.today[who], self.before[who]})


def names_of(keys: Sequence[bytes], now: datetime, *, address: str, device: str, person: str) -> Names:
    """Return the pseudonyms of an asker as of `now`."""
    values = {"address": block_of(address), "device": device, "person": person}
    today, before = (
        {who: _pseudonym(keys, who, value, at) for who, value in values.items()} for at in (now, now - LATE)
    )
    return Names(today=today, before=before)


def count_declines(session: Session, names: Names, now: datetime) -> Mapping[str, int]:
    """Return the declines of the last hour for each of an asker's names."""
    return _count(session, {who: _declines(who, names, now) for who in WHO})


def count_open(session: Session, names: Names, now: datetime) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the declines of an hour and the checkouts of 35 minutes for each of an asker's names, in one query."""
    counts = {who: _declines(who, names, now) for who in WHO}
    counts |= {f"open {who}": _attempts(who, names, now - CHECKOUT_LIFE, "checkout") for who in WHO}
    found = _count(session, counts)
    return {who: found[who] for who in WHO}, {who: found[f"open {who}"] for who in WHO}


def count_attempts(session: Session, names: Names, since: datetime, kind: str) -> Mapping[str, int]:
    """Return what was granted of one kind since, for each of an asker's names."""
    return _count(session, {who: _attempts(who, names, since, kind) for who in WHO})


def count_settled(session: Session, names: Names, now: datetime) -> Mapping[str, int]:
    """Return the gifts of an hour whose money came, for each of an asker's names."""
    return _count(session, {who: _attempts(who, names, now - HOUR, "checkout", _has_settled()) for who in WHO})


def block_of(address: str) -> str:
    """Return an IPv4 address as it is and an IPv6 one as its /64, which is one household.

    What is no address came from no network: a command on this machine names itself.
    """
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if isinstance(read, IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        # How a socket for both kinds tells an IPv4 address; all of them would share one /64.
        return str(read.ipv4_mapped)
    return str(IPv6Network((int(read), 64), strict=False))


def _declines(who: str, names: Names, now: datetime) -> ScalarSelect[int]:
    column = getattr(Decline, who)
    return (
        select(func.count()).select_from(Decline).where(column.in_(names.of(who)), Decline.at > now - HOUR)
    ).scalar_subquery()


def _attempts(who: str, names: Names, since: datetime, kind: str, *further: ColumnElement[bool]) -> ScalarSelect[int]:
    column = getattr(Attempt, who)
    asked = (column.in_(names.of(who)), Attempt.at > since, Attempt.kind == kind, *further)
    return select(func.count()).select_from(Attempt).where(*asked).scalar_subquery()


def _has_settled() -> ColumnElement[bool]:
    renewal = aliased(Gift)
    once = exists().where(Gift.form_token_hash == Attempt.form_token_hash, GiftSettlement.gift_id == Gift.id)
    monthly = exists().where(
        Pledge.form_token_hash == Attempt.form_token_hash,
        renewal.pledge_id == Pledge.id,
        GiftSettlement.gift_id == renewal.id,
    )
    return or_(once, monthly)


def _count(session: Session, counts: Mapping[str, ScalarSelect[int]]) -> Mapping[str, int]:
    row = session.execute(select(*counts.values())).one()
    return dict(zip(counts, (int(count or 0) for count in row), strict=True))


def _pseudonym(keys: Sequence[bytes], who: str, value: str, at: datetime) -> str:
    key = tokens.derive_key(keys[0], "attempt")
    message = f"{at.astimezone(UTC).date().isoformat()}\n{who}\n{value}".encode()
    return hmac.digest(key, message, "sha256").hex()
