"""Room: cli. What a demo made, gathered from the book and its folders."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import invariants, ledger
from donations.cli.publishing import make_report
from donations.clock import day_in_zone
from donations.filing import list_clothing_funds
from donations.giving import gift_state, read_gift_facts
from donations.tables import Gift, Printed, Receipt
from donations.wiring import Rooms

_FILLED = {"full", "purchased", "delivered"}


def sum_up(rooms: Rooms, home: Path) -> dict[str, Any]:
    """Return the facts `almoner demo --json` promises."""
    year = day_in_zone(rooms.clock.now(), rooms.settings.zone).year
    report = make_report(rooms, str(year), home / "report", publish=False)
    with rooms.database.read() as session:
        states = [line.state for line in list_clothing_funds(session)]
        checks = invariants.audit(session)
        return {
            "dir": str(home),
            "database_url": rooms.settings.database_url,
            "gifts": [_gift(rooms, session, gift) for gift in session.scalars(select(Gift).order_by(Gift.id))],
            "mails": sorted(str(mail) for mail in (home / "mail" / "new").glob("*")),
            "report_pdf": report["files"][0],
            "balances": [asdict(line) for line in ledger.trial_balance(session)],
            "clothing_funds": {
                "open": states.count("open"),
                "filled": sum(state in _FILLED for state in states),
            },
            "audit": {"ok": all(check.ok for check in checks), "checks": len(checks)},
        }


def _gift(rooms: Rooms, session: Session, gift: Gift) -> dict[str, Any]:
    found = session.execute(
        select(Receipt.number, Receipt.verify_token, Printed.file)
        .outerjoin(Printed, Printed.number == Receipt.number)
        .where(Receipt.gift_id == gift.id)
    ).first()
    number, token, file = found if found is not None else (None, None, None)
    return {
        "reference": gift.reference,
        "amount_cents": gift.amount_cents,
        "state": gift_state(read_gift_facts(session, gift.id)),
        "receipt_number": number,
        "receipt_pdf": None if file is None else str(rooms.files.path_of(file)),
        "verify_url": None if token is None else f"{rooms.settings.base_url}/v/{token}",
    }
