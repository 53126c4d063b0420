"""Room: gateways. Refunds asked for by us: one for each reference, however often the asking is cut short."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from donations.errors import StripeAwayError
from donations.gateways.stripe_calls import AWAY, PAGE, ReplayedFaultError, StripeCalls, read_facts
from donations.gateways.stripe_facts import refund_facts
from donations.ports import RefundFacts, RefundOrder

if TYPE_CHECKING:
    import stripe
    from stripe._v1_services import V1Services
    from stripe.params import RefundCreateParams

_ROWS = ["balance_transaction", "failure_balance_transaction"]


class StripeRefunds:
    """Makes refunds of charges, marked with our instance and the reference of the request."""

    def __init__(self, services: V1Services, calls: StripeCalls, instance: str) -> None:
        self._stripe = services
        self._calls = calls
        self._instance = instance

    def make(self, order: RefundOrder) -> RefundFacts:
        """Make a refund, or return the one already made for the same reference.

        An attempt under a later key may only follow a proven absence, so what is there is looked for first: Stripe
        keeps a key for a day, its refunds for ever.
        """
        made = self._find(order)
        return made or self._create(order)

    def _create(self, order: RefundOrder) -> RefundFacts:
        params: RefundCreateParams = {
            "charge": order.charge_id,
            "amount": order.amount_cents,
            "reason": order.reason,
            "metadata": {"almoner": self._instance, "refund": order.reference},
            "expand": list(_ROWS),
        }
        try:
            told = self._calls.ask(partial(self._stripe.refunds.create, params, {"idempotency_key": order.key}))
        except ReplayedFaultError:
            made = self._find(order)
            if made is None:
                raise StripeAwayError(AWAY) from None
            return made
        return read_facts(lambda: refund_facts(told))

    def _find(self, order: RefundOrder) -> RefundFacts | None:
        expand = [f"data.{field}" for field in _ROWS]
        refunds = self._stripe.refunds
        for told in self._calls.pages(
            lambda: refunds.list({"charge": order.charge_id, "limit": PAGE, "expand": expand})
        ):
            facts = read_facts(partial(_read, told))
            if (facts.instance, facts.reference) == (self._instance, order.reference):
                return facts
        return None


def _read(told: stripe.Refund) -> RefundFacts:
    return refund_facts(told)
