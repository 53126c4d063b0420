"""Room: settings. Environment and `almoner.toml` become one frozen dataclass, or one sentence says what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from donations.errors import SettingsRefusedError
from receipts.rules.assessing import Threshold
from receipts.rules.us.earmarks import names_one_person
from receipts.rules.us.own import OwnText, OwnThreshold, find_fault
from receipts.rules.us.states import Row

Mode = Literal["simulated", "test", "live"]
_ONE_LINE = r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_ONE_LINE)]
_MaybeLine = Annotated[str, msgspec.Meta(max_length=200, pattern=_ONE_LINE)]
SETTINGS_FILE = "settings.env"
"""Beside `almoner.toml` in `ALMONER_HOME`: deployment settings for those who have no service manager."""
SEAL_KEY = "keys/seal.p12"
"""In `ALMONER_HOME`, made by `almoner setup`, readable by its owner only."""
LOG_KEY = "keys/log"
_CLASS_FLOOR = 25
_SUPPRESSION_FLOOR = 11
_DISTINCT_BYTES_MIN = 8
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.\-_:\[\]]+/?", re.ASCII)
_SENDER = re.compile(r"[^<>@,;:\"]*<[^<>@\s,;:\"]+@[^<>@\s,;:\"]+>|[^<>@\s,;:\"]+@[^<>@\s,;:\"]+")
_Result = TypeVar("_Result")


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The organisation's postal address."""

    line1: _Line
    city: _Line
    region: _Line
    postal_code: _Line
    country: _Line = "US"
    line2: _MaybeLine = ""


class StateRegistration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A state in which the charity may solicit, and its number there."""

    state: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{2}\Z")]
    registration_number: _MaybeLine = ""


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The charity as `almoner.toml` describes it (tax rules §12); `fictitious` marks an example."""

    legal_name: _Line
    ein: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{2}-[0-9]{7}\Z")]
    address: Address
    time_zone: _Line
    tax_status: _Line = (
        "a public charity described in sections 501(c)(3) and 170(b)(1)(A) of the Internal Revenue Code"
    )
    public_charity: bool
    teos_checked_on: date
    state_of_formation: _Line = "Nevada"
    purpose: _Line = "to clothe foster and homeless children and youth with dignity"
    states_registered: tuple[StateRegistration, ...] = ()
    fees_funded_by: _Line
    mail_from: _Line
    trade_name: _MaybeLine = ""
    signatory_name: _MaybeLine = ""
    signatory_title: _MaybeLine = ""
    contact_email: _MaybeLine = ""
    contact_phone: _MaybeLine = ""
    fictitious: bool = False
    fiscal_year_start: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{2}-[0-9]{2}\Z")] = "01-01"
    set_price_cents: Annotated[int, msgspec.Meta(ge=100, le=10**9)] = 13_000
    gift_min_cents: Annotated[int, msgspec.Meta(ge=50, le=10**9)] = 500
    gift_max_cents: Annotated[int, msgspec.Meta(ge=50, le=99_999_999)] = 5_000_000
    fee_cover_basis_points: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 290
    fee_cover_fixed_cents: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 30
    operations_reserve_cents: Annotated[int, msgspec.Meta(ge=0, le=10**11)] = 0
    suppression_k: Annotated[int, msgspec.Meta(ge=_SUPPRESSION_FLOOR)] = _SUPPRESSION_FLOOR
    books_part_cents: Annotated[int, msgspec.Meta(ge=100, le=10**11)] = 500_000
    donor_retention_years: Annotated[int, msgspec.Meta(ge=3, le=100)] = 7
    fiscal_sponsor: bool = False
    """Legal name, EIN, address and status are a fiscal sponsor's, and `trade_name` names its project (R30)."""
    class_floor: Annotated[int, msgspec.Meta(ge=_CLASS_FLOOR)] = _CLASS_FLOOR
    control_statement_version: _Line = "control-2026-1"
    billing_address_required: bool = False
    month_note_version: Literal["", "month-note-2026-1"] = ""
    threshold: tuple[OwnThreshold, ...] = ()
    """Figures of the law that a named person of the charity has verified."""
    disclosure: tuple[OwnText, ...] = ()

    @property
    def own_thresholds(self) -> tuple[Threshold, ...]:
        """Return its figures as rows of the table."""
        return tuple(one.row for one in self.threshold)

    @property
    def own_texts(self) -> tuple[Row, ...]:
        """Return its texts as rows of the table."""
        return tuple(one.row for one in self.disclosure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the house is told from outside; secrets never show in its repr."""

    home: Path
    organisation: Organisation
    database_url: str = field(repr=False)
    """May hold a password; so may the mail address."""
    base_url: str
    stripe_mode: Mode
    production: bool
    trusted_proxies: int
    mail_url: str = field(repr=False)
    files_url: str
    stripe_api_key: str = field(repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    secret_keys: tuple[bytes, ...] = field(repr=False)
    """Newest first: the first signs and derives, all are tried when checking."""
    seal: tuple[Path, ...] = ()
    """The PKCS#12 that seals documents and, if it has a password, the file with that: for the printing child only."""
    registers: Path = Path("registers")
    """Append-only registers outside the database."""
    log_key: Path | None = None

    @property
    def zone(self) -> ZoneInfo:
        """Return the organisation's time zone."""
        return ZoneInfo(self.organisation.time_zone)

    @property
    def is_https(self) -> bool:
        """Return whether the public address is https (HSTS, Secure cookies)."""
        return self.base_url.startswith("https://")

    @property
    def livemode(self) -> bool:
        """Return whether Stripe's events must carry livemode=true."""
        return self.stripe_mode == "live"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check every setting of docs/reference/settings.md; `SettingsRefusedError` names the first wrong."""
    home = Path(environ.get("ALMONER_HOME", "var"))
    environ = {**read_settings_file(home / SETTINGS_FILE), **environ}
    organisation = load_organisation(_config_file(environ, home))
    mode = _choice(environ, "ALMONER_STRIPE_MODE", ("simulated", "test", "live"))
    settings = Settings(
        home=home,
        organisation=organisation,
        database_url=environ.get("ALMONER_DATABASE_URL", f"sqlite:///{(home / 'almoner.sqlite3').absolute()}"),
        base_url=_base_url(environ.get("ALMONER_BASE_URL", "http://127.0.0.1:8000")),
        stripe_mode=mode,
        production=_flag(environ, "ALMONER_PRODUCTION"),
        trusted_proxies=_whole(environ, "ALMONER_TRUSTED_PROXIES", 0),
        mail_url=environ.get("ALMONER_MAIL_URL", f"maildir:{home / 'mail'}"),
        files_url=environ.get("ALMONER_FILES_URL", str(home / "files")),
        stripe_api_key=_secret(environ, "ALMONER_STRIPE_API_KEY"),
        stripe_webhook_secrets=tuple(_secret(environ, "ALMONER_STRIPE_WEBHOOK_SECRETS").replace(",", " ").split()),
        secret_keys=_secret_keys(environ, home),
        registers=Path(environ.get("ALMONER_REGISTERS", home / "registers")),
        seal=_seal(environ, home),
        log_key=_named_file(environ, "ALMONER_LOG_KEY_FILE", home / LOG_KEY),
    )
    _refuse_contradictions(settings)
    return settings


def read_settings_file(file: Path) -> dict[str, str]:
    """Read `NAME=value` lines, as systemd's EnvironmentFile has them; the environment itself goes before them."""
    if not file.exists():
        return {}
    text = _attempt(lambda: file.read_text(encoding="utf-8"), f"{file} cannot be read.")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    wrong = [line.partition("=")[0] for line in lines if not re.fullmatch("ALMONER_[A-Z_]+=.*", line, re.ASCII)]
    if wrong:
        raise SettingsRefusedError(f"{file} holds a line that is not ALMONER_NAME=value: {wrong[0]!r}.")
    return dict(line.split("=", 1) for line in lines)


def load_organisation(file: Path) -> Organisation:
    """Read `almoner.toml`; a missing file, an unknown key or a wrong value is one sentence naming it."""
    try:
        facts = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsRefusedError(f"There is no {file.name} in {file.parent}; `almoner setup` writes one.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise SettingsRefusedError(f"{file} cannot be read: {fault}.") from None
    organisation = read_organisation(facts)
    if organisation.gift_min_cents > organisation.gift_max_cents:
        raise SettingsRefusedError("gift_min_cents is larger than gift_max_cents in almoner.toml.")
    return organisation


def read_organisation(facts: Mapping[str, Any]) -> Organisation:
    """Believe or refuse the parsed content of `almoner.toml`."""
    _refuse_surcharge(facts)
    try:
        organisation = msgspec.convert(facts, Organisation)
    except msgspec.ValidationError as fault:
        raise SettingsRefusedError(f"almoner.toml: {fault}.") from None
    _attempt(
        lambda: ZoneInfo(organisation.time_zone),
        f"almoner.toml: time_zone {organisation.time_zone!r} is not known.",
    )
    _attempt(
        lambda: date.fromisoformat(f"2001-{organisation.fiscal_year_start}"),
        f"almoner.toml: fiscal_year_start {organisation.fiscal_year_start!r} is no day of the year.",
    )
    _refuse_unlawful(organisation)
    if not _SENDER.fullmatch(organisation.mail_from):
        raise SettingsRefusedError("almoner.toml: mail_from must be one e-mail address, like gifts@example.org.")
    return organisation


def _refuse_surcharge(facts: Mapping[str, Any]) -> None:
    """Refuse what everybody would have to pay on top: it is no gift, and no receipt may tell it (tax rules R21)."""
    name = next((name for name in facts if "surcharge" in name or name.startswith("mandatory")), None)
    if name is not None:
        raise SettingsRefusedError(
            f"almoner.toml: {name}: a surcharge that a donor must pay is no gift and stands on no receipt; donors "
            "are asked whether they add the card fee (fee_cover_basis_points, fee_cover_fixed_cents)."
        )


def _refuse_unlawful(organisation: Organisation) -> None:
    """Refuse a purpose that is one person's (Rev. Rul. 62-113), and a sponsor without its project (R30)."""
    for name in ("purpose", "trade_name"):
        if names_one_person(getattr(organisation, name), is_name=name == "trade_name"):
            raise SettingsRefusedError(
                f"almoner.toml: {name} names a person: a gift for one person is not deductible, so it must name the "
                "whole class that is served, such as foster and homeless children."
            )
    fault = find_fault(organisation.threshold, organisation.disclosure)
    if fault is not None:
        raise SettingsRefusedError(f"almoner.toml: {fault}.")
    if organisation.fiscal_sponsor and not organisation.trade_name:
        raise SettingsRefusedError("almoner.toml: fiscal_sponsor needs the name of the project in trade_name.")


def _attempt(act: Callable[[], _Result], sentence: str) -> _Result:
    try:
        return act()
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise SettingsRefusedError(sentence) from None


def _config_file(environ: Mapping[str, str], home: Path) -> Path:
    if "ALMONER_CONFIG" in environ:
        return Path(environ["ALMONER_CONFIG"])
    inside = home / "almoner.toml"
    return inside if inside.exists() or not Path("almoner.toml").exists() else Path("almoner.toml")


def _choice(environ: Mapping[str, str], name: str, choices: tuple[Mode, ...]) -> Mode:
    for choice in choices:
        if environ.get(name) == choice:
            return choice
    raise SettingsRefusedError(f"{name} must be said: one of {', '.join(choices)}.")


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "0")
    if value not in {"0", "1"}:
        raise SettingsRefusedError(f"{name} must be 0 or 1.")
    return value == "1"


def _whole(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, str(default))
    if not re.fullmatch("[0-9]{1,3}", value, re.ASCII):
        raise SettingsRefusedError(f"{name} must be a whole number.")
    return int(value)


def _base_url(value: str) -> str:
    sentence = "ALMONER_BASE_URL must be an address like https://give.example.org, without a path."
    parts = _attempt(lambda: urlsplit(value), sentence)
    _attempt(lambda: parts.port, sentence)
    if not _BASE_URL.fullmatch(value) or not parts.hostname:
        raise SettingsRefusedError(sentence)
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise SettingsRefusedError("ALMONER_BASE_URL must be https, except on this machine's own loopback address.")
    return value.rstrip("/")


def _secret(environ: Mapping[str, str], name: str) -> str:
    file = environ.get(f"{name}_FILE")
    if file is None:
        return environ.get(name, "")
    return _attempt(
        lambda: Path(file).read_text(encoding="utf-8").strip(),
        f"{name}_FILE names a file that cannot be read.",
    )


def _secret_keys(environ: Mapping[str, str], home: Path) -> tuple[bytes, ...]:
    text = _secret(environ, "ALMONER_SECRET_KEYS")
    kept = home / "keys" / "secret_keys"
    if not text and kept.exists():
        text = _attempt(lambda: kept.read_text(encoding="ascii"), f"{kept} cannot be read.")
    keys = tuple(text.replace(",", " ").split())
    if not keys or any(not re.fullmatch("[0-9a-f]{64}", key) for key in keys):
        raise SettingsRefusedError(
            "ALMONER_SECRET_KEYS must hold 64 hex digits for each key; `almoner setup` makes one."
        )
    return tuple(bytes.fromhex(key) for key in keys)


def _named_file(environ: Mapping[str, str], name: str, kept: Path | None = None) -> Path | None:
    """Return the file a setting names, else the one `almoner setup` made; an older home has none."""
    said = environ.get(name)
    if said and not Path(said).is_file():
        raise SettingsRefusedError(f"{name} names {said}, which is not a file.")
    return Path(said) if said else kept if kept is not None and kept.exists() else None


def _seal(environ: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Return the files of the seal key; without one documents stay unsealed."""
    key = _named_file(environ, "ALMONER_SEAL_KEY_FILE", home / SEAL_KEY)
    password = _named_file(environ, "ALMONER_SEAL_KEY_PASSWORD_FILE") if key else None
    return tuple(file for file in (key, password) if file)


def _refuse_contradictions(settings: Settings) -> None:
    key, mode = settings.stripe_api_key, settings.stripe_mode
    if mode == "simulated" and (settings.production or "_live_" in key):
        raise SettingsRefusedError(
            "ALMONER_STRIPE_MODE=simulated refuses to run in production or beside a live Stripe key."
        )
    if mode != "simulated" and not re.match(f"(sk|rk)_{mode}_", key):
        raise SettingsRefusedError(f"ALMONER_STRIPE_API_KEY does not belong to the mode {mode}.")
    if mode != "simulated" and not settings.stripe_webhook_secrets:
        raise SettingsRefusedError("ALMONER_STRIPE_WEBHOOK_SECRETS must name at least one secret.")
    if (mode == "live") != settings.production:
        raise SettingsRefusedError("ALMONER_STRIPE_MODE=live and ALMONER_PRODUCTION=1 belong together.")
    if settings.production and not settings.is_https:
        raise SettingsRefusedError("ALMONER_BASE_URL must be https in production.")
    if any(len(set(secret)) < _DISTINCT_BYTES_MIN for secret in settings.secret_keys):
        raise SettingsRefusedError("ALMONER_SECRET_KEYS holds a weak key.")
