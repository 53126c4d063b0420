"""Room: offline. The deposit slip: what of a posted batch is carried to the bank."""

from __future__ import annotations

from typing import Any

from donations.errors import DonationError
from donations.offline.batches import BatchFacts


def slip_of(batch: BatchFacts) -> dict[str, Any]:
    """Return the cheques and cash of a posted batch with their count and total; a wire is at the bank already."""
    if batch.state != "posted":
        raise DonationError(f"Batch {batch.reference} is not posted yet: nothing of it is booked.", field="batch")
    cheques = [
        {"cheque_number": line.cheque_number, "amount_cents": line.amount_cents}
        for line in batch.lines
        if line.cheque_number is not None
    ]
    cash = [line.amount_cents for line in batch.lines if line.kind == "cash"]
    return {
        "reference": batch.reference,
        "cheques": cheques,
        "cash_cents": sum(cash),
        "count": len(cheques) + len(cash),
        "total_cents": sum(cash) + sum(int(str(one["amount_cents"])) for one in cheques),
    }
