"""Room: web. The one cookie of a plain visitor: which browser opened the form, and which gifts it promised.

It is signed, lives two hours and holds no personal data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from flask import Request, Response

from donations import tokens
from donations.web.house import House

LIFE = timedelta(hours=2)
_GIFTS_KEPT = 3
_CONTENT = re.compile(r"([0-9a-f]{32})((?:\.[gp]_[0-9a-z]{16}){0,3})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser, known only by a random value, and the references of the gifts it promised, newest last."""

    value: str
    gifts: tuple[str, ...] = ()

    def with_gift(self, reference: str) -> Device:
        """Return the same browser after it promised one more gift."""
        kept = (*(gift for gift in self.gifts if gift != reference), reference)
        return Device(value=self.value, gifts=kept[-_GIFTS_KEPT:])


def read_device(request: Request, house: House) -> Device | None:
    """Return the browser a believed cookie names, or None."""
    cookie = request.cookies.get(cookie_name(house), "")
    now = house.clock.now()
    signed = tokens.unsign(house.settings.secret_keys, "device", cookie, now=now) if cookie.isascii() else None
    if signed is None or not timedelta(0) <= now - signed[1] <= LIFE:
        return None
    found = _CONTENT.fullmatch(signed[0])
    if found is None:
        return None
    return Device(value=found[1], gifts=tuple(found[2].split(".")[1:]))


def draw_device() -> Device:
    """Return a browser not seen before."""
    return Device(value=tokens.draw_hex_token())


def keep_device(response: Response, device: Device, house: House) -> None:
    """Give the browser its cookie anew, for two more hours."""
    content = ".".join((device.value, *device.gifts))
    response.set_cookie(
        cookie_name(house),
        tokens.sign(house.settings.secret_keys, "device", content, now=house.clock.now()),
        max_age=int(LIFE.total_seconds()),
        path="/",
        secure=house.settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def cookie_name(house: House) -> str:
    """Return the cookie's name; its `__Host-` prefix needs https, so plain loopback goes without."""
    return "__Host-f" if house.settings.is_https else "f"
