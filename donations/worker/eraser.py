"""Room: worker. What donors asked to have erased: forgotten when its time comes, noted outside, answered by mail."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import correspondence, erasure, outbox, reporting
from donations.correspondence import Stationery
from donations.outbox import Owed
from donations.tables import Printed
from donations.worker.workshop import Workshop


def erase_what_is_due(shop: Workshop) -> int:
    """Look at what waits for its term, erase what nothing keeps, and return how much was looked at."""
    now = shop.clock.now()
    with shop.database.read() as session:
        if not erasure.is_due(session, now=now):
            return 0
    return shop.database.write(lambda session: erasure.erase_due(session, shop.settings, now=now))


def keep_register(shop: Workshop, owed: Owed) -> None:
    """Write a wish into the register outside the database; killed before the row is marked, it is written once."""
    with shop.database.read() as session:
        lines = erasure.lines_of(session, owed.subject)
    erasure.note_erasure(shop.settings.registers, lines)
    shop.database.write(lambda session: outbox.finish(session, owed.lease, now=shop.clock.now()))


def remove_file(shop: Workshop, owed: Owed) -> None:
    """Remove the stored file of an erased document; one that is gone stays gone."""
    with shop.database.read() as session:
        name = session.scalars(select(Printed.file).where(Printed.number == owed.subject)).one()
    shop.files.remove(name)
    shop.database.write(lambda session: outbox.finish(session, owed.lease, now=shop.clock.now()))


def answer_erasure(shop: Workshop, owed: Owed) -> None:
    """Send the answer to a wish, and forget where it went in the commit that marks it sent."""
    now = shop.clock.now()
    with shop.database.read() as session:
        found = erasure.letter_of(session, shop.settings, owed.subject, now=now)
        is_kept = reporting.promise_is_kept(session, shop.settings.organisation)
    if found is not None:
        stationery = Stationery(settings=shop.settings, promise_is_kept=is_kept)
        told = asdict(found.kept) | {"is_nothing": found.kept.is_nothing}
        letter = correspondence.write_erasure_letter(owed, (found.to, found.language), told, stationery, now=now)
        shop.mailer.send(letter)

    def finish(session: Session) -> None:
        erasure.forget_address(session, owed.subject)
        outbox.finish(session, owed.lease, now=shop.clock.now())

    shop.database.write(finish)
