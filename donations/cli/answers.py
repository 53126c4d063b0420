"""Room: cli. How commands answer: facts on stdout (JSON on request), sentences on stderr, refusals as status 1."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from donations.clock import to_rfc3339
from donations.errors import BrokenInvariantError, DonationError

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Thing = TypeVar("_Thing")


def json_option(command: _Command) -> _Command:
    """Add `--json`: one JSON value on stdout and nothing else there."""
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON on stdout.")(command)


@contextmanager
def refused() -> Iterator[None]:
    """Turn a refusal we understand into its sentence on stderr and exit status 1."""
    try:
        yield
    except DonationError as refusal:
        click.echo(f"almoner: {refusal.sentence}", err=True)
        sys.exit(1)
    except BrokenInvariantError as broken:
        click.echo(f"almoner: something that must always hold does not: {broken}", err=True)
        sys.exit(1)


def say(sentence: str) -> None:
    """Tell the person at the terminal; never on stdout, where scripts read facts."""
    click.echo(sentence, err=True)


def answer_json(facts: object) -> None:
    """Print one JSON value: cents as integers, days as YYYY-MM-DD, instants as RFC 3339 UTC."""
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2, default=_plain))


def answer_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print an aligned table; the last column is not padded."""
    cells = [list(headings), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def answer_facts(facts: Mapping[str, object]) -> None:
    """Print one fact a line."""
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        click.echo(f"{name.ljust(width)}  {_text(value)}")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _text(value: object) -> str:
    return "–" if value is None else str(_plain(value)) if isinstance(value, date | Path) else str(value)


def progress(things: Sequence[_Thing], label: str) -> Iterator[_Thing]:
    """Yield the things with a progress bar on a terminal, and with none in a pipe."""
    if not sys.stderr.isatty():
        yield from things
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(things, description=label, console=Console(stderr=True))


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what is told how many are done of how many; a bar on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
