"""Room: ports. The few things outside the house, as small Protocols, and the facts that pass through them.

Real ones live in `donations.gateways`, the rehearsal in `donations.simulator`; one contract suite runs against both.
No network call is ever made inside a database transaction.
"""

from donations.ports.facts import (
    BalanceTransaction,
    ChargeFacts,
    CheckoutFacts,
    DisputeFacts,
    Family,
    InvoiceFacts,
    Method,
    PayoutFacts,
    RefundFacts,
    Ring,
    StripeBalance,
    SubscriptionFacts,
)
from donations.ports.house import (
    Attachment,
    Clock,
    Doorbell,
    Files,
    Letter,
    Mailer,
    MailRefusedError,
    PartnerDoor,
    PartnerRefusedError,
    PrintedDocument,
    Printing,
    PrintingFailedError,
    Rejected,
)
from donations.ports.payments import (
    CheckoutOrder,
    CheckoutPermit,
    Frequency,
    OpenCheckout,
    Payments,
    RefundOrder,
    RefundReason,
)

__all__ = [
    "Attachment",
    "BalanceTransaction",
    "ChargeFacts",
    "CheckoutFacts",
    "CheckoutOrder",
    "CheckoutPermit",
    "Clock",
    "DisputeFacts",
    "Doorbell",
    "Family",
    "Files",
    "Frequency",
    "InvoiceFacts",
    "Letter",
    "MailRefusedError",
    "Mailer",
    "Method",
    "OpenCheckout",
    "PartnerDoor",
    "PartnerRefusedError",
    "Payments",
    "PayoutFacts",
    "PrintedDocument",
    "Printing",
    "PrintingFailedError",
    "RefundFacts",
    "RefundOrder",
    "RefundReason",
    "Rejected",
    "Ring",
    "StripeBalance",
    "SubscriptionFacts",
]
