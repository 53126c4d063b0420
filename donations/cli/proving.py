"""Room: cli. Prints documents again and holds what is stored against that: the file, its digest, its seal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from donations import archive
from donations.cli.answers import progress
from donations.cli.opening import opened_rooms
from donations.ports import PrintingFailedError
from donations.tables import Printed
from donations.wiring import Rooms


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
    try:
        again = rooms.printing.print_document(facts)
    except PrintingFailedError as fault:
        return {"number": number, "ok": False, "detail": f"It cannot be printed again: {fault}."}
    with rooms.database.read() as session:
        ok, detail = archive.prove_file(session, rooms.files, number, again)
    return {"number": number, "ok": ok, "detail": detail}
