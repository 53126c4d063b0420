"""Room: acknowledgment. What to say about a gift or a year, and when nothing may be said; the clerk numbers it."""

from donations.acknowledgment.gifts import (
    Refusal,
    SettledGift,
    draft_receipt,
    is_root_receipt,
    list_refused_gifts,
    read_settled_gifts,
)
from donations.acknowledgment.letterhead import Letterhead, issuer_of, read_letterhead
from donations.acknowledgment.owed import OwedDocument, list_owed_documents
from donations.acknowledgment.requests import (
    AskedDocument,
    forget_requests,
    read_requests,
    request_receipt,
    request_statement,
    request_statements,
)
from donations.acknowledgment.returns import follow_return
from donations.acknowledgment.statements import GatheredStatement, draft_statement, gather_statement

__all__ = [
    "AskedDocument",
    "GatheredStatement",
    "Letterhead",
    "OwedDocument",
    "Refusal",
    "SettledGift",
    "draft_receipt",
    "draft_statement",
    "follow_return",
    "forget_requests",
    "gather_statement",
    "is_root_receipt",
    "issuer_of",
    "list_owed_documents",
    "list_refused_gifts",
    "read_letterhead",
    "read_requests",
    "read_settled_gifts",
    "request_receipt",
    "request_statement",
    "request_statements",
]
