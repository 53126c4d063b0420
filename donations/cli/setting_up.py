"""Room: cli. `almoner setup`, `migrate` and `check`: from nothing to a house that may open its door."""

from __future__ import annotations

import os
import re
import sys
from datetime import date
from pathlib import Path

import click

from donations.cli.answers import answer_json, json_option, say


@click.command()
@click.option("--legal-name", help="As the IRS has it.")
@click.option("--ein", help="Nine digits, like 12-3456789.")
@click.option("--address", help="Street line.")
@click.option("--city")
@click.option("--region", help="State, like NV.")
@click.option("--postal-code")
@click.option("--time-zone", help="Like America/Los_Angeles: gift days and tax years are counted there.")
@click.option("--mail-from", help="The address letters come from.")
@click.option("--fees-funded-by", help="Who pays the card fees, so that the whole gift reaches the children.")
@click.option("--public-charity/--no-public-charity", default=None, help="What the IRS list (TEOS) says today.")
@click.option("--stripe-mode", type=click.Choice(["simulated", "test", "live"]), help="Which money this book is for.")
@click.option("--operations-opening", default="0", show_default=True, help="Dollars operations starts with.")
@json_option
def setup(*, as_json: bool, stripe_mode: str | None, operations_opening: str, **answers: str | bool | None) -> None:
    """Write almoner.toml, make the keys and the database; asks for what was not said.

    Example: almoner setup --stripe-mode simulated
    """
    from donations.cli import founding

    home = Path(os.environ.get("ALMONER_HOME", "var"))
    facts = {name: _answer(name, value) for name, value in answers.items()}
    mode = stripe_mode or os.environ.get("ALMONER_STRIPE_MODE") or _ask("stripe_mode", "Stripe mode")
    organisation = founding.believe_answers(facts, teos_checked_on=date.today())  # noqa: DTZ011  The day of the person asked.
    founding.found_house(home, organisation, mode=mode, operations_opening=operations_opening)
    if as_json:
        answer_json({"home": str(home), "config": str(home / "almoner.toml")})
    else:
        say(f"The house is founded in {home}. Next: almoner check, then almoner serve --with-worker.")


_QUESTIONS = {
    "legal_name": "Legal name, as the IRS has it",
    "ein": "EIN (like 12-3456789)",
    "address": "Street address",
    "city": "City",
    "region": "State (like NV)",
    "postal_code": "ZIP code",
    "time_zone": "Time zone (like America/Los_Angeles)",
    "mail_from": "Letters come from (an e-mail address)",
    "fees_funded_by": "Who pays the card fees",
    "public_charity": "Does the IRS list it as a public charity today (yes or no)",
}


def _answer(name: str, value: str | bool | None) -> str | bool:  # noqa: FBT001  One of the answers is a yes or no.
    if value is not None:
        return value
    said = _ask(name, _QUESTIONS[name])
    if name == "public_charity":
        if not re.fullmatch("yes|no", said):
            raise click.UsageError("Please answer yes or no: does the IRS list it as a public charity today?")
        return said == "yes"
    return said


def _ask(name: str, question: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"--{name.replace('_', '-')} must be said when nobody can be asked.")
    said: str = click.prompt(question, err=True)
    return said


@click.command()
def migrate() -> None:
    """Bring the database to this version; already there, it changes nothing.

    Example: almoner migrate
    """
    from donations.database import migrate as migrate_database
    from donations.settings import load_settings

    settings = load_settings(os.environ)
    migrate_database(settings.database_url)
    say("The database is at this version.")


@click.command()
@json_option
def check(*, as_json: bool) -> None:
    """Run every start-up check, one line each; exit 1 on any failure.

    Example: almoner check
    """
    from donations.cli.checks import run_checks

    results = run_checks(os.environ)
    if as_json:
        answer_json({"ok": all(result.ok for result in results), "checks": [result.facts() for result in results]})
    else:
        for result in results:
            click.echo(f"{'ok  ' if result.ok else 'FAIL'}  {result.name}: {result.detail}")
    if not all(result.ok for result in results):
        sys.exit(1)
