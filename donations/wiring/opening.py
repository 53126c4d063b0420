"""Room: wiring. Builds the house: settings in, ports wired to gateways or simulator; hands each room its ports."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from donations import acknowledgment, archive, correspondence, inbox, reporting
from donations.consent import ConsentDesk
from donations.database import Database, open_database, schema_faults
from donations.errors import ModeConflictError, SettingsRefusedError
from donations.gateways.files import FileFolder
from donations.gateways.mail import open_mailer
from donations.gateways.partner_post import PartnerPost
from donations.gateways.printing import PrintingRoom
from donations.gateways.stripe_payments import StripePayments
from donations.gateways.stripe_webhook import StripeDoorbell
from donations.giving import CardDesk, GivingDesk, PledgeDesk, end_news, wishes_news
from donations.offline import OfflineDesk
from donations.own_room import OwnDesk
from donations.paths import document_templates_folder
from donations.ports import Clock, Doorbell, Mailer, PartnerDoor, Payments, Printing, Ring
from donations.reporting.news import GiftNews
from donations.reporting.publication import read_published
from donations.reporting.report import Report
from donations.settings import Settings
from donations.simulator import control
from donations.simulator.client import SIMULATED_KEY, SimulatedStripe
from donations.tables import book
from donations.web.house import House, ReceiptFile, VerifiedDocument, VerifiedLink


class MachineClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Everything that was opened, wired; the roots take from it what they need."""

    settings: Settings
    database: Database
    clock: Clock
    payments: Payments
    doorbell: Doorbell
    printing: Printing
    mailer: Mailer
    files: FileFolder
    partners: PartnerDoor
    origin: str
    simulation: SimulatedStripe | None
    """The simulated Stripe, in simulated mode only."""

    @property
    def giving(self) -> GivingDesk:
        """Return the promise book's desk."""
        return GivingDesk(database=self.database, payments=self.payments, clock=self.clock, settings=self.settings)

    @property
    def offline(self) -> OfflineDesk:
        """Return the desk for gifts that came on paper or by bank."""
        return OfflineDesk(database=self.database, clock=self.clock, settings=self.settings)

    @property
    def pledges(self) -> PledgeDesk:
        """Return the desk behind the links of pledges."""
        return PledgeDesk(database=self.database, payments=self.payments, clock=self.clock, settings=self.settings)

    @property
    def consents(self) -> ConsentDesk:
        """Return the desk behind the links of held gifts."""
        return ConsentDesk(database=self.database, clock=self.clock, settings=self.settings, origin=self.origin)

    @property
    def own(self) -> OwnDesk:
        """Return the desk behind donors' own rooms."""
        return OwnDesk(database=self.database, clock=self.clock, settings=self.settings, files=self.files)

    @property
    def cards(self) -> CardDesk:
        """Return the desk behind the links of cards."""
        return CardDesk(database=self.database, clock=self.clock, settings=self.settings)


@contextmanager
def open_rooms(settings: Settings) -> Iterator[Rooms]:
    """Open the ports of one house; refuses a database that is not migrated, not founded, or of another mode."""
    database = open_database(settings.database_url)
    try:
        origin = _origin_of(database, settings)
        is_simulated = settings.stripe_mode == "simulated"
        simulation = control.open_simulated_stripe(settings, os.environ) if is_simulated else None
        printing = PrintingRoom(document_templates_folder(), seal=settings.seal, presses=settings.home / "press")
        try:
            yield _wired(settings, database, origin, simulation, printing)
        finally:
            printing.close()
    finally:
        database.close()


def _wired(
    settings: Settings, database: Database, origin: str, simulation: SimulatedStripe | None, printing: PrintingRoom
) -> Rooms:
    secrets = simulation.webhook_secrets() if simulation else settings.stripe_webhook_secrets
    return Rooms(
        settings=settings,
        database=database,
        clock=simulation.clock if simulation else MachineClock(),
        payments=StripePayments(
            SIMULATED_KEY if simulation else settings.stripe_api_key,
            instance=origin,
            http_client=simulation,
            billing_address_required=settings.organisation.billing_address_required,
        ),
        doorbell=StripeDoorbell(secrets),
        printing=printing,
        mailer=open_mailer(settings.mail_url, sender=settings.organisation.mail_from),
        files=_open_files(settings.files_url),
        partners=PartnerPost(allows_loopback=settings.stripe_mode == "simulated"),
        origin=origin,
        simulation=simulation,
    )


def _open_files(url: str) -> FileFolder:
    if "://" in url:
        raise SettingsRefusedError("ALMONER_FILES_URL must be a folder; object stores are not supported yet.")
    return FileFolder(folder=Path(url))


def _origin_of(database: Database, settings: Settings) -> str:
    faults = schema_faults(database)
    if faults:
        raise SettingsRefusedError(f"The database is not at this version ({faults[0]}); run `almoner migrate`.")
    with database.read() as session:
        founded = session.execute(select(book.c.origin, book.c.mode, book.c.zone)).one_or_none()
    if founded is None:
        raise SettingsRefusedError("The database holds no book yet; run `almoner setup`.")
    if founded.mode != settings.stripe_mode:
        raise ModeConflictError(f"this book is for {founded.mode} money, not {settings.stripe_mode}")
    zone = settings.organisation.time_zone
    if founded.zone != zone:
        # Gift days and tax years are counted in it: they may not change with a line in a file.
        raise SettingsRefusedError(f"almoner.toml: time_zone is {zone}, but this book was founded in {founded.zone}.")
    origin: str = founded.origin
    return origin


def open_house(rooms: Rooms) -> House:
    """Return what the front door is handed."""
    board = reporting.NoticeBoard(rooms.database.read, rooms.settings.organisation)
    return House(
        settings=rooms.settings,
        clock=rooms.clock,
        giving=rooms.giving,
        pledges=rooms.pledges,
        consents=rooms.consents,
        own=rooms.own,
        cards=rooms.cards,
        doorbell=rooms.doorbell,
        receive=lambda ring: _receive(rooms, ring),
        verify=lambda token: _verify(rooms, token),
        receipt_file=lambda token: _receipt_file(rooms, token),
        news_of=lambda reference: _news_of(rooms, reference),
        news_wish=lambda token: _news_wish(rooms, token),
        end_news=lambda token: _end_news(rooms, token),
        live_report=lambda: board.show(rooms.clock.now()),
        published_report=lambda period: _published_report(rooms, period),
        report_pdf=lambda report: _report_pdf(rooms, report),
        promise_is_kept=lambda: _promise_is_kept(rooms),
        readiness=lambda: _readiness(rooms),
    )


def _receive(rooms: Rooms, ring: Ring) -> None:
    parked = None if ring.livemode == rooms.settings.livemode else "OtherMode"
    now = rooms.clock.now()
    rooms.database.write(
        lambda session: inbox.record(session, ring, origin="webhook", received_at=now, parked_because=parked)
    )


def _verify(rooms: Rooms, token: str) -> VerifiedDocument | None:
    with rooms.database.read() as session:
        standing = archive.check(session, token)
        if standing is None:
            return None
        traced = acknowledgment.trace(session, standing.number)
        presented = acknowledgment.find_presented_text(session, standing.number)
    links = tuple(VerifiedLink(**asdict(link)) for link in traced.links)
    own = next(link for link in links if link.number == standing.number)
    return VerifiedDocument(
        status=standing.status,
        kind=standing.kind,
        number=standing.number,
        issued_on=standing.issued_on,
        amount_cents=standing.amount_cents,
        sha256=standing.sha256,
        presented=presented,
        seal=standing.seal,
        newest_number=standing.newest_number,
        chain=links,
        reason=own.reason,
        changed_on=own.changed_on,
        is_erased=traced.is_erased,
    )


def _receipt_file(rooms: Rooms, token: str) -> ReceiptFile | None:
    with rooms.database.read() as session:
        number = archive.number_of_link(session, token, now=rooms.clock.now())
        if number is None or (pdf := archive.read_printed(session, rooms.files, number)) is None:
            return None
        return ReceiptFile(number=number, pdf=pdf, is_copy=archive.was_sent(session, number))


def _news_of(rooms: Rooms, reference: str) -> GiftNews | None:
    with rooms.database.read() as session:
        return reporting.read_news(session, reference)


def _news_wish(rooms: Rooms, token: str) -> bool | None:
    reference = correspondence.read_news_token(rooms.settings.secret_keys, token, now=rooms.clock.now())
    with rooms.database.read() as session:
        return None if reference is None else wishes_news(session, reference)


def _end_news(rooms: Rooms, token: str) -> bool:
    now = rooms.clock.now()
    reference = correspondence.read_news_token(rooms.settings.secret_keys, token, now=now)
    return reference is not None and rooms.database.write(lambda session: end_news(session, reference, now=now))


def _report_pdf(rooms: Rooms, report: Report) -> bytes | None:
    try:
        return rooms.files.get(archive.report_file_name(report.reference))
    except FileNotFoundError:
        return None


def _published_report(rooms: Rooms, period: str) -> Report | None:
    with rooms.database.read() as session:
        return read_published(session, period)


def _promise_is_kept(rooms: Rooms) -> bool:
    with rooms.database.read() as session:
        return reporting.promise_is_kept(session, rooms.settings.organisation)


def _readiness(rooms: Rooms) -> Mapping[str, bool]:
    return {"database": not schema_faults(rooms.database)}
