"""Room: worker. Runs what is owed: looks at what was told, lets the clerk work, prints, and sends."""

from donations.worker.intake import converge
from donations.worker.opening import open_worker, open_workshop
from donations.worker.rounds import Worker
from donations.worker.sweeper import look_at, sweep_now, sweep_when_due
from donations.worker.workshop import Workshop

__all__ = ["Worker", "Workshop", "converge", "look_at", "open_worker", "open_workshop", "sweep_now", "sweep_when_due"]
