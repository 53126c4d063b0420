"""Room: cli. `almoner simulate serve`: the simulated Stripe for clients outside the house, on loopback alone."""

from __future__ import annotations

import click

from donations.cli.answers import say
from donations.cli.simulate.group import open_street, simulate


@simulate.command("serve")
@click.option("--port", default=12111, show_default=True, type=click.IntRange(1, 65535))
def serve(*, port: int) -> None:
    """Answer over loopback HTTP as Stripe's API does, until stopped.

    Example: almoner simulate serve --port 12111
    """
    import waitress

    from donations.simulator.http import HttpStripe

    with open_street() as street:
        say(f"The simulated Stripe answers on http://127.0.0.1:{port}. Stop with Ctrl-C.")
        waitress.serve(HttpStripe(street.stripe), host="127.0.0.1", port=port, threads=4, ident=None)
