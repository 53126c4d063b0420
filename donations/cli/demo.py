"""Room: cli. `almoner demo`: the whole main job from nothing, with simulated money, then the site."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from donations.cli.answers import answer_json, json_option, say

if TYPE_CHECKING:
    from donations.cli.playing import Street
    from donations.settings import Settings
    from donations.wiring import Rooms


@click.command()
@click.option("--once", is_flag=True, help="Do everything, then exit instead of serving.")
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path), help="Default: a fresh folder.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--gifts", default=24, show_default=True, type=click.IntRange(1, 5000), help="How many example gifts.")
@click.option("--seed", default=2026, show_default=True, type=int, help="Draws the example gifts.")
@json_option
def demo(*, once: bool, folder: Path | None, port: int, gifts: int, seed: int, as_json: bool) -> None:
    """Found an example charity, take example gifts the whole real way, print receipts, then serve the site.

    All money is simulated. Example: almoner demo --once --json
    """
    from donations.cli.playing import open_street
    from donations.cli.serving import serve_rooms
    from donations.logs import configure_logs
    from donations.wiring import open_rooms

    configure_logs(is_json=False)
    home = (folder or Path(tempfile.mkdtemp(prefix="almoner-demo-"))).absolute()
    settings = _found(home, port)
    with open_rooms(settings) as rooms:
        street = open_street(rooms)
        _take_gifts(street, gifts, seed)
        _publish_last_quarter(rooms, home)
        made = _collect(rooms, home)
        answer_json(made.facts) if as_json else _tell(made)
        if not once:
            serve_rooms(rooms, host="127.0.0.1", port=port, with_worker=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    facts: dict[str, Any]
    settings: Settings


def _found(home: Path, port: int) -> Settings:
    from donations.cli.example import LONGEST_AGO, OPERATIONS_OPENING, example_organisation
    from donations.cli.founding import found_house

    say(f"Founding a fictitious charity in {home} …")
    return found_house(
        home,
        example_organisation(datetime.now(UTC).date()),
        mode="simulated",
        operations_opening=OPERATIONS_OPENING,
        base_url=f"http://127.0.0.1:{port}",
        founded_at=datetime.now(UTC) - LONGEST_AGO - timedelta(days=1),
    )


def _open_clothing_funds(rooms: Rooms) -> None:
    from donations.cli.example import CLOTHING_FUNDS
    from donations.clock import day_in_zone
    from donations.filing import draw_clothing_fund_code, open_clothing_funds

    organisation, today = rooms.settings.organisation, day_in_zone(rooms.clock.now(), rooms.settings.zone)
    rooms.database.write(
        lambda session: open_clothing_funds(
            session,
            count=CLOTHING_FUNDS,
            target_cents=organisation.set_price_cents,
            opened_on=today,
            draw_code=draw_clothing_fund_code,
        )
    )


def _take_gifts(street: Street, count: int, seed: int) -> None:
    """Let the example donors give, one after another, then come back to the present."""
    from donations.cli.answers import progress
    from donations.cli.example import example_gifts
    from donations.simulator import control

    present = datetime.now(UTC)
    examples = list(example_gifts(count, seed=seed, until=present))
    control.set_clock(street.stripe, examples[0].at)
    _open_clothing_funds(street.rooms)
    for example in progress(examples, "Example gifts"):
        street.give(example.fields, how="paid", at=example.at)
        street.deliver_and_drain()
    control.set_clock(street.stripe, max(datetime.now(UTC), street.rooms.clock.now()))


def _publish_last_quarter(rooms: Rooms, home: Path) -> None:
    """Publish the newest quarter that may be published: the public page then tells the children's side too."""
    from donations.cli.publishing import make_report
    from donations.clock import day_in_zone
    from donations.reporting.building import last_publishable_quarter

    today = day_in_zone(rooms.clock.now(), rooms.settings.zone)
    make_report(rooms, last_publishable_quarter(today).name, home / "report", publish=True)


def _collect(rooms: Rooms, home: Path) -> _Made:
    from donations.cli import summing

    return _Made(facts=summing.sum_up(rooms, home), settings=rooms.settings)


def _tell(made: _Made) -> None:
    facts, base = made.facts, made.settings.base_url
    settled = [gift for gift in facts["gifts"] if gift["state"] == "settled"]
    click.echo(f"Everything lies in     {facts['dir']}")
    click.echo(f"Gifts received         {len(settled)} of {len(facts['gifts'])}, all simulated")
    click.echo(f"Clothing funds filled  {facts['clothing_funds']['filled']}")
    click.echo(f"Mails                  {len(facts['mails'])} in {Path(facts['dir']) / 'mail'}")
    click.echo(f"A receipt              {settled[-1]['receipt_pdf'] if settled else '–'}")
    click.echo(f"The report             {facts['report_pdf']}")
    click.echo(f"The book               {'all invariants hold' if facts['audit']['ok'] else 'BROKEN: almoner audit'}")
    click.echo("")
    click.echo(f"Site                   {base}/")
    click.echo(f"Give                   {base}/give")
    click.echo(f"Where the money went   {base}/transparency")
    click.echo(f"The simulated Stripe   {base}/simulated-stripe/")
    click.echo(f"Other commands         ALMONER_HOME={facts['dir']} ./run balances")
