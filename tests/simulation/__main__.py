"""`./run sim --seed N --steps M`: replay one history; exit 1 with the line that replays it when something broke."""

from __future__ import annotations

import logging
import random
import sys
import tempfile
from pathlib import Path

import click
import structlog

from tests.databases import ENGINES, Engine, fresh_database_url, open_foundry
from tests.simulation.history import BrokenHistoryError, History
from tests.simulation.world import open_world


@click.command()
@click.option("--seed", required=True, type=int, help="Draws every step; the same seed, the same history.")
@click.option("--steps", default=200, show_default=True, type=click.IntRange(1))
@click.option("--engine", type=click.Choice(ENGINES), default="sqlite", show_default=True)
def main(*, seed: int, steps: int, engine: Engine) -> None:
    """Replay one simulated history.

    Example: ./run sim --seed 7 --steps 400
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_foundry(engine, Path(folder), "sim") as foundry,
        fresh_database_url(foundry) as url,
        open_world(url, Path(folder)) as world,
    ):
        history = History(world, random.Random(seed))  # noqa: S311 - a history to repeat, no secret.
        try:
            history.run(steps)
        except BrokenHistoryError as fault:
            click.echo(f"{fault}\nreplay: ./run sim --seed {seed} --steps {steps} --engine {engine}", err=True)
            sys.exit(1)
        click.echo(f"Every invariant held, and the book is Stripe's own. Steps: {dict(history.happened)}")


if __name__ == "__main__":
    main(prog_name="./run sim")
