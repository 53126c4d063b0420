"""Room: gateways. Monthly gifts at Stripe: whose invoice a charge paid, how a subscription stands, the portal.

Pledges have a customer each; a charge finds its pledge through its payment intent, the intent's invoice payment,
and the metadata that the invoice noted of its subscription: a renewal's charge carries no mark of ours.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from donations.errors import StripeRefusedError
from donations.gateways.stripe_calls import PAGE, REFUSED, MissingAtStripeError, StripeCalls, read_facts
from donations.gateways.stripe_facts import id_of
from donations.gateways.stripe_pledge_changes import change_of
from donations.gateways.stripe_pledge_facts import invoice_facts, subscription_facts
from donations.ports import CheckoutOrder, Family, InvoiceFacts, PledgeOrder, SubscriptionFacts
from receipts.wording import Language

if TYPE_CHECKING:
    from stripe._v1_services import V1Services
    from stripe.params import InvoicePaymentListParams, SubscriptionResumeParams
    from stripe.params.billing_portal import ConfigurationCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

LOCALES: Final[dict[Language, Literal["en", "es-419"]]] = {"en": "en", "es": "es-419"}
"""Stripe's own names; its second is the Spanish of Latin America."""
_ENDED = frozenset({"canceled", "incomplete_expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """An invoice as Stripe tells it now, the intents tried for it, and its subscription, if it has one."""

    invoice: InvoiceFacts
    intent_ids: tuple[str, ...]
    subscription: SubscriptionFacts | None


@dataclass(slots=True, kw_only=True)
class StripePledges:
    """Asks Stripe about pledges; `products` are our product ids and their funds, `instance` our mark."""

    services: V1Services
    calls: StripeCalls
    instance: str
    products: Mapping[str, str]
    _configuration: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fetchers(self) -> dict[str, Callable[[str], Family | None]]:
        """Return, by type of object, how the pledge around one is fetched where no charge hangs on it."""
        return {
            "subscription": lambda told: Family(subscription=self.subscription(told)),
            "customer": self._family_of_customer,
            "payment_method": lambda told: self._family_of_customer(self._customer_of_card(told)),
            "mandate": lambda told: self._family_of_customer(self._customer_of_mandate(told)),
        }

    def invoice_of_intent(self, intent_id: str) -> Billed | None:
        """Return the invoice a payment intent was made for; None where it is no invoice's."""
        params: InvoicePaymentListParams = {
            "payment": {"type": "payment_intent", "payment_intent": intent_id},
            "limit": 1,
        }
        found = self.calls.ask(lambda: self.services.invoice_payments.list(params))
        return self.invoice(str(id_of(found.data[0].invoice))) if found.data else None

    def invoice(self, invoice_id: str) -> Billed:
        """Return an invoice with every intent tried for it."""
        told = self.calls.ask(lambda: self.services.invoices.retrieve(invoice_id))
        facts = read_facts(lambda: invoice_facts(told, self.products))
        payments = self.services.invoice_payments
        tried = self.calls.pages(lambda: payments.list({"invoice": invoice_id, "limit": PAGE}))
        intents = (id_of(payment.payment.payment_intent) for payment in tried)
        subscription_id = facts.subscription_id
        return Billed(
            invoice=facts,
            intent_ids=tuple(dict.fromkeys(intent for intent in intents if intent is not None)),
            subscription=None if subscription_id is None else self.subscription(subscription_id),
        )

    def invoice_of_payment(self, payment_id: str) -> Billed:
        """Return the invoice an invoice payment is for."""
        told = self.calls.ask(lambda: self.services.invoice_payments.retrieve(payment_id))
        return self.invoice(str(id_of(told.invoice)))

    def subscription(self, subscription_id: str) -> SubscriptionFacts:
        """Return how a subscription stands now."""
        told = self.calls.ask(lambda: self.services.subscriptions.retrieve(subscription_id))
        return read_facts(partial(subscription_facts, told))

    def subscriptions_of(self, customer_id: str) -> tuple[SubscriptionFacts, ...]:
        """Return every subscription of a customer, ended ones too, newest first; a deleted customer keeps its own."""
        lists = self.services.subscriptions
        found = self.calls.pages(lambda: lists.list({"customer": customer_id, "status": "all", "limit": PAGE}))
        return tuple(read_facts(partial(subscription_facts, told)) for told in found)

    def _family_of_customer(self, customer_id: str | None) -> Family | None:
        """Return how the pledge of a customer stands: the one that is ours and goes on, before any that has ended."""
        found = () if customer_id is None else self.subscriptions_of(customer_id)
        ours = [facts for facts in found if facts.instance == self.instance and facts.pledge is not None]
        going = [facts for facts in ours if facts.status not in _ENDED]
        return Family(subscription=(going or ours)[0]) if ours else None

    def _customer_of_card(self, method_id: str) -> str | None:
        """Return whose card it is; None for one kept for nobody."""
        told = self.calls.ask(lambda: self.services.payment_methods.retrieve(method_id))
        return id_of(told.customer)

    def _customer_of_mandate(self, mandate_id: str) -> str | None:
        """Return whose bank debit a mandate allows; None where its account is kept for nobody."""
        told = self.calls.ask(lambda: self.services.mandates.retrieve(mandate_id))
        return self._customer_of_card(str(id_of(told.payment_method)))

    def open_portal(self, customer_id: str, *, return_url: str) -> str:
        """Open the customer portal with our configuration and return its address, a bearer secret."""
        configuration = self._portal_configuration()
        sessions = self.services.billing_portal.sessions
        try:
            opened = self.calls.ask(
                lambda: sessions.create(
                    {"customer": customer_id, "configuration": configuration, "return_url": return_url}
                )
            )
        except MissingAtStripeError:
            self._configuration = None  # Someone removed it; the next try finds or makes another.
            raise
        return opened.url

    def cancel(self, subscription_id: str, *, key: str) -> None:
        """End a subscription now; one that has ended already is fine."""
        subscriptions = self.services.subscriptions
        try:
            self.calls.ask(lambda: subscriptions.cancel(subscription_id, {}, {"idempotency_key": key}))
        except MissingAtStripeError:
            # Stripe says this of a subscription that ended before, as of one that never was.
            if self.subscription(subscription_id).status not in _ENDED:
                raise StripeRefusedError(REFUSED) from None

    def change(self, order: PledgeOrder) -> None:
        """Change a subscription as its donor asked, if it does not stand so already; nothing is charged for it.

        What it stands like is asked first: after a lost answer the same order then finds nothing left to do.
        """
        subscriptions, wish = self.services.subscriptions, order.subscription_id
        told = self.calls.ask(lambda: subscriptions.retrieve(wish))
        if told.status in _ENDED:
            raise StripeRefusedError(REFUSED)
        if order.kind == "resume" and told.status == "paused":
            anchored: SubscriptionResumeParams = {
                "billing_cycle_anchor": {"type": "unchanged"},
                "proration_behavior": "none",
            }
            self.calls.ask(lambda: subscriptions.resume(wish, anchored, {"idempotency_key": order.key}))
            return
        params = read_facts(partial(change_of, told, order, self.products))
        if params is not None:
            self.calls.ask(lambda: subscriptions.update(wish, params, {"idempotency_key": order.key}))

    def _portal_configuration(self) -> str:
        """Return the portal's configuration with our mark, made once; a known one is not asked for again."""
        with self._lock:
            if self._configuration is None:
                self._configuration = self._find_configuration() or self._make_configuration()
            return self._configuration

    def _find_configuration(self) -> str | None:
        configurations = self.services.billing_portal.configurations
        for told in self.calls.pages(lambda: configurations.list({"active": True, "limit": PAGE})):
            marks = told.metadata
            if marks is not None and "almoner" in marks and marks["almoner"] == self.instance:
                return told.id
        return None

    def _make_configuration(self) -> str:
        """Make it with a pause where the account's portal has one (the redesigned portal only), else without."""
        try:
            return self._create_configuration("1", can_pause=True)
        except StripeRefusedError:
            return self._create_configuration("2", can_pause=False)

    def _create_configuration(self, attempt: str, *, can_pause: bool) -> str:
        """Let donors change their card, see their payments and end their gift; amounts are changed on our pages."""
        params: ConfigurationCreateParams = {
            "metadata": {"almoner": self.instance},
            "features": {
                "subscription_cancel": {"enabled": True, "mode": "at_period_end", "proration_behavior": "none"},
                "payment_method_update": {"enabled": True},
                "invoice_history": {"enabled": True},
                "subscription_pause": {"enabled": can_pause},
                "subscription_update": {"enabled": False},
                "customer_update": {"enabled": False},
            },
        }
        if not can_pause:
            del params["features"]["subscription_pause"]
        configurations = self.services.billing_portal.configurations
        key = f"portal/{self.instance}/{attempt}"
        return self.calls.ask(lambda: configurations.create(params, {"idempotency_key": key})).id


def monthly_checkout(
    order: CheckoutOrder,
    lines: Sequence[SessionCreateParamsLineItem],
    *,
    instance: str,
    address: Literal["auto", "required"],
) -> SessionCreateParams:
    """Return what a pledge's checkout asks for: the lines again every month, and our mark on its subscription."""
    marks = {"almoner": instance, "pledge": order.reference}
    return {
        "mode": "subscription",
        "ui_mode": "hosted_page",
        "submit_type": "donate",
        "line_items": [_every_month(line) for line in lines],
        "client_reference_id": order.reference,
        "metadata": marks,
        "subscription_data": {"metadata": marks},
        "allowed_payment_method_types": ["card", "link", "us_bank_account"],
        "adaptive_pricing": {"enabled": False},
        "billing_address_collection": address,
        "customer_email": order.email,
        "locale": LOCALES[order.language],
        "expires_at": int(order.expires_at.timestamp()),
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
    }


def _every_month(line: SessionCreateParamsLineItem) -> SessionCreateParamsLineItem:
    once = line["price_data"]
    return {**line, "price_data": {**once, "recurring": {"interval": "month"}}}
