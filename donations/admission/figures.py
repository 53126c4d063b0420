"""Room: admission. The figures of the card-testing defence; docs/reference/web.md tells them to people."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum


class Mode(IntEnum):
    """How much is asked of everyone."""

    CALM = 0
    PROOF = 1
    ATTACK = 2


HOUR = timedelta(hours=1)
TOKEN_AGE_MIN = timedelta(seconds=3)
TOKEN_AGE_MAX = timedelta(hours=2)

DECLINES_AN_HOUR = 5
"""From this many on (less the gifts that settled), an address, device or e-mail address is asked for proof."""
ENTERED_AT = {Mode.PROOF: 20, Mode.ATTACK: 100}
"""Declines of the whole house within an hour. It is left one step at a time, after an hour below half of them."""
OPEN_AT_ONCE = {"address": 20, "device": 10, "person": 10}
"""Checkouts that may stand open and unpaid before proof is asked: declines reach us late, so a burst shows here."""
CHECKOUT_LIFE = timedelta(minutes=35)
CODES_AN_HOUR = {"address": 10, "device": 3, "person": 3}
PORTALS_AN_HOUR = {"address": 60, "device": 10, "person": 10}
READINGS_A_MINUTE = {"key": 120, "address": 30}
"""How often a key of the JSON API may ask, and an address without one; a wrong key counts for its address."""
DECLINES_OF_ONE_FORM = 5
"""At this many its checkout is ended, and the form opens no other."""

PROOF_BITS = 17
ATTACK_BITS = 20
BITS_MAX = 19
"""Leading zero bits of a proof: 2 ** bits hashes on average; each doubling of a burst adds one, up to `BITS_MAX`."""

LATE = HOUR + TOKEN_AGE_MAX
"""A decline so long after its permit is no try at our door: a month's renewal that failed is nobody's attack."""
KEPT = timedelta(days=30)
ADDRESSES_KEPT = timedelta(days=1)
