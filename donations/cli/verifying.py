"""Room: cli. Checks a PDF on the file alone; where a book is at hand, or the page is asked, also what that says."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import archive
from donations.cli.asking_online import NoAnswerError, ask_page
from donations.database import open_database
from donations.errors import DonationError, FieldRefusedError
from donations.settings import load_settings
from donations.tables import Printed
from receipts.verify import ISSUED, Check, Verification, verify_file


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What the book of this machine's settings says; of a number it does not know, only its seals."""

    seals: frozenset[str] = frozenset()
    status: str = "unknown"
    check: Check | None = None
    printed_unsealed: bool = False


def verify_document(pdf: bytes, *, certificate: Path | None = None, online: bool = False) -> dict[str, Any]:
    """Return `ok`, what was checked and what not in plain words, and the status (`unknown`: nobody was asked)."""
    number = verify_file(pdf).number
    book = _ask_book(number, pdf)
    trusted = frozenset({fingerprint_of(certificate)}) if certificate else book.seals
    verification = verify_file(pdf, trusted=trusted, must_be_sealed=not book.printed_unsealed)
    checks = [*verification.checks, *([book.check] if book.check else [])]
    status = book.status
    if online:
        said, about_page = _ask_online(verification)
        checks.append(about_page)
        status = said or status
    return {
        "ok": all(check.ok for check in checks),
        "number": verification.number,
        "checks": [asdict(check) for check in checks],
        "status": status,
        "seal": verification.seal.fingerprint if verification.seal else None,
        "sha256": verification.file_sha256,
        "not_checked": [
            sentence for sentence in verification.not_checked if status == "unknown" or sentence != ISSUED
        ],
    }


def fingerprint_of(file: Path) -> str:
    """Return the SHA-256 of a certificate in PEM or DER, lower-case hex; refuses what is none."""
    content = file.read_bytes()
    load = x509.load_pem_x509_certificate if b"-----BEGIN" in content else x509.load_der_x509_certificate
    try:
        return load(content).fingerprint(hashes.SHA256()).hex()
    except ValueError:
        raise FieldRefusedError(f"{file} is not a certificate (PEM or DER).", field="certificate") from None


def _ask_book(number: str | None, pdf: bytes) -> _Book:
    """Ask the book of this machine's settings, if there is one."""
    try:
        settings = load_settings(os.environ)
        database = open_database(settings.database_url)
    except (DonationError, OSError):
        return _Book()
    try:
        with database.read() as session:
            seals = frozenset(session.scalars(select(Printed.seal).where(Printed.seal.is_not(None)).distinct()))
            return _look_up(session, number, pdf, frozenset(str(seal) for seal in seals))
    finally:
        database.close()


def _look_up(session: Session, number: str | None, pdf: bytes, seals: frozenset[str]) -> _Book:
    printed = session.get(Printed, number) if number else None
    if printed is None:
        return _Book(seals=seals)
    same = hashlib.sha256(pdf).hexdigest() == printed.sha256
    detail = "the file is byte for byte the one we printed" if same else "the file is not the one we printed"
    return _Book(
        seals=seals,
        status=archive.stand_of(session, archive.find_document(session, printed.number)).status,
        check=Check(name="book", ok=same, detail=detail),
        printed_unsealed=same and printed.seal is None,
    )


def _ask_online(verification: Verification) -> tuple[str | None, Check]:
    """Return the status by the verification page, and whether the page speaks of this very file."""
    try:
        said = ask_page(verification.verify_url or "")
    except NoAnswerError as fault:
        return None, Check(name="online", ok=False, detail=str(fault))
    seal = verification.seal.fingerprint if verification.seal else None
    same = (said.number, said.sha256, said.seal) == (verification.number, verification.file_sha256, seal)
    about = "this very file, by number, SHA-256 and seal" if same else "another file than this one"
    detail = f"{said.host} says {said.status}, and it speaks of {about}. Is {said.host} the charity's own address?"
    return said.status, Check(name="online", ok=same, detail=detail)
