"""Room: giving. Write a promise down, ask for a checkout, tell how a gift stands. A promise is not money."""

from donations.giving.cards import CardDesk
from donations.giving.desk import Begun, GivingDesk
from donations.giving.dossier import gift_dossier, gift_summary, list_gifts
from donations.giving.pledge_changes import DAY_MAX, PledgeWish
from donations.giving.pledge_desk import PledgeDesk
from donations.giving.pledge_dossier import list_pledges, pledge_dossier
from donations.giving.pledges import PledgeFacts, PledgeStanding, PledgeState, pledge_state, read_pledge_facts
from donations.giving.promise import (
    ContactFacts,
    Promise,
    Wish,
    end_news,
    record_pledge,
    record_promise,
    wishes_news,
)
from donations.giving.standing import (
    GiftFacts,
    GiftStanding,
    State,
    gift_state,
    is_settled,
    read_gift_facts,
    stand_of,
)

__all__ = [
    "DAY_MAX",
    "Begun",
    "CardDesk",
    "ContactFacts",
    "GiftFacts",
    "GiftStanding",
    "GivingDesk",
    "PledgeDesk",
    "PledgeFacts",
    "PledgeStanding",
    "PledgeState",
    "PledgeWish",
    "Promise",
    "State",
    "Wish",
    "end_news",
    "gift_dossier",
    "gift_state",
    "gift_summary",
    "is_settled",
    "list_gifts",
    "list_pledges",
    "pledge_dossier",
    "pledge_state",
    "read_gift_facts",
    "read_pledge_facts",
    "record_pledge",
    "record_promise",
    "stand_of",
    "wishes_news",
]
