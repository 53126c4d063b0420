from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from donations.errors import SettingsRefusedError
from donations.settings import Settings, load_settings, read_organisation
from tests.clerk_room import ORGANISATION_FACTS

_TOML = """\
legal_name = "Desert Wardrobe Foundation"
ein = "88-1234567"
time_zone = "America/Los_Angeles"
public_charity = true
teos_checked_on = 2026-11-01
fees_funded_by = "the founding board"
mail_from = "gifts@example.org"

[address]
line1 = "100 Example Avenue"
city = "Las Vegas"
region = "NV"
postal_code = "89101"
"""
_KEY = bytes(range(32)).hex()
_LIVE = {
    "ALMONER_STRIPE_MODE": "live",
    "ALMONER_PRODUCTION": "1",
    "ALMONER_BASE_URL": "https://give.example.org",
    "ALMONER_STRIPE_API_KEY": "rk_live_123",
    "ALMONER_STRIPE_WEBHOOK_SECRETS": "whsec_one",
}
_TEST = {
    "ALMONER_STRIPE_MODE": "test",
    "ALMONER_STRIPE_API_KEY": "sk_test_123",
    "ALMONER_STRIPE_WEBHOOK_SECRETS": "whsec_one whsec_two",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a home with its almoner.toml."""
    (tmp_path / "almoner.toml").write_text(_TOML, encoding="utf-8")
    return tmp_path


def _load(home: Path, **changes: str) -> Settings:
    usual = {"ALMONER_HOME": str(home), "ALMONER_STRIPE_MODE": "simulated", "ALMONER_SECRET_KEYS": _KEY}
    return load_settings(usual | changes)


def _refusal(home: Path, **changes: str) -> str:
    with pytest.raises(SettingsRefusedError) as refused:
        _load(home, **changes)
    sentence = refused.value.sentence
    assert sentence.endswith("."), "a refusal is a sentence"
    assert "\n" not in sentence
    return sentence


def test_a_home_and_a_mode_are_enough(home: Path) -> None:
    loaded = _load(home)
    assert loaded.stripe_mode == "simulated"
    assert loaded.base_url == "http://127.0.0.1:8000"
    assert loaded.database_url == f"sqlite:///{home / 'almoner.sqlite3'}"
    assert loaded.mail_url == f"maildir:{home / 'mail'}"
    assert loaded.zone.key == "America/Los_Angeles"
    assert loaded.organisation.set_price_cents == 13_000


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALMONER_STRIPE_MODE", "", "ALMONER_STRIPE_MODE must be said"),
        ("ALMONER_STRIPE_MODE", "Live", "ALMONER_STRIPE_MODE must be said"),
        ("ALMONER_PRODUCTION", "yes", "ALMONER_PRODUCTION must be 0 or 1"),
        ("ALMONER_TRUSTED_PROXIES", "-1", "ALMONER_TRUSTED_PROXIES must be a whole number"),
        ("ALMONER_TRUSTED_PROXIES", "\u0661", "ALMONER_TRUSTED_PROXIES must be a whole number"),
        ("ALMONER_BASE_URL", "give.example.org", "ALMONER_BASE_URL must be an address"),
        ("ALMONER_BASE_URL", "https://give.example.org/path", "without a path"),
        ("ALMONER_BASE_URL", "https://give.example.org?x=1", "without a path"),
        ("ALMONER_BASE_URL", "https://give.example.org/#x", "without a path"),
        ("ALMONER_BASE_URL", "https://me@give.example.org", "ALMONER_BASE_URL"),
        ("ALMONER_BASE_URL", "https://give.example.org:99999", "ALMONER_BASE_URL"),
        ("ALMONER_BASE_URL", "https://[::1", "ALMONER_BASE_URL"),
        ("ALMONER_BASE_URL", "https://give.example.org\n", "ALMONER_BASE_URL"),
        ("ALMONER_BASE_URL", "https://", "ALMONER_BASE_URL"),
        ("ALMONER_BASE_URL", "ftp://give.example.org", "ALMONER_BASE_URL"),
        ("ALMONER_BASE_URL", "http://give.example.org", "must be https"),
        ("ALMONER_SECRET_KEYS", "", "ALMONER_SECRET_KEYS must hold 64 hex digits"),
        ("ALMONER_SECRET_KEYS", "abc", "ALMONER_SECRET_KEYS must hold 64 hex digits"),
        ("ALMONER_SECRET_KEYS", f"{_KEY} abc", "ALMONER_SECRET_KEYS must hold 64 hex digits"),
        ("ALMONER_SECRET_KEYS", "00" * 32, "ALMONER_SECRET_KEYS holds a weak key"),
        ("ALMONER_SECRET_KEYS_FILE", "/nowhere", "ALMONER_SECRET_KEYS_FILE names a file"),
        ("ALMONER_CONFIG", "/nowhere/almoner.toml", "There is no almoner.toml in /nowhere"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(home: Path, name: str, value: str, said: str) -> None:
    assert said in _refusal(home, **{name: value})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ALMONER_PRODUCTION": "1", "ALMONER_BASE_URL": "https://give.example.org"}, "refuses to run in production"),
        ({"ALMONER_STRIPE_API_KEY": "sk_live_123"}, "beside a live Stripe key"),
        (_TEST | {"ALMONER_STRIPE_API_KEY": "sk_live_123"}, "does not belong to the mode test"),
        (_TEST | {"ALMONER_STRIPE_API_KEY": ""}, "does not belong to the mode test"),
        (_TEST | {"ALMONER_STRIPE_API_KEY": "pk_test_123"}, "does not belong to the mode test"),
        (_TEST | {"ALMONER_STRIPE_WEBHOOK_SECRETS": " "}, "ALMONER_STRIPE_WEBHOOK_SECRETS must name"),
        (_TEST | {"ALMONER_PRODUCTION": "1"}, "belong together"),
        (_LIVE | {"ALMONER_PRODUCTION": "0"}, "belong together"),
        (_LIVE | {"ALMONER_STRIPE_API_KEY": "rk_test_123"}, "does not belong to the mode live"),
        (_LIVE | {"ALMONER_BASE_URL": "http://127.0.0.1:8000"}, "must be https in production"),
    ],
)
def test_settings_that_contradict_each_other_stop_the_start(home: Path, changes: dict[str, str], said: str) -> None:
    assert said in _refusal(home, **changes)


@pytest.mark.parametrize(("changes", "livemode"), [(_TEST, False), (_LIVE, True)])
def test_each_mode_starts_with_its_own_key(home: Path, changes: dict[str, str], *, livemode: bool) -> None:
    loaded = _load(home, **changes)
    assert loaded.livemode is livemode
    assert loaded.is_https is livemode


def test_no_secret_shows_when_settings_are_printed(home: Path) -> None:
    secrets = {
        "ALMONER_STRIPE_API_KEY": "sk_test_confidential",
        "ALMONER_STRIPE_WEBHOOK_SECRETS": "whsec_confidential",
        "ALMONER_DATABASE_URL": "postgresql+psycopg://almoner:confidential@localhost/almoner",
        "ALMONER_MAIL_URL": "smtps://almoner:confidential@mail.example.org",
        "ALMONER_STRIPE_MODE": "test",
    }
    printed = repr(_load(home, **secrets))
    assert "confidential" not in printed
    assert _KEY not in printed
    assert repr(bytes.fromhex(_KEY)) not in printed


def test_secrets_may_stand_in_files(home: Path) -> None:
    (home / "secret").write_text("whsec_a, whsec_b\n", encoding="utf-8")
    loaded = _load(home, **(_TEST | {"ALMONER_STRIPE_WEBHOOK_SECRETS_FILE": str(home / "secret")}))
    assert loaded.stripe_webhook_secrets == ("whsec_a", "whsec_b")


def test_keys_are_found_in_the_home_and_newest_stands_first(home: Path) -> None:
    (home / "keys").mkdir()
    (home / "keys" / "secret_keys").write_text(f"{_KEY[::-1]}\n{_KEY}\n", encoding="ascii")
    assert _load(home, ALMONER_SECRET_KEYS="").secret_keys[-1] == bytes.fromhex(_KEY)
    (home / "keys" / "secret_keys").write_bytes(b"\xff\xfe")
    assert "secret_keys cannot be read" in _refusal(home, ALMONER_SECRET_KEYS="")


def test_the_environment_goes_before_the_settings_file(home: Path) -> None:
    (home / "settings.env").write_text(
        "# where we are\nALMONER_BASE_URL=https://a.example.org\n\nALMONER_TRUSTED_PROXIES=1\n", encoding="utf-8"
    )
    loaded = _load(home, ALMONER_BASE_URL="https://b.example.org")
    assert (loaded.base_url, loaded.trusted_proxies) == ("https://b.example.org", 1)


@pytest.mark.parametrize("line", ["export ALMONER_PRODUCTION=0", "PATH=/tmp", "ALMONER_PRODUCTION", "almoner_x=1"])
def test_a_line_that_is_no_setting_is_named(home: Path, line: str) -> None:
    (home / "settings.env").write_text(f"{line}\n", encoding="utf-8")
    assert line.partition("=")[0] in _refusal(home)


_WRONG_FACTS: list[tuple[dict[str, Any], str]] = [
    ({"slogan": "x"}, "slogan"),
    ({"legal_name": ""}, "legal_name"),
    ({"legal_name": "Desert\nWardrobe"}, "legal_name"),
    ({"legal_name": "x" * 201}, "legal_name"),
    ({"trade_name": "Desert\x00"}, "trade_name"),
    ({"ein": "881234567"}, "ein"),
    ({"ein": "12-345678"}, "ein"),
    ({"ein": "88-1234567\n"}, "ein"),
    ({"ein": "٨٨-1234567"}, "ein"),
    ({"ein": 881234567}, "ein"),
    ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ({"time_zone": "../../etc/passwd"}, "time_zone"),
    ({"time_zone": "America"}, "time_zone"),
    ({"mail_from": "nobody"}, "mail_from"),
    ({"mail_from": "a@example.org, b@example.org"}, "mail_from"),
    ({"mail_from": "a@example.org\r\nBcc: b@example.org"}, "mail_from"),
    ({"fiscal_year_start": "13-01"}, "fiscal_year_start"),
    ({"fiscal_year_start": "1-1"}, "fiscal_year_start"),
    ({"public_charity": "yes"}, "public_charity"),
    ({"teos_checked_on": "yesterday"}, "teos_checked_on"),
    ({"set_price_cents": 130.0}, "set_price_cents"),
    ({"set_price_cents": "13000"}, "set_price_cents"),
    ({"gift_min_cents": 49}, "gift_min_cents"),
    ({"gift_max_cents": 10**8}, "gift_max_cents"),
    ({"fee_cover_basis_points": -1}, "fee_cover_basis_points"),
    ({"suppression_k": 10}, "suppression_k"),
    ({"class_floor": 1}, "class_floor"),
    ({"class_floor": 24}, "class_floor"),
    ({"mandatory_surcharge_cents": 300}, "a surcharge that a donor must pay is no gift"),
    ({"surcharge_basis_points": 300}, "fee_cover_basis_points"),
    ({"fiscal_sponsor": True}, "trade_name"),
    *(
        ({"purpose": purpose}, "purpose names a person")
        for purpose in (
            *("Help Maria R.", "Help Maria R. and other children", "to clothe Jayden", "save baby Emma's winter"),
            *("for little Jayden", "to clothe my niece", "to support Ana Gomez", "ayudar a Lucía"),
        )
    ),
    ({"trade_name": "Help Maria R."}, "trade_name names a person"),
    ({"states_registered": [{"state": "Nevada"}]}, "state"),
    ({"address": {"line1": "x", "city": "y", "region": "NV"}}, "postal_code"),
    ({"address": ORGANISATION_FACTS["address"] | {"floor": "2"}}, "floor"),
]


@pytest.mark.parametrize(("changes", "named"), _WRONG_FACTS, ids=lambda value: ascii(value)[:40])
def test_a_wrong_fact_about_the_organisation_is_one_sentence_that_names_it(
    changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(SettingsRefusedError) as refused:
        read_organisation(ORGANISATION_FACTS | changes)
    assert named in refused.value.sentence
    assert "\n" not in refused.value.sentence


@pytest.mark.parametrize(
    "purpose",
    [
        "to clothe foster and homeless children and youth with dignity",
        "to help Las Vegas children",
        "to clothe Clark County children in foster care",
        "Clothing for children in need, in Nevada",
        "to support young people who leave foster care",
        "Help Nevada",
        "to clothe children in Little Rock",
        "to dress little Nevadans",
        "to give young Nevadans what they wear",
        "to run Dress For Success",
        "vestir a niños y jóvenes sin hogar",
    ],
)
def test_a_purpose_that_names_a_class_is_believed(purpose: str) -> None:
    assert read_organisation(ORGANISATION_FACTS | {"purpose": purpose}).purpose == purpose


@pytest.mark.parametrize(
    "name",
    [
        "Dress For Success Las Vegas",
        "Little Rock Closet",
        "Baby Basics",
        "Coats For Hope",
        "Save The Day",
        "Help Reno",
    ],
)
def test_a_charity_is_called_as_it_is_called(name: str) -> None:
    assert read_organisation(ORGANISATION_FACTS | {"trade_name": name}).trade_name == name


@pytest.mark.parametrize(
    "missing",
    ["legal_name", "ein", "address", "time_zone", "public_charity", "teos_checked_on", "fees_funded_by", "mail_from"],
)
def test_a_missing_fact_about_the_organisation_is_named(missing: str) -> None:
    with pytest.raises(SettingsRefusedError, match=missing):
        read_organisation({name: fact for name, fact in ORGANISATION_FACTS.items() if name != missing})


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda toml: toml.unlink(), "`almoner setup` writes one"),
        (lambda toml: toml.write_text("legal_name = ", encoding="utf-8"), "cannot be read"),
        (lambda toml: toml.write_bytes(b"\xff"), "cannot be read"),
        (lambda toml: toml.write_text(f"slogan = 'x'\n{_TOML}", encoding="utf-8"), "slogan"),
        (
            lambda toml: toml.write_text(
                f"gift_min_cents = 600000\ngift_max_cents = 500000\n{_TOML}", encoding="utf-8"
            ),
            "gift_min_cents is larger",
        ),
    ],
)
def test_a_file_that_cannot_be_believed_stops_the_start(
    home: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(home / "almoner.toml")
    assert said in _refusal(home)


def test_a_sender_may_have_a_name() -> None:
    facts = ORGANISATION_FACTS | {"mail_from": "Desert Wardrobe <gifts@example.org>"}
    assert read_organisation(facts).mail_from == facts["mail_from"]
