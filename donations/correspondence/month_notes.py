"""Room: correspondence. The month's note: what a gift did, to a donor who wished it, and a link that ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.outbox import Owed
from donations.ports import Letter
from donations.tables import Contact, Gift, NewsWish, Pledge
from receipts import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFacts:
    """What may be told of one gift as of a told month; cents."""

    reference: str
    since: date
    through: date
    filled_count: int
    spent_cents: int


def write_month_note(
    session: Session, owed: Owed, told: MonthFacts, stationery: Stationery, *, now: datetime
) -> Letter | None:
    """Return the note, or None where the donor ended the notes, or the charity has approved no text of them."""
    organisation = stationery.settings.organisation
    version = organisation.month_note_version
    gift, contact, promise = session.execute(
        select(Gift, Contact, Pledge.reference)
        .join(Contact, Contact.gift_id == Gift.id)
        .outerjoin(Pledge, Pledge.id == Gift.pledge_id)
        .where(Gift.reference == told.reference)
    ).one()
    wish = session.get(NewsWish, promise or gift.reference)
    if not version or wish is None or wish.ended_at is not None or not contact.email:
        return None
    months = wording.months_words(told.since, told.through, gift.language)
    link = stationery.news_url(wish.promise, now)
    context: dict[str, object] = {
        "name": contact.name,
        "filled": wording.filled_sentence(told.filled_count, months, version, language=gift.language)
        if told.filled_count
        else "",
        "used": wording.used_sentence(
            wording.whole_dollars(told.spent_cents),
            wording.sets_words(told.spent_cents, organisation.set_price_cents, gift.language),
            organisation.legal_name,
            version,
            language=gift.language,
        ),
        "may_move": wording.may_move_sentence(version, language=gift.language),
        "news_url": link,
    }
    draft = Draft(
        to=contact.email, template="month_note", context=context, language=gift.language, unsubscribe_url=link
    )
    return render_letter(draft, owed, stationery, now=now)
