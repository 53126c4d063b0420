"""Room: exceptions. What each kind of alarm is called, how grave it is, and what is done about it."""

from __future__ import annotations

from typing import Final

from donations.exceptions.task import Action, Severity

ALARMS: Final = Action(words="See each of them", address="/treasury/alarms", command="almoner alarms")
RECONCILE: Final = Action(
    words="Compare our book with Stripe's", address="/treasury/payouts", command="almoner reconcile"
)
SUSPENSE: Final = Action(words="Say what the money is", address="/treasury/suspense")
SWEEP: Final = Action(words="Ask Stripe what we missed", command="almoner sweep")
REFUND: Final = Action(words="Give a gift back", address="/treasury/gifts", command="almoner refund make")
NO_RECEIPT: Final = Action(words="See why on the gift's page, mend it, and ask again", address="/treasury/gifts")
BOOKS: Final = Action(words="Find the lines that are missing", command="almoner books verify")
BALANCES: Final = Action(words="See every balance", command="almoner balances")

ALARM_KINDS: Final[dict[str, tuple[str, Severity, tuple[Action, ...]]]] = {
    "books_diverged": ("The public books are not what was signed", "blocks", (BOOKS, ALARMS)),
    "dispute": ("Disputes wait for evidence", "blocks", (ALARMS,)),
    "document_differs": ("Documents do not match their printed bytes", "blocks", (ALARMS,)),
    "early_fraud_warning": ("The card networks warn of fraud", "warns", (REFUND, ALARMS)),
    "foreign_row": ("Stripe moved money that is not of this house", "warns", (RECONCILE, ALARMS)),
    "form_8282": ("Form 8282 is due for property we disposed of", "warns", (ALARMS,)),
    "form_8283": ("Donors may ask us to sign Form 8283", "warns", (ALARMS,)),
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

WHAT_TO_DO: Final[dict[str, str]] = {
    "books_diverged": "Bring back the newest backup; no number is given until the lines are there.",
    "early_fraud_warning": "Refund the gift, or keep it if you know its giver; then say that it is dealt with.",
    "foreign_row": "Find the row in Stripe's dashboard: other money than the charity's has no place in its account.",
    "form_8282": "If you signed Form 8283 for it, file Form 8282 by the day it is due, and send the donor a copy.",
    "form_8283": "If the donor sends the form, sign Section B: that the property came, never what it is worth.",
    "invoice_without_charge": "Find in Stripe's dashboard how it was paid, and enter the gift if it was one.",
    "left_over": "Give the cents back, or clear them at Suspense.",
    "paid_twice": "Give one of the two gifts back, or keep both if the giver wants so.",
    "payout_failed": "Mend the bank account in Stripe's dashboard; Stripe pays out again.",
    "refund_failed": "Reach the donor and send the money by cheque: the refund did not arrive.",
    "second_subscription": "Ask the donor which monthly gift they want, and cancel the other one.",
    "unknown_row": "Find out what the row is in Stripe's dashboard, and clear its money at Suspense.",
}
"""What a person may end, for nothing else surely does, and what is done about it. Every other ends with its cause."""
