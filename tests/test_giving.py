from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError, StripeAwayError, StripeRefusedError
from donations.giving import Begun, GiftFacts, GiftStanding, gift_dossier, gift_state, list_gifts
from donations.ports import CheckoutOrder, Family
from donations.settlement import settle_family
from donations.tables import CheckoutAttempt, Contact, Gift, InboxRow
from tests.clerk_room import BASE_URL, open_funds, tick
from tests.giving_room import (
    ASKER,
    OTHER_KEYS,
    FakeClock,
    FakePayments,
    begin,
    books,
    charge,
    checkout,
    contact,
    giving_desk,
    opened_form,
    wish,
)


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that moves when told."""
    return FakeClock()


@pytest.fixture
def payments() -> FakePayments:
    """Give a card processor without a fault."""
    return FakePayments()


def _count(book: Database, table: type[Gift | CheckoutAttempt | InboxRow]) -> int:
    with book.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _settle(book: Database, begun: Begun) -> None:
    told = charge(gift=begun.reference)
    family = Family(checkout=checkout(str(begun.checkout_id), gift=begun.reference), charges=(told,))
    book.write(lambda session: settle_family(session, family, books()))


def test_a_wish_becomes_a_promise_and_an_open_checkout(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    asked = wish(amount_cents=10_000, fee_cover_cents=330, preference="coats", anonymous=True, appeal="spring")
    begun = begin(giving_desk(book, payments, clock), clock, asked)
    assert begun.checkout_url == "https://checkout.example/cs_1"
    with book.read() as session:
        gift = session.scalars(select(Gift)).one()
        written = session.scalars(select(Contact)).one()
    assert (gift.reference, gift.amount_cents, gift.fee_cover_cents) == (begun.reference, 10_000, 330)
    assert (gift.preference_code, gift.anonymous, gift.appeal) == ("coats", 1, "spring")
    assert gift.promised_at == clock.now()
    assert (written.name, written.email, written.city) == ("Alex Example", "alex@example.org", None)


def test_a_checkout_is_ordered_in_our_own_words_and_lives_35_minutes(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    begun = begin(giving_desk(book, payments, clock), clock)
    assert payments.orders == [
        CheckoutOrder(
            key=f"checkout/{begun.reference}/1",
            reference=begun.reference,
            amount_cents=13_000,
            fee_cover_cents=0,
            email="alex@example.org",
            success_url=f"{BASE_URL}/thanks/{begun.thanks_token}",
            cancel_url=f"{BASE_URL}/give",
            expires_at=clock.now() + timedelta(minutes=35),
        )
    ]


def test_no_preference_name_or_child_goes_out_with_a_checkout(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    begin(giving_desk(book, payments, clock), clock, wish(preference="shoes", appeal="spring", anonymous=True))
    (order,) = payments.orders
    told = " ".join(str(value) for value in asdict(order).values())
    for kept in ("shoes", "spring", "Alex Example", "CF-"):
        assert kept not in told
    names = {field.name for field in fields(CheckoutOrder)}
    assert names == {
        "key", "reference", "frequency", "amount_cents", "fee_cover_cents", "email", "success_url", "cancel_url",
        "expires_at", "language",
    }  # fmt: skip


def test_the_promise_is_written_before_stripe_is_asked_and_the_same_form_then_succeeds_under_the_same_key(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    payments.faults.append(StripeAwayError("Stripe does not answer."))
    with pytest.raises(StripeAwayError):
        desk.begin(wish(), form_token=form, asker=ASKER)
    assert (_count(book, Gift), _count(book, CheckoutAttempt)) == (1, 1)
    clock.move_on(minutes=2)
    begun = desk.begin(wish(), form_token=form, asker=ASKER)
    assert begun.checkout_id == "cs_1"
    assert payments.orders[0] == payments.orders[1], "asked again for exactly the same"
    assert (_count(book, Gift), _count(book, CheckoutAttempt)) == (1, 1)


def test_an_attempt_whose_answer_was_lost_is_not_asked_for_again_once_it_would_live_too_short(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    payments.faults.append(StripeRefusedError("Stripe refuses."))
    with pytest.raises(StripeRefusedError):
        desk.begin(wish(), form_token=form, asker=ASKER)
    clock.move_on(minutes=5)
    desk.begin(wish(), form_token=form, asker=ASKER)
    assert [order.key[-2:] for order in payments.orders] == ["/1", "/2"]
    assert payments.orders[1].expires_at == clock.now() + timedelta(minutes=35)


def test_the_same_form_sent_again_leads_to_the_same_promise_and_checkout(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    first = desk.begin(wish(), form_token=form, asker=ASKER)
    clock.move_on(minutes=20)
    assert desk.begin(wish(), form_token=form, asker=ASKER) == first
    assert _count(book, Gift) == 1


def test_a_form_sent_eight_times_at_once_is_one_promise_with_one_checkout(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda _: desk.begin(wish(), form_token=form, asker=ASKER), range(8)))
    assert len(set(begun)) == 1
    assert (_count(book, Gift), _count(book, CheckoutAttempt)) == (1, 1)


def test_a_checkout_that_ran_out_is_followed_by_the_next_attempt(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    first = desk.begin(wish(), form_token=form, asker=ASKER)
    clock.move_on(minutes=35)
    second = desk.begin(wish(), form_token=form, asker=ASKER)
    assert (second.reference, second.thanks_token) == (first.reference, first.thanks_token)
    assert [order.key[-2:] for order in payments.orders] == ["/1", "/2"]
    assert second.checkout_id != first.checkout_id


def test_a_used_form_with_other_answers_is_refused_and_changes_nothing(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    desk.begin(wish(), form_token=form, asker=ASKER)
    for changed in (
        wish(amount_cents=13_001),
        wish(fee_cover_cents=1),
        wish(preference="coats"),
        wish(anonymous=True),
        wish(contact=contact(email="alex@example.com")),
        wish(contact=contact(name="Alexis Example")),
        wish(contact=contact(city="Reno")),
    ):
        with pytest.raises(FieldRefusedError, match="sent before with other answers") as refusal:
            desk.begin(changed, form_token=form, asker=ASKER)
        assert refusal.value.field == "form_token", "so that the page comes back with a fresh form"
    assert (_count(book, Gift), len(payments.orders)) == (1, 1)


def test_a_used_form_is_worth_nothing_in_another_browser(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    desk.begin(wish(), form_token=form, asker=ASKER)
    with pytest.raises(FieldRefusedError):
        desk.begin(wish(), form_token=form, asker=replace(ASKER, device="another"))


def test_a_form_whose_gift_has_arrived_leads_to_its_thanks_and_opens_nothing(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    begun = desk.begin(wish(), form_token=form, asker=ASKER)
    _settle(book, begun)
    again = desk.begin(wish(), form_token=form, asker=ASKER)
    assert (again.checkout_id, again.checkout_url) == (None, f"{BASE_URL}/thanks/{begun.thanks_token}")
    assert len(payments.orders) == 1


def test_an_attempt_stands_as_expired_even_if_stripes_answer_never_reached_us(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    payments.faults.append(StripeAwayError("Stripe does not answer."))
    with pytest.raises(StripeAwayError):
        desk.begin(wish(), form_token=form, asker=ASKER)
    with book.read() as session:
        reference = session.scalars(select(Gift.reference)).one()
    ended = Family(checkout=checkout("cs_unheard", gift=reference, status="expired"), charges=())
    book.write(lambda session: settle_family(session, ended, books()))
    with book.read() as session:
        assert gift_dossier(session, reference)["state"] == "abandoned"


@pytest.mark.parametrize(
    ("settled", "outcomes", "state"),
    [
        (False, (), "promised"),
        (False, (None,), "promised"),
        (False, ("open",), "promised"),
        (False, ("paid",), "promised"),
        (False, ("expired",), "abandoned"),
        (False, ("expired", "expired"), "abandoned"),
        (False, ("expired", "open"), "promised"),
        (False, ("expired", None), "promised"),
        (True, (), "settled"),
        (True, ("open",), "settled"),
        (True, ("expired",), "settled"),
        (True, ("paid", "expired"), "settled"),
        (False, ("processing",), "processing"),
        (False, ("expired", "processing"), "processing"),
        (False, ("failed",), "failed"),
        (False, ("failed", "expired"), "abandoned"),
        (False, ("expired", "failed"), "failed"),
        (False, ("failed", "open"), "promised"),
        (True, ("failed",), "settled"),
    ],
)
def test_a_gifts_state_follows_from_facts(settled: bool, outcomes: tuple[str | None, ...], state: str) -> None:  # noqa: FBT001
    assert gift_state(GiftFacts(is_settled=settled, outcomes=outcomes)) == state


@pytest.mark.parametrize(
    ("refunded", "taken", "disputed", "state"),
    [
        (0, 0, 0, "settled"),
        (12_999, 0, 0, "settled"),
        (13_000, 0, 0, "refunded"),
        (0, 13_000, 13_000, "disputed"),
        (0, 1, 1, "disputed"),
        (12_999, 1, 1, "disputed"),
        (0, 13_000, 0, "lost"),
        (1, 12_999, 0, "lost"),
        (0, 12_999, 0, "settled"),
        (13_000, 13_000, 0, "lost"),
    ],
)
def test_what_went_back_decides_how_a_settled_gift_stands(
    refunded: int, taken: int, disputed: int, state: str
) -> None:
    facts = GiftFacts(
        is_settled=True,
        outcomes=("paid",),
        paid_cents=13_000,
        refunded_cents=refunded,
        taken_cents=taken,
        disputed_cents=disputed,
    )
    assert gift_state(facts) == state


def test_the_thanks_page_of_a_gift_is_found_by_its_secret_alone(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk = giving_desk(book, payments, clock)
    begun = begin(desk, clock, wish(preference="coats"))
    stands = desk.stand_of(begun.thanks_token)
    assert isinstance(stands, GiftStanding)
    assert (stands.reference, stands.state, stands.receipt_number) == (begun.reference, "promised", None)
    for token in (begun.reference, begun.thanks_token[:-1] + "x", "", "0" * 32):
        assert desk.stand_of(token) is None
    _settle(book, begun)
    tick(book)
    stands = desk.stand_of(begun.thanks_token)
    assert isinstance(stands, GiftStanding)
    assert (stands.state, stands.gift_on, stands.receipt_token) == ("settled", date(2026, 11, 22), None)
    assert str(stands.receipt_number).startswith("R-2026-000001")


def test_a_thanks_page_stays_open_after_the_keys_were_changed(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    begun = begin(giving_desk(book, payments, clock), clock)
    rotated = giving_desk(book, payments, clock, secret_keys=(*OTHER_KEYS, bytes(range(32))))
    assert rotated.stand_of(begun.thanks_token) is not None


def test_asking_for_news_rings_once_in_ten_seconds_and_never_for_what_has_arrived(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk = giving_desk(book, payments, clock)
    begun = begin(desk, clock)
    for _ in range(5):
        desk.ask_for_news(begun.thanks_token)
    assert _count(book, InboxRow) == 1
    clock.move_on(seconds=10)
    desk.ask_for_news(begun.thanks_token)
    assert _count(book, InboxRow) == 2
    desk.ask_for_news("0" * 32)
    _settle(book, begun)
    clock.move_on(seconds=10)
    desk.ask_for_news(begun.thanks_token)
    assert _count(book, InboxRow) == 2


def test_a_dossier_tells_all_the_book_knows_of_a_gift(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    open_funds(book, funds=1)
    begun = begin(giving_desk(book, payments, clock), clock, wish(amount_cents=12_500, fee_cover_cents=500))
    _settle(book, begun)
    tick(book)
    with book.read() as session:
        facts: dict[str, Any] = gift_dossier(session, begun.reference)
        listed = list_gifts(session, limit=5)
    assert (facts["state"], facts["amount_cents"], facts["fee_cover_cents"]) == ("settled", 12_500, 500)
    assert (facts["gift_date"], facts["gift_date_basis"], facts["tax_year"]) == (date(2026, 11, 22), "charged", 2026)
    assert facts["charges"] == ["ch_1"]
    assert [(entry["kind"], entry["key"]) for entry in facts["entries"]] == [
        ("gift", "charge/ch_1"),
        ("fee", "btxn/txn_1"),
    ]
    assert facts["entries"][1]["transfers"] == [
        {"fund": "operations", "debit": "expense:processing-fees", "credit": "assets:stripe", "cents": 407}
    ]
    assert [row["cents"] for row in facts["designations"]] == [12_500]
    assert [row["status"] for row in facts["receipts"]] == ["valid"]
    assert [row["reference"] for row in listed] == [begun.reference]
    assert "Alex Example" not in str(listed)


def test_a_gift_nobody_promised_has_no_dossier(book: Database) -> None:
    with book.read() as session, pytest.raises(NotFoundError, match="no gift g_0"):
        gift_dossier(session, "g_0")
