"""Pages of docs/reference that are written from code: `python -m tests.house.pages` writes them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

import click

from donations.cli import almoner
from donations.postings.chart import CHART
from donations.reconciliation import EVENTS, SWEPT_ONLY
from donations.staff import GRANTS, ROLES, STEP_UP, Action, Right
from donations.web.books_verify import VERIFIERS, read_verifier
from tests.house.api_page import api_page
from tests.house.exports_page import exports_page
from tests.house.sources import ROOT

_REFERENCE = ROOT / "docs" / "reference"
_DIRECTIONS = {"DC": "D C", "D": "D", "C": "C", "": "–"}


def commands_page() -> str:
    """Return docs/reference/commands.md: every command with its help and options."""
    parts = [
        "# Commands",
        "",
        "Written from the commands themselves; `python -m tests.house.pages` writes it anew.",
        "",
        "Every command that prints facts takes `--json`: one JSON value on stdout, amounts in integer cents, days as",
        "`YYYY-MM-DD` in the organisation's zone, instants as RFC 3339 UTC. Sentences go to stderr. Exit status:",
        "0 done, 1 refused or a check failed, 2 wrong usage.",
    ]
    for path, command in _commands(almoner, "almoner"):
        parts += ["", f"## `{_usage(path, command)}`", "", *_help(command)]
        options = [option for option in command.params if isinstance(option, click.Option)]
        if options:
            parts += ["", "| option | meaning |", "|---|---|", *(_row(option) for option in options)]
    return "\n".join([*parts, ""])


def accounts_page() -> str:
    """Return docs/reference/accounts.md: the chart of accounts, and what each fund may do with it."""
    parts = [
        "# Accounts",
        "",
        "Written from `donations/postings/chart.py`; `python -m tests.house.pages` writes it anew. D may be debited,",
        "C may be credited; – means that the pair does not exist, so the database refuses it. A reversal may do the",
        "opposite.",
        "",
        "| no. | path | kind | children | operations | holds |",
        "|---|---|---|---|---|---|",
    ]
    parts += [
        f"| {one.number} | `{one.path}` | {one.kind.replace('_', ' ')} | {_DIRECTIONS[one.children]} "
        f"| {_DIRECTIONS[one.operations]} | {one.holds} |"
        for one in CHART
    ]
    return "\n".join([*parts, ""])


def events_page() -> str:
    """Return docs/reference/events.md: every event we ask for, what is fetched then, and what it can become."""
    parts = [
        "# Events: what Stripe tells, and what it becomes",
        "",
        "Written from `donations/reconciliation/events.py`; `python -m tests.house.pages` writes it anew.",
        "",
        "An event of either payload kind is a doorbell: it is stored by its id, and a worker fetches what Stripe",
        "knows *now* about its object, with the whole family. What is missing is booked under the key of the fact",
        "itself, so order, repetition and loss of events do not matter. A type that is not here is stored, worked",
        "off and books nothing. The sweep asks for the same types, and for every row of Stripe's book.",
        "",
        "| event | fetched | entries and their keys | then |",
        "|---|---|---|---|",
    ]
    parts += [
        f"| {', '.join(f'`{name}`' for name in row.types) or '–'} | {row.fetched} | {row.entries} | {row.then} |"
        for row in (*EVENTS, SWEPT_ONLY)
    ]
    return "\n".join([*parts, ""])


def permissions_page() -> str:
    """Return docs/reference/permissions.md: what each role may do, and what wants a key just proved."""
    parts = [
        "# Permissions: who of the staff may do what",
        "",
        "Written from `donations/staff/permissions.py`; `python -m tests.house.pages` writes it anew. What does not",
        "stand here is denied, and a route of the treasury that declares no permission stops the start.",
        "",
        "`do` alone · `request` and `approve` two different people · `see` read · `masked` read without names ·",
        "ˢ a passkey proved within the last five minutes. Who asked can never approve, whatever roles they hold.",
        "",
        f"| action | {' | '.join(ROLES)} |",
        f"|---|{'---|' * len(ROLES)}",
    ]
    for action, granted in GRANTS.items():
        cells = (", ".join(_right(action, right) for right in granted.get(role, ())) or "–" for role in ROLES)
        parts.append(f"| {action.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join([*parts, ""])


def verifiers_page() -> str:
    """Return docs/reference/verifiers.md: the digests of what anyone takes home to check with."""
    parts = [
        "# Verifiers: what anyone checks the public books with",
        "",
        "Written from the files themselves; `python -m tests.house.pages` writes it anew. Both are handed out at",
        "`/books/verify` as they lie in the repository; another digest is another program. How to use them:",
        "[check a receipt against the public books](../how-to/check-the-public-books.md).",
        "",
        "| file | in the repository | SHA-256 |",
        "|---|---|---|",
    ]
    parts += [
        f"| `{name}` | `receipts/verify/{source}` | `{sha256(read_verifier(name)).hexdigest()}` |"
        for name, source in VERIFIERS.items()
    ]
    return "\n".join([*parts, ""])


def _right(action: Action, right: Right) -> str:
    return f"{right} ˢ" if (action, right) in STEP_UP else right


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "accounts.md": accounts_page,
    "events.md": events_page,
    "permissions.md": permissions_page,
    "exports.md": exports_page,
    "api.md": api_page,
    "verifiers.md": verifiers_page,
}


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}", command


def _usage(path: str, command: click.Command) -> str:
    arguments = [
        one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument)
    ]
    return " ".join([path, *arguments])


def _help(command: click.Command) -> list[str]:
    words = " ".join((command.help or "").split())
    promise, _, example = words.partition("Example:")
    return [promise.strip(), "", f"Example: `{example.strip()}`"] if example else [promise.strip()]


def _row(option: click.Option) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(click.Command('x')))}"
    names = " / ".join([*option.opts, *option.secondary_opts])
    meaning = " ".join((option.help or "").split())
    default = f" Default: {option.default}." if option.show_default and option.default is not None else ""
    required = " Must be said." if option.required else ""
    return f"| `{names}{value.replace('|', chr(92) + '|')}` | {meaning}{default}{required} |"


def write_pages() -> None:
    """Write every page anew."""
    for name, page in PAGES.items():
        (_REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write_pages()
