"""`./run bench [GROUP] [--json]`: measure, and say it in a table or as JSON; exit 2 for a group that is not there.

A group is a module beside this one with `measure() -> list[Measure]`. Shared machines vary: compare figures of one
run with each other, and publish none as absolute.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.bench.facts import Measure

_NOT_GROUPS = {"__init__", "__main__", "facts", "year"}


def group_names() -> list[str]:
    """Return the groups, in the order of the alphabet."""
    return sorted(
        file.stem
        for file in Path(__file__).parent.glob("*.py")
        if file.stem not in _NOT_GROUPS and "\ndef measure(" in file.read_text(encoding="utf-8")
    )


def measured(group: str) -> list[Measure]:
    """Run one group; its peers are imported only now."""
    click.echo(f"Measuring {group} …", err=True)
    found: list[Measure] = import_module(f"tests.bench.{group}").measure()
    return found


def show(group: str, found: list[Measure]) -> None:
    """Print a group as a table."""
    table = Table("what", "value", "unit", "times its peers", "notes", title=group)
    for line in found:
        ratios = ", ".join(f"{peer} × {ratio:.3g}" for peer, ratio in line.ratios.items())
        table.add_row(line.name, f"{line.value:,.4g}", line.unit, ratios, line.notes)
    Console().print(table)


@click.command()
@click.argument("group", required=False, type=click.Choice(group_names()))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list and nothing else on stdout.")
def main(group: str | None, *, as_json: bool) -> None:
    """Measure one GROUP, or all of them.

    Example: ./run bench documents --json
    """
    found = {name: measured(name) for name in ([group] if group else group_names())}
    if as_json:
        lines = [{"group": name, **asdict(line)} for name, measures in found.items() for line in measures]
        json.dump(lines, sys.stdout, indent=2)
        click.echo()
        return
    for name, measures in found.items():
        show(name, measures)


if __name__ == "__main__":
    main(prog_name="./run bench")
