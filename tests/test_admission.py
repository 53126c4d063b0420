from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from donations import admission, tokens
from donations.admission import Asker
from donations.database import Database
from donations.errors import FieldRefusedError, TooManyTriesError
from donations.ports import CheckoutPermit
from donations.tables import Attempt
from tests.clerk_room import NOON
from tests.giving_room import ASKER, DEVICE, KEYS, OTHER_KEYS

_OPENED = NOON - timedelta(minutes=1)


def _form(*, device: str = DEVICE, at: datetime = _OPENED, keys: tuple[bytes, ...] = KEYS) -> str:
    return admission.make_form_token(keys, device=device, now=at)


def _ask(book: Database, asker: Asker, *, now: datetime = NOON) -> CheckoutPermit:
    form = _form(device=asker.device, at=now - timedelta(minutes=1))
    return book.write(lambda session: admission.permit_checkout(session, KEYS, asker=asker, form_token=form, now=now))


def _tries_until_refused(book: Database, askers: list[Asker]) -> int:
    for count, asker in enumerate(askers):
        try:
            _ask(book, asker)
        except TooManyTriesError:
            return count
    return len(askers)


def test_a_form_opened_a_moment_ago_by_this_browser_gets_its_permit(database: Database) -> None:
    form = _form()
    permit = database.write(
        lambda session: admission.permit_checkout(session, KEYS, asker=ASKER, form_token=form, now=NOON)
    )
    assert permit == CheckoutPermit(form_token_hash=tokens.hash_token(form), granted_at=NOON)


@pytest.mark.parametrize(
    ("age", "is_good"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(seconds=2), False),
        (timedelta(seconds=3), True),
        (timedelta(hours=2), True),
        (timedelta(hours=2, seconds=1), False),
    ],
)
def test_a_form_is_good_from_three_seconds_to_two_hours(age: timedelta, *, is_good: bool) -> None:
    form = _form(at=NOON - age)
    if is_good:
        admission.check_form_token(KEYS, form, device=DEVICE, now=NOON)
        return
    with pytest.raises(FieldRefusedError, match="too short or too long") as refusal:
        admission.check_form_token(KEYS, form, device=DEVICE, now=NOON)
    assert refusal.value.field == "form_token"


@pytest.mark.parametrize(
    ("form", "device"),
    [
        (_form(), "another-device"),
        (_form(), ""),
        (_form(device=""), ""),
        (_form(keys=OTHER_KEYS), DEVICE),
        (tokens.sign(KEYS, "device", f"x:{DEVICE}", now=_OPENED), DEVICE),
        (_form()[:-1], DEVICE),
        (_form() + "A", DEVICE),
        (f"x:{DEVICE}", DEVICE),
        (f"x:{DEVICE}.aaaaaa.bbbb", DEVICE),
        ("", DEVICE),
        (".", DEVICE),
        ("\x00", DEVICE),
        ("é.é.é", DEVICE),
        ("\ud800", DEVICE),
        ("A" * 100_000, DEVICE),
    ],
    ids=range(15),
)
def test_a_form_that_is_not_ours_or_not_this_browsers_is_refused(form: str, device: str) -> None:
    with pytest.raises(FieldRefusedError, match="matched to your browser"):
        admission.check_form_token(KEYS, form, device=device, now=NOON)


def test_a_form_stays_good_while_keys_are_rotated() -> None:
    admission.check_form_token((*OTHER_KEYS, *KEYS), _form(), device=DEVICE, now=NOON)


def test_one_browser_may_open_ten_checkouts_an_hour(database: Database) -> None:
    askers = [replace(ASKER, address=f"192.0.2.{n}", email=f"{n}@example.org") for n in range(12)]
    assert _tries_until_refused(database, askers) == 10


def test_one_mail_address_may_open_ten_checkouts_an_hour_however_it_is_written(database: Database) -> None:
    written = ("alex@example.org", "Alex@Example.org")
    askers = [Asker(address=f"192.0.2.{n}", device=f"device-{n}", email=written[n % 2]) for n in range(12)]
    assert _tries_until_refused(database, askers) == 10


def test_one_address_may_open_sixty_checkouts_an_hour(database: Database) -> None:
    askers = [Asker(address="192.0.2.7", device=f"device-{n}", email=f"{n}@example.org") for n in range(62)]
    assert _tries_until_refused(database, askers) == 60


def test_a_household_of_ipv6_addresses_counts_as_one(database: Database) -> None:
    askers = [
        Asker(address=f"2001:db8:1:2::{n:x}", device=f"device-{n}", email=f"{n}@example.org") for n in range(62)
    ]
    assert _tries_until_refused(database, askers) == 60
    neighbour = Asker(address="2001:db8:1:3::1", device="neighbour", email="neighbour@example.org")
    assert _ask(database, neighbour).granted_at == NOON


def test_ipv4_addresses_told_as_ipv6_are_not_one_household(database: Database) -> None:
    askers = [Asker(address=f"::ffff:192.0.2.{n}", device=f"device-{n}", email=f"{n}@example.org") for n in range(62)]
    assert _tries_until_refused(database, askers) == 62


def test_after_an_hour_the_door_is_open_again_even_across_midnight(database: Database) -> None:
    before_midnight = NOON.replace(hour=23, minute=45)
    for _ in range(10):
        _ask(database, ASKER, now=before_midnight)
    with pytest.raises(TooManyTriesError):
        _ask(database, ASKER, now=before_midnight + timedelta(minutes=59))
    assert _ask(database, ASKER, now=before_midnight + timedelta(minutes=60)).granted_at > NOON


def test_a_refused_try_is_not_counted(database: Database) -> None:
    for _ in range(10):
        _ask(database, replace(ASKER, email="alex@example.org"))
    with database.read() as session:
        before = len(session.scalars(select(Attempt)).all())
    with pytest.raises(TooManyTriesError):
        _ask(database, replace(ASKER, email="blake@example.org"))
    with database.read() as session:
        assert len(session.scalars(select(Attempt)).all()) == before


def test_what_is_counted_says_nothing_about_a_person(database: Database) -> None:
    asker = Asker(address="192.0.2.7", device="device-1", email="alex@example.org")
    _ask(database, asker)
    _ask(database, asker, now=NOON + timedelta(days=1))
    with database.read() as session:
        rows = session.scalars(select(Attempt)).all()
    assert {row.kind for row in rows} == {"address", "device", "email"}
    assert all(len(bytes.fromhex(row.who)) == 32 for row in rows)
    assert len({row.who for row in rows}) == 6, "a day later nobody is recognised"
