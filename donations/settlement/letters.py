"""Room: settlement. What a donor is told when money did not come, went back, or stayed after all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from donations import outbox
from donations.postings import ReturnWay


def owe_failed(session: Session, *, reference: str, attempt: int, now: datetime) -> None:
    """Owe the letter that a bank debit of a gift or a pledge's first gift did not go through."""
    key = f"mail/gift_failed/{reference}/{attempt}"
    outbox.owe(session, key=key, kind="mail_gift_failed", subject=reference, due_at=now)


def owe_money_back(session: Session, *, source_key: str, way: ReturnWay, cents: int, now: datetime) -> None:
    """Owe the letter on an entry by which a gift's money went back (`cents` > 0) or stayed after all (< 0).

    A dispute that is not decided says nothing yet; a lost one speaks under its own key, with `cents` > 0.
    """
    if way == "dispute" and not source_key.startswith("dispute/"):
        return
    kind: outbox.Kind = (
        "mail_money_stayed" if cents < 0 else "mail_gift_refunded" if way == "refund" else "mail_gift_taken"
    )
    outbox.owe(session, key=f"mail/money_back/{source_key}", kind=kind, subject=source_key, due_at=now)
