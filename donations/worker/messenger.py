"""Room: worker. Partners are told: a doorbell, signed afresh each time it is sent, with the same id and bytes."""

from __future__ import annotations

from donations import outbox, partners
from donations.outbox import Owed
from donations.worker.workshop import Workshop


def tell_partner(shop: Workshop, owed: Owed) -> None:
    """Ring at a partner's address unless it was ended meanwhile; killed before the row is marked, it rings again."""
    reference, _, event_id = owed.subject.partition("/")
    now = shop.clock.now()
    with shop.database.read() as session:
        partner = partners.find_partner(session, reference)
        body = partners.ring_of(session, event_id)
        secrets = (
            ()
            if partner.ended_at is not None
            else partners.secret_of(session, shop.settings.secret_keys, reference, now=now)
        )
    if secrets:
        shop.partners.ring(partner.address, body, partners.sign_ring(body, secrets, now=now))
    shop.database.write(lambda session: outbox.finish(session, owed.lease, now=shop.clock.now()))
