"""Room: simulator. What of Stripe's API is played here; every other address gets Stripe's own 404.

Each resource has its operations in a module of its own; they are only gathered here.
"""

from __future__ import annotations

from donations.simulator.billing_operations import BILLING_OPERATIONS
from donations.simulator.calls import Operation
from donations.simulator.checkout_operations import CHECKOUT_OPERATIONS
from donations.simulator.intent_operations import INTENT_OPERATIONS
from donations.simulator.money_operations import MONEY_OPERATIONS
from donations.simulator.pledge_operations import PLEDGE_OPERATIONS
from donations.simulator.refusals import unknown_url
from donations.simulator.return_operations import RETURN_OPERATIONS

OPERATIONS: tuple[Operation, ...] = (
    *CHECKOUT_OPERATIONS,
    *MONEY_OPERATIONS,
    *INTENT_OPERATIONS,
    *RETURN_OPERATIONS,
    *PLEDGE_OPERATIONS,
    *BILLING_OPERATIONS,
)


def find_operation(verb: str, path: str) -> tuple[Operation, str]:
    """Return the operation at an address and the id in it; raises Stripe's "Unrecognized request URL"."""
    for operation in OPERATIONS:
        object_id = operation.match(verb, path)
        if object_id is not None:
            return operation, object_id
    raise unknown_url(verb, path)
