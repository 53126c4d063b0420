"""Room: gateways. One call to Stripe: its fault is told apart as passing, missing, or refused, and counted.

No text of Stripe's errors leaves this module: it may hold an e-mail address. What is logged is the request id,
the kind of error and its code.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

import stripe

from donations.errors import StripeAwayError, StripeRefusedError
from donations.gateways.breaker import Breaker

AWAY = "The card processor does not answer just now. Nothing was charged; please try again shortly."
REFUSED = "The card processor refused to do this. We have been told and will look into it."

_CONFLICT, _TOO_MANY, _SERVER_FAULT = 409, 429, 500
_log = logging.getLogger("almoner.stripe")
_Answer = TypeVar("_Answer")
_Item = TypeVar("_Item", bound=stripe.StripeObject)
PAGE = 100
"""How much Stripe lists at once, at most."""


class MissingAtStripeError(StripeRefusedError):
    """Stripe does not know the object (`resource_missing`)."""


class ReplayedFaultError(StripeAwayError):
    """Stripe repeated the stored fault of an idempotency key: asking again cannot help, looking up can."""


class StripeCalls:
    """Asks Stripe through a breaker; raises only `StripeAwayError` and `StripeRefusedError` or their children."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    def ask(self, act: Callable[[], _Answer]) -> _Answer:
        """Return what `act` returns. It is not even tried while the breaker is open (`StripeAwayError`)."""
        if not self._breaker.admit():
            raise StripeAwayError(AWAY)
        try:
            answer = act()
        except stripe.StripeError as fault:
            refusal = _refusal(fault)
            self._breaker.note(is_fault=isinstance(refusal, StripeAwayError))
            raise refusal from None
        self._breaker.note(is_fault=False)
        return answer

    def pages(self, first: Callable[[], stripe.ListObject[_Item]]) -> Iterator[_Item]:
        """Yield the items of every page; each page is its own call, so that each fault is told apart."""
        page = self.ask(first)
        yield from page.data
        while page.has_more:
            page = self.ask(page.next_page)
            yield from page.data


def read_facts(read: Callable[[], _Answer]) -> _Answer:
    """Return what `read` makes of an answer; an expected field that is missing or odd is refused, never guessed."""
    try:
        return read()
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        _log.error("stripe answered in another shape: %s", type(fault).__name__)
        raise StripeRefusedError(REFUSED) from fault


def _refusal(fault: stripe.StripeError) -> StripeAwayError | StripeRefusedError:
    code = getattr(fault, "code", None)
    level = logging.INFO if code == "resource_missing" else logging.WARNING
    _log.log(
        level,
        "stripe %s status=%s code=%s request=%s",
        type(fault).__name__,
        fault.http_status,
        code,
        fault.request_id,
    )
    if code == "resource_missing":
        return MissingAtStripeError(REFUSED)
    if not _may_pass(fault):
        return StripeRefusedError(REFUSED)
    headers = fault.headers or {}
    return ReplayedFaultError(AWAY) if headers.get("idempotent-replayed") == "true" else StripeAwayError(AWAY)


def _may_pass(fault: stripe.StripeError) -> bool:
    """Say whether time may heal it: connection faults, timeouts, 409, 429, 5xx, an answer that is no JSON."""
    if isinstance(fault, stripe.APIConnectionError | stripe.RateLimitError | stripe.APIError):
        return True
    status = fault.http_status or 0
    return status in {_CONFLICT, _TOO_MANY} or status >= _SERVER_FAULT
