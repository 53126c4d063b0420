"""A tribute through the real house: the receipt is the payer's, one card goes to who is told, and never an amount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from donations import admission, tributes
from donations.admission import Asker
from donations.errors import FieldRefusedError
from donations.invariants import audit
from donations.ports import Letter
from donations.simulator import acts, control
from donations.tables import FrozenFacts, GiftReview, NoMoreCards, Tribute
from donations.web.forms import believe_giving
from receipts.facts import Dedication, GiftReceipt, thaw
from tests.simulation.world import World, open_world

GIFT = {"amount": "130", "name": "Bea Example", "email": "bea@example.org", "frequency": "once"}
TRIBUTE = {
    "tribute_kind": "memory",
    "tribute_name": "Maria Lopez",
    "notify_name": "Ana Lopez",
    "notify_email": "ana@example.org",
    "tribute_message": "Maria's laugh filled every room. With love to all of you.",
}


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """Open a house without a gift."""
    with open_world(database_url, tmp_path) as opened:
        yield opened


def _work(world: World) -> None:
    world.street.deliver()
    world.worker().drain()


def _give(world: World, fields: Mapping[str, str]) -> str:
    reference = world.street.give(fields, how="paid").begun.reference
    _work(world)
    return reference


def _cards(world: World) -> list[Letter]:
    return [letter for letter in world.pigeonholes.letters if "somebody in mind" in letter.subject]


def _receipts(world: World) -> list[GiftReceipt]:
    with world.rooms.database.read() as session:
        found = [thaw(facts.encode()) for facts in session.scalars(select(FrozenFacts.facts))]
    return [document for document in found if isinstance(document, GiftReceipt)]


def _tributes(world: World) -> list[Tribute]:
    with world.rooms.database.read() as session:
        return list(session.scalars(select(Tribute).order_by(Tribute.id)))


def _follow(world: World, link: str, form: Mapping[str, str] | None = None) -> str:
    """Look at the page behind a mailed link, or send its form, and return what it says."""
    path, door, base_url = urlsplit(link).path, world.street.door, world.rooms.settings.base_url
    page = door.get(path, base_url=base_url).get_data(as_text=True)
    if form is None:
        return page
    token = page.split('name="form_token" value="')[1].split('"')[0]
    world.pass_time(timedelta(seconds=30))
    sent = door.post(path, data={"form_token": token, **form}, base_url=base_url)
    assert sent.status_code < 400, sent.get_data(as_text=True)
    _work(world)
    return sent.get_data(as_text=True)


def _link(letter: Letter, door: str) -> str:
    (link,) = (word for word in letter.text.split() if f"/{door}/" in word)
    return link


def test_the_receipt_is_the_payers_and_the_card_tells_no_amount(world: World) -> None:
    _give(world, GIFT | TRIBUTE)
    (receipt,) = _receipts(world)
    assert receipt.donor.name == "Bea Example"
    assert receipt.dedication == Dedication(kind="memory", name="Maria Lopez")
    (card,) = _cards(world)
    assert card.to == "ana@example.org"
    for body in (card.text, card.html):
        assert "Bea Example" in body
        assert "in memory of Maria Lopez" in " ".join(body.split())
        assert "$" not in body
        assert "130" not in body
        assert "bea@example.org" not in body
    for typed in (*TRIBUTE.values(), "Bea"):
        assert typed not in card.subject
    assert card.attachments == ()
    assert [letter.to for letter in world.pigeonholes.letters if letter.attachments] == ["bea@example.org"]
    with world.rooms.database.read() as session:
        assert [str(check) for check in audit(session) if not check.ok] == []


def test_two_names_stand_on_a_receipt_only_if_the_payer_wrote_both(world: World) -> None:
    _give(world, GIFT | TRIBUTE | {"name": "Bea and Carl Example"})
    _give(world, GIFT | TRIBUTE)
    assert [receipt.donor.name for receipt in _receipts(world)] == ["Bea and Carl Example", "Bea Example"]


def test_a_card_once_sent_leaves_nothing_of_its_reader_behind(world: World) -> None:
    _give(world, GIFT | TRIBUTE)
    (kept,) = _tributes(world)
    assert (kept.card, kept.name) == ("sent", "Maria Lopez")
    assert (kept.notify_name, kept.notify_email, kept.message) == (None, None, None)
    assert "ana" not in str(kept.address_key)


def test_an_anonymous_donor_is_not_named_and_a_name_that_is_a_link_is_not_either(world: World) -> None:
    _give(world, GIFT | TRIBUTE | {"anonymous": "1"})
    _give(world, GIFT | TRIBUTE | {"name": "Win at evil.example"})
    for card in _cards(world):
        assert "who wishes to stay unnamed" in card.text
        assert not any(said in card.text + card.html for said in ("Bea", "evil"))


def test_markup_in_a_card_is_letters(world: World) -> None:
    _give(world, GIFT | TRIBUTE | {"tribute_message": "<b>Hello</b> & goodbye", "tribute_name": "A <i>B</i>"})
    (card,) = _cards(world)
    assert "<b>" not in card.html
    assert "&lt;b&gt;Hello&lt;/b&gt; &amp; goodbye" in card.html
    assert "<i>" not in card.html


def test_a_pledge_dedicates_every_receipt_and_sends_its_card_once(world: World) -> None:
    _give(world, GIFT | TRIBUTE | {"frequency": "monthly"})
    assert len(_cards(world)) == 1
    world.pass_time(timedelta(days=32))
    _work(world)
    honored = [receipt.dedication and receipt.dedication.name for receipt in _receipts(world)]
    assert honored == ["Maria Lopez"] * 2
    assert len(_cards(world)) == 1


def test_a_gift_that_went_back_before_its_card_sends_none(world: World) -> None:
    reference = world.street.give(GIFT | TRIBUTE, how="paid").begun.reference
    acts.refund(world.stripe, control.find_charge(world.stripe, reference), None)
    _work(world)
    assert _cards(world) == []
    (kept,) = _tributes(world)
    assert (kept.card, kept.notify_email) == ("gone_back", None)


def test_a_gift_that_is_not_paid_sends_no_card_and_is_forgotten_in_a_month(world: World) -> None:
    for how in ("left", "declined"):
        world.street.give(GIFT | TRIBUTE, how="left" if how == "left" else "declined")
    _work(world)
    assert all(kept.notify_email for kept in _tributes(world))
    world.pass_time(timedelta(days=31))
    _work(world)
    assert _cards(world) == []
    assert {(kept.card, kept.name, kept.notify_email, kept.message) for kept in _tributes(world)} == {
        ("never_given", None, None, None)
    }


@pytest.mark.parametrize(
    ("words", "kept_name", "reason"),
    [
        ({"tribute_name": "For Jayden only"}, None, "only_for"),
        ({"tribute_message": "Please use it for Jayden"}, "Maria Lopez", "named_person"),
        ({"tribute_message": "This is for my nephew"}, "Maria Lopez", "own_relative"),
    ],
)
def test_words_that_set_it_aside_hold_the_gift_and_are_kept_nowhere(
    world: World, words: dict[str, str], kept_name: str | None, reason: str
) -> None:
    _give(world, {**GIFT, **TRIBUTE, **words})
    assert (_receipts(world), _cards(world)) == ([], [])
    (kept,) = _tributes(world)
    assert (kept.name, kept.message, kept.held_reason) == (kept_name, None, reason)
    (question,) = world.pigeonholes.letters
    _follow(world, _link(question, "consent"), {"answer": "pool"})
    (receipt,) = _receipts(world)
    assert (receipt.dedication and receipt.dedication.name) == kept_name
    for card in _cards(world):
        assert not any(said in card.text + card.html for said in words.values())
    assert len(_cards(world)) == (1 if kept_name else 0)


def test_a_held_gift_that_its_donor_wants_back_sends_no_card(world: World) -> None:
    _give(world, GIFT | TRIBUTE | {"tribute_message": "Please use it for Jayden"})
    (question,) = world.pigeonholes.letters
    _follow(world, _link(question, "consent"), {"answer": "return"})
    assert (_receipts(world), _cards(world)) == ([], [])


def test_a_pledge_is_held_month_by_month_until_its_donor_agreed_once(world: World) -> None:
    _give(world, GIFT | TRIBUTE | {"frequency": "monthly", "tribute_name": "For Jayden only"})
    assert _receipts(world) == []
    (question,) = (letter for letter in world.pigeonholes.letters if "One question" in letter.subject)
    _follow(world, _link(question, "consent"), {"answer": "pool"})
    world.pass_time(timedelta(days=32))
    _work(world)
    assert [receipt.dedication for receipt in _receipts(world)] == [None, None]
    with world.rooms.database.read() as session:
        assert [review.state for review in session.scalars(select(GiftReview))] == ["cleared"]
        assert [str(check) for check in audit(session) if not check.ok] == []


def test_who_wants_no_card_gets_no_other_and_looking_changes_nothing(world: World) -> None:
    _give(world, GIFT | TRIBUTE)
    (card,) = _cards(world)
    link = _link(card, "card")
    page = _follow(world, link)
    assert not any(said in page for said in ("Ana", "Maria", "Bea", "$130.00"))
    with world.rooms.database.read() as session:
        assert session.scalars(select(NoMoreCards)).all() == []
    assert "No other card comes" in _follow(world, link, {})
    _give(world, GIFT | TRIBUTE | {"notify_email": "ANA@example.org"})
    assert len(_cards(world)) == 1
    assert [kept.card for kept in _tributes(world)] == ["sent", "unwanted"]
    assert len(_receipts(world)) == 2


def test_one_address_gets_three_cards_in_thirty_days_whoever_gives(world: World) -> None:
    for giver in ("a", "b", "c", "d"):
        _give(world, GIFT | TRIBUTE | {"email": f"{giver}@example.org"})
    assert len(_cards(world)) == tributes.CARDS_MAX == 3
    world.pass_time(timedelta(days=31))
    _give(world, GIFT | TRIBUTE | {"email": "e@example.org"})
    assert len(_cards(world)) == 4
    assert [kept.card for kept in _tributes(world)] == ["sent"] * 3 + ["too_many", "sent"]


def test_a_form_sent_again_is_the_same_promise_and_another_tribute_is_not(world: World) -> None:
    rooms = world.rooms
    device, asker = "d" * 32, Asker(address="command d", device="d" * 32)
    token = admission.make_form_token(rooms.settings.secret_keys, device=device, now=rooms.clock.now())
    world.pass_time(timedelta(seconds=30))

    def begin(fields: Mapping[str, str]) -> str:
        wish = believe_giving({**fields, "form_token": token}, rooms.settings.organisation).wish
        return rooms.giving.begin(wish, form_token=token, asker=asker).reference

    first = begin(GIFT | TRIBUTE)
    assert begin(GIFT | TRIBUTE) == first
    for other in ({"tribute_name": "Somebody Else"}, {"notify_email": "eve@example.org"}, {"tribute_kind": "honour"}):
        with pytest.raises(FieldRefusedError):
            begin(GIFT | TRIBUTE | other)
    with pytest.raises(FieldRefusedError):
        begin(GIFT)
    assert len(_tributes(world)) == 1


def test_an_erased_tribute_is_gone_but_for_what_a_receipt_has_frozen(world: World) -> None:
    reference = _give(world, GIFT | TRIBUTE)
    now = world.rooms.clock.now()
    world.rooms.database.write(lambda session: tributes.erase_tribute(session, reference, now=now))
    (kept,) = _tributes(world)
    assert (kept.name, kept.notify_email, kept.message, kept.card) == (None, None, None, "sent")
    assert len(_receipts(world)) == 1
