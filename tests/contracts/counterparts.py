"""Two card processors for one suite: the simulated Stripe, and Stripe's sandbox as an optional witness."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import stripe

from donations.gateways.stripe_payments import StripePayments
from donations.ports import CheckoutOrder, CheckoutPermit, Payments
from donations.simulator import control
from tests.simulator.world import INSTANCE, World

PERMIT = CheckoutPermit(form_token_hash="0" * 64, granted_at=datetime(2026, 11, 22, tzinfo=UTC))


class Counterpart(Protocol):
    """A card processor that can be asked, and made to take a card."""

    @property
    def payments(self) -> Payments:
        """Return the production gateway before it."""
        ...

    def order(self) -> CheckoutOrder:
        """Return an order that was never placed before."""
        ...

    def charge(self, order: CheckoutOrder) -> str:
        """Take a good card for an order and return the charge."""
        ...


@dataclass(frozen=True)
class Simulated:
    """The simulated Stripe: its donor pays the opened checkout."""

    world: World

    @property
    def payments(self) -> Payments:
        """Return the production gateway before it."""
        return self.world.payments

    def order(self) -> CheckoutOrder:
        """Return an order that was never placed before."""
        return fresh(self.world.order(amount_cents=13_000, fee_cover_cents=419))

    def charge(self, order: CheckoutOrder) -> str:
        """Pay the order's checkout."""
        checkout = self.world.payments.open_checkout(order, PERMIT)
        return str(control.pay(self.world.stripe, checkout.checkout_id).charge_id)


class Sandbox:
    """Stripe's sandbox: nobody is on its hosted page, so a test card is charged under the same marks."""

    def __init__(self, key: str) -> None:
        self.payments: Payments = StripePayments(key, instance=INSTANCE)
        self._raw = stripe.StripeClient(key).v1

    def order(self) -> CheckoutOrder:
        """Return an order that was never placed before."""
        return fresh(
            CheckoutOrder(
                key="",
                reference="",
                amount_cents=13_000,
                fee_cover_cents=419,
                email="donor@example.org",
                success_url="https://example.org/thanks/token",
                cancel_url="https://example.org/give",
                expires_at=datetime.now(tz=UTC) + timedelta(minutes=35),
            )
        )

    def charge(self, order: CheckoutOrder) -> str:
        """Charge Stripe's test card with the order's amount and marks."""
        intent = self._raw.payment_intents.create(
            {
                "amount": order.amount_cents + order.fee_cover_cents,
                "currency": "usd",
                "confirm": True,
                "payment_method": "pm_card_visa",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "metadata": {"almoner": INSTANCE, "gift": order.reference},
            }
        )
        return str(intent.latest_charge)


def fresh(order: CheckoutOrder) -> CheckoutOrder:
    """Give an order a reference and key that no other run has used."""
    gift = f"g_{secrets.token_hex(8)}"
    return replace(order, reference=gift, key=f"checkout/{gift}/1")
