"""Money at the simulated till: its own book, its clock, what ripens, and what it refuses."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from donations.errors import FieldRefusedError, SettingsRefusedError
from donations.settings import Settings, read_organisation
from donations.simulator import control
from donations.simulator.bank import DECLINE_CODES
from donations.simulator.client import SIMULATED_KEY
from donations.simulator.rows import fee_cents
from tests.simulator.world import World

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "decline", "decline then pay", "walk away"]),
        st.integers(50, 5_000_000),
        st.integers(0, 100_000),
        st.sampled_from([0, 60, 7_200]),
        st.integers(0, 3_600),
    ),
    max_size=6,
)


def play(world: World, acts: list[tuple[str, int, int, int, int]]) -> int:
    """Play the acts and return the cents that were really paid."""
    paid = 0
    for act, amount, cover, fee_delay, pause in acts:
        control.delay_fees(world.stripe, fee_delay)
        checkout = world.open(amount_cents=amount, fee_cover_cents=cover)
        if act.startswith("decline"):
            control.decline(world.stripe, checkout)
        if act.endswith("pay"):
            control.pay(world.stripe, checkout)
            paid += amount + cover
        control.advance(world.stripe, timedelta(seconds=pause))
    return paid


@given(ACTS)
def test_its_own_book_is_the_sum_of_its_balance_transactions(acts: list[tuple[str, int, int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "stripe.sqlite3")
        paid = play(world, acts)
        control.advance(world.stripe, timedelta(days=3))
        book = control.read_book(world.stripe)
        rows = {row.id: row for row in world.raw.balance_transactions.list({"limit": 100}).data}
        assert book.gross_cents == paid
        assert set(rows) == {line.id for line in book.lines}
        for line in book.lines:
            row = rows[line.id]
            assert (row.amount, row.fee, row.net) == (
                line.amount_cents,
                line.fee_cents,
                line.amount_cents - line.fee_cents,
            )
            assert row.status == "available"
        balance = world.raw.balance.retrieve()
        assert (balance.available[0].amount, balance.pending[0].amount) == (book.balance_cents, 0)
        statuses = {session.status for session in world.raw.checkout.sessions.list({"limit": 100}).data}
        assert statuses <= {"complete", "expired"}
        world.stripe.close()


@pytest.mark.parametrize(
    ("gross", "fee"), [(50, 31), (10_000, 320), (10_330, 330), (13_000, 407), (5_000_000, 145_030)]
)
def test_the_fee_follows_its_own_schedule_halves_up(gross: int, fee: int) -> None:
    assert fee_cents(gross) == fee


def test_a_late_fee_is_in_the_own_book_at_once(world: World) -> None:
    control.delay_fees(world.stripe, 3_600)
    world.gift(amount_cents=10_000)
    assert control.read_book(world.stripe).fees_cents == 320
    assert world.raw.balance_transactions.list().data == []
    control.advance(world.stripe, timedelta(hours=1))
    assert [row.fee for row in world.raw.balance_transactions.list().data] == [320]


def test_money_is_pending_for_two_days(world: World) -> None:
    world.gift(amount_cents=10_000)
    assert world.raw.balance.retrieve().pending[0].amount == 9_680
    control.advance(world.stripe, timedelta(days=2))
    assert world.raw.balance.retrieve().available[0].amount == 9_680


@pytest.mark.parametrize("code", DECLINE_CODES)
def test_a_declined_card_takes_nothing_and_the_checkout_stays_open(world: World, code: str) -> None:
    checkout = world.open()
    played = control.decline(world.stripe, checkout, code)
    charge = world.raw.charges.retrieve(str(played.charge_id))
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "card_declined")
    assert charge.outcome is not None
    assert charge.outcome.reason == code
    assert control.read_book(world.stripe).gross_cents == 0
    control.pay(world.stripe, checkout)
    assert control.read_book(world.stripe).gross_cents == 13_000


def test_a_checkout_is_paid_once_and_an_unknown_one_never(world: World) -> None:
    checkout = world.open()
    control.pay(world.stripe, checkout)
    for name in (checkout, "cs_sim_none"):
        with pytest.raises(FieldRefusedError):
            control.pay(world.stripe, name)
    with pytest.raises(FieldRefusedError):
        control.decline(world.stripe, world.open(), "bad_hair_day")
    assert len(control.read_book(world.stripe).lines) == 1


def test_an_open_checkout_expires_by_the_simulated_clock(world: World) -> None:
    checkout = world.open()
    control.advance(world.stripe, timedelta(minutes=34))
    assert world.raw.checkout.sessions.retrieve(checkout).status == "open"
    control.advance(world.stripe, timedelta(minutes=1))
    session = world.raw.checkout.sessions.retrieve(checkout)
    assert (session.status, session.url, session.payment_status) == ("expired", None, "unpaid")
    with pytest.raises(FieldRefusedError):
        control.pay(world.stripe, checkout)
    (event,) = world.raw.events.list({"type": "checkout.session.expired"}).data
    assert event.created == session.expires_at
    with pytest.raises(stripe.InvalidRequestError):
        world.raw.checkout.sessions.expire(checkout)


def test_a_gift_can_be_paid_at_an_instant_and_the_clock_moves_only_forward(world: World) -> None:
    now = world.stripe.clock.now()
    later = now + timedelta(minutes=10)
    charge = str(control.pay(world.stripe, world.open(), at=later).charge_id)
    assert world.raw.charges.retrieve(charge).created == int(later.timestamp())
    assert world.stripe.clock.now() >= later
    earlier = str(control.pay(world.stripe, world.open(), at=now).charge_id)
    assert world.raw.charges.retrieve(earlier).created == int(now.timestamp())
    assert world.stripe.clock.now() >= later


def test_a_fresh_clock_can_be_set_to_any_year_and_then_not_before_what_happened(world: World) -> None:
    new_year = datetime(2026, 1, 1, 7, 59, 59, tzinfo=UTC)
    assert control.set_clock(world.stripe, new_year) == new_year
    assert timedelta() <= world.stripe.clock.now() - new_year < timedelta(minutes=2)
    world.gift()
    with pytest.raises(FieldRefusedError):
        control.set_clock(world.stripe, new_year - timedelta(days=1))
    with pytest.raises(FieldRefusedError):
        control.advance(world.stripe, timedelta(seconds=-1))
    control.set_clock(world.stripe, datetime(2026, 12, 31, tzinfo=UTC))
    assert world.stripe.clock.now().date().isoformat() == "2026-12-31"


def settings(**changed: object) -> Settings:
    organisation = read_organisation(
        {
            "legal_name": "Example Clothes Fund",
            "ein": "00-0000000",
            "address": {"line1": "1 Example Way", "city": "Las Vegas", "region": "NV", "postal_code": "89101"},
            "time_zone": "America/Los_Angeles",
            "public_charity": True,
            "teos_checked_on": datetime(2026, 1, 1, tzinfo=UTC).date(),
            "fees_funded_by": "the board",
            "mail_from": "receipts@example.org",
        }
    )
    simulated = Settings(
        home=Path("var"),
        organisation=organisation,
        database_url="sqlite://",
        base_url="http://127.0.0.1:8000",
        stripe_mode="simulated",
        production=False,
        trusted_proxies=0,
        mail_url="maildir:var",
        files_url="var",
        stripe_api_key="",
        stripe_webhook_secrets=(),
        secret_keys=(bytes(range(32)),),
    )
    return replace(simulated, **changed)  # type: ignore[arg-type] # Each test changes one field.


@pytest.mark.parametrize(
    ("changed", "environ"),
    [
        ({"stripe_mode": "test"}, {}),
        ({"stripe_mode": "live"}, {}),
        ({"production": True}, {}),
        ({"stripe_api_key": "sk_live_1"}, {}),
        ({"stripe_api_key": "rk_live_1"}, {}),
        ({}, {"SOMEWHERE_ELSE": "sk_live_1"}),
        ({}, {"STRIPE_KEY": "rk_live_1"}),
    ],
)
def test_beside_real_money_the_simulator_does_not_start(changed: dict[str, object], environ: dict[str, str]) -> None:
    with pytest.raises(SettingsRefusedError):
        control.open_simulated_stripe(settings(**changed), environ)


def test_in_simulated_mode_it_opens_in_the_home(tmp_path: Path) -> None:
    opened = control.open_simulated_stripe(settings(home=tmp_path), {"STRIPE_KEY": "sk_test_1"})
    assert control.file_of(tmp_path).exists()
    opened.close()


def test_a_live_key_is_refused_even_at_the_last_door(world: World) -> None:
    assert "live" not in SIMULATED_KEY
    with pytest.raises(SettingsRefusedError):
        world.raw.charges.list({}, {"api_key": "sk_live_1"})


def test_everything_says_that_it_is_simulated(world: World) -> None:
    world.gift()
    for event in world.raw.events.list({"limit": 100}).data:
        about = event.data.object
        assert event.id.startswith("evt_sim_")
        assert "_sim_" in about["id"]
        assert event.livemode is about["livemode"] is False
    assert all(row.id.startswith("txn_sim_") for row in world.raw.balance_transactions.list().data)
