"""Room: web. What the treasury's doors are handed: the desks of the rooms behind them.

The composition root fills a `Treasury`; no view reaches past it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from donations.bank import BankDesk, CertificateDesk
from donations.closing import YearEndDesk
from donations.donors import DonorDesk
from donations.entrance import AccountDesk, EntranceDesk
from donations.erasure import ErasureDesk
from donations.exceptions import TasksDesk
from donations.goods import GoodsDesk
from donations.offline import OfflineDesk
from donations.ports import Clock
from donations.settings import Settings
from donations.spending import SpendingDesk
from donations.staff import StaffDesk
from donations.web.treasury.desks import ApprovalDesk, GiftsDesk
from donations.web.treasury.export_desk import ExportDesk
from donations.web.treasury.figure_desk import FiguresDesk
from donations.web.treasury.finding import SearchDesk
from donations.web.treasury.outside_desks import AppealsDesk, KeysDesk, PartnersDesk
from donations.web.treasury.staff_desks import AuditDesk, MembersDesk
from donations.web.treasury.statement_desk import StatementDesk

_EXTENSION = "almoner.treasury"


@dataclass(frozen=True, slots=True, kw_only=True)
class Treasury:
    """All the treasury may ask of the rooms behind it, a desk each."""

    settings: Settings
    clock: Clock
    tasks: TasksDesk
    figures: FiguresDesk
    search: SearchDesk
    staff: StaffDesk
    entrance: EntranceDesk
    account: AccountDesk
    members: MembersDesk
    audit: AuditDesk
    approvals: ApprovalDesk
    gifts: GiftsDesk
    donors: DonorDesk
    erasures: ErasureDesk
    offline: OfflineDesk
    spending: SpendingDesk
    goods: GoodsDesk
    bank: BankDesk
    certificates: CertificateDesk
    exports: ExportDesk
    year_end: YearEndDesk
    statements: StatementDesk
    keys: KeysDesk
    partners: PartnersDesk
    appeals: AppealsDesk


def install_treasury(app_extensions: dict[str, object], opened: Treasury) -> None:
    """Put the treasury where its views find it."""
    app_extensions[_EXTENSION] = opened


def desks() -> Treasury:
    """Return the desks of the treasury this request came to."""
    return cast("Treasury", current_app.extensions[_EXTENSION])
