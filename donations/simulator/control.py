"""Room: simulator. What `almoner simulate` can do: play the donor, let webhooks out, move time, order faults.

Everything works through the simulated Stripe and its signed webhooks; our own tables are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from donations.errors import FieldRefusedError, SettingsRefusedError
from donations.settings import Settings
from donations.simulator import bank, book, delivery, events, faults
from donations.simulator.bank import Played
from donations.simulator.book import Book
from donations.simulator.client import SimulatedStripe
from donations.simulator.delivery import FAIR, Delivered, Post, Weather
from donations.simulator.faults import FaultRule
from donations.simulator.ripening import ripen

FILE_NAME = "simulated-stripe.sqlite3"


def refuse_real_money(settings: Settings, environ: Mapping[str, str]) -> None:
    """Stop the simulator beside any live key, in production, or in another mode (`SettingsRefusedError`)."""
    secrets = (settings.stripe_api_key, *settings.stripe_webhook_secrets)
    live = [name for name, value in environ.items() if "sk_live_" in value or "rk_live_" in value]
    if settings.stripe_mode != "simulated" or settings.production or settings.livemode:
        raise SettingsRefusedError("The simulated Stripe runs only with ALMONER_STRIPE_MODE=simulated.")
    if live or any("_live_" in secret for secret in secrets):
        raise SettingsRefusedError(f"The simulated Stripe refuses to run beside a live key{_named(live)}.")


def open_simulated_stripe(settings: Settings, environ: Mapping[str, str]) -> SimulatedStripe:
    """Open the simulated Stripe of this house; refused beside real money."""
    refuse_real_money(settings, environ)
    return SimulatedStripe(settings.home / FILE_NAME, base_url=settings.base_url)


def file_of(home: Path) -> Path:
    """Return where the simulated Stripe of a house keeps its file."""
    return home / FILE_NAME


def pay(simulated: SimulatedStripe, checkout_id: str, *, at: datetime | None = None) -> Played:
    """Pay an open checkout with a good card; at an instant later than the clock, the clock moves there first."""
    if at is not None and at > simulated.clock.now():
        simulated.clock.set(at)
    with simulated.cabinet.open() as drawer:
        ripen(drawer)
        return bank.accept(drawer, checkout_id, at=None if at is None else int(at.timestamp()))


def decline(simulated: SimulatedStripe, checkout_id: str, code: str = "generic_decline") -> Played:
    """Try a card that is declined with a code of `bank.DECLINE_CODES`; the checkout stays open."""
    with simulated.cabinet.open() as drawer:
        ripen(drawer)
        return bank.decline(drawer, checkout_id, code)


def deliver(simulated: SimulatedStripe, post: Post, *, weather: Weather = FAIR) -> Delivered:
    """Send every webhook that is due; those refused wait for their next turn of Stripe's back-off."""
    return delivery.deliver_due(simulated.cabinet, post, weather=weather)


def resend(simulated: SimulatedStripe, event_id: str) -> int:
    """Owe an event's deliveries again; returns how many."""
    with simulated.cabinet.open() as drawer:
        return delivery.resend(drawer, event_id)


def resend_lost(simulated: SimulatedStripe) -> int:
    """Owe again whatever was lost or given up; returns how many."""
    with simulated.cabinet.open() as drawer:
        return delivery.resend_lost(drawer)


def post_to(url: str, *, timeout: float = 10.0) -> Post:
    """Return a `Post` that sends over HTTP, for example to `http://127.0.0.1:8000/webhooks/stripe`."""

    def post(body: bytes, headers: dict[str, str]) -> int:
        request = Request(url, data=body, headers={"Content-Type": "application/json", **headers})  # noqa: S310
        try:
            with urlopen(request, timeout=timeout) as answer:  # noqa: S310 (The address is the operator's own.)
                return int(answer.status)
        except HTTPError as refusal:
            with refusal:
                return refusal.code

    return post


def set_clock(simulated: SimulatedStripe, instant: datetime) -> datetime:
    """Move the simulated clock; whatever is due on the way happens."""
    moved = simulated.clock.set(instant)
    _ripen(simulated)
    return moved


def advance(simulated: SimulatedStripe, by: timedelta) -> datetime:
    """Move the simulated clock on; whatever is due on the way happens."""
    moved = simulated.clock.advance(by)
    _ripen(simulated)
    return moved


def delay_fees(simulated: SimulatedStripe, seconds: int) -> None:
    """From now on let balance transactions appear that much later than their charge (`charge.updated`)."""
    with simulated.cabinet.open() as drawer:
        drawer.keep("fee_delay_seconds", str(seconds))


def order_fault(simulated: SimulatedStripe, operation: str, kind: str, *, from_call: int = 1, calls: int = 1) -> None:
    """Let calls of an operation (e.g. `checkout.sessions.create`, `charges.*`) fail in a way of `faults`."""
    with simulated.cabinet.open() as drawer:
        faults.order_fault(drawer, operation, kind, from_call=from_call, calls=calls)


def order_chance(simulated: SimulatedStripe, *, percent: int, seed: int) -> None:
    """Let so many of a hundred calls fail, in any way of `faults`, drawn from a seed."""
    with simulated.cabinet.open() as drawer:
        faults.order_chance(drawer, percent=percent, seed=seed)


def order_outage(simulated: SimulatedStripe, lasts: timedelta) -> None:
    """Let the simulated Stripe be away from now on, for a while of simulated time."""
    with simulated.cabinet.open() as drawer:
        faults.order_outage(drawer, begins=drawer.epoch, ends=drawer.epoch + int(lasts.total_seconds()))


def list_faults(simulated: SimulatedStripe) -> list[FaultRule]:
    """Return the faults on order and how often each fired."""
    with simulated.cabinet.open() as drawer:
        return faults.list_faults(drawer)


def clear_faults(simulated: SimulatedStripe) -> None:
    """Forget all faults and end any outage."""
    with simulated.cabinet.open() as drawer:
        faults.clear_faults(drawer)


def rotate_secret(simulated: SimulatedStripe, *, keep_old: bool = True) -> str:
    """Give the first destination a new secret and return it."""
    with simulated.cabinet.open() as drawer:
        return events.rotate_secret(drawer, events.destinations(drawer)[0]["id"], keep_old=keep_old)


def add_thin_destination(simulated: SimulatedStripe) -> str:
    """Let a second destination be told everything in thin payloads; returns its secret."""
    with simulated.cabinet.open() as drawer:
        return str(events.add_destination(drawer, "thin")["secrets"][0])


def read_book(simulated: SimulatedStripe) -> Book:
    """Return the simulated Stripe's own book: the oracle against which our ledger is proven."""
    return book.read_book(simulated)


def find_charge(simulated: SimulatedStripe, gift: str) -> str:
    """Return the newest charge that carries a gift's mark; refused where there is none."""
    with simulated.cabinet.open() as drawer:
        marked = ("json_extract(body, '$.metadata.gift') = ?", [gift])
        found = drawer.page("charge", [marked], limit=1)
    if not found:
        raise FieldRefusedError("The simulated Stripe has no charge of this gift.", field="gift")
    return str(found[0]["id"])


def _ripen(simulated: SimulatedStripe) -> None:
    with simulated.cabinet.open() as drawer:
        ripen(drawer)


def _named(names: list[str]) -> str:
    return f" (found in {', '.join(sorted(names))})" if names else ""
