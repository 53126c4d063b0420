"""Room: admission. The only place that may let a checkout be opened: every door that makes Stripe act asks here.

A form token proves that our form was opened a moment ago by this browser; tries are counted in the database under an
HMAC with a daily key, so the count is shared by all processes and says nothing about a person.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import tokens
from donations.errors import FieldRefusedError, TooManyTriesError
from donations.ports import CheckoutPermit
from donations.tables import Attempt

TOKEN_AGE_MIN = timedelta(seconds=3)
TOKEN_AGE_MAX = timedelta(hours=2)
_WINDOW = timedelta(hours=1)
_TRIES_PER_HOUR = {"address": 60, "device": 10, "email": 10, "pledge": 10}
"""Checkouts one identifier may open in an hour; many donors may share an address, so its share is the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, as far as we want to know: an IP address, the device cookie's random value, the e-mail written."""

    address: str
    device: str
    email: str = ""


def make_form_token(keys: Sequence[bytes], *, device: str, now: datetime) -> str:
    """Return a signed token for one opened form, bound to the browser's device value."""
    return tokens.sign(keys, "form", f"{tokens.draw_hex_token()}:{device}", now=now)


def check_form_token(keys: Sequence[bytes], form_token: str, *, device: str, now: datetime) -> None:
    """Refuse a token that is not ours, is for another browser, or is younger than 3 s or older than 2 h."""
    signed = tokens.unsign(keys, "form", form_token, now=now)
    if signed is None or not device or not hmac.compare_digest(signed[0].partition(":")[2].encode(), device.encode()):
        raise FieldRefusedError(
            "This form could not be matched to your browser. Please open the page again and allow its one cookie.",
            field="form_token",
        )
    age = now - signed[1]
    if not TOKEN_AGE_MIN <= age <= TOKEN_AGE_MAX:
        raise FieldRefusedError(
            "This form was open for too short or too long a time. Please look it over and send it once more.",
            field="form_token",
        )


def permit_checkout(
    session: Session, keys: Sequence[bytes], *, asker: Asker, form_token: str, now: datetime
) -> CheckoutPermit:
    """Grant one checkout, and count the try; raises `FieldRefusedError` or `TooManyTriesError`."""
    check_form_token(keys, form_token, device=asker.device, now=now)
    for kind, value in (
        ("address", _block(asker.address)),
        ("device", asker.device),
        ("email", asker.email.casefold()),
    ):
        _count_try(session, keys, kind=kind, value=value, now=now)
    return CheckoutPermit(form_token_hash=tokens.hash_token(form_token), granted_at=now)


def renew_permit(keys: Sequence[bytes], *, asker: Asker, form_token: str, now: datetime) -> CheckoutPermit:
    """Grant again what the same form was granted before: the promise it made may ask for its checkout once more."""
    check_form_token(keys, form_token, device=asker.device, now=now)
    return CheckoutPermit(form_token_hash=tokens.hash_token(form_token), granted_at=now)


def permit_portal(
    session: Session, keys: Sequence[bytes], *, asker: Asker, pledge_reference: str, now: datetime
) -> CheckoutPermit:
    """Grant one visit to Stripe's portal for a pledge whose secret link was shown; raises `TooManyTriesError`."""
    for kind, value in (("address", _block(asker.address)), ("device", asker.device), ("pledge", pledge_reference)):
        _count_try(session, keys, kind=kind, value=value, now=now)
    return CheckoutPermit(form_token_hash=tokens.hash_token(tokens.draw_hex_token()), granted_at=now)


def _count_try(session: Session, keys: Sequence[bytes], *, kind: str, value: str, now: datetime) -> None:
    since = now - _WINDOW
    names = {_pseudonym(keys, kind, value, at) for at in (since, now)}
    tries = session.scalar(
        select(func.count()).where(Attempt.kind == kind, Attempt.who.in_(names), Attempt.at > since)
    )
    if (tries or 0) >= _TRIES_PER_HOUR[kind]:
        raise TooManyTriesError(
            "There were many tries from here in the last hour. Please wait an hour and try again."
        )
    session.add(Attempt(kind=kind, who=_pseudonym(keys, kind, value, now), at=now))


def _pseudonym(keys: Sequence[bytes], kind: str, value: str, at: datetime) -> str:
    key = tokens.derive_key(keys[0], "attempt")
    message = f"{at.astimezone(UTC).date().isoformat()}\n{kind}\n{value}".encode()
    return hmac.digest(key, message, "sha256").hex()


def _block(address: str) -> str:
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
