"""Room: facts. What a document says, as frozen facts: whoever holds one of these holds a document the law accepts."""

from receipts.facts.faults import CENTS_MAX, LINE_MAX, NAME_MAX, DocumentRefusedError, text_fault
from receipts.facts.freezing import KINDS, Document, canonical_json, freeze, kind_of, receipt_json, thaw, thaw_sample
from receipts.facts.notice import NoticeOfReturn
from receipts.facts.parties import (
    DonorFacts,
    GoodsServices,
    Insubstantial,
    Issuer,
    NothingGiven,
    ReceiptLine,
    StateDisclosure,
    goods_services_sentence,
)
from receipts.facts.receipt import GiftReceipt, gift_lines
from receipts.facts.report import (
    Bar,
    BarChart,
    Column,
    HeadlineFigure,
    MaskedFigure,
    ReportFile,
    ReportSection,
    ReportTable,
    TransparencyReport,
)
from receipts.facts.statement import AnnualStatement, StatementDifference, StatementNotice, StatementRow
from receipts.wording import Basis, DifferenceReason, Language, Method, Preference, ReturnReason

__all__ = [
    "CENTS_MAX",
    "KINDS",
    "LINE_MAX",
    "NAME_MAX",
    "AnnualStatement",
    "Bar",
    "BarChart",
    "Basis",
    "Column",
    "DifferenceReason",
    "Document",
    "DocumentRefusedError",
    "DonorFacts",
    "GiftReceipt",
    "GoodsServices",
    "HeadlineFigure",
    "Insubstantial",
    "Issuer",
    "Language",
    "MaskedFigure",
    "Method",
    "NothingGiven",
    "NoticeOfReturn",
    "Preference",
    "ReceiptLine",
    "ReportFile",
    "ReportSection",
    "ReportTable",
    "ReturnReason",
    "StateDisclosure",
    "StatementDifference",
    "StatementNotice",
    "StatementRow",
    "TransparencyReport",
    "canonical_json",
    "freeze",
    "gift_lines",
    "goods_services_sentence",
    "kind_of",
    "receipt_json",
    "text_fault",
    "thaw",
    "thaw_sample",
]
