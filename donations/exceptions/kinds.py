"""Room: exceptions. What each kind of alarm is called, how grave it is, and what is done about it."""

from __future__ import annotations

from typing import Final

from donations.exceptions.task import Action, Severity

ALARMS: Final = Action(words="See each of them", command="almoner alarms")
RECONCILE: Final = Action(
    words="Compare our book with Stripe's", address="/treasury/payouts", command="almoner reconcile"
)
SUSPENSE: Final = Action(words="Say what the money is", address="/treasury/suspense")
SWEEP: Final = Action(words="Ask Stripe what we missed", command="almoner sweep")
REFUND: Final = Action(words="Give a gift back", address="/treasury/gifts", command="almoner refund make")
NO_RECEIPT: Final = Action(words="See why on the gift's page, mend it, and ask again", address="/treasury/gifts")
BALANCES: Final = Action(words="See every balance", command="almoner balances")

ALARM_KINDS: Final[dict[str, tuple[str, Severity, tuple[Action, ...]]]] = {
    "dispute": ("Disputes wait for evidence", "blocks", (ALARMS,)),
    "document_differs": ("Documents do not match their printed bytes", "blocks", (ALARMS,)),
    "early_fraud_warning": ("The card networks warn of fraud", "warns", (REFUND, ALARMS)),
    "foreign_row": ("Stripe moved money that is not of this house", "warns", (RECONCILE, ALARMS)),
    "invoice_without_charge": ("Invoices are paid without a charge", "warns", (ALARMS, SWEEP)),
    "left_over": ("Cents are left over after a return", "warns", (ALARMS, BALANCES)),
    "operations_broken": ("Operations is lent children's money", "blocks", (BALANCES,)),
    "operations_low": ("Operations can hardly carry the fees", "warns", (BALANCES,)),
    "paid_twice": ("Gifts were paid twice", "warns", (REFUND, ALARMS)),
    "payout_difference": ("Payouts differ from their rows", "blocks", (RECONCILE,)),
    "payout_failed": ("Payouts failed", "blocks", (RECONCILE, ALARMS)),
    "receipt_refused": ("Gifts were refused their receipt", "warns", (NO_RECEIPT, ALARMS)),
    "refund_failed": ("Refunds failed", "blocks", (ALARMS,)),
    "second_subscription": ("Donors have a second monthly gift", "warns", (ALARMS,)),
    "suspense": ("Money waits in suspense", "blocks", (SUSPENSE, ALARMS)),
    "unknown_row": ("Stripe told rows of a kind we do not know", "blocks", (RECONCILE, ALARMS)),
}
"""One line per kind that `donations.alarms` may raise; a test compares the two."""
