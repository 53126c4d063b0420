"""Room: facts. What a document says, as frozen facts: whoever holds one of these holds a document the law accepts."""

from receipts.facts.attachment import receipt_json
from receipts.facts.certificate import PayoutCertificate, PayoutPart, PayoutRow
from receipts.facts.exchange import (
    Benefit,
    GoodsServices,
    Insubstantial,
    IntangibleReligious,
    NothingGiven,
    QuidProQuo,
    WithoutValue,
    goods_services_sentence,
    say_goods_services,
)
from receipts.facts.faults import CENTS_MAX, LINE_MAX, NAME_MAX, DocumentRefusedError, text_fault
from receipts.facts.freezing import (
    KINDS,
    Document,
    NumberedDocument,
    UnnumberedDocument,
    canonical_json,
    freeze,
    kind_of,
    thaw,
    thaw_sample,
)
from receipts.facts.issued import Issued
from receipts.facts.letters import (
    DafThankYou,
    DonatedItem,
    InKindAcknowledgment,
    QcdLetter,
    VolunteerExpenseLetter,
)
from receipts.facts.notice import NoticeOfReturn
from receipts.facts.parties import Dedication, DonorFacts, Issuer, ReceiptLine, StateDisclosure
from receipts.facts.presented import PresentedAmount
from receipts.facts.receipt import GiftReceipt, MoneyGift, QuidProQuoReceipt, gift_lines
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
from receipts.wording import Basis, DifferenceReason, Language, Method, Preference, ReplacementReason, ReturnReason

__all__ = [
    "CENTS_MAX",
    "KINDS",
    "LINE_MAX",
    "NAME_MAX",
    "AnnualStatement",
    "Bar",
    "BarChart",
    "Basis",
    "Benefit",
    "Column",
    "DafThankYou",
    "Dedication",
    "DifferenceReason",
    "Document",
    "DocumentRefusedError",
    "DonatedItem",
    "DonorFacts",
    "GiftReceipt",
    "GoodsServices",
    "HeadlineFigure",
    "InKindAcknowledgment",
    "Insubstantial",
    "IntangibleReligious",
    "Issued",
    "Issuer",
    "Language",
    "MaskedFigure",
    "Method",
    "MoneyGift",
    "NothingGiven",
    "NoticeOfReturn",
    "NumberedDocument",
    "PayoutCertificate",
    "PayoutPart",
    "PayoutRow",
    "Preference",
    "PresentedAmount",
    "QcdLetter",
    "QuidProQuo",
    "QuidProQuoReceipt",
    "ReceiptLine",
    "ReplacementReason",
    "ReportFile",
    "ReportSection",
    "ReportTable",
    "ReturnReason",
    "StateDisclosure",
    "StatementDifference",
    "StatementNotice",
    "StatementRow",
    "TransparencyReport",
    "UnnumberedDocument",
    "VolunteerExpenseLetter",
    "WithoutValue",
    "canonical_json",
    "freeze",
    "gift_lines",
    "goods_services_sentence",
    "kind_of",
    "receipt_json",
    "say_goods_services",
    "text_fault",
    "thaw",
    "thaw_sample",
]
