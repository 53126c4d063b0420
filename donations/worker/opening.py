"""Room: worker. Opens a worker over wired rooms; in simulated mode it also carries the webhooks to our door."""

from __future__ import annotations

from functools import partial

from donations.simulator import control
from donations.simulator.client import SimulatedStripe
from donations.wiring import Rooms
from donations.worker.rounds import Worker
from donations.worker.workshop import Workshop


def open_worker(rooms: Rooms, *, carries_webhooks: bool = True) -> Worker:
    """Return a worker over these rooms; in simulated mode it also carries the simulated Stripe's webhooks to us."""
    workshop = Workshop(
        database=rooms.database,
        payments=rooms.payments,
        printing=rooms.printing,
        mailer=rooms.mailer,
        files=rooms.files,
        clock=rooms.clock,
        settings=rooms.settings,
        origin=rooms.origin,
    )
    if rooms.simulation is None or not carries_webhooks:
        return Worker(workshop)
    return Worker(workshop, also=(partial(_deliver, rooms, rooms.simulation),))


def _deliver(rooms: Rooms, simulation: SimulatedStripe) -> int:
    """Let the simulated Stripe ring at our door over HTTP, as Stripe would; a closed door is tried again later."""
    post = control.post_to(f"{rooms.settings.base_url}/webhooks/stripe")
    return len(control.deliver(simulation, post).taken)
