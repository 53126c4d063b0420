"""Room: cli. Prints documents again and holds what is stored against that: the file, its digest, its seal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from donations import alarms, archive
from donations.cli.answers import progress
from donations.cli.opening import opened_rooms
from donations.paths import document_templates_folder
from donations.ports import PrintedDocument, PrintingFailedError
from donations.tables import Printed
from donations.wiring import Rooms
from donations.worker.archive_watch import proof_in_file
from receipts.press.faults import UnpressableError
from receipts.press.room import PressRoom
from receipts.press.store import SpoiltPressError

_PRESSED = "press:"


def prove_documents(number: str | None, sample: int) -> list[dict[str, Any]]:
    """Return, for one number or for some drawn by chance, whether the stored file is the one its facts make."""
    with opened_rooms() as rooms:
        numbers = [number] if number else _draw(rooms, sample)
        return [_prove(rooms, each) for each in progress(numbers, "Documents")]


def _draw(rooms: Rooms, sample: int) -> list[str]:
    with rooms.database.read() as session:
        return list(session.scalars(select(Printed.number).order_by(func.random()).limit(sample)))


def _prove(rooms: Rooms, number: str) -> dict[str, Any]:
    with rooms.database.read() as session:
        archive.find_document(session, number)
        facts = archive.frozen_facts_of(session, number)
        proof = proof_in_file(session, rooms.files, number)
        printed = session.get(Printed, number)
    maker = printed.maker if printed else ""
    try:
        again = _refilled(rooms, maker, facts, proof) or rooms.printing.print_document(facts, proof)
    except PrintingFailedError as fault:
        return {"number": number, "ok": False, "detail": f"It cannot be printed again: {fault}."}
    with rooms.database.read() as session:
        ok, detail = archive.prove_file(session, rooms.files, number, again)
    say_alarm = alarms.clear_alarm if ok else alarms.raise_again
    now = rooms.clock.now()
    rooms.database.write(lambda session: say_alarm(session, "document_differs", number, now=now))
    return {"number": number, "ok": ok, "detail": detail}


def _refilled(rooms: Rooms, maker: str, facts: bytes, proof: bytes | None) -> PrintedDocument | None:
    """Fill the very press that made a document, kept by its digest for years; None where none did, or it is gone.

    The press fills the unsigned bytes; the seal that was kept beside them is not made again.
    """
    if not maker.startswith(_PRESSED):
        return None
    room = PressRoom(document_templates_folder(), rooms.settings.home / "press", compile_at=None)
    try:
        pdf = room.refill(maker.removeprefix(_PRESSED), facts, proof)
    except (KeyError, SpoiltPressError, UnpressableError):
        return None
    return PrintedDocument(pdf=pdf, maker=maker)
