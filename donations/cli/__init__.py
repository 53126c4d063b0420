"""Room: cli. The operator's and treasurer's commands; `--help` imports nothing heavier than click."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from donations.cli.answers import refused

_COMMANDS: Mapping[str, str] = {
    "alarms": "donations.cli.sweeping:alarms",
    "api-key": "donations.cli.api_keys:api_key",
    "audit": "donations.cli.books:audit",
    "balances": "donations.cli.books:balances",
    "bank": "donations.cli.bank:bank",
    "batch": "donations.cli.batches:batch",
    "books": "donations.cli.public_books:books",
    "check": "donations.cli.setting_up:check",
    "demo": "donations.cli.demo:demo",
    "donor": "donations.cli.donors:donor",
    "export": "donations.cli.reports:export",
    "fund": "donations.cli.funds:fund",
    "gift": "donations.cli.gifts:gift",
    "goods": "donations.cli.goods:goods",
    "migrate": "donations.cli.setting_up:migrate",
    "period": "donations.cli.bank:period",
    "pledge": "donations.cli.pledges:pledge",
    "privacy": "donations.cli.erasing:privacy",
    "receipt": "donations.cli.receipts:receipt",
    "reconcile": "donations.cli.sweeping:reconcile",
    "refund": "donations.cli.refunds:refund",
    "report": "donations.cli.reports:report",
    "serve": "donations.cli.serving:serve",
    "setup": "donations.cli.setting_up:setup",
    "simulate": "donations.cli.simulate:simulate",
    "spend": "donations.cli.spending:spend",
    "staff": "donations.cli.staffing:staff",
    "statements": "donations.cli.reports:statements",
    "suspense": "donations.cli.suspense:suspense",
    "sweep": "donations.cli.sweeping:sweep",
    "tasks": "donations.cli.tasks:tasks",
    "work": "donations.cli.serving:work",
    "year-end": "donations.cli.year_end:year_end",
}
_SUMMARIES: Mapping[str, str] = {
    "alarms": "List what needs a person.",
    "api-key": "Make, list and revoke keys by which programs read.",
    "audit": "Run every invariant of the book; exit 1 on a broken one.",
    "balances": "Show the balance of every fund and account.",
    "bank": "Take in bank statements and say what each line is.",
    "batch": "Enter cheques and cash in batches that must agree.",
    "books": "Publish and verify the public books, and rotate their key.",
    "check": "Run the start-up checks, one line each.",
    "demo": "Show the whole way of a gift, from nothing, with simulated money.",
    "donor": "Find donors, join those who are one person, take a merge back.",
    "export": "Write the treasurer's files.",
    "fund": "Open, list and close clothing funds.",
    "gift": "Look gifts up.",
    "goods": "Take gifts in kind in, and let them leave.",
    "migrate": "Bring the database to this version.",
    "period": "Close months once book and bank agree.",
    "pledge": "Look monthly gifts up.",
    "privacy": "Erase donors who asked, and keep them erased.",
    "receipt": "List, show, preview, resend and verify documents.",
    "reconcile": "Compare our Stripe account with Stripe's own, to 0.00.",
    "refund": "Give a gift back, in whole or part.",
    "report": "Write the transparency report of a period.",
    "serve": "Answer the web.",
    "setup": "Write almoner.toml, make keys and the database.",
    "simulate": "Play donor, card network and clock, in simulated mode.",
    "spend": "Record clothing bought for funded clothing funds.",
    "staff": "Invite, list and revoke the people who may enter the treasury.",
    "statements": "Write the annual statement of every donor.",
    "suspense": "Settle money that waits for a name.",
    "sweep": "Ask Stripe what we missed, and heal it.",
    "tasks": "List everything that needs a person, and what to do.",
    "work": "Work off what was told and what is owed.",
    "year-end": "Tell what stands in the way of closing a year.",
}


class _LazyGroup(click.Group):
    """Imports a command only when it is run; lists them from the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one line per command without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, _SUMMARIES[name]) for name in sorted(_COMMANDS)])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="almoner", prog_name="almoner")
def almoner() -> None:
    """Almoner: gifts in, receipts out, every cent accounted for.

    Example: almoner demo --once
    """


def main() -> None:
    """Run a command; a refusal is one plain sentence on stderr and exit status 1."""
    with refused():
        almoner.main(prog_name="almoner")
