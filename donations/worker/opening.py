"""Room: worker. Opens a worker over wired rooms; in simulated mode it also carries the webhooks to our door."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from donations.simulator import control
from donations.simulator.client import SimulatedStripe
from donations.wiring import Rooms
from donations.worker.rounds import Worker
from donations.worker.sweeper import sweep_when_due
from donations.worker.workshop import Workshop


def open_worker(rooms: Rooms, *, carries_webhooks: bool = True, sweeps: bool = False) -> Worker:
    """Return a worker over these rooms; in simulated mode it also carries the simulated Stripe's webhooks to us.

    One that `sweeps` asks Stripe every quarter of an hour what it missed; one that only drains does not.
    """
    workshop = open_workshop(rooms)
    chores: list[Callable[[], int]] = [partial(sweep_when_due, workshop)] if sweeps else []
    if rooms.simulation is not None and carries_webhooks:
        chores.insert(0, partial(_deliver, rooms, rooms.simulation))
    return Worker(workshop, also=tuple(chores))


def open_workshop(rooms: Rooms) -> Workshop:
    """Return the tools of a worker over these rooms."""
    return Workshop(
        database=rooms.database,
        payments=rooms.payments,
        printing=rooms.printing,
        mailer=rooms.mailer,
        files=rooms.files,
        partners=rooms.partners,
        clock=rooms.clock,
        settings=rooms.settings,
        origin=rooms.origin,
    )


def _deliver(rooms: Rooms, simulation: SimulatedStripe) -> int:
    """Let the simulated Stripe ring at our door over HTTP, as Stripe would; a closed door is tried again later."""
    post = control.post_to(f"{rooms.settings.base_url}/webhooks/stripe")
    return len(control.deliver(simulation, post).taken)
