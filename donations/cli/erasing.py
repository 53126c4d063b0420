"""Room: cli. `almoner privacy …`: a donor who asked is erased, and the register is applied again after a restore."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from donations.cli.answers import answer_facts, answer_json, json_option, say

if TYPE_CHECKING:
    from donations.erasure import ErasureDesk
    from donations.wiring import Rooms


@click.group()
def privacy() -> None:
    """Erase donors who asked for it, and keep them erased.

    Example: almoner privacy reapply
    """


@privacy.command("erase")
@click.argument("donor")
@click.option("--sure", "is_sure", is_flag=True, help="Erase; without it only what would be kept is shown.")
@json_option
def erase_(*, donor: str, is_sure: bool, as_json: bool) -> None:
    """Erase a donor who asked, and say what is kept and why; rows joined to this one go with it.

    Example: almoner privacy erase d_0123456789abcdef --sure
    """
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.worker import open_worker

    with opened_rooms() as rooms:
        desk = _desk(rooms)
        kept = desk.erase(COMMAND, donor) if is_sure else desk.preview(donor)
        if is_sure:
            open_worker(rooms, carries_webhooks=False).drain()
    if as_json:
        answer_json({"donor": donor, "erased": is_sure, "kept": asdict(kept)})
        return
    answer_facts({name: value for name, value in asdict(kept).items() if value})
    say(f"{donor} is erased but for what is kept." if is_sure else "Nothing was changed; --sure erases.")


@privacy.command("reapply")
@json_option
def reapply_(*, as_json: bool) -> None:
    """Erase again, after a restore and before anything is served, whom the register names.

    Example: almoner privacy reapply
    """
    from donations.cli.opening import opened_rooms

    with opened_rooms() as rooms:
        erased, files = _desk(rooms).reapply()
    if as_json:
        answer_json({"erased": erased, "files": files})
    else:
        say(f"Erased again: {erased}. Files of erased documents that are gone: {files}.")


def _desk(rooms: Rooms) -> ErasureDesk:
    from donations.erasure import ErasureDesk

    return ErasureDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings, files=rooms.files)
