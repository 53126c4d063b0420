from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from donations.database import Database
from donations.errors import DonationError, FieldRefusedError, NotFoundError, StripeAwayError, StripeRefusedError
from donations.ports import RefundFacts, RefundOrder
from donations.refunding import RefundDesk, RefundWish, make_refund, remaining_cents
from donations.tables import RefundRequest
from tests.giving_room import FakeClock, FakePayments
from tests.return_facts import dispute, failed, promise, refund, row, settle, told


@dataclass
class FakeRefunds(FakePayments):
    """A processor that makes one refund for each reference, and can lose its answer."""

    made: dict[str, RefundFacts] = field(default_factory=dict)
    orders_of_refunds: list[RefundOrder] = field(default_factory=list)
    loses_answers: int = 0
    refuses: bool = False

    def make_refund(self, order: RefundOrder) -> RefundFacts:
        """Make it once, whatever is answered."""
        with self._lock:
            self.orders_of_refunds.append(order)
            if self.refuses:
                raise StripeRefusedError("Stripe will not.")
            made = self.made.setdefault(order.reference, refund(order.reference, order.amount_cents))
            if self.loses_answers:
                self.loses_answers -= 1
                raise StripeAwayError("away")
            return made


def _desk(book: Database, stripe: FakeRefunds) -> RefundDesk:
    return RefundDesk(database=book, payments=stripe, clock=FakeClock())


def _wish(reference: str, cents: int) -> RefundWish:
    return RefundWish(reference=reference, amount_cents=cents, reason="requested_by_customer", actor="ada")


def _requests(book: Database) -> list[tuple[int, str]]:
    with book.read() as session:
        return [
            (one.amount_cents, one.state) for one in session.scalars(select(RefundRequest).order_by(RefundRequest.id))
        ]


def _remains(book: Database) -> int:
    with book.read() as session:
        return remaining_cents(session, "ch_1")


def test_a_refund_is_written_down_before_it_is_asked_and_made_under_its_own_key(book: Database) -> None:
    stripe, reference = FakeRefunds(), promise(book)
    settle(book, told(reference))
    made = make_refund(_desk(book, stripe), _wish(reference, 5_000))
    (order,) = stripe.orders_of_refunds
    assert order.key == f"refund/{made.reference}/1"
    assert (order.charge_id, order.amount_cents, order.reason) == ("ch_1", 5_000, "requested_by_customer")
    assert _requests(book) == [(5_000, "made")]
    assert _remains(book) == 8_000


def test_more_than_remains_is_refused_and_stripe_is_not_asked(book: Database) -> None:
    stripe, reference = FakeRefunds(), promise(book)
    settle(book, told(reference, refunds=(refund("dashboard", 8_000),)))
    desk = _desk(book, stripe)
    with pytest.raises(FieldRefusedError, match=r"\$50\.00"):
        make_refund(desk, _wish(reference, 5_001))
    make_refund(desk, _wish(reference, 5_000))
    with pytest.raises(FieldRefusedError, match="Nothing"):
        make_refund(desk, _wish(reference, 1))
    assert len(stripe.orders_of_refunds) == 1


def test_a_refund_that_failed_can_be_made_again(book: Database) -> None:
    reference = promise(book)
    settle(book, told(reference, refunds=(failed(refund("1", 13_000)),)))
    make_refund(_desk(book, FakeRefunds()), _wish(reference, 13_000))
    assert _remains(book) == 0


def test_what_was_made_counts_once_before_and_after_stripe_tells_of_it(book: Database) -> None:
    stripe, reference = FakeRefunds(), promise(book)
    settle(book, told(reference))
    make_refund(_desk(book, stripe), _wish(reference, 5_000))
    settle(book, told(reference, refunds=tuple(stripe.made.values())))
    assert _remains(book) == 8_000


def test_an_answer_that_was_lost_is_asked_again_under_the_same_key_before_anything_else(book: Database) -> None:
    stripe, reference = FakeRefunds(loses_answers=1), promise(book)
    settle(book, told(reference))
    desk = _desk(book, stripe)
    with pytest.raises(StripeAwayError):
        make_refund(desk, _wish(reference, 5_000))
    assert _requests(book) == [(5_000, "asked")]
    assert _remains(book) == 8_000
    make_refund(desk, _wish(reference, 1_000))
    first, again, second = stripe.orders_of_refunds
    assert first == again != second
    assert _requests(book) == [(5_000, "made"), (1_000, "made")]
    assert len(stripe.made) == 2


def test_the_same_wish_typed_again_after_a_lost_answer_is_one_refund(book: Database) -> None:
    stripe, reference = FakeRefunds(loses_answers=1), promise(book)
    settle(book, told(reference))
    desk = _desk(book, stripe)
    with pytest.raises(StripeAwayError):
        make_refund(desk, _wish(reference, 5_000))
    again = make_refund(desk, _wish(reference, 5_000))
    assert [again.reference] == list(stripe.made)
    assert _requests(book) == [(5_000, "made")]


def test_what_stripe_refuses_frees_its_cents(book: Database) -> None:
    stripe, reference = FakeRefunds(refuses=True), promise(book)
    settle(book, told(reference))
    with pytest.raises(StripeRefusedError):
        make_refund(_desk(book, stripe), _wish(reference, 5_000))
    assert _requests(book) == [(5_000, "refused")]
    assert _remains(book) == 13_000


def test_no_refund_while_a_dispute_forbids_it_and_again_when_it_does_not(book: Database) -> None:
    stripe, reference = FakeRefunds(), promise(book)
    charged = told(reference)
    inquiry = dispute(status="warning_needs_response", is_charge_refundable=True)
    settle(book, replace(charged, disputes=(inquiry,)))
    make_refund(_desk(book, stripe), _wish(reference, 1_000))
    taken = row("dp", -12_000, type="adjustment")
    settle(book, replace(charged, disputes=(dispute(taken),)))
    with pytest.raises(FieldRefusedError, match="dispute"):
        make_refund(_desk(book, stripe), _wish(reference, 1_000))


def test_money_in_suspense_goes_back_by_its_charge(book: Database) -> None:
    settle(book, told(None))
    assert make_refund(_desk(book, FakeRefunds()), _wish("ch_1", 13_000)).charge_id == "ch_1"
    with pytest.raises(NotFoundError):
        make_refund(_desk(book, FakeRefunds()), _wish("ch_2", 1))


def test_a_promise_without_a_charge_has_nothing_to_give_back(book: Database) -> None:
    with pytest.raises(NotFoundError):
        make_refund(_desk(book, FakeRefunds()), _wish(promise(book), 1))


def test_many_who_ask_at_once_never_give_back_more_than_came(book: Database) -> None:
    stripe, reference = FakeRefunds(), promise(book)
    settle(book, told(reference))
    desk = _desk(book, stripe)

    def ask(cents: int) -> str | None:
        try:
            return make_refund(desk, _wish(reference, cents)).refund_id
        except DonationError:
            return None

    with ThreadPoolExecutor(8) as pool:
        heard = set(pool.map(ask, [4_000] * 8)) - {None}
    # Who asks for the same while it is on its way may hear of that one, as after a lost answer: it is made once.
    assert heard == {one.refund_id for one in stripe.made.values()}
    assert sum(one.amount_cents for one in stripe.made.values()) == 12_000
