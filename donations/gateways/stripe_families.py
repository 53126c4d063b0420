"""Room: gateways. From any object an event may name to its whole family: what converges is never a part of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import stripe

from donations.gateways.stripe_calls import PAGE, StripeCalls, read_facts
from donations.gateways.stripe_facts import (
    ChargeParts,
    balance_transaction,
    charge_facts,
    checkout_facts,
    id_of,
    payout_facts,
)
from donations.gateways.stripe_pledge_facts import with_invoice
from donations.gateways.stripe_pledges import Billed, StripePledges
from donations.ports import ChargeFacts, Family

if TYPE_CHECKING:
    from stripe._v1_services import V1Services
    from stripe.checkout import Session

_ROWS = ["balance_transaction", "failure_balance_transaction"]
_CHARGE = [*_ROWS, "payment_intent"]
_RECONCILED = "completed"


class StripeFamilies:
    """Fetches families by the id of any of their members."""

    def __init__(self, services: V1Services, calls: StripeCalls, pledges: StripePledges) -> None:
        self._stripe = services
        self._calls = calls
        self._pledges = pledges
        self._fetchers: Mapping[str, Callable[[str], Family | None]] = {
            "checkout.session": self.of_checkout,
            "payment_intent": self.of_intent,
            "charge": self.of_charge,
            "refund": self._of_refund,
            "dispute": self._of_dispute,
            "payout": self._of_payout,
            "balance_transaction": self._of_row,
            "radar.early_fraud_warning": self._of_warning,
            "review": self._of_review,
            "invoice": lambda invoice_id: self._of_invoice(pledges.invoice(invoice_id), None),
            "invoice_payment": lambda payment_id: self._of_invoice(pledges.invoice_of_payment(payment_id), None),
            **pledges.fetchers(),
        }

    def fetch(self, object_type: str, object_id: str) -> Family | None:
        """Fetch the family of an object; None for a type on which no money hangs."""
        fetch = self._fetchers.get(object_type)
        family = None if fetch is None or not object_id else fetch(object_id)
        return None if family is None else replace(family, covers=_covered(family) | {object_id})

    def of_checkout(self, checkout_id: str) -> Family:
        """Fetch a checkout with every charge that was tried for it; a monthly one with its subscription."""
        checkout = self._calls.ask(lambda: self._stripe.checkout.sessions.retrieve(checkout_id))
        invoice_id = id_of(checkout.invoice)
        if invoice_id is not None:
            return self._of_invoice(self._pledges.invoice(invoice_id), checkout)
        return self._family(checkout, id_of(checkout.payment_intent))

    def of_intent(self, intent_id: str) -> Family:
        """Fetch every charge tried for a payment intent, with the checkout it came from."""
        intent = self._calls.ask(lambda: self._stripe.payment_intents.retrieve(intent_id))
        return self._family(self._checkout_of(intent.id), intent.id)

    def of_charge(self, charge_id: str) -> Family:
        """Fetch a charge with all that was tried for the same payment."""
        charge = self._calls.ask(lambda: self._stripe.charges.retrieve(charge_id, {"expand": list(_CHARGE)}))
        intent_id = id_of(charge.payment_intent)
        if intent_id is None:
            return Family(charges=(self._charge(charge, None),))
        return self._family(self._checkout_of(intent_id), intent_id)

    def charges_of_intent(self, intent_id: str, checkout: Session | None) -> tuple[ChargeFacts, ...]:
        """Return every charge tried for an intent, each with all its refunds and disputes."""
        expand = [f"data.{field}" for field in _CHARGE]
        attempts = self._stripe.charges
        found = self._calls.pages(
            lambda: attempts.list({"payment_intent": intent_id, "limit": PAGE, "expand": expand})
        )
        return tuple(self._charge(charge, checkout) for charge in found)

    def _family(self, checkout: Session | None, intent_id: str | None) -> Family:
        if checkout is None and intent_id is not None:
            billed = self._pledges.invoice_of_intent(intent_id)
            if billed is not None:
                return self._of_invoice(billed, None)
        charges = () if intent_id is None else self.charges_of_intent(intent_id, checkout)
        facts = None if checkout is None else read_facts(lambda: checkout_facts(checkout, charges))
        return Family(checkout=facts, charges=charges, covers=frozenset(() if intent_id is None else (intent_id,)))

    def _of_invoice(self, billed: Billed, checkout: Session | None) -> Family:
        """Fetch what was tried for an invoice; the invoice stands for itself while no charge has paid it."""
        tried = [charge for intent in billed.intent_ids for charge in self.charges_of_intent(intent, None)]
        charges = with_invoice(tuple(tried), billed.invoice)
        is_paid = any(charge.status != "failed" or charge.balance_transaction for charge in charges)
        return Family(
            checkout=None if checkout is None else read_facts(lambda: checkout_facts(checkout, charges)),
            charges=charges,
            subscription=billed.subscription,
            invoices=() if is_paid else (billed.invoice,),
            covers=frozenset((billed.invoice.invoice_id, *billed.intent_ids)),
        )

    def _charge(self, charge: stripe.Charge, checkout: Session | None) -> ChargeFacts:
        """Return a charge with what has gone back of it; nothing ever goes back of one that never was money."""
        parts = ChargeParts() if _never_was_money(charge) else self._parts(charge.id)
        return read_facts(lambda: charge_facts(charge, checkout, parts))

    def _parts(self, charge_id: str) -> ChargeParts:
        refunds, disputes = self._stripe.refunds, self._stripe.disputes
        expand = [f"data.{field}" for field in _ROWS]
        return ChargeParts(
            refunds=tuple(
                self._calls.pages(lambda: refunds.list({"charge": charge_id, "limit": PAGE, "expand": expand}))
            ),
            disputes=tuple(self._calls.pages(lambda: disputes.list({"charge": charge_id, "limit": PAGE}))),
        )

    def _checkout_of(self, intent_id: str) -> Session | None:
        sessions = self._stripe.checkout.sessions
        found = self._calls.ask(lambda: sessions.list({"payment_intent": intent_id, "limit": 1}))
        return found.data[0] if found.data else None

    def _of_refund(self, refund_id: str) -> Family | None:
        refund = self._calls.ask(lambda: self._stripe.refunds.retrieve(refund_id))
        charge_id = id_of(refund.charge)
        return None if charge_id is None else self.of_charge(charge_id)

    def _of_dispute(self, dispute_id: str) -> Family:
        dispute = self._calls.ask(lambda: self._stripe.disputes.retrieve(dispute_id))
        return self.of_charge(str(id_of(dispute.charge)))

    def _of_warning(self, warning_id: str) -> Family:
        warning = self._calls.ask(lambda: self._stripe.radar.early_fraud_warnings.retrieve(warning_id))
        charge_id = str(id_of(warning.charge))
        family = self.of_charge(charge_id)
        return replace(family, warnings=(charge_id,))

    def _of_review(self, review_id: str) -> Family | None:
        review = self._calls.ask(lambda: self._stripe.reviews.retrieve(review_id))
        charge_id = id_of(review.charge)
        return None if charge_id is None else self.of_charge(charge_id)

    def _of_payout(self, payout_id: str) -> Family:
        """Fetch a payout; with all its rows but its own once Stripe says that they are complete."""
        payout = self._calls.ask(lambda: self._stripe.payouts.retrieve(payout_id, {"expand": list(_ROWS)}))
        is_known = payout.reconciliation_status == _RECONCILED
        found = self._rows_of(payout_id) if is_known else None
        return Family(payout=read_facts(lambda: payout_facts(payout, found)))

    def _rows_of(self, payout_id: str) -> tuple[stripe.BalanceTransaction, ...]:
        rows = self._stripe.balance_transactions
        return tuple(self._calls.pages(lambda: rows.list({"payout": payout_id, "limit": PAGE})))

    def _of_row(self, row_id: str) -> Family | None:
        """Follow a row of Stripe's book to its charge, refund, dispute or payout; else it stands for itself."""
        row = self._calls.ask(lambda: self._stripe.balance_transactions.retrieve(row_id, {"expand": ["source"]}))
        source = row.source
        kind = source["object"] if isinstance(source, stripe.StripeObject) else ""
        family = self.fetch(str(kind), str(id_of(source))) if kind in _SOURCES else None
        return read_facts(lambda: Family(rows=(balance_transaction(row),))) if family is None else family


_SOURCES = frozenset({"charge", "refund", "dispute", "payout"})


def _covered(family: Family) -> frozenset[str]:
    """Return every member from which this same family would have been fetched, intents and invoices as fetched."""
    members = set(family.covers)
    if family.checkout is not None:
        members.add(family.checkout.checkout_id)
    for charge in family.charges:
        members.add(charge.charge_id)
        members.update(refund.refund_id for refund in charge.refunds)
        members.update(dispute.dispute_id for dispute in charge.disputes)
    if family.subscription is not None:
        members.add(family.subscription.subscription_id)
    if family.payout is not None:
        members.add(family.payout.payout_id)
    return frozenset(members)


def _never_was_money(charge: stripe.Charge) -> bool:
    rows = (charge.balance_transaction, charge.failure_balance_transaction)
    return charge.status == "failed" and rows == (None, None)
