"""A simulated Stripe whose every answer is checked against the installed SDK, and orders to try it with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import stripe

from donations.gateways.breaker import Breaker
from donations.gateways.stripe_payments import StripePayments
from donations.gateways.stripe_webhook import StripeDoorbell
from donations.ports import CheckoutOrder, CheckoutPermit, Rejected, Ring
from donations.simulator import control
from donations.simulator.client import SIMULATED_KEY, SimulatedStripe
from donations.simulator.contract import find_faults
from donations.simulator.operations import find_operation
from donations.simulator.refusals import StripeRefusal

BASE_URL = "http://127.0.0.1:8000"
INSTANCE = "almoner.example"


class CheckedStripe(SimulatedStripe):
    """Fails a test at once when an answer is not what the SDK's resource class says; counts what it checked."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, base_url=BASE_URL)
        self.calls: list[str] = []
        self.posted: list[tuple[str, str]] = []
        self.checked = 0
        self.checks = True

    def request(  # type: ignore[override] # As its parent.
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Answer as the simulated Stripe does, then compare the answer with the SDK's resource class."""
        path = url.removeprefix("https://api.stripe.com").partition("?")[0]
        self.calls.append(f"{method} {path}")
        if method == "post":
            self.posted.append((path, post_data))
        body, status, answered = super().request(method, url, headers, post_data)
        if status == 200 and self.checks:
            operation, _ = find_operation(method, path)
            assert find_faults(resource(operation.answer), json.loads(body)) == []
            self.checked += 1
        return body, status, answered


@cache
def resource(dotted: str) -> Any:  # noqa: ANN401
    """Return the SDK's class of an operation's answer; `ListObject[X]` is a list of X."""
    inner = re.fullmatch(r"ListObject\[(.+)\]", dotted)
    if inner:
        any_list: Any = stripe.ListObject
        return any_list[resource(inner[1])]
    found: Any = stripe
    for name in dotted.split("."):
        found = getattr(found, name)
    return found


class World:
    """One simulated Stripe with the production gateway and doorbell in front of it."""

    def __init__(self, file: Path) -> None:
        self.stripe = CheckedStripe(file)
        self.breaker_seconds = 0.0
        self.payments = self.open_payments()
        self.raw = stripe.StripeClient(SIMULATED_KEY, http_client=self.stripe).v1
        self._orders = 0

    def open_payments(self) -> StripePayments:
        """Return another gateway on the same Stripe, with a breaker on a clock of the test's."""
        breaker = Breaker(tell_seconds=lambda: self.breaker_seconds)
        return StripePayments(SIMULATED_KEY, instance=INSTANCE, http_client=self.stripe, breaker=breaker)

    def order(self, *, amount_cents: int = 13_000, fee_cover_cents: int = 0, attempt: int = 1) -> CheckoutOrder:
        """Return the next gift's order."""
        self._orders += 1
        gift = f"g_{self._orders:016d}"
        return CheckoutOrder(
            key=f"checkout/{gift}/{attempt}",
            reference=gift,
            amount_cents=amount_cents,
            fee_cover_cents=fee_cover_cents,
            email="donor@example.org",
            success_url=f"{BASE_URL}/thanks/token",
            cancel_url=f"{BASE_URL}/give",
            expires_at=self.stripe.clock.now() + timedelta(minutes=35),
        )

    @property
    def permit(self) -> CheckoutPermit:
        """Return leave to open a checkout."""
        return CheckoutPermit(form_token_hash="0" * 64, granted_at=self.stripe.clock.now())

    def open(self, **wish: int) -> str:
        """Open the checkout of a new order and return its id."""
        return self.payments.open_checkout(self.order(**wish), self.permit).checkout_id

    def gift(self, **wish: int) -> str:
        """Open and pay a checkout; return its charge."""
        played = control.pay(self.stripe, self.open(**wish))
        assert played.charge_id is not None
        return played.charge_id


class LetterSlot:
    """An intake that verifies with the production doorbell and remembers what rang; it can be told to be closed."""

    def __init__(self, world: World, secrets: tuple[str, ...] | None = None) -> None:
        self._world = world
        self._doorbell = StripeDoorbell(secrets or world.stripe.webhook_secrets())
        self.rings: list[Ring] = []
        self.rejections: list[Rejected] = []
        self.closed_for = 0

    def __call__(self, body: bytes, headers: dict[str, str]) -> int:
        """Answer as the web's letter slot does."""
        if self.closed_for:
            self.closed_for -= 1
            return 503
        signature = headers["Stripe-Signature"].encode()
        ring = self._doorbell.verify(signature=signature, body=body, now=self._world.stripe.clock.now())
        if isinstance(ring, Rejected):
            self.rejections.append(ring)
            return 400
        self.rings.append(ring)
        return 204


def is_refused(method: str, path: str) -> bool:
    """Return whether the simulated Stripe knows no such address."""
    try:
        find_operation(method, path)
    except StripeRefusal:
        return True
    return False
