"""Room: acknowledgment. The receipt of one settled gift: assessed before a number is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, not_, select, true
from sqlalchemy.orm import Session, aliased

from donations.acknowledgment.in_kind import HandedOver, as_goods, draft_in_kind, read_handed_over
from donations.acknowledgment.letterhead import Letterhead, address_lines, place_line
from donations.acknowledgment.letters import LETTER_KINDS, PAYERS, OfGift, draft_letter
from donations.acknowledgment.presented import read_given
from donations.clock import day_in_zone
from donations.disclosures import donor_state
from donations.tables import (
    Contact,
    Gift,
    GiftSettlement,
    OfflineGift,
    PresentedCharge,
    Receipt,
    Tribute,
    entry,
    filing,
)
from receipts.facts import (
    Basis,
    Dedication,
    DocumentRefusedError,
    DonorFacts,
    GiftReceipt,
    GoodsServices,
    Method,
    Preference,
    PresentedAmount,
    gift_lines,
)
from receipts.numbers import Series, format_number
from receipts.rules import us
from receipts.wording import NOT_MONEY, Language

_NO_TOKEN = "0" * 32
_OF_PLEDGE = aliased(Tribute)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledGift:
    """A gift whose money has come, and what its giver wrote; cents."""

    entry_id: int
    gift_id: int
    reference: str
    donor_id: int | None
    """None where nobody knows who gave."""
    amount_cents: int
    fee_cover_cents: int
    preference: Preference | None
    control_statement_version: str
    language: Language
    """In which it was given, and its papers are written."""
    method: Method
    gift_on: date
    gift_on_basis: Basis
    charged_at: datetime
    donor_name: str
    donor_address_lines: tuple[str, ...]
    donor_state: str | None
    """Two letters of a state, "" for a place abroad, None if it is not known."""
    cheque_number: str = ""
    custodian: str = ""
    adviser: str = ""
    received_on: date | None = None
    """The day a cheque came, where another day dates the gift."""
    handed_over: HandedOver | None = None
    """What a gift in kind is made of; then no cents are told here, for its value is the donor's to say."""
    presented: PresentedAmount | None = None
    """What was paid in another currency than dollars."""
    dedication: Dedication | None = None
    """In whose honor or memory it was given."""
    fault: str = ""
    """Why nothing can be said of it: one gift that cannot be told must not stop the others."""

    @property
    def series(self) -> Series:
        """Return the series of its document: thanks for a sponsor's grant are no tax document."""
        return "L" if self.method == "donor_advised_fund" else "R"

    @property
    def paid_cents(self) -> int:
        """Return what the donor paid."""
        return self.amount_cents + self.fee_cover_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a gift gets no receipt, in plain sentences: no number was taken, and it is a task for the treasurer."""

    gift_reference: str
    reasons: tuple[str, ...]


def read_settled_gifts(session: Session, condition: ColumnElement[bool]) -> list[SettledGift]:
    """Return the settled gifts that meet a condition on `gift_settlement`, by entry."""
    rows = session.execute(_settled().where(condition).order_by(GiftSettlement.entry_id)).all()
    handed = read_handed_over(session, [row.gift_id for row in rows if row.method in NOT_MONEY])
    gifts = [(row, _settled_gift(row, handed.get(row.gift_id))) for row in rows]
    return [
        gift if row.PresentedCharge is None else _in_its_currency(session, gift, row.PresentedCharge)
        for row, gift in gifts
    ]


def _in_its_currency(session: Session, gift: SettledGift, charge: PresentedCharge) -> SettledGift:
    try:
        return replace(gift, presented=read_given(session, charge))
    except DocumentRefusedError as refused:
        return replace(gift, fault=refused.sentence)


def _settled() -> Select[*tuple[Any, ...]]:
    return (
        select(
            GiftSettlement.entry_id,
            GiftSettlement.gift_id,
            GiftSettlement.donor_id,
            GiftSettlement.method,
            GiftSettlement.gift_on,
            GiftSettlement.gift_on_basis,
            GiftSettlement.charged_at,
            Gift.reference,
            Gift.amount_cents,
            Gift.fee_cover_cents,
            Gift.preference_code,
            Gift.control_statement_version,
            Gift.language,
            Contact.name,
            Contact.address_line1,
            Contact.address_line2,
            Contact.city,
            Contact.region,
            Contact.postal_code,
            Contact.country,
            OfflineGift.cheque_number,
            OfflineGift.received_on,
            OfflineGift.custodian,
            OfflineGift.adviser,
            PresentedCharge,
            func.coalesce(Tribute.kind, _OF_PLEDGE.kind).label("dedicated"),
            func.coalesce(Tribute.name, _OF_PLEDGE.name).label("honored"),
        )
        .join(Gift, Gift.id == GiftSettlement.gift_id)
        .join(Contact, Contact.gift_id == GiftSettlement.gift_id)
        .outerjoin(OfflineGift, OfflineGift.gift_id == GiftSettlement.gift_id)
        .outerjoin(Tribute, Tribute.gift_id == Gift.id)
        .outerjoin(_OF_PLEDGE, _OF_PLEDGE.pledge_id == Gift.pledge_id)
        .outerjoin(PresentedCharge, PresentedCharge.charge_id == GiftSettlement.charge_id)
    )


def is_taken_out() -> ColumnElement[bool]:
    """Return the condition of a gift (on `gift_settlement`) that was entered wrongly and taken out of the book."""
    return exists().where(entry.c.reverses == GiftSettlement.entry_id)


def is_root_receipt() -> ColumnElement[bool]:
    """Return the condition of the first receipt of a gift, in the words of the index that finds it."""
    return and_(Receipt.series == literal_column("'R'"), Receipt.replaces.is_(None))


def is_thanks() -> ColumnElement[bool]:
    """Return the condition of a letter of thanks that stands in a receipt's place."""
    return Receipt.series == literal_column("'L'")


def is_notice() -> ColumnElement[bool]:
    """Return the condition of a notice, in the words of the index that finds those of a gift."""
    return Receipt.series == literal_column("'N'")


def draft_receipt(gift: SettledGift, letterhead: Letterhead, *, number: str, token: str) -> OfGift | Refusal:
    """Return the document of a gift under the number it would take, of its series, or why there can be none."""
    assessed = us.assess(_as_assessed(gift), _organisation(letterhead), letterhead.issued_on)
    if not isinstance(assessed, us.Receiptable) or gift.fault:
        return Refusal(gift_reference=gift.reference, reasons=_why_not(gift, assessed))
    try:
        if gift.handed_over is not None:
            return draft_in_kind(gift, gift.handed_over, letterhead, number=number, token=token)
        if assessed.kind in LETTER_KINDS:
            return draft_letter(gift, letterhead, number=number, token=token)
        return _receipt(gift, letterhead, assessed.goods_services, number=number, token=token)
    except DocumentRefusedError as refused:
        return Refusal(gift_reference=gift.reference, reasons=(refused.sentence,))


def _why_not(gift: SettledGift, assessed: us.Assessment) -> tuple[str, ...]:
    if isinstance(assessed, us.Held):
        return (assessed.reason,)
    return assessed.reasons if isinstance(assessed, us.Refused) else (gift.fault,)


def list_refused_gifts(session: Session, letterhead: Letterhead, *, gift_id: int | None = None) -> list[Refusal]:
    """Return every filed gift without a receipt and why, as of today's rules; or only what is so of one gift."""
    is_filed = select(filing.c.entry_id).where(filing.c.entry_id == GiftSettlement.entry_id).exists()
    has_receipt = select(Receipt.number).where(is_root_receipt(), Receipt.gift_id == GiftSettlement.gift_id).exists()
    has_thanks = select(Receipt.number).where(is_thanks(), Receipt.gift_id == GiftSettlement.gift_id).exists()
    is_asked = true() if gift_id is None else GiftSettlement.gift_id == gift_id
    wanted = and_(is_asked, is_filed, not_(has_receipt), not_(has_thanks), not_(is_taken_out()))
    drafts = (
        (gift, draft_receipt(gift, letterhead, number=_never_given(gift, letterhead), token=_NO_TOKEN))
        for gift in read_settled_gifts(session, wanted)
    )
    return [
        draft
        if isinstance(draft, Refusal)
        else Refusal(gift_reference=gift.reference, reasons=("Nothing stands in the way now; ask for the receipt.",))
        for gift, draft in drafts
    ]


def _receipt(
    gift: SettledGift, letterhead: Letterhead, goods_services: GoodsServices, *, number: str, token: str
) -> GiftReceipt:
    initiated_on = _initiated_on(gift, letterhead)
    return GiftReceipt(
        number=number,
        issued_at=letterhead.issued_at,
        issued_on=letterhead.issued_on,
        time_zone=letterhead.time_zone,
        issuer=letterhead.issuer,
        donor=DonorFacts(name=gift.donor_name, address_lines=gift.donor_address_lines),
        gift_on=gift.gift_on,
        gift_on_basis=gift.gift_on_basis,
        tax_year=gift.gift_on.year,
        method=gift.method,
        initiated_on=initiated_on,
        received_on=gift.received_on,
        straddles=any(day is not None and day.year != gift.gift_on.year for day in (initiated_on, gift.received_on)),
        cheque_number=gift.cheque_number,
        amount_cents=gift.paid_cents,
        lines=gift_lines(gift_cents=gift.amount_cents, fee_cover_cents=gift.fee_cover_cents, language=gift.language),
        language=gift.language,
        preference=gift.preference,
        control_statement_version=gift.control_statement_version,
        goods_services=goods_services,
        presented=gift.presented,
        dedication=gift.dedication,
        verify_url=letterhead.verify_url(token),
        simulated=letterhead.simulated,
        state_disclosures=letterhead.disclosures(gift.donor_state),
    )


def _initiated_on(gift: SettledGift, letterhead: Letterhead) -> date | None:
    """Return the day a bank debit was authorised: its charge was begun then, days before the funds settled."""
    if gift.method != "ach":
        return None
    return min(day_in_zone(gift.charged_at, ZoneInfo(letterhead.time_zone)), gift.gift_on)


def _never_given(gift: SettledGift, letterhead: Letterhead) -> str:
    return format_number(gift.series, letterhead.issued_on.year, 1)


def _as_assessed(gift: SettledGift) -> us.Gift | us.Goods:
    if gift.handed_over is not None:
        return as_goods(gift, gift.handed_over)
    return us.Gift(
        amount_cents=gift.paid_cents,
        gift_on=gift.gift_on,
        gift_on_basis=gift.gift_on_basis,
        donor_name=None if gift.donor_id is None else gift.donor_name,
        payer=PAYERS.get(gift.method, "donor"),
        payer_name=gift.custodian or gift.donor_name,
    )


def _organisation(letterhead: Letterhead) -> us.Organisation:
    organisation = letterhead.organisation
    return us.Organisation(
        legal_name=organisation.legal_name,
        ein=organisation.ein,
        is_public_charity=organisation.public_charity,
        teos_checked_on=organisation.teos_checked_on,
        own_thresholds=organisation.own_thresholds,
    )


def _settled_gift(row: Any, handed_over: HandedOver | None) -> SettledGift:  # noqa: ANN401  # A row from above.
    place = place_line(city=row.city, region=row.region, postal_code=row.postal_code)
    return SettledGift(
        entry_id=row.entry_id,
        gift_id=row.gift_id,
        reference=row.reference,
        donor_id=row.donor_id,
        amount_cents=row.amount_cents if handed_over is None else 0,
        fee_cover_cents=row.fee_cover_cents,
        preference=row.preference_code,
        control_statement_version=row.control_statement_version,
        language=row.language,
        method=row.method,
        gift_on=row.gift_on,
        gift_on_basis=row.gift_on_basis,
        charged_at=row.charged_at,
        donor_name=row.name,
        donor_address_lines=address_lines(
            line1=row.address_line1, line2=row.address_line2, place=place, country=row.country
        ),
        donor_state=donor_state(region=row.region, country=row.country),
        cheque_number=row.cheque_number or "",
        custodian=row.custodian or "",
        adviser=row.adviser or "",
        received_on=row.received_on if row.gift_on_basis in {"postmark", "post_dated"} else None,
        handed_over=handed_over,
        dedication=Dedication(kind=row.dedicated, name=row.honored) if row.honored else None,
    )
