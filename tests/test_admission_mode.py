from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from donations import admission, outbox
from donations.admission import Asker, Mode, ProofNeededError
from donations.database import Database
from donations.gateways.files import FileFolder
from donations.giving.codes import owe_code
from donations.tables import Alarm
from donations.tables.messages import Attempt, Decline, MailCode
from tests.admission_room import Crowd, ask
from tests.clerk_room import NOON
from tests.giving_room import ASKER, KEYS, Outside, worker


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    """Give fakes of everything outside."""
    return Outside(files=FileFolder(folder=tmp_path))


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


def _declines(count: int, *, at: datetime = NOON) -> list[datetime]:
    return [at + timedelta(seconds=number) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "mode"), [(0, Mode.CALM), (19, Mode.CALM), (20, Mode.PROOF), (99, Mode.PROOF), (100, Mode.ATTACK)]
)
def test_a_mode_is_entered_at_twenty_and_at_a_hundred_declines_within_an_hour(count: int, mode: Mode) -> None:
    assert admission.mode_at(_declines(count), NOON + 2 * _MINUTE) is mode


def test_declines_spread_over_more_than_an_hour_enter_nothing() -> None:
    spread = [NOON + timedelta(minutes=4 * number) for number in range(200)]
    assert admission.mode_at(spread, spread[-1]) is Mode.CALM


def test_each_mode_is_left_one_step_after_an_hour_below_half_its_figure() -> None:
    attack = _declines(100)
    quiet = NOON + _HOUR + timedelta(seconds=50)  # The 51st decline is an hour old: 49 are left.
    assert admission.mode_at(attack, quiet + _HOUR - timedelta(seconds=1)) is Mode.ATTACK
    assert admission.mode_at(attack, quiet + _HOUR) is Mode.PROOF
    assert admission.mode_at(attack, quiet + 2 * _HOUR - timedelta(seconds=1)) is Mode.PROOF
    assert admission.mode_at(attack, quiet + 2 * _HOUR) is Mode.CALM


def test_a_new_wave_within_the_quiet_hour_keeps_the_mode_up() -> None:
    waves = [*_declines(100), *_declines(50, at=NOON + 2 * _HOUR)]
    assert admission.mode_at(waves, NOON + 3 * _HOUR) is Mode.ATTACK
    assert admission.mode_at(waves, NOON + 6 * _HOUR) is Mode.CALM


@given(st.lists(st.integers(0, 36_000), max_size=300))
def test_whatever_happened_the_house_is_calm_again_five_hours_after_the_last_decline(seconds: list[int]) -> None:
    declines = sorted(NOON + timedelta(seconds=second) for second in seconds)
    last = declines[-1] if declines else NOON
    assert admission.mode_at(declines, last + 5 * _HOUR) is Mode.CALM
    assert all(
        admission.mode_at(declines, at) >= (Mode.PROOF if _in_last_hour(declines, at) >= 20 else Mode.CALM)
        for at in declines
    )


def _in_last_hour(declines: list[datetime], at: datetime) -> int:
    return sum(at - _HOUR < each <= at for each in declines)


def test_a_declined_card_is_counted_once_however_often_it_is_told(book: Database) -> None:
    crowd = Crowd(book)
    _, reference = crowd.promise(ASKER)
    family = crowd.tell("failed", reference)
    told = book.write(lambda session: admission.note_declines(session, family, origin="almoner.example"))
    with book.read() as session:
        assert (told, session.scalar(select(func.count()).select_from(Decline))) == (0, 1)


def test_what_was_not_tried_at_our_door_is_not_counted(book: Database) -> None:
    crowd = Crowd(book)
    _, reference = crowd.promise(ASKER)
    crowd.tell("failed", None)
    crowd.tell("failed", "g_0000000000000000")
    crowd.tell("pending", reference)
    crowd.tell("failed", reference, at=NOON + timedelta(hours=4))
    with book.read() as session:
        assert session.scalars(select(Decline)).all() == []


def test_twenty_declines_of_the_house_ask_everyone_for_proof_and_raise_the_alarm(
    book: Database, outside: Outside
) -> None:
    _flood(book, 20)
    with pytest.raises(ProofNeededError):
        ask(book, ASKER)
    night = worker(book, outside)
    assert night.run_round() == 1
    assert night.run_round() == 0
    assert _alarms(book) == {"proof": True}
    _flood(book, 80, first=100)
    night.run_round()
    assert _alarms(book) == {"proof": True, "attack": True}
    outside.clock.move_on(hours=2, minutes=5)
    night.run_round()
    assert _alarms(book) == {"proof": True, "attack": False}
    outside.clock.move_on(hours=1)
    night.run_round()
    assert _alarms(book) == {"proof": False, "attack": False}
    assert ask(book, ASKER, now=outside.clock.now()).granted_at > NOON
    _flood(book, 20, first=200, at=outside.clock.now())
    night.run_round()
    assert _alarms(book) == {"proof": True, "attack": False}


def test_a_code_is_mailed_once_and_its_address_forgotten_within_a_day(book: Database, outside: Outside) -> None:
    asker = Asker(address="192.0.2.7", device="device-1", email="alex@example.org")
    form = Crowd(book).form(asker)
    for _ in range(2):
        book.write(lambda session: owe_code(session, KEYS, asker=asker, form_token=form, now=NOON))
    worker(book, outside).drain()
    (letter,) = outside.mailer.letters  # type: ignore[attr-defined]  # The fake keeps them.
    with book.read() as session:
        (kept,) = session.scalars(select(MailCode)).all()
    code = admission.code_for(KEYS, kept.form_token_hash, "alex@example.org")
    assert letter.to == "alex@example.org"
    assert code in letter.text
    assert code in (letter.html or "")
    assert code not in letter.subject
    outside.clock.move_on(days=1)
    worker(book, outside).drain()
    with book.read() as session:
        assert session.scalars(select(MailCode)).all() == []


def test_a_code_is_not_mailed_when_its_form_has_ended(book: Database, outside: Outside) -> None:
    hashed = "0" * 64
    book.write(lambda session: session.add(MailCode(form_token_hash=hashed, email="a@example.org", at=NOON)))
    book.write(
        lambda session: outbox.owe(session, key=f"mail/code/{hashed}", kind="mail_code", subject=hashed, due_at=NOON)
    )
    outside.clock.move_on(hours=2)
    worker(book, outside).drain()
    assert outside.mailer.letters == []  # type: ignore[attr-defined]


def test_attempts_and_declines_are_forgotten_after_thirty_days(book: Database, outside: Outside) -> None:
    crowd = Crowd(book)
    crowd.decline(ASKER)
    outside.clock.move_on(days=29, hours=23)
    worker(book, outside).drain()
    with book.read() as session:
        assert len(session.scalars(select(Attempt)).all()) == len(session.scalars(select(Decline)).all()) == 1
    outside.clock.move_on(hours=1)
    worker(book, outside).drain()
    with book.read() as session:
        assert [*session.scalars(select(Attempt)), *session.scalars(select(Decline))] == []


def _flood(book: Database, count: int, *, first: int = 0, at: datetime = NOON) -> None:
    rows = [
        {
            "charge_id": f"ch_flood_{first + number}",
            "form_token_hash": f"form-{first + number}",
            **dict.fromkeys(("address", "device", "person"), f"who-{first + number}"),
            "at": at,
        }
        for number in range(count)
    ]
    book.write(lambda session: session.execute(insert(Decline), rows))


def _alarms(book: Database) -> dict[str, bool]:
    with book.read() as session:
        alarms = session.scalars(select(Alarm).where(Alarm.kind == "attack"))
        return {alarm.subject: alarm.cleared_at is None for alarm in alarms}
