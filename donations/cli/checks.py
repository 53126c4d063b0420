"""Room: cli. The start-up checks behind `almoner check`: each is one line, and says how to mend what is wrong."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from donations.clock import day_in_zone
from donations.database import open_database, schema_faults
from donations.errors import BrokenInvariantError, DonationError
from donations.gateways.mail import open_mailer
from donations.paths import document_templates_folder
from donations.settings import Settings, load_settings
from receipts.rules import us

_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
_SOON_DAYS = 60
_EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)
"""No earlier than this version was written: a clock before it is wrong for sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check and what it found."""

    name: str
    ok: bool
    detail: str

    def facts(self) -> dict[str, object]:
        """Return the check for `--json`."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


def run_checks(environ: Mapping[str, str]) -> list[Result]:
    """Run every check that can be run; without settings only those that need none."""
    try:
        settings = load_settings(environ)
    except DonationError as refusal:
        found = [Result(name="settings", ok=False, detail=refusal.sentence)]
        return [*found, *_checks_of_machine()]
    found = [
        Result(name="settings", ok=True, detail=f"{settings.organisation.legal_name}, {settings.stripe_mode} money")
    ]
    return [*found, *_checks_of_house(settings), *_checks_of_machine()]


def _checks_of_house(settings: Settings) -> Iterator[Result]:
    yield _try("database", lambda: _check_database(settings))
    yield _try("mail", lambda: _check_mail(settings))
    yield _try("files", lambda: _check_home(settings))
    yield _try("seal", lambda: _check_seal(settings))
    yield _try("texts of states", lambda: _check_disclosures(settings))
    yield _try("figures of the law", lambda: _check_thresholds(settings))


def _checks_of_machine() -> Iterator[Result]:
    for library, package in _LIBRARIES.items():
        yield _try(f"library {library}", partial(_check_library, library, package))
    yield _try("printing", _check_printing)
    yield _try("clock", _check_clock)


def _try(name: str, act: Callable[[], str]) -> Result:
    try:
        return Result(name=name, ok=True, detail=act())
    except DonationError as refusal:
        return Result(name=name, ok=False, detail=refusal.sentence)
    except (BrokenInvariantError, OSError, RuntimeError) as fault:
        return Result(name=name, ok=False, detail=str(fault))


def _check_database(settings: Settings) -> str:
    database = open_database(settings.database_url)
    try:
        faults = schema_faults(database)
        if faults:
            raise RuntimeError(f"not at this version ({faults[0]}): run almoner migrate")
        return f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}, settings as they must be, at this version"
    finally:
        database.close()


def _check_mail(settings: Settings) -> str:
    open_mailer(settings.mail_url, sender=settings.organisation.mail_from)
    return f"from {settings.organisation.mail_from}"


def _check_home(settings: Settings) -> str:
    probe = settings.home / ".check"
    probe.write_text("", encoding="ascii")
    probe.unlink()
    return f"{settings.home} can be written"


def _check_disclosures(settings: Settings) -> str:
    """Return the treasurer's tasks; a text that has lapsed is a fault, one that nobody verified a reminder."""
    today = day_in_zone(datetime.now(UTC), settings.zone)
    registered = {row.state: row.registration_number for row in settings.organisation.states_registered}
    own = settings.organisation.own_texts
    lapsed = sorted(registered.keys() & set(us.list_lapsed_states(today, us.all_rows(own))))
    if lapsed:
        raise RuntimeError(f"the text of {', '.join(lapsed)} has lapsed and is left out: counsel must give a new one")
    return " ".join(us.list_disclosure_doubts(registered, today, own)) or "every state's text holds and is verified"


def _check_thresholds(settings: Settings) -> str:
    year = day_in_zone(datetime.now(UTC), settings.zone).year
    own = settings.organisation.own_thresholds
    return " ".join(us.LAW.list_unverified_thresholds(year, own)) or "every figure of the year is verified"


def _check_seal(settings: Settings) -> str:
    from receipts.seal import SealKeyRefusedError, open_seal

    try:
        key = open_seal(*settings.seal) if settings.seal else None
    except SealKeyRefusedError as refusal:
        raise RuntimeError(str(refusal)) from None
    if key is None:
        return "none: documents are printed without a seal (docs/how-to/seal-documents.md)"
    left = (key.valid_until - datetime.now(UTC)).days
    if left < 0:
        raise RuntimeError(f"its certificate ended on {key.valid_until:%Y-%m-%d}: no document can be sealed")
    soon = "; replace it soon" if left < _SOON_DAYS else ""
    return f"{key.name}, {key.fingerprint}, until {key.valid_until:%Y-%m-%d}{soon}"


def _check_library(library: str, package: str) -> str:
    try:
        ctypes.CDLL(library)
    except OSError:
        raise RuntimeError(f"missing: apt-get install {package}") from None
    return "found"


def _check_printing() -> str:
    from receipts.render.workshop import open_workshop

    try:
        open_workshop(document_templates_folder())
    except Exception as fault:
        raise RuntimeError(f"documents cannot be printed: {fault}") from fault
    return "fonts, templates and the press are whole"


def _check_clock() -> str:
    now = datetime.now(UTC)
    if now < _EARLIEST:
        raise RuntimeError(f"the machine says {now:%Y-%m-%d}, which is before this version was made")
    return f"{now:%Y-%m-%d %H:%M:%S} UTC"
