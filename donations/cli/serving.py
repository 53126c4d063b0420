"""Room: cli. `almoner serve` and `almoner work`: the two processes of a running house."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from donations.cli.answers import say

if TYPE_CHECKING:
    from types import FrameType

    from donations.wiring import Rooms


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--with-worker", is_flag=True, help="Also work off what is owed, in this process: for a small machine.")
def serve(*, host: str, port: int, with_worker: bool) -> None:
    """Answer the web until stopped.

    Example: almoner serve --with-worker
    """
    from donations.logs import configure_logs
    from donations.settings import load_settings
    from donations.wiring import open_rooms

    settings = load_settings(os.environ)
    configure_logs(is_json=settings.production)
    with open_rooms(settings) as rooms:
        serve_rooms(rooms, host=host, port=port, with_worker=with_worker)


def serve_rooms(rooms: Rooms, *, host: str, port: int, with_worker: bool) -> None:
    """Answer on one address; the settings withstand slow and half-open clients (docs/explanation/decisions)."""
    from contextlib import nullcontext

    import waitress

    from donations.app import create_app

    app = create_app(rooms)
    spare_collector()
    say(f"Serving {rooms.settings.base_url} on {host}:{port}. Stop with Ctrl-C.")
    with working(rooms) if with_worker else nullcontext():
        waitress.serve(
            app,
            host=host,
            port=port,
            threads=8,
            connection_limit=4000,
            channel_timeout=10,
            cleanup_interval=5,
            asyncore_use_poll=True,
            max_request_body_size=10 * 1024 * 1024,
            max_request_header_size=32 * 1024,
            ident=None,
            clear_untrusted_proxy_headers=True,
            **_proxy_settings(rooms.settings.trusted_proxies),
        )


def spare_collector() -> None:
    """Tell the garbage collector that what stands now stands for good: it searches only what requests leave behind.

    A page that reads every donor of a large book took twice its time to look through our own modules (measured).
    """
    gc.collect()
    gc.freeze()


def _proxy_settings(count: int) -> dict[str, object]:
    if not count:
        return {}
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": count,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
    }


@contextmanager
def working(rooms: Rooms) -> Iterator[None]:
    """Run a worker beside whatever else this process does, and let it finish its round at the end."""
    from donations.worker import open_worker

    stop = threading.Event()
    thread = threading.Thread(target=open_worker(rooms, sweeps=True).run, args=(stop,), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


@click.command()
@click.option("--drain", is_flag=True, help="Run until inbox, clerk and outbox have nothing due, then exit.")
def work(*, drain: bool) -> None:
    """Work off what was told and what is owed, until stopped.

    Example: almoner work --drain
    """
    from donations.logs import configure_logs
    from donations.settings import load_settings
    from donations.wiring import open_rooms
    from donations.worker import open_worker

    settings = load_settings(os.environ)
    configure_logs(is_json=settings.production)
    with open_rooms(settings) as rooms:
        worker = open_worker(rooms, sweeps=not drain)
        if drain:
            done = worker.drain()
            say(f"Done: {done}.")
            return
        worker.run(_stopped_by_signals())


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return stop
