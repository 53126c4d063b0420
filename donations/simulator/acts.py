"""Room: simulator. What happens at Stripe without us: refunds in its Dashboard, disputes, bank debits, payouts, fees.

Each act is told by signed webhooks as in life, and returns what it made and the events told of it, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from donations.errors import FieldRefusedError
from donations.simulator import debits, disputes, elsewhere, payouts, refunds
from donations.simulator.bank import Played
from donations.simulator.client import SimulatedStripe
from donations.simulator.refusals import StripeRefusal
from donations.simulator.ripening import ripen
from donations.simulator.store import Drawer, Json

DisputeEnd = Literal["open", "won", "lost", "inquiry"]
DebitEnd = Literal["paid", "failed", "returned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What an act made or changed, by id, and the events told of it, in order."""

    objects: tuple[str, ...]
    events: tuple[str, ...]


def refund(
    simulated: SimulatedStripe, charge_id: str, cents: int | None = None, *, begins: str = "succeeded"
) -> Acted:
    """Refund a charge as in Stripe's Dashboard: no mark of ours; `begins` is how a refund begins from now on.

    One of `succeeded`, `pending`, `insufficient_funds` (pending, and nothing has moved yet), `requires_action`.
    """
    order_refunds(simulated, begins)
    asked: dict[str, object] = {"charge": charge_id} | ({} if cents is None else {"amount": cents})
    return _act(simulated, lambda drawer: refunds.create(drawer, asked))


def order_refunds(simulated: SimulatedStripe, begins: str) -> None:
    """Say how refunds begin from now on, whoever asks for them."""
    with simulated.cabinet.open() as drawer:
        drawer.keep("refund_begins", begins)


def settle_refund(simulated: SimulatedStripe, refund_id: str) -> Acted:
    """Let a refund that waits succeed now."""
    return _told(simulated, refund_id, lambda drawer: refunds.settle(drawer, refund_id, drawer.epoch))


def fail_refund(simulated: SimulatedStripe, refund_id: str) -> Acted:
    """Let a refund fail, also after it succeeded."""
    return _told(simulated, refund_id, lambda drawer: refunds.fail(drawer, refund_id, at=drawer.epoch))


def cancel_refund(simulated: SimulatedStripe, refund_id: str) -> Acted:
    """Cancel a refund that requires action."""
    return _act(simulated, lambda drawer: refunds.cancel(drawer, refund_id, at=drawer.epoch))


def dispute(simulated: SimulatedStripe, charge_id: str, cents: int | None = None, *, outcome: DisputeEnd) -> Acted:
    """Let a donor's bank dispute a charge (or only inquire) and, unless `open`, let it end at once."""

    def act(drawer: Drawer) -> Json:
        now, is_inquiry = drawer.epoch, outcome == "inquiry"
        opened = disputes.begin(drawer, charge_id, cents, is_inquiry=is_inquiry, at=now)
        if outcome == "won":
            return disputes.win(drawer, opened["id"], at=now)
        return disputes.close(drawer, opened["id"], "lost", at=now) if outcome == "lost" else opened

    return _act(simulated, act)


def change_dispute(simulated: SimulatedStripe, act: Callable[[Drawer], Json]) -> Acted:
    """Do one act of `disputes` on the simulated Stripe."""
    return _act(simulated, act)


def open_dispute_of(simulated: SimulatedStripe, charge_id: str) -> str | None:
    """Return the newest dispute or inquiry of a charge that has not ended; None where there is none."""
    with simulated.cabinet.open() as drawer:
        found = drawer.page("dispute", [("json_extract(body, '$.charge') = ?", [charge_id])], limit=-1)
    return next((str(dispute["id"]) for dispute in found if dispute["status"] not in disputes.CLOSED), None)


def end_dispute(simulated: SimulatedStripe, dispute_id: str, *, is_won: bool) -> Acted:
    """End an open dispute; one that was won gives back what it took. An inquiry becomes a dispute first."""

    def act(drawer: Drawer) -> Json:
        now = drawer.epoch
        found = drawer.get("dispute", dispute_id)
        if found is not None and found["status"].startswith("warning"):
            disputes.escalate(drawer, dispute_id, at=now)
        if is_won:
            return disputes.win(drawer, dispute_id, at=now)
        return disputes.close(drawer, dispute_id, "lost", at=now)

    return _act(simulated, act)


def warn(simulated: SimulatedStripe, charge_id: str) -> Acted:
    """Let the card network warn early that a charge may be fraud."""
    return _act(simulated, lambda drawer: disputes.warn(drawer, charge_id, at=drawer.epoch))


def review(simulated: SimulatedStripe, charge_id: str) -> Acted:
    """Let Radar ask for a look at a charge."""
    return _act(simulated, lambda drawer: disputes.review(drawer, charge_id, at=drawer.epoch))


def debit(simulated: SimulatedStripe, checkout_id: str) -> Played:
    """Pay an open checkout by bank debit; the bank answers days later, or by `end_debit`."""
    with simulated.cabinet.open() as drawer:
        ripen(drawer)
        return debits.debit(drawer, checkout_id)


def end_debit(simulated: SimulatedStripe, charge_id: str, outcome: DebitEnd) -> Acted:
    """Let a bank debit be paid, fail, or be taken back after it was paid (paid first, if it is still on its way)."""

    def act(drawer: Drawer) -> list[str]:
        now = drawer.epoch
        if outcome == "failed":
            return debits.fail(drawer, charge_id, at=now)
        paid = debits.settle(drawer, charge_id, now)
        return paid if outcome == "paid" else paid + debits.take_back(drawer, charge_id, at=now)

    return _told(simulated, charge_id, act)


def is_on_its_way(simulated: SimulatedStripe, charge_id: str) -> bool:
    """Return whether the bank has not answered a debit yet."""
    with simulated.cabinet.open() as drawer:
        charged = drawer.get("charge", charge_id)
    return charged is not None and charged["status"] == "pending"


def pay_out_all(simulated: SimulatedStripe) -> Acted:
    """Move the clock until all that Stripe holds is available, and pay it out; refused where it holds nothing."""
    with simulated.cabinet.open() as drawer:
        ripen(drawer)
        ready_at = payouts.ready_at(drawer)
    if ready_at is not None and ready_at > simulated.clock.now().timestamp():
        simulated.clock.set(datetime.fromtimestamp(ready_at, tz=UTC))
    done = pay_out(simulated)
    if not done.objects:
        raise FieldRefusedError("The simulated Stripe holds nothing that could be paid out.", field="payout")
    return done


def pay_out(simulated: SimulatedStripe, *, includes_pending: bool = False) -> Acted:
    """Pay out what is available (or also what is pending) now; it arrives in two days. No objects, no payout."""
    return _act(simulated, lambda drawer: payouts.pay_out(drawer, at=drawer.epoch, includes_pending=includes_pending))


def pay_out_daily(simulated: SimulatedStripe) -> None:
    """Pay out every day from now on, as Stripe does by itself."""
    with simulated.cabinet.open() as drawer:
        payouts.pay_daily(drawer)


def let_payout_arrive(simulated: SimulatedStripe, payout_id: str) -> Acted:
    """Let a payout arrive now, with its rows known."""
    return _told(simulated, payout_id, lambda drawer: payouts.arrive(drawer, payout_id, drawer.epoch))


def fail_payout(simulated: SimulatedStripe, payout_id: str, *, is_canceled: bool = False) -> Acted:
    """Let a payout fail, also after it was paid, or be canceled before it left."""
    status = "canceled" if is_canceled else "failed"
    return _told(simulated, payout_id, lambda drawer: payouts.fail(drawer, payout_id, status=status, at=drawer.epoch))


def sell_elsewhere(
    simulated: SimulatedStripe, cents: int, *, currency: str = "usd", metadata: Mapping[str, str] | None = None
) -> Acted:
    """Charge a card without any checkout of ours, with whatever marks: none, another instance's, or ours again."""
    return _act(
        simulated,
        lambda drawer: elsewhere.sell(drawer, cents, currency=currency, metadata=metadata, at=drawer.epoch),
    )


def move_balance(simulated: SimulatedStripe, kind: str, category: str, cents: int) -> Acted:
    """Move Stripe's balance by a row that hangs on nothing; no event tells of it."""
    return _act(simulated, lambda drawer: elsewhere.add_row(drawer, kind, category, cents, at=drawer.epoch))


def wait(simulated: SimulatedStripe, by: timedelta) -> Acted:
    """Let time pass; returns the events of what happened by itself."""
    simulated.clock.advance(by)
    with simulated.cabinet.open() as drawer:
        return Acted(objects=(), events=tuple(ripen(drawer)))


def _act(simulated: SimulatedStripe, act: Callable[[Drawer], Json | None]) -> Acted:
    with _listening(simulated) as (drawer, events):
        made = act(drawer)
    return Acted(objects=() if made is None else (made["id"],), events=tuple(events))


def _told(simulated: SimulatedStripe, object_id: str, act: Callable[[Drawer], list[str]]) -> Acted:
    with _listening(simulated) as (drawer, events):
        act(drawer)
    return Acted(objects=(object_id,), events=tuple(events))


@contextmanager
def _listening(simulated: SimulatedStripe) -> Iterator[tuple[Drawer, list[str]]]:
    """Open the simulated Stripe; the list then holds the events told; a refusal of Stripe's is the operator's."""
    events: list[str] = []
    try:
        with simulated.cabinet.open() as drawer:
            ripen(drawer)
            (before,) = drawer.sql.execute("SELECT coalesce(max(seq), 0) FROM object").fetchone()
            yield drawer, events
            told = "SELECT id FROM object WHERE type = 'event' AND seq > ? ORDER BY seq"
            events += [event_id for (event_id,) in drawer.sql.execute(told, (before,))]
    except StripeRefusal as refusal:
        raise FieldRefusedError(str(refusal), field=refusal.param or "charge") from refusal
