"""Room: visits. Addresses: which are known here at all, and which a donor has proved to be theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from donations.database import insert_once
from donations.tables import Donor, DonorAccount, DonorAddress, PledgeContact


def is_known(session: Session, email: str) -> bool:
    """Tell whether anything here belongs to the holder of an address: a gift, a monthly gift, an account."""
    key = email.casefold()
    return bool(
        session.scalar(
            select(
                or_(
                    exists().where(DonorAddress.email_key == key),
                    exists().where(func.lower(Donor.email) == key),
                    exists().where(func.lower(PledgeContact.email) == key),
                )
            )
        )
    )


def verify_address(session: Session, email: str, *, account_id: int | None, now: datetime) -> int:
    """Give an address that was just proved to an account and return the account's id; without one, its own or a new.

    Whoever opens the mailbox decides: an address another account held before moves to this one, alone.
    """
    key = email.casefold()
    held = session.get(DonorAddress, key)
    if account_id is None:
        if held is not None:
            held.verified_at = now
            session.flush()
            return held.account_id
        account = DonorAccount(made_at=now)
        session.add(account)
        session.flush()
        account_id = account.id
    if held is None:
        values = {"email_key": key, "account_id": account_id, "verified_at": now}
        if insert_once(session, DonorAddress, values, key=("email_key",)):
            return account_id
        held = session.get_one(DonorAddress, key)
    held.account_id, held.verified_at = account_id, now
    session.flush()
    return account_id


def list_addresses(session: Session, account_id: int) -> list[str]:
    """Return the addresses an account has proved, case-folded, the oldest first."""
    return list(
        session.scalars(
            select(DonorAddress.email_key)
            .where(DonorAddress.account_id == account_id)
            .order_by(DonorAddress.verified_at, DonorAddress.email_key)
        )
    )
