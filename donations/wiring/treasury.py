"""Room: wiring. The desks of the treasury, each handed the rooms it works in."""

from __future__ import annotations

from donations.bank import BankDesk, CertificateDesk
from donations.closing import YearEndDesk
from donations.donors import DonorDesk
from donations.entrance import AccountDesk, EntranceDesk
from donations.erasure import ErasureDesk
from donations.exceptions import TasksDesk
from donations.goods import GoodsDesk
from donations.spending import SpendingDesk
from donations.staff import StaffDesk
from donations.web.api import ApiDesk
from donations.web.house import House
from donations.web.treasury.desks import ApprovalDesk, GiftsDesk
from donations.web.treasury.export_desk import ExportDesk
from donations.web.treasury.figure_desk import FiguresDesk
from donations.web.treasury.finding import SearchDesk
from donations.web.treasury.outside_desks import AppealsDesk, KeysDesk, PartnersDesk
from donations.web.treasury.rooms import Treasury
from donations.web.treasury.staff_desks import AuditDesk, MembersDesk
from donations.web.treasury.statement_desk import StatementDesk
from donations.wiring.opening import Rooms


def open_api_desk(rooms: Rooms, house: House) -> ApiDesk:
    """Return what the doors of the JSON API are handed; reports and documents are those of the front door."""
    return ApiDesk(
        database=rooms.database,
        clock=rooms.clock,
        settings=rooms.settings,
        live_report=house.live_report,
        published_report=house.published_report,
        verify=house.verify,
    )


def open_treasury_desks(rooms: Rooms) -> Treasury:
    """Return what the treasury's doors are handed."""
    database, clock = rooms.database, rooms.clock
    return Treasury(
        settings=rooms.settings,
        clock=clock,
        tasks=TasksDesk(database=database, clock=clock, settings=rooms.settings),
        figures=FiguresDesk(database=database, clock=clock, settings=rooms.settings),
        search=SearchDesk(database=database),
        staff=StaffDesk(database=database, clock=clock),
        entrance=EntranceDesk(database=database, clock=clock, settings=rooms.settings),
        account=AccountDesk(database=database, clock=clock, settings=rooms.settings),
        members=MembersDesk(database=database, clock=clock, settings=rooms.settings),
        audit=AuditDesk(database=database),
        approvals=ApprovalDesk(database=database, clock=clock),
        gifts=GiftsDesk(database=database, clock=clock, settings=rooms.settings),
        donors=DonorDesk(database=database, clock=clock),
        erasures=ErasureDesk(database=database, clock=clock, settings=rooms.settings, files=rooms.files),
        offline=rooms.offline,
        spending=SpendingDesk(database=database, clock=clock, settings=rooms.settings),
        goods=GoodsDesk(database=database, clock=clock, settings=rooms.settings),
        bank=BankDesk(database=database, clock=clock, settings=rooms.settings),
        certificates=CertificateDesk(
            database=database, clock=clock, settings=rooms.settings, printing=rooms.printing
        ),
        exports=ExportDesk(database=database, clock=clock, settings=rooms.settings, files=rooms.files),
        year_end=YearEndDesk(database=database, clock=clock, settings=rooms.settings),
        statements=StatementDesk(database=database, clock=clock, settings=rooms.settings, files=rooms.files),
        keys=KeysDesk(database=database, clock=clock),
        partners=PartnersDesk(database=database, clock=clock, settings=rooms.settings),
        appeals=AppealsDesk(database=database, clock=clock, settings=rooms.settings),
    )
