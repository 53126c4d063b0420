"""Room: cli. Founding a house: its description, its keys, its database and what operations starts with."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from donations import ledger, log, postings
from donations.cli.answers import say
from donations.clock import day_in_zone
from donations.database import migrate, open_database
from donations.errors import FieldRefusedError, SettingsRefusedError
from donations.money import parse_dollars
from donations.settings import (
    LOG_KEY,
    SEAL_KEY,
    SETTINGS_FILE,
    Organisation,
    Settings,
    load_settings,
    read_organisation,
)
from receipts.rules.us.ein import has_assigned_prefix
from receipts.seal import make_self_signed

_CLOCKS_MAY_DIFFER = timedelta(days=1)
_POSTAL = ("address", "city", "region", "postal_code")


def believe_answers(answers: Mapping[str, str | bool], *, teos_checked_on: date) -> Organisation:
    """Turn the answers of `almoner setup` into an organisation, or refuse the first wrong one."""
    facts: dict[str, object] = {name: value for name, value in answers.items() if name not in _POSTAL}
    facts["address"] = {"line1": answers["address"], **{name: answers[name] for name in _POSTAL[1:]}}
    facts["states_registered"] = [{"state": answers["region"]}]
    facts["teos_checked_on"] = teos_checked_on
    organisation = read_organisation(facts)
    if not has_assigned_prefix(organisation.ein):
        say(f"Please look again: no IRS campus is known to assign EINs like {organisation.ein}.")
    return organisation


def found_house(
    home: Path,
    organisation: Organisation,
    *,
    mode: str,
    operations_opening: str,
    base_url: str | None = None,
    founded_at: datetime | None = None,
) -> Settings:
    """Write `almoner.toml`, keys and settings, make the database and found its book; nothing there is overwritten.

    Operations starts with the opening dollars on the day of `founded_at`, by default now.
    """
    opening_cents = parse_dollars(operations_opening)
    if opening_cents is None:
        raise FieldRefusedError("Please write the opening amount in dollars, like 500 or 500.00.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_once(home / "almoner.toml", _as_toml(organisation))
    _write_once(home / "keys" / "secret_keys", f"{secrets.token_hex(32)}\n")
    _write_once(home / LOG_KEY, log.draw_seed())
    now = founded_at or datetime.now(UTC)
    _write_once(home / SEAL_KEY, make_self_signed(organisation.legal_name, at=now - _CLOCKS_MAY_DIFFER))
    said = {"ALMONER_STRIPE_MODE": mode} | ({"ALMONER_BASE_URL": base_url} if base_url else {})
    _write_once(home / SETTINGS_FILE, "".join(f"{name}={value}\n" for name, value in said.items()))
    settings = load_settings({**os.environ, **said, "ALMONER_HOME": str(home)})
    migrate(settings.database_url)
    _found_book(settings, opening_cents, now)
    return settings


def _found_book(settings: Settings, opening_cents: int, now: datetime) -> None:
    database = open_database(settings.database_url)
    try:
        database.write(
            lambda session: ledger.found_book(
                session,
                origin=f"{urlsplit(settings.base_url).hostname}/{secrets.token_hex(4)}",
                zone=settings.organisation.time_zone,
                mode=settings.stripe_mode,
                fiscal_year_start=settings.organisation.fiscal_year_start,
            )
        )
        if opening_cents:
            opening = postings.opening_balance(
                day=day_in_zone(now, settings.zone),
                fund="operations",
                account="assets:bank:operations",
                cents=opening_cents,
                happened_at=now,
            )
            database.write(lambda session: ledger.post(session, opening, recorded_at=now))
    finally:
        database.close()


def _as_toml(organisation: Organisation) -> str:
    """Return the organisation as a commented file; a JSON string or number is also one of TOML."""
    lines = [
        "# The organisation, as Almoner tells donors and prints on receipts.",
        "# docs/reference/settings.md says what each line means.",
        "",
    ]
    tables = []
    for name, value in json.loads(msgspec.json.encode(organisation)).items():
        if isinstance(value, dict):
            tables += ["", f"[{name}]", *_lines_of(value)]
        elif isinstance(value, list):
            tables += [line for row in value for line in ("", f"[[{name}]]", *_lines_of(row))]
        else:
            lines += _lines_of({name: value})
    return "\n".join([*lines, *tables, ""])


def _lines_of(facts: Mapping[str, object]) -> list[str]:
    return [
        f"{name} = {value if name.endswith('_checked_on') else json.dumps(value, ensure_ascii=False)}"
        for name, value in facts.items()
    ]


def _write_once(file: Path, content: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsRefusedError(f"{file} is there already; almoner setup overwrites nothing.") from None
    with os.fdopen(handle, "wb") as written:
        written.write(content.encode() if isinstance(content, str) else content)
