"""The rows of the feature table that hold so far, one test each: row 6, 11, 18–20, 42, 44, 45, 47 and 51."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from donations import archive, ledger
from donations.cli.playing import Street
from donations.giving import gift_dossier
from donations.money import format_dollars
from donations.simulator import control, delivery
from donations.simulator.delivery import Weather
from donations.tables import Contact, Donor
from receipts.numbers import is_valid_number
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of

_FORM = {"amount": "130.00", "name": "Ada Example", "email": "ada@example.org", "preference": "coats"}
_MOMENTS_SECONDS = 30
_CODE = re.compile("CF-[0-9A-Z]{10}")


def _give(street: Street, **changes: str) -> str:
    given = street.give({**_FORM, **changes}, how="paid")
    street.deliver_and_drain()
    return given.begun.reference


def _page(street: Street, path: str) -> str:
    return street.door.get(path, base_url=street.rooms.settings.base_url).get_data(as_text=True)


def _page_once_it_says(street: Street, path: str, words: str) -> str:
    """Return a page that may lag behind the book for a few moments, once it says these words."""
    until = time.monotonic() + _MOMENTS_SECONDS
    while words not in (page := _page(street, path)):
        assert time.monotonic() < until, f"{path} does not say {words}"
        time.sleep(0.2)
    return page


def _letters(street: Street) -> list[bytes]:
    return [letter.read_bytes() for letter in sorted((street.rooms.settings.home / "mail" / "new").iterdir())]


def _refuse(street: Street, statement: str) -> None:
    def attempt(session: Session) -> None:
        session.execute(text(statement))

    with pytest.raises(DatabaseError):
        street.rooms.database.write(attempt)


@pytest.fixture
def printing_street(foundry: Foundry, tmp_path: Path, faces: Path) -> Iterator[Street]:
    """Open the street before a house with the real press."""
    with founded(foundry, tmp_path / "house", faces) as settings, street_of(settings, quick=False) as opened:
        yield opened


def test_row_6_a_donor_may_prefer_coats_and_can_never_choose_who_gets_them(street: Street) -> None:
    with street.rooms.database.read() as session:
        code = session.execute(text("SELECT code FROM clothing_fund")).scalars().first()
    for name, value in (("clothing_fund", "1"), ("child", "1"), ("fund", "x"), ("appeal", str(code))):
        refused = street.door.post(
            "/give",
            data={**_FORM, name: value},
            headers={"Origin": street.rooms.settings.base_url},
            base_url=street.rooms.settings.base_url,
        )
        assert refused.status_code == 422, name
    with street.rooms.database.read() as session:
        facts = gift_dossier(session, _give(street))
    assert facts["preference"] == "coats"
    assert sum(row["cents"] for row in facts["designations"]) == 13_000


def test_row_11_an_anonymous_gift_names_its_donor_nowhere_public(street: Street) -> None:
    _give(street, anonymous="1", name="Zebulon Quickname", email="zq@example.org")
    with street.rooms.database.read() as session:
        token = session.execute(text("SELECT verify_token FROM receipt")).scalar_one()
    for path in ("/", "/give", "/transparency", f"/v/{token}", "/transparency/2026.json"):
        page = _page(street, path)
        assert "Zebulon" not in page, path
        assert "zq@example.org" not in page, path
    assert b"Zebulon" in b"".join(_letters(street)), "the donor's own receipt names the donor"


def test_row_18_each_gift_gets_its_own_pdf_receipt_by_mail_and_by_link(printing_street: Street) -> None:
    street = printing_street
    first, second = _give(street), _give(street, amount="65.00")
    assert len(_letters(street)) == 2
    with street.rooms.database.read() as session:
        numbers = [gift_dossier(session, gift)["receipts"][0]["number"] for gift in (first, second)]
    for number, cents in zip(numbers, (13_000, 6_500), strict=True):
        token = archive.link_token(street.rooms.settings.secret_keys, number)
        answer = street.door.get(f"/r/{token}.pdf", base_url=street.rooms.settings.base_url)
        assert answer.status_code == 200
        page = pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
        assert number in page
        assert format_dollars(cents) in page


def test_row_19_serial_numbers_run_from_one_without_a_gap_and_check_themselves(street: Street) -> None:
    for amount in ("130.00", "26.00", "200.00", "5.00"):
        _give(street, amount=amount)
    street.give(_FORM, how="declined")
    street.deliver_and_drain()
    with street.rooms.database.read() as session:
        numbers = session.execute(text("SELECT number, n FROM receipt ORDER BY n")).all()
    assert [row.n for row in numbers] == [1, 2, 3, 4]
    assert all(is_valid_number(row.number) for row in numbers)


def test_row_20_a_receipt_is_a_snapshot_that_later_facts_do_not_touch(street: Street) -> None:
    reference = _give(street)

    def rename(session: Session) -> None:
        session.execute(update(Contact).values(name="Somebody Else"))
        session.execute(update(Donor).values(name="Somebody Else"))

    with street.rooms.database.read() as session:
        number = gift_dossier(session, reference)["receipts"][0]["number"]
        before = archive.frozen_facts_of(session, number), archive.read_printed(session, street.rooms.files, number)
    street.rooms.database.write(rename)
    with street.rooms.database.read() as session:
        after = archive.frozen_facts_of(session, number), archive.read_printed(session, street.rooms.files, number)
    assert before == after
    assert b"Ada Example" in after[0]
    for table in ("receipt", "frozen_facts", "printed"):
        _refuse(street, f"DELETE FROM {table}")  # noqa: S608  A name from this list.


def test_row_42_the_public_page_shows_live_totals_from_the_ledger_alone(street: Street) -> None:
    assert "$200.00" not in _page(street, "/transparency")
    _give(street, amount="200.00")
    with street.rooms.database.read() as session:
        received = -ledger.balance(session, "children", "income:gifts")
        fees = ledger.balance(session, "operations", "expense:processing-fees")
    assert (received, fees > 0) == (20_000, True)
    page = _page_once_it_says(street, "/transparency", format_dollars(received))
    assert format_dollars(fees) in page


def test_row_44_who_a_child_is_cannot_be_known_or_counted_from_outside(street: Street) -> None:
    for amount in ("130.00", "260.00"):
        _give(street, amount=amount)
    with street.rooms.database.read() as session:
        codes = session.execute(text("SELECT code FROM clothing_fund")).scalars().all()
        token = session.execute(text("SELECT verify_token FROM receipt")).scalars().first()
    outside = [_page(street, path) for path in ("/", "/give", "/transparency", f"/v/{token}")]
    outside += [letter.decode("latin-1") for letter in _letters(street)]
    outside += (street.rooms.settings.home / "simulated-stripe.sqlite3").read_bytes().decode("latin-1").splitlines()
    assert codes
    for seen in outside:
        assert not any(code in seen for code in codes)
        assert not _CODE.search(seen)
    assert "fewer than" in _page(street, "/transparency") or "not told" in _page(street, "/transparency").lower()


def test_row_45_fees_stay_in_separate_books_and_the_database_refuses_anything_else(street: Street) -> None:
    _give(street, cover_fee="1")
    with street.rooms.database.read() as session:
        lines = {(line.fund, line.account): line.balance_cents for line in ledger.trial_balance(session)}
        entry_id = session.execute(text("SELECT max(id) FROM entry")).scalar_one()
    assert lines["children", "income:gifts"] == -13_000
    assert lines["children", "assets:stripe"] == 13_000
    assert ("children", "expense:processing-fees") not in lines
    fee, stripe, children = 5110, 1030, 1
    _refuse(
        street,
        "INSERT INTO transfer (entry_id, line, fund_id, debit_id, credit_id, cents) "  # noqa: S608  Numbers above.
        f"VALUES ({entry_id}, 1, {children}, {fee}, {stripe}, 407)",
    )


def test_row_47_events_told_twice_late_and_in_any_order_are_stored_and_worked_off_once(street: Street) -> None:
    given = street.give(_FORM, how="paid")
    assert given.played is not None
    for seed in range(4):
        with street.stripe.cabinet.open() as drawer:
            for event in given.played.events:
                delivery.resend(drawer, event)
        street.deliver(Weather(shuffle=True, duplicates=2, seed=seed))
        street.worker().drain()
    with street.rooms.database.read() as session:
        stored = session.execute(text("SELECT event_id FROM inbox WHERE origin = 'webhook'")).scalars().all()
        assert sorted(stored) == sorted(given.played.events)
        assert session.execute(text("SELECT count(*) FROM receipt")).scalar_one() == 1
        assert ledger.balance(session, "children", "income:gifts") == -control.read_book(street.stripe).gross_cents
    assert len(_letters(street)) == 1


def test_row_51_one_small_machine_needs_no_server_beside_it(tmp_path: Path, faces: Path, foundry: Foundry) -> None:
    with founded(foundry, tmp_path / "house", faces) as settings, street_of(settings) as street:
        _give(street)
        if foundry.engine == "sqlite":
            kept = {path.name for path in settings.home.iterdir()}
            assert {"almoner.toml", "keys", "files", "mail"} <= kept
            assert settings.database_url.startswith("sqlite:///")
