"""Room: cli. `almoner books`: publish the public log now, verify its files, and rotate the key that signs it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from donations.cli.answers import answer_json, json_option, say

_WORDS = {True: "ok  ", False: "FAIL", None: "open"}


@click.group()
def books() -> None:
    """Publish and verify the public books.

    Example: almoner books publish
    """


@books.command()
@json_option
def publish(*, as_json: bool) -> None:
    """Sign and publish the lines there are, now; the worker does it by itself once a day.

    Example: almoner books publish
    """
    from donations.cli.opening import opened_rooms
    from donations.errors import LogRefusedError
    from donations.log.publishing import books_folder, read_state
    from donations.worker import open_workshop
    from donations.worker.notary import find_divergence, publish_books, sign_books

    with opened_rooms() as rooms:
        shop = open_workshop(rooms)
        wrong = find_divergence(shop)
        if wrong is not None:
            raise LogRefusedError(f"Nothing is published: {wrong}.")
        if rooms.settings.log_key is None:
            raise LogRefusedError("There is no key to sign with; `almoner books rotate-key` makes one.")
        sign_books(shop)
        publish_books(shop, at_once=True)
        size, folder = read_state(books_folder(rooms.settings.home)).size, books_folder(rooms.settings.home)
    if as_json:
        answer_json({"size": size, "folder": str(folder)})
    else:
        say(f"{size} lines are published in {folder}.")


@books.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Public files; default: those of this house.")
@json_option
def verify(*, folder: Path | None, as_json: bool) -> None:
    """Check the public files alone, offline; exit 1 on a wrong one.

    Example: almoner books verify --folder ./copy-of-the-books
    """
    from donations.log.publishing import books_folder
    from donations.settings import load_settings
    from receipts.verify.books import verdict, verify_books

    checks = verify_books(folder or books_folder(load_settings(os.environ).home))
    is_right = verdict(checks) == "right"
    if as_json:
        rows = [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in checks]
        answer_json({"ok": is_right, "checks": rows})
    else:
        for one in checks:
            click.echo(f"{_WORDS[one.ok]}  {one.name}: {one.detail}")
    if not is_right:
        sys.exit(1)


@books.command("rotate-key")
def rotate_key() -> None:
    """Make a new key for the public books; the old one signs beside it for a year.

    Example: almoner books rotate-key
    """
    from donations import log
    from donations.settings import LOG_KEY, load_settings

    settings = load_settings(os.environ)
    log.rotate_key(settings.log_key or settings.home / LOG_KEY)
    say("The new key signs from the next line on; publish it in all four places once the books show it.")
