"""Room: render. What must stand on the page of each kind (tax rules §6): the text itself, beside its plain name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import singledispatch

from receipts import wording
from receipts.facts import (
    AnnualStatement,
    DafThankYou,
    Document,
    GiftReceipt,
    GoodsServices,
    InKindAcknowledgment,
    Issued,
    MoneyGift,
    NoticeOfReturn,
    PayoutCertificate,
    QcdLetter,
    QuidProQuo,
    TransparencyReport,
    UnnumberedDocument,
    VolunteerExpenseLetter,
    say_goods_services,
)

Required = Iterator[tuple[str, str]]


def list_required(document: Document) -> Required:
    """Yield the plain name and the text of everything that the law or the house asks for on this document."""
    yield "the legal name", document.issuer.legal_name
    yield "the EIN", document.issuer.ein
    if document.simulated and not isinstance(document, UnnumberedDocument):
        yield "the mark of simulated money", wording.SIMULATED
    if isinstance(document, Issued):
        yield from _required_of_all(document)
    yield from _own(document)


def list_forbidden(document: Document) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the plain name and the pattern of what must not stand on this kind at all."""
    if isinstance(document, InKindAcknowledgment | VolunteerExpenseLetter):
        yield "A sign of money", re.compile(r"[$€£¥]")
    if isinstance(document, QcdLetter | DafThankYou):
        yield "The word “deductible”", re.compile("deduc", re.IGNORECASE)
    yield "A promise of 100 % near “deductible”", re.compile(r"100\s*%[^.]{0,80}deducti|deducti[^.]{0,80}100\s*%")


def _required_of_all(document: Issued) -> Required:
    yield "the number", document.number
    yield "the donor's name", document.donor.name
    for line in document.donor.address_lines:
        yield "the donor's address", line
    yield "the day of issue", wording.long_day(document.issued_on, document.language)
    yield "the address of the verification page", document.verify_url
    replaces = getattr(document, "replaces", None)
    if replaces:
        yield "the number it replaces", replaces
        yield "why it replaces it", str(getattr(document, "replaces_reason", ""))
    for disclosure in document.state_disclosures:
        yield "the text of a state", disclosure.text


@singledispatch
def _own(document: object) -> Required:
    raise TypeError(f"{type(document).__name__} has no list of what must be on it")


@_own.register
def _(report: TransparencyReport) -> Required:
    yield "the headline", report.headline
    yield "the period", report.period


@_own.register
def _(certificate: PayoutCertificate) -> Required:
    yield "the payout", certificate.reference
    for part in (*certificate.parts, *certificate.shares):
        yield "every part", part.label
        yield "every amount", wording.dollars(part.cents)
    yield "the bank's line", certificate.bank_reference
    yield "the day of the bank's line", wording.long_day(certificate.bank_on)
    yield "the difference", wording.dollars(certificate.difference_cents)


@_own.register
def _(receipt: MoneyGift) -> Required:
    name, version, language = receipt.issuer.legal_name, receipt.wording_version, receipt.language
    yield from _paid(receipt)
    yield "the date of the gift", wording.long_day(receipt.gift_on, language)
    yield "what dates the gift", wording.labels(language)["basis"][receipt.gift_on_basis]
    yield "the way it was given", wording.labels(language)["method"][receipt.method]
    for line in receipt.lines:
        yield "every line", line.label
    if isinstance(receipt, GiftReceipt) and receipt.dedication is not None:
        yield "in whose honor or memory", wording.labels(language)["dedication"][receipt.dedication.kind]
        yield "who is honored", receipt.dedication.name
    for day in (receipt.initiated_on, receipt.received_on):
        if day is not None:
            yield "the other day", wording.long_day(day, language)
    yield "the purpose line", wording.purpose_line(name, receipt.preference, version)
    yield "the control statement", wording.control_statement(name, receipt.control_statement_version)
    if isinstance(receipt.goods_services, QuidProQuo):
        for benefit in receipt.goods_services.benefits:
            yield "every benefit", benefit.description
            yield "the estimate of every benefit", wording.dollars(benefit.value_cents)
    yield from _exchange(receipt, receipt.goods_services)
    if receipt.straddles and receipt.initiated_on:
        yield from _sentences(receipt, "debit_straddles")
    if receipt.straddles and receipt.gift_on_basis == "postmark":
        yield from _sentences(receipt, "mail_straddles")
    yield from _sentences(receipt, "status", "deductible", "keep_this")


def _paid(receipt: MoneyGift) -> Required:
    presented = receipt.presented if isinstance(receipt, GiftReceipt) else None
    yield "the amount", wording.dollars(receipt.amount_cents) if presented is None else presented.text
    if presented is not None:
        yield "what reached us", wording.dollars(receipt.amount_cents)
        yield "the rate of exchange", presented.rate
        yield "who exchanged it", presented.source
        yield "the day of the exchange", wording.long_day(presented.converted_on, receipt.language)
    if receipt.returned_cents:
        back = wording.dollars(receipt.returned_cents) if presented is None else presented.returned_text
        yield "what was returned so far", back


@_own.register
def _(statement: AnnualStatement) -> Required:
    yield "the year", str(statement.year)
    yield "the total", wording.dollars(statement.total_cents)
    for row in statement.rows:
        yield "every receipt number", row.receipt_number
        yield "every date of a gift", wording.long_day(row.gift_on, statement.language)
        yield "every amount", wording.dollars(row.amount_cents)
        if row.presented is not None:
            yield "every amount in another currency", row.presented.text
        yield "what dates each gift", wording.labels(statement.language)["basis"][row.gift_on_basis]
        if isinstance(row.goods_services, QuidProQuo):
            yield "the value received", wording.dollars(row.goods_services.value_cents)
            yield "the excess", wording.dollars(row.goods_services.excess_cents)
        else:
            yield from _exchange(statement, row.goods_services)
    for notice in statement.notices:
        yield "every notice", notice.number
        yield "what was returned", wording.dollars(notice.returned_cents)
    for difference in statement.differences:
        yield "every row that changed", difference.receipt_number
        yield "why it changed", wording.labels(statement.language)["difference_reason"][difference.reason_code]
    if statement.replaces_total_cents is not None:
        yield "the total before", wording.dollars(statement.replaces_total_cents)
    if statement.notices:
        yield from _sentences(statement, "return_notice")
    yield from _sentences(statement, "statement_repeats", "status", "deductible", "keep_this")


@_own.register
def _(goods: InKindAcknowledgment) -> Required:
    yield "the day of the gift", wording.long_day(goods.gift_on, goods.language)
    yield "what dates the gift", wording.labels(goods.language)["basis"][goods.gift_on_basis]
    yield "the place", goods.place
    for item in goods.items:
        yield "every description", item.description
        yield "every count", f"{item.count:,}"
        if item.condition:
            yield "every condition", wording.labels(goods.language)["condition"][item.condition]
    yield from _exchange(goods, goods.goods_services)
    yield from _sentences(goods, "in_kind_no_value", "in_kind_control", "status", "keep_this")
    yield from _sentences(goods, "in_kind_worn" if goods.has_worn_items else "deductible")


@_own.register
def _(letter: VolunteerExpenseLetter) -> Required:
    for service in letter.services:
        yield "every service", service
    yield "the first day", wording.long_day(letter.served_from_on, letter.language)
    if letter.served_to_on is not None:
        yield "the last day", wording.long_day(letter.served_to_on, letter.language)
    yield "the place", letter.place
    yield from _exchange(letter, letter.goods_services)
    yield from _sentences(letter, "volunteer_time", "volunteer_no_amount", "status", "keep_this")


@_own.register
def _(letter: DafThankYou) -> Required:
    yield "the sponsor", letter.sponsor
    yield "the adviser", letter.adviser
    yield "the amount", wording.dollars(letter.amount_cents)
    yield "the day received", wording.long_day(letter.received_on, letter.language)
    yield "the purpose line", wording.purpose_line(letter.issuer.legal_name, None, letter.wording_version)
    yield from _sentences(letter, "daf_none", "daf_control")


@_own.register
def _(letter: QcdLetter) -> Required:
    yield "the custodian", letter.custodian
    yield "the amount", wording.dollars(letter.amount_cents)
    yield "the day received", wording.long_day(letter.gift_on, letter.language)
    yield "what dates the gift", wording.labels(letter.language)["basis"]["received"]
    yield "the purpose line", wording.purpose_line(letter.issuer.legal_name, None, letter.wording_version)
    yield from _sentences(letter, "qcd_direct", "qcd_charity", "qcd_none", "qcd_keep", "status")


@_own.register
def _(notice: NoticeOfReturn) -> Required:
    yield "the receipt of the gift", notice.original_number
    yield "the day of the gift", wording.long_day(notice.original_gift_on, notice.language)
    yield "the amount of the gift", wording.dollars(notice.original_amount_cents)
    yield "what was returned", wording.dollars(notice.returned_cents)
    if notice.presented is not None:
        yield "the gift in its currency", notice.presented.text
        yield "what was returned in its currency", notice.presented.returned_text
    yield "the day it went back", wording.long_day(notice.returned_on, notice.language)
    yield "how it went back", wording.labels(notice.language)["return_reason"][notice.reason_code]
    yield from _sentences(notice, "original_stands")
    if notice.withdraws:
        yield "the notice it withdraws", notice.withdraws
        yield from _sentences(notice, "notice_withdrawn")
    else:
        yield from _sentences(notice, "return_notice")


def _exchange(document: Issued, given: GoodsServices) -> Required:
    for said in say_goods_services(given, version=document.wording_version, language=document.language):
        yield "the goods-or-services sentence", said.english
        yield "its reading", said.reading


def _sentences(document: Issued, *keys: str) -> Required:
    issuer = document.issuer
    for key in keys:
        said = wording.say(
            key,
            version=document.wording_version,
            language=document.language,
            legal_name=issuer.legal_name,
            tax_status=issuer.tax_status,
        )
        yield f"the sentence “{said.english[:40]}…”", said.english
        yield "its reading", said.reading
