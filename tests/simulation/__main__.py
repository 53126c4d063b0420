"""`./run sim --seed N --steps M` replays one history, `./run sim year` lives a year; exit 1 when something broke."""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import structlog

from tests.databases import ENGINES, Engine, fresh_database_url, open_foundry
from tests.simulation.history import BrokenHistoryError, History
from tests.simulation.world import World, open_world
from tests.simulation.year import live_year, tell


@click.group(invoke_without_command=True)
@click.option("--seed", type=int, help="Draws every step; the same seed, the same history.")
@click.option("--steps", default=200, show_default=True, type=click.IntRange(1))
@click.option("--engine", type=click.Choice(ENGINES), default="sqlite", show_default=True)
@click.pass_context
def main(ctx: click.Context, *, seed: int | None, steps: int, engine: Engine) -> None:
    """Replay one simulated history, or live a whole year.

    Example: ./run sim --seed 7 --steps 400
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    if ctx.invoked_subcommand is not None:
        return
    if seed is None:
        raise click.UsageError("--seed draws the history; it must be said.")
    with _open_house(engine) as world:
        history = History(world, random.Random(seed))  # noqa: S311 - a history to repeat, no secret.
        try:
            history.run(steps)
        except BrokenHistoryError as fault:
            click.echo(f"{fault}\nreplay: ./run sim --seed {seed} --steps {steps} --engine {engine}", err=True)
            sys.exit(1)
        click.echo(f"Every invariant held, and the book is Stripe's own. Steps: {dict(history.happened)}")


@main.command()
@click.option("--gifts", default=5000, show_default=True, type=click.IntRange(100), help="How many gifts settle.")
@click.option("--seed", default=1, show_default=True, type=int, help="Draws who gives when, and what goes back.")
@click.option("--engine", type=click.Choice(ENGINES), default="sqlite", show_default=True)
@click.option(
    "--processes",
    default=2,
    show_default=True,
    type=click.IntRange(1, 2),
    help="2: the worker is a process of its own, as in life; 1: one thing after the other.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
def year(*, gifts: int, seed: int, engine: Engine, processes: int, as_json: bool) -> None:
    """Live a year of gifts with refunds, disputes, bank returns and daily payouts; print what came of it.

    Example: ./run sim year --gifts 5000
    """
    with _open_house(engine) as world:
        figures = live_year(world, gifts=gifts, seed=seed, processes=processes)
    click.echo(json.dumps(figures.as_json()) if as_json else tell(figures))
    sys.exit(0 if figures.ok else 1)


@contextmanager
def _open_house(engine: Engine) -> Iterator[World]:
    with (
        tempfile.TemporaryDirectory(dir=_memory()) as folder,
        open_foundry(engine, Path(folder), "sim") as foundry,
        fresh_database_url(foundry) as url,
        open_world(url, Path(folder)) as world,
    ):
        yield world


def _memory() -> str | None:
    """Return where files need no disk, if there is such a place: a simulated house outlives no power cut."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - only its parent; the folder is new.


if __name__ == "__main__":
    main(prog_name="./run sim")
