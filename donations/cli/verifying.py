"""Room: cli. Checks a PDF on the file alone; where a book is at hand, also its digest and status there."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict
from typing import Any

from donations import archive
from donations.database import open_database
from donations.errors import DonationError
from donations.settings import load_settings
from donations.tables import Printed
from receipts.verify import verify_file


def verify_document(pdf: bytes) -> dict[str, Any]:
    """Return `ok`, what was checked in plain words, and the status (`unknown` where no book was asked)."""
    verification = verify_file(pdf)
    checks = [asdict(check) for check in verification.checks]
    status = "unknown"
    if verification.number is not None:
        asked = _ask_book(verification.number, pdf)
        if asked is not None:
            status, check = asked
            checks.append(check)
    return {
        "ok": all(check["ok"] for check in checks),
        "number": verification.number,
        "checks": checks,
        "status": status,
    }


def _ask_book(number: str, pdf: bytes) -> tuple[str, dict[str, Any]] | None:
    """Ask the book of this machine's settings, if there is one that knows the number."""
    try:
        settings = load_settings(os.environ)
        database = open_database(settings.database_url)
    except (DonationError, OSError):
        return None
    try:
        with database.read() as session:
            printed = session.get(Printed, number)
            if printed is None:
                return None
            status = archive.stand_of(session, archive.find_document(session, number)).status
    finally:
        database.close()
    same = hashlib.sha256(pdf).hexdigest() == printed.sha256
    detail = "the file is byte for byte the one we printed" if same else "the file is not the one we printed"
    return status, {"name": "book", "ok": same, "detail": detail}
