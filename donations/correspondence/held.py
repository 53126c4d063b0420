"""Room: correspondence. Letters on a gift that waits for its donor's own words: the question, and the way back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.correspondence.stationery import Draft, Stationery
from donations.outbox import Owed
from donations.tables import Contact, Gift, GiftReview
from receipts.rules.us.earmarks import CONSENT_VERSION, say_consent


def draft_of_held(
    session: Session, owed: Owed, stationery: Stationery, now: datetime, *, template: str
) -> Draft | None:
    """Return the letter that asks, or says the money goes back; None if the donor has answered otherwise since."""
    gift, review, contact = session.execute(
        select(Gift, GiftReview, Contact)
        .join(GiftReview, GiftReview.gift_id == Gift.id)
        .join(Contact, Contact.gift_id == Gift.id)
        .where(Gift.reference == owed.subject)
    ).one()
    if review.state != ("held" if owed.kind == "mail_gift_held" else "refused"):
        return None
    legal_name = stationery.settings.organisation.legal_name
    context: dict[str, object] = {
        "name": contact.name,
        "cents": gift.amount_cents + gift.fee_cover_cents,
        "gift_on": review.gift_on,
        "consent": say_consent(legal_name, version=CONSENT_VERSION, language=gift.language),
        "consent_url": stationery.consent_url(gift.reference, now),
    }
    return Draft(to=contact.email, template=template, context=context, language=gift.language)
