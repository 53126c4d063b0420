"""A donor chooses Spanish: the promise remembers it, and every letter and paper that follows is in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Final, cast

import pypdf
import pytest
from sqlalchemy import select

from donations import archive
from donations.acknowledgment import GatheredStatement, gather_statement
from donations.audit_log import COMMAND
from donations.cli.playing import Street
from donations.giving import gift_dossier
from donations.offline import OfflineWish
from donations.simulator import acts, control
from donations.tables import Donor, Gift, Pledge
from receipts import wording
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of, today_of

_FORM: Final = {"amount": "130.00", "name": "Lucía Ejemplo", "email": "lucia@example.org", "preference": "coats"}


@pytest.fixture
def street(foundry: Foundry, tmp_path: Path, faces: Path) -> Iterator[Street]:
    """Open the street before a house with a quick press."""
    with founded(foundry, tmp_path / "house", faces) as settings, street_of(settings) as opened:
        yield opened


@pytest.fixture
def printing_street(foundry: Foundry, tmp_path: Path, faces: Path) -> Iterator[Street]:
    """Open the street before a house with the real press."""
    with founded(foundry, tmp_path / "house", faces) as settings, street_of(settings, quick=False) as opened:
        yield opened


def _letters(street: Street) -> list[Message]:
    folder = street.rooms.settings.home / "mail" / "new"
    letters = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.iterdir())]
    return cast("list[Message]", letters)


def _text(letter: Message) -> str:
    bodies = [part for part in letter.walk() if part.get_content_type() == "text/plain"]
    return " ".join(bodies[0].get_payload(decode=True).decode().split())  # type: ignore[union-attr]  # Always bytes.


def test_a_gift_promised_on_the_spanish_page_has_a_spanish_mail_and_paper(printing_street: Street) -> None:
    street = printing_street
    given = street.give({**_FORM, "language": "es", "cover_fee": "1"}, how="paid")
    street.deliver_and_drain()
    letter = _letters(street)[-1]
    assert "Su recibo R-" in str(letter["Subject"])
    text = _text(letter)
    assert "Hola, Lucía Ejemplo:" in text
    assert "Gracias. Su donativo de $134.19 ha llegado." in text
    assert "Donativo a operaciones, para cubrir la comisión de la tarjeta: $4.19" in text
    assert "/es/transparency" in text
    assert "Thank you" not in text
    with street.rooms.database.read() as session:
        number = gift_dossier(session, given.begun.reference)["receipts"][0]["number"]
        facts = archive.frozen_facts_of(session, number)
    assert b'"language":"es"' in facts
    token = archive.link_token(street.rooms.settings.secret_keys, number)
    pdf = street.door.get(f"/r/{token}.pdf", base_url=street.rooms.settings.base_url).data
    page = " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert "Recibo de donativo" in page
    assert "22 de noviembre de 2026" in page or "23 de noviembre de 2026" in page
    assert wording.legal_sentence("nothing_given") in page, "the law's sentence stays English"
    assert wording.readings("es", wording.RECEIPT_VERSION)["nothing_given"] in page


def test_what_a_spanish_gift_meets_later_is_told_in_spanish(street: Street) -> None:
    given = street.give({**_FORM, "language": "es"}, how="paid")
    street.deliver_and_drain()
    assert given.played is not None
    acts.refund(street.stripe, str(given.played.charge_id), 3_000)
    street.deliver_and_drain()
    texts = [_text(letter) for letter in _letters(street)]
    assert any("Hemos devuelto $30.00 de su donativo" in text for text in texts)
    assert any("De su donativo de $130.00 se le devolvieron $30.00" in text for text in texts)
    assert not any("Dear " in text for text in texts)


def test_every_gift_of_a_spanish_pledge_is_spanish(street: Street) -> None:
    street.give({**_FORM, "language": "es", "frequency": "monthly"}, how="paid")
    street.deliver_and_drain()
    with street.rooms.database.read() as session:
        assert session.scalars(select(Pledge.language)).all() == ["es"]
        assert session.scalars(select(Gift.language)).all() == ["es"]
    texts = [_text(letter) for letter in _letters(street)]
    assert any("Cambie la tarjeta, pause su donativo mensual o termínelo." in text for text in texts)


def test_a_statement_speaks_the_language_of_the_year_s_latest_gift(street: Street) -> None:
    for language in ("en", "es"):
        street.give({**_FORM, "language": language}, how="paid")
        street.deliver_and_drain()
        control.set_clock(street.stripe, street.rooms.clock.now() + timedelta(days=2))
    with street.rooms.database.read() as session:
        donor_id = session.scalars(select(Donor.id)).one()
        gathered = gather_statement(session, donor_id, today_of(street).year)
    assert isinstance(gathered, GatheredStatement)
    assert gathered.language == "es"


def test_a_gift_of_the_desk_is_acknowledged_in_the_language_staff_chose(street: Street) -> None:
    wish = OfflineWish(
        kind="cheque",
        amount_cents=6_500,
        name="Lucía Ejemplo",
        email="lucia@example.org",
        received_on=today_of(street),
        cheque_number="17",
        carrier="by_hand",
        language="es",
    )
    street.rooms.offline.add(wish, actor=COMMAND)
    street.worker().drain()
    with street.rooms.database.read() as session:
        assert session.scalars(select(Gift.language)).all() == ["es"]
    assert any("Su donativo de $65.00 ha llegado." in _text(letter) for letter in _letters(street))
