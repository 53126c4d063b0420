"""The desk behind a pledge's link: looking changes nothing, Stripe's portal needs a permit, an end is never lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from donations.correspondence import pledge_token
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError, StripeAwayError, TooManyTriesError
from donations.gateways.files import FileFolder
from donations.giving import PledgeDesk, list_pledges, pledge_dossier
from donations.ports import Family
from donations.settlement import settle_family
from donations.tables import InboxRow, OutboxRow
from tests.clerk_room import BASE_URL, NOON
from tests.giving_room import (
    ASKER,
    KEYS,
    OTHER_KEYS,
    FakeClock,
    FakePayments,
    Outside,
    begin,
    books,
    giving_desk,
    opened_form,
    settings,
    worker,
)
from tests.pledge_room import MONTHLY, invoice, monthly_charge, subscription


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that moves when told."""
    return FakeClock()


@pytest.fixture
def payments() -> FakePayments:
    """Give a card processor without a fault."""
    return FakePayments()


@pytest.fixture
def pledge(book: Database, clock: FakeClock, payments: FakePayments) -> str:
    """Begin a pledge that Stripe has told of, its first gift settled."""
    reference = begin(giving_desk(book, payments, clock), clock, MONTHLY).reference
    told = Family(charges=(monthly_charge(1, invoice(reference)),), subscription=subscription(reference))
    book.write(lambda session: settle_family(session, told, books()))
    return reference


@pytest.fixture
def desk(book: Database, clock: FakeClock, payments: FakePayments) -> PledgeDesk:
    """Open the desk."""
    return PledgeDesk(database=book, payments=payments, clock=clock, settings=settings())


@pytest.fixture
def outside(clock: FakeClock, payments: FakePayments, tmp_path: Path) -> Outside:
    """Stand everything else outside the house up."""
    return Outside(files=FileFolder(folder=tmp_path), clock=clock, payments=payments)


def _link(reference: str, clock: FakeClock) -> str:
    return pledge_token(KEYS, reference, now=clock.now())


def _counts(book: Database) -> tuple[int, int]:
    with book.read() as session:
        return (
            session.scalar(select(func.count()).select_from(OutboxRow)) or 0,
            session.scalar(select(func.count()).select_from(InboxRow)) or 0,
        )


def test_a_link_opens_its_pledge_alone_for_sixty_days_and_looking_changes_nothing(
    book: Database, clock: FakeClock, desk: PledgeDesk, pledge: str
) -> None:
    link, before = _link(pledge, clock), _counts(book)
    stands = desk.stand_of(link)
    assert stands is not None
    assert (stands.reference, stands.state, stands.amount_cents) == (pledge, "active", 6_500)
    assert stands.next_on == books().day_of(NOON + timedelta(days=30))
    assert stands.latest_gift is not None
    assert _counts(book) == before
    clock.move_on(days=60)
    assert desk.stand_of(link) is not None
    clock.move_on(seconds=1)
    assert desk.stand_of(link) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-9] + ("A" if link[-9] != "A" else "B") + link[-8:],
        lambda link: link.replace("p_", "g_", 1),
        lambda link: "p_0000000000000000" + link[18:],
        lambda link: link.partition(".")[0],
        lambda _: "",
        lambda _: "ü",
        lambda _: pledge_token(OTHER_KEYS, "p_0000000000000000", now=NOON),
        lambda _: pledge_token(KEYS, "p_0000000000000000", now=NOON),
        lambda _: pledge_token(KEYS, "g_0000000000000000", now=NOON),
    ],
)
def test_a_link_that_is_not_ours_opens_nothing(
    clock: FakeClock, desk: PledgeDesk, pledge: str, spoil: Callable[[str], str]
) -> None:
    link = spoil(_link(pledge, clock))
    assert desk.stand_of(link) is None
    with pytest.raises(NotFoundError):
        desk.open_portal(link, form_token=opened_form(clock), asker=ASKER)
    with pytest.raises(NotFoundError):
        desk.ask_to_end(link, form_token=opened_form(clock), asker=ASKER)


def test_the_portal_is_opened_by_a_permit_for_this_pledges_customer_and_leads_back(
    clock: FakeClock, payments: FakePayments, desk: PledgeDesk, pledge: str
) -> None:
    link = _link(pledge, clock)
    assert desk.open_portal(link, form_token=opened_form(clock), asker=ASKER) == "https://billing.example/cus_1/1"
    assert payments.portals == [("cus_1", f"{BASE_URL}/pledge/{link}")]
    assert payments.permits[-1].granted_at == clock.now()


def test_the_portal_is_not_opened_without_our_form_from_this_browser_or_too_often(
    clock: FakeClock, payments: FakePayments, desk: PledgeDesk, pledge: str
) -> None:
    link = _link(pledge, clock)
    for form, asker in (("", ASKER), (opened_form(clock), replace(ASKER, device="another"))):
        with pytest.raises(FieldRefusedError):
            desk.open_portal(link, form_token=form, asker=asker)
        with pytest.raises(FieldRefusedError):
            desk.ask_to_end(link, form_token=form, asker=asker)
    assert payments.portals == []
    with pytest.raises(TooManyTriesError):  # noqa: PT012  The limit is admission's own; here it must be reached.
        for _ in range(100):
            desk.open_portal(link, form_token=opened_form(clock), asker=ASKER)
    assert len(payments.portals) < 100


def test_a_pledge_that_stripe_has_not_told_of_has_no_portal_and_no_end(
    book: Database, clock: FakeClock, payments: FakePayments, desk: PledgeDesk
) -> None:
    reference = begin(giving_desk(book, payments, clock), clock, MONTHLY).reference
    link = _link(reference, clock)
    with pytest.raises(NotFoundError):
        desk.open_portal(link, form_token=opened_form(clock), asker=ASKER)
    with pytest.raises(NotFoundError):
        desk.ask_to_end(link, form_token=opened_form(clock), asker=ASKER)


def test_an_end_asked_for_while_stripe_is_away_is_carried_out_once_it_answers(
    book: Database, desk: PledgeDesk, pledge: str, outside: Outside
) -> None:
    clock, payments = outside.clock, outside.payments
    link = _link(pledge, clock)
    for _ in range(2):
        desk.ask_to_end(link, form_token=opened_form(clock), asker=ASKER)
    stands = desk.stand_of(link)
    assert stands is not None
    assert stands.is_cancel_asked
    payments.faults.append(StripeAwayError("Stripe does not answer."))
    worker(book, outside).drain()
    assert payments.cancelled == []
    ended = subscription(pledge, status="canceled", cancel_at=clock.now())
    payments.families["sub_1"] = Family(subscription=ended)
    clock.move_on(hours=3)
    worker(book, outside).drain()
    assert payments.cancelled == [("sub_1", f"cancel/{pledge}")]
    stands = desk.stand_of(link)
    assert stands is not None
    assert (stands.state, stands.is_cancel_asked, stands.next_on) == ("ended", False, None)


def test_a_pledges_dossier_tells_its_gifts_and_a_list_no_names(book: Database, pledge: str) -> None:
    with book.read() as session:
        facts: dict[str, Any] = pledge_dossier(session, pledge)
        listed = list_pledges(session, limit=5)
        with pytest.raises(NotFoundError):
            pledge_dossier(session, "p_0")
    assert (facts["state"], facts["subscription"], facts["gift_count"]) == ("active", "sub_1", 1)
    assert [(gift["state"], gift["amount_cents"], gift["charge"]) for gift in facts["gifts"]] == [
        ("settled", 6_500, "ch_1")
    ]
    assert facts["donor"] == {"name": "Alex Example", "email": "alex@example.org"}
    assert [row["reference"] for row in listed] == [pledge]
    assert "Alex" not in str(listed)
