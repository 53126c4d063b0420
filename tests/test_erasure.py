"""Erasure: at once what the law lets go, tax records after their term; number, amount, digest and status stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from donations import archive
from donations.cli.playing import Street
from donations.erasure import ErasureDesk
from donations.invariants import audit
from donations.simulator import acts, control
from donations.tables import (
    Contact,
    DocumentErasure,
    Donor,
    DonorAccount,
    DonorAddress,
    DonorLink,
    DonorSession,
    ErasureSubject,
    FrozenFacts,
    GiftNaming,
    Printed,
    Receipt,
    leaf_nonce,
    metadata,
)
from donations.web.front_door import open_front_door
from donations.wiring import open_house
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.own_rooms import DonorBrowser

TERM = timedelta(days=8 * 366)
"""Past the last day of the term of any gift given now."""


@pytest.fixture
def street(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Street]:
    """Found a house with one gift of Ada's, one she never paid, and one of Bo's."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as opened:
        opened.give(FORM, how="paid")
        opened.give({**FORM, "amount": "77"}, how="left")
        opened.give({**FORM, "name": "Bo Example", "email": "bo@example.org", "amount": "65"}, how="paid")
        opened.deliver_and_drain()
        yield opened


@pytest.fixture
def app(street: Street) -> Flask:
    """Open the real front door before it."""
    return open_front_door(open_house(street.rooms))


@pytest.fixture
def ada(street: Street, app: Flask) -> DonorBrowser:
    """Let Ada in."""
    browser = DonorBrowser.of(street, app)
    browser.enter()
    return browser


def _erase(ada: DonorBrowser) -> str:
    return ada.send("/me/erase", {"sure": "yes"}, on="/me/erase").get_data(as_text=True)


def _words(street: Street) -> str:
    """Return every name and address that the book holds, as one text."""
    with street.rooms.database.read() as session:
        wanted = ("contact", "donor", "pledge_contact", "donor_address", "donor_link", "frozen_facts", "erasure")
        return "\n".join(str(row) for name in wanted for row in session.execute(select(metadata.tables[name])))


def _add(street: Street, row: DocumentErasure) -> None:
    street.rooms.database.write(lambda session: session.add(row))


def _letter(street: Street) -> str:
    folder = street.rooms.settings.home / "mail"
    found = [one.read_text() for one in folder.rglob("*") if one.is_file()]
    return next(one for one in found if "Your data are erased" in one)


def test_what_the_law_lets_go_goes_at_once_and_the_answer_says_what_is_kept(
    street: Street, ada: DonorBrowser
) -> None:
    assert "For tax (gifts: 1)" in ada.page("/me/erase")
    control.advance(street.stripe, timedelta(days=3))
    street.deliver_and_drain()
    ada.enter()
    answer = _erase(ada)
    assert "Your data are erased" in answer
    assert "7 years after the tax year" in answer
    with street.rooms.database.read() as session:
        for table in (DonorAccount, DonorAddress, DonorSession, DonorLink, GiftNaming):
            assert session.scalars(select(table)).all() == []
        named = session.scalars(select(Contact.name).order_by(Contact.gift_id)).all()
        assert named == ["Ada Example", "Erased donor", "Bo Example"]
    assert "Mail me a link" in ada.page()
    street.deliver_and_drain()
    assert "7 years after the" in _letter(street)
    with street.rooms.database.read() as session:
        assert session.scalar(text("SELECT email FROM erasure")) is None


def test_without_the_ticked_box_nothing_is_changed(street: Street, ada: DonorBrowser) -> None:
    before = _words(street)
    assert ada.send("/me/erase", {}, on="/me/erase").status_code == 422
    assert ada.send("/me/erase", {"sure": "no"}, on="/me/erase").status_code == 422
    assert _words(street) == before


def test_a_donor_erased_at_their_term_leaves_number_amount_hash_and_status(
    street: Street, app: Flask, ada: DonorBrowser
) -> None:
    with street.rooms.database.read() as session:
        number, token, before = session.execute(
            select(Receipt.number, Receipt.verify_token, Receipt.facts_sha256).where(Receipt.amount_cents == 13_000)
        ).one()
        name = session.get_one(Printed, number).file
        standing = archive.check(session, token)
    assert street.rooms.files.get(name)
    _erase(ada)
    street.deliver_and_drain()
    assert "Ada Example" in _words(street)
    control.advance(street.stripe, TERM)
    street.deliver_and_drain()
    street.deliver_and_drain()
    assert "ada" not in _words(street).casefold()
    assert "Bo Example" in _words(street)
    with pytest.raises(FileNotFoundError):
        street.rooms.files.get(name)
    with street.rooms.database.read() as session:
        assert session.scalars(select(Receipt.facts_sha256).where(Receipt.number == number)).one() == before
        assert archive.check(session, token) == standing
        assert session.scalars(select(ErasureSubject).where(ErasureSubject.done_at.is_(None))).all() == []
        assert len(session.execute(select(leaf_nonce)).all()) == 1
        assert [one.id for one in audit(session) if not one.ok] == []
    page = app.test_client().get(f"/v/{token}").get_data(as_text=True)
    assert "Record retained, personal data erased." in page
    assert number in page


def test_a_year_before_its_term_a_record_keeps_its_words(street: Street, ada: DonorBrowser) -> None:
    _erase(ada)
    control.advance(street.stripe, timedelta(days=7 * 365))
    street.deliver_and_drain()
    assert "Ada Example" in _words(street)


def test_the_database_lets_no_frozen_facts_go_but_by_an_erasure_in_its_time(
    street: Street, ada: DonorBrowser
) -> None:
    write = street.rooms.database.write
    with street.rooms.database.read() as session:
        ada_s, bo_s = session.scalars(select(Receipt.number).order_by(Receipt.amount_cents.desc())).all()
    _erase(ada)

    def marked(number: str, year: int) -> DocumentErasure:
        return DocumentErasure(number=number, erased_in=year, erased_at=street.rooms.clock.now())

    with pytest.raises(IntegrityError, match="only once their erasure is kept"):
        write(lambda session: session.execute(delete(FrozenFacts).where(FrozenFacts.number == ada_s)))
    for number, year in ((ada_s, 2029), (bo_s, 2099)):
        with pytest.raises(IntegrityError, match="after its term alone"):
            _add(street, marked(number, year))
    with pytest.raises(IntegrityError, match="are kept as they are"):
        write(lambda session: session.execute(text("UPDATE frozen_facts SET facts = '{}'")))


def test_a_disputed_gift_postpones_the_term_and_the_donor_is_told(street: Street, ada: DonorBrowser) -> None:
    with street.rooms.database.read() as session:
        charge = session.scalar(text("SELECT charge_id FROM gift_settlement ORDER BY gift_id"))
    acts.dispute(street.stripe, str(charge), outcome="open")
    street.deliver_and_drain()
    assert "Under dispute with the bank (gifts: 1)" in ada.page("/me/erase")
    _erase(ada)
    control.advance(street.stripe, TERM)
    street.deliver_and_drain()
    assert "Ada Example" in _words(street)


def test_the_register_names_nobody_and_erases_again_after_a_restore(street: Street, ada: DonorBrowser) -> None:
    rooms = street.rooms
    _erase(ada)
    street.deliver_and_drain()
    register = (rooms.settings.registers / "erasures.txt").read_text()
    assert re.fullmatch(r"(\S+Z [0-9a-f]{64}\n)+", register)
    desk = ErasureDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings, files=rooms.files)

    def restore(session: Session) -> None:
        """Bring back what a backup from before the wish held."""
        session.execute(delete(ErasureSubject))

    rooms.database.write(restore)
    assert desk.reapply()[0] > 0
    assert desk.reapply()[0] == 0
    control.advance(street.stripe, TERM)
    street.deliver_and_drain()
    street.deliver_and_drain()
    assert "Ada Example" not in _words(street)
    assert "Bo Example" in _words(street)


def test_a_gift_given_after_the_wish_is_a_new_beginning(street: Street, app: Flask, ada: DonorBrowser) -> None:
    _erase(ada)
    control.advance(street.stripe, timedelta(days=400))
    street.give({**FORM, "amount": "90"}, how="paid")
    street.deliver_and_drain()
    control.advance(street.stripe, TERM - timedelta(days=400))
    street.deliver_and_drain()
    with street.rooms.database.read() as session:
        assert len(session.scalars(select(DocumentErasure)).all()) == 1
        assert "Ada Example" in session.scalars(select(Donor.name)).all()
    back = DonorBrowser.of(street, app)
    back.enter()
    assert "$90.00" in back.page()
