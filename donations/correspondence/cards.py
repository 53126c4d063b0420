"""Room: correspondence. The card of a tribute: who gave, in whose honor, a few words; never an amount.

Its address and its words were typed by a stranger, so nothing of theirs stands in the subject or leads anywhere.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.outbox import Owed
from donations.ports import Letter
from donations.tributes import CardStanding

_LEADS_AWAY: Final = re.compile(r"://|@|\bwww\.|[^\W_]\.[^\W\d_]{2,}", re.IGNORECASE)
"""What a mail program would turn into a link by itself."""


def leads_away(text: str) -> bool:
    """Tell whether a text holds what a mail program makes a link of."""
    return _LEADS_AWAY.search(text) is not None


def write_card(card: CardStanding, owed: Owed, stationery: Stationery, *, now: datetime) -> Letter:
    """Return the card; a donor whose name would be a link is not named."""
    giver = card.giver
    context: dict[str, object] = {
        "name": card.notify_name,
        "kind": card.kind,
        "honored": card.honored,
        "giver": None if giver is None or leads_away(giver) else giver,
        "message": card.message,
        "no_more_url": stationery.card_url(owed.subject, now),
    }
    draft = Draft(to=card.notify_email, template="card", context=context, language=card.language)
    return render_letter(draft, owed, stationery, now=now)
