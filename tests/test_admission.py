from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from donations import admission, tokens
from donations.admission import Asker, CodeNeededError, ProofNeededError
from donations.database import Database
from donations.errors import FieldRefusedError, TooManyTriesError
from donations.ports import CheckoutPermit
from donations.tables import Gift
from donations.tables.messages import Attempt
from tests.admission_room import Crowd, ask
from tests.clerk_room import NOON
from tests.giving_room import ASKER, DEVICE, KEYS, OTHER_KEYS

_OPENED = NOON - timedelta(minutes=1)


def _form(*, device: str = DEVICE, at: datetime = _OPENED, keys: tuple[bytes, ...] = KEYS) -> str:
    return admission.make_form_token(keys, device=device, now=at)


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


def _opened_until_asked(book: Database, askers: list[Asker]) -> int:
    for count, asker in enumerate(askers):
        try:
            ask(book, asker)
        except ProofNeededError:
            return count
    return len(askers)


def test_a_burst_from_one_address_is_asked_for_proof_after_twenty_open_checkouts(database: Database) -> None:
    askers = [Asker(address="192.0.2.7", device=f"device-{n}", email=f"{n}@example.org") for n in range(30)]
    assert _opened_until_asked(database, askers) == 20


def test_a_burst_of_one_browser_or_one_mail_address_is_asked_for_proof_after_ten(database: Database) -> None:
    askers = [Asker(address=f"192.0.2.{n}", device=DEVICE, email=f"{n}@example.org") for n in range(12)]
    assert _opened_until_asked(database, askers) == 10
    written = ("alex@example.org", "Alex@Example.org")
    askers = [Asker(address=f"198.51.100.{n}", device=f"browser-{n}", email=written[n % 2]) for n in range(12)]
    assert _opened_until_asked(database, askers) == 10


def test_a_household_of_ipv6_addresses_counts_as_one(database: Database) -> None:
    askers = [Asker(address=f"2001:db8:1:2::{n:x}", device=f"d-{n}", email=f"{n}@example.org") for n in range(30)]
    assert _opened_until_asked(database, askers) == 20
    neighbour = Asker(address="2001:db8:1:3::1", device="neighbour", email="neighbour@example.org")
    assert ask(database, neighbour).granted_at == NOON


def test_ipv4_addresses_told_as_ipv6_are_not_one_household(database: Database) -> None:
    askers = [Asker(address=f"::ffff:192.0.2.{n}", device=f"d-{n}", email=f"{n}@example.org") for n in range(30)]
    assert _opened_until_asked(database, askers) == 30


@pytest.mark.parametrize("shared", ["address", "device", "email"])
def test_five_declines_of_an_hour_ask_that_address_browser_or_mail_address_for_proof(
    book: Database, shared: str
) -> None:
    crowd = Crowd(book)
    for number in range(4):
        crowd.decline(_one_of_many(shared, number))
    crowd.decline(_one_of_many(shared, 4))
    with pytest.raises(ProofNeededError):
        ask(book, _one_of_many(shared, 5))
    stranger = Asker(address="203.0.113.9", device="stranger", email="stranger@example.org")
    assert ask(book, stranger).granted_at == NOON


def test_four_declines_ask_for_nothing(book: Database) -> None:
    crowd = Crowd(book)
    for number in range(4):
        crowd.decline(_one_of_many("address", number))
    assert ask(book, _one_of_many("address", 4)).granted_at == NOON


def test_a_gift_that_settled_buys_one_decline_back(book: Database) -> None:
    crowd = Crowd(book)
    crowd.settle(_one_of_many("address", 100))
    for number in range(5):
        crowd.decline(_one_of_many("address", number))
    assert ask(book, _one_of_many("address", 5)).granted_at == NOON
    crowd.decline(_one_of_many("address", 6))
    with pytest.raises(ProofNeededError):
        ask(book, _one_of_many("address", 7))


def test_after_an_hour_the_door_is_open_again_even_across_midnight(book: Database) -> None:
    crowd = Crowd(book, now=NOON.replace(hour=23, minute=45))
    for number in range(5):
        crowd.decline(_one_of_many("address", number))
    with pytest.raises(ProofNeededError):
        ask(book, _one_of_many("address", 6), now=crowd.now + timedelta(minutes=59))
    assert ask(book, _one_of_many("address", 7), now=crowd.now + timedelta(minutes=60)).granted_at > NOON


def test_a_proof_found_for_this_form_and_amount_opens_the_checkout(book: Database) -> None:
    crowd = Crowd(book)
    for number in range(5):
        crowd.decline(_one_of_many("address", number))
    asker, form = _one_of_many("address", 5), crowd.form(_one_of_many("address", 5))
    with pytest.raises(ProofNeededError) as needed:
        ask(book, asker, form=form)
    proof = admission.solve(needed.value.challenge, needed.value.bits)
    for worse in (
        replace(asker, proof="7"),
        replace(asker, proof=proof, amount_cents=asker.amount_cents + 1),
        replace(asker, proof=f"0{proof}"),
    ):
        with pytest.raises(ProofNeededError):
            ask(book, worse, form=form)
    with pytest.raises(ProofNeededError):
        ask(book, replace(asker, proof=proof), form=crowd.form(asker))
    assert ask(book, replace(asker, proof=proof), form=form).granted_at == NOON


def test_who_cannot_run_a_script_proves_the_mail_address_instead(book: Database) -> None:
    crowd = Crowd(book)
    for number in range(5):
        crowd.decline(_one_of_many("address", number))
    asker, form = _one_of_many("address", 5), crowd.form(_one_of_many("address", 5))
    with pytest.raises(CodeNeededError):
        ask(book, replace(asker, wants_code=True), form=form)
    code = admission.code_for(KEYS, tokens.hash_token(form), asker.email)
    with pytest.raises(ProofNeededError):
        ask(book, replace(asker, code="0000-0000"), form=form)
    with pytest.raises(ProofNeededError):
        ask(book, replace(asker, code=code, email="other@example.org"), form=form)
    assert ask(book, replace(asker, code=f" {code.upper().replace('-', ' ')}"), form=form).granted_at == NOON


def test_an_address_that_keeps_declining_with_proof_is_left_only_the_code_by_mail(book: Database) -> None:
    crowd = Crowd(book)
    references = [crowd.promise(_one_of_many("address", number))[1] for number in range(2)]
    for reference in references * 5:
        crowd.tell("failed", reference)
    asker, form = _one_of_many("address", 11), crowd.form(_one_of_many("address", 11))
    with pytest.raises(ProofNeededError) as needed:
        ask(book, asker, form=form)
    proven = replace(asker, proof=admission.solve(needed.value.challenge, needed.value.bits))
    with pytest.raises(CodeNeededError):
        ask(book, proven, form=form)
    code = admission.code_for(KEYS, tokens.hash_token(form), asker.email)
    assert ask(book, replace(proven, code=code), form=form).granted_at == NOON


def test_one_code_is_mailed_for_a_form_and_three_an_hour_to_an_address(database: Database) -> None:
    crowd = Crowd(database)
    askers = [Asker(address=f"192.0.2.{n}", device=f"device-{n}", email="alex@example.org") for n in range(4)]
    forms = [crowd.form(asker) for asker in askers]

    def mail(number: int) -> bool:
        return database.write(
            lambda session: admission.permit_code(
                session, KEYS, asker=askers[number], form_token=forms[number], now=NOON
            )
        )

    assert [mail(0), mail(0), mail(1), mail(2)] == [True, False, True, True]
    with pytest.raises(TooManyTriesError):
        mail(3)


def test_a_form_at_which_five_cards_were_declined_opens_no_other_checkout(book: Database) -> None:
    crowd = Crowd(book)
    form = crowd.decline(ASKER, times=5)
    with pytest.raises(FieldRefusedError, match="has been used"):
        crowd.renew(ASKER, form)
    other = Asker(address="203.0.113.9", device="other", email="other@example.org")
    assert crowd.renew(other, crowd.decline(other, times=4)).granted_at == NOON


def test_a_portal_is_opened_ten_times_an_hour_for_a_pledge(database: Database) -> None:
    def open_portal(number: int) -> CheckoutPermit:
        asker = Asker(address=f"192.0.2.{number}", device=f"device-{number}")
        return database.write(
            lambda session: admission.permit_portal(session, KEYS, asker=asker, pledge_reference="p_1", now=NOON)
        )

    assert len({open_portal(number).form_token_hash for number in range(10)}) == 10
    with pytest.raises(TooManyTriesError):
        open_portal(10)


def test_what_is_counted_says_nothing_about_a_person(book: Database) -> None:
    asker = Asker(address="192.0.2.7", device="device-1", email="alex@example.org")
    crowd = Crowd(book)
    form = crowd.decline(asker)
    ask(book, asker, now=NOON + timedelta(days=1))
    with book.read() as session:
        first, second = session.scalars(select(Attempt).order_by(Attempt.id))
        hashed = session.scalars(select(Gift.form_token_hash)).one()
    assert first.form_token_hash == hashed == tokens.hash_token(form)
    names = {first.address, first.device, first.person, second.address, second.device, second.person}
    assert len(names) == 6, "a day later nobody is recognised"
    assert all(len(bytes.fromhex(name)) == 32 for name in names)


def _one_of_many(shared: str, number: int) -> Asker:
    """Return one of many askers who share only an address, a browser or a mail address."""
    return Asker(
        address="192.0.2.200" if shared == "address" else f"192.0.2.{number}",
        device="shared-device" if shared == "device" else f"device-{number}",
        email="shared@example.org" if shared == "email" else f"{number}@example.org",
        amount_cents=13_000,
    )
