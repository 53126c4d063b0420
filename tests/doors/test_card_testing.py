"""A burst of card testers at the real door, with the simulated Stripe behind it (stripe.md, case 43)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from donations import admission, tokens
from donations.cli.playing import Street
from donations.errors import DonationError
from donations.simulator import control
from donations.tables import Alarm, CheckoutAttempt
from donations.tables.messages import MailCode
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of

BURST = 200
ATTACKER, NEIGHBOUR = "198.51.100.7", "203.0.113.8"


@pytest.fixture
def street(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Street]:
    """Open the street before a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as opened:
        yield opened


def _now(street: Street) -> datetime:
    return street.rooms.clock.now()


def _send(street: Street, address: str, number: int, **fields: str) -> TestResponse:
    """Send the form from a new browser, opened half a minute ago, as a program does it: no number is looked for."""
    keys, device = street.rooms.settings.secret_keys, f"{number:032x}"
    street.door.set_cookie("f", tokens.sign(keys, "device", device, now=_now(street)), domain="127.0.0.1")
    opened_at = _now(street) - timedelta(seconds=30)
    token = admission.make_form_token(keys, device=device, now=opened_at)
    return street.door.post(
        "/give",
        data={**FORM, "email": f"{number}@example.org", "form_token": token, **fields},
        base_url=street.rooms.settings.base_url,
        environ_overrides={"REMOTE_ADDR": address},
    )


def _count_opened(street: Street) -> int:
    with street.rooms.database.read() as session:
        return session.scalar(select(func.count()).select_from(CheckoutAttempt)) or 0


def _decline(street: Street, answer: TestResponse) -> None:
    checkout_id = answer.headers["Location"].rsplit("/", 1)[1].partition("?")[0]
    control.decline(street.stripe, checkout_id)


def test_two_hundred_sessions_a_minute_from_one_address_are_throttled_and_others_are_not(street: Street) -> None:
    answers = [_send(street, ATTACKER, number) for number in range(BURST)]
    assert [answer.status_code for answer in answers[:21]] == [303] * 20 + [429]
    assert {answer.status_code for answer in answers[20:]} == {429}
    assert _count_opened(street) == 20
    assert _send(street, NEIGHBOUR, BURST).status_code == 303


def test_declines_ask_for_proof_and_then_for_a_code_and_tell_the_browser_nothing(street: Street) -> None:
    for number in range(5):
        _decline(street, _send(street, ATTACKER, number))
        street.deliver_and_drain()
    answer = _send(street, ATTACKER, 5)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert "data-challenge" in page
    assert not any(word in page.casefold() for word in ("decline", "card_error", "insufficient", "generic"))
    assert _send(street, NEIGHBOUR, 6).status_code == 303


def test_who_has_no_script_goes_on_with_the_code_of_the_mail(street: Street) -> None:
    for number in range(5):
        _decline(street, _send(street, ATTACKER, number))
        street.deliver_and_drain()
    keys = street.rooms.settings.secret_keys
    token = admission.make_form_token(keys, device=f"{9:032x}", now=_now(street) - timedelta(seconds=30))
    asked = _send(street, ATTACKER, 9, form_token=token, by_mail="1")
    assert 'name="code"' in asked.get_data(as_text=True)
    with street.rooms.database.read() as session:
        assert session.scalars(select(MailCode.email)).one() == "9@example.org"
    wrong = _send(street, ATTACKER, 9, form_token=token, by_mail="1", code="0000-0000")
    assert "does not match" in wrong.get_data(as_text=True)
    code = admission.code_for(keys, tokens.hash_token(token), "9@example.org")
    assert _send(street, ATTACKER, 9, form_token=token, by_mail="1", code=code).status_code == 303


def test_a_checkout_at_which_five_cards_were_declined_is_ended_at_stripe(street: Street) -> None:
    answer = _send(street, ATTACKER, 1)
    for _ in range(5):
        _decline(street, answer)
    street.deliver_and_drain()
    with street.rooms.database.read() as session:
        (attempt,) = session.scalars(select(CheckoutAttempt)).all()
        assert attempt.outcome == "expired"
        assert session.scalars(select(Alarm)).all() == []
    with pytest.raises(DonationError, match="not open"):
        _decline(street, answer)
