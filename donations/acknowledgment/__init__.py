"""Room: acknowledgment. What to say about a gift or a year, and when nothing may be said; the clerk numbers it."""

from donations.acknowledgment.corrections import Replaceable, draft_notice, draft_replacement, read_frozen, renewed
from donations.acknowledgment.gifts import (
    Refusal,
    SettledGift,
    draft_receipt,
    is_root_receipt,
    is_taken_out,
    is_thanks,
    list_refused_gifts,
    read_settled_gifts,
)
from donations.acknowledgment.letterhead import Letterhead, issuer_of, read_letterhead
from donations.acknowledgment.owed import Owed, OwedDocument, judge_gift, list_owed_documents, tell_replaced
from donations.acknowledgment.presented import find_presented_text
from donations.acknowledgment.requests import (
    AskedDocument,
    forget_requests,
    read_requests,
    request_receipt,
    request_statement,
    request_statements,
)
from donations.acknowledgment.returns import LiveReceipt, follow_return, read_live_receipt, tell
from donations.acknowledgment.standing import (
    Link,
    NumberLine,
    Trace,
    account_for_numbers,
    is_late,
    list_missing_numbers,
    trace,
)
from donations.acknowledgment.statements import (
    GatheredStatement,
    NothingLeft,
    WantedStatement,
    draft_statement,
    gather_statement,
    list_wanted_statements,
)

__all__ = [
    "AskedDocument",
    "GatheredStatement",
    "Letterhead",
    "Link",
    "LiveReceipt",
    "NothingLeft",
    "NumberLine",
    "Owed",
    "OwedDocument",
    "Refusal",
    "Replaceable",
    "SettledGift",
    "Trace",
    "WantedStatement",
    "account_for_numbers",
    "draft_notice",
    "draft_receipt",
    "draft_replacement",
    "draft_statement",
    "find_presented_text",
    "follow_return",
    "forget_requests",
    "gather_statement",
    "is_late",
    "is_root_receipt",
    "is_taken_out",
    "is_thanks",
    "issuer_of",
    "judge_gift",
    "list_missing_numbers",
    "list_owed_documents",
    "list_refused_gifts",
    "list_wanted_statements",
    "read_frozen",
    "read_letterhead",
    "read_live_receipt",
    "read_requests",
    "read_settled_gifts",
    "renewed",
    "request_receipt",
    "request_statement",
    "request_statements",
    "tell",
    "tell_replaced",
    "trace",
]
