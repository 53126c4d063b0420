"""Room: worker. Runs what is owed: looks at what was told, lets the clerk work, prints, and sends."""

from donations.worker.opening import open_worker
from donations.worker.rounds import Worker
from donations.worker.workshop import Workshop

__all__ = ["Worker", "Workshop", "open_worker"]
