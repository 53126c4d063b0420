"""Room: verify. All checks of one file, in the order a person would ask."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from receipts.verify import books
from receipts.verify.attached import check_facts, read_attachment
from receipts.verify.opening import Check, Opened, check_claims, open_pdf
from receipts.verify.sealed import Seal, check_seal, has_seal

ISSUED: Final = "Whether the charity issued this document and whether it is still valid: open its verification page."
CONFORMS: Final = "Whether it truly meets PDF/A-3a and PDF/UA-1: only what it claims was read."
UNSEALED: Final = "Whether somebody made the whole file anew: it carries no seal that holds."
UNSIGNED: Final = (
    "Whether the charity signed the books of its proof: `almoner receipt verify` does not ask for its keys.json; "
    "`verify.py receipt FILE --keys keys.json` does."
)
COMPARE: Final = (
    "Whether the seal is the charity's: it was made by {fingerprint}; compare with the fingerprint on the "
    "verification page."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What the file alone tells. `ok` means that its seal holds and nothing in it contradicts itself, no more."""

    ok: bool
    checks: tuple[Check, ...]
    not_checked: tuple[str, ...]
    file_sha256: str
    number: str | None = None
    kind: str | None = None
    verify_url: str | None = None
    simulated: bool = False
    seal: Seal | None = None


def verify_file(pdf: bytes, *, trusted: AbstractSet[str] = frozenset(), must_be_sealed: bool = True) -> Verification:
    """Check one PDF; never raises because of its input.

    `trusted` are the fingerprints of the charity's certificates, where they are known. Only a book that printed the
    very file before it had a seal key may say that it need not be sealed.
    """
    digest = sha256(pdf).hexdigest()
    opened = open_pdf(pdf)
    if opened is None:
        lost = Check(name="readable", ok=False, detail="The file is not a PDF that can be read, or it is too large.")
        return Verification(ok=False, checks=(lost,), not_checked=(ISSUED,), file_sha256=digest)
    seal, about_seal = _check_seal(pdf, opened, trusted, must_be_sealed=must_be_sealed)
    facts, about_attachment = read_attachment(opened)
    checks = [
        Check(name="readable", ok=True, detail="The file is a PDF that can be read."),
        *about_seal,
        *about_attachment,
        *([] if facts is None else check_facts(facts, opened)),
        *_check_proof(opened),
        check_claims(opened),
    ]
    return Verification(
        ok=all(check.ok for check in checks),
        checks=tuple(checks),
        not_checked=(ISSUED, *_left_open(seal, trusted), *([UNSIGNED] if opened.proofs else []), CONFORMS),
        file_sha256=digest,
        number=_text(facts, "number"),
        kind=_text(facts, "kind"),
        verify_url=_text(facts, "verify_url"),
        simulated=bool(facts and facts.get("simulated")),
        seal=seal,
    )


def _check_seal(
    pdf: bytes, opened: Opened, trusted: AbstractSet[str], *, must_be_sealed: bool
) -> tuple[Seal | None, list[Check]]:
    if has_seal(pdf):
        return check_seal(pdf, trusted)
    alone = opened.endings == 1
    detail = "Nothing was appended to the file." if alone else "Something was appended to the file after it was made."
    checks = [Check(name="one_version", ok=alone, detail=detail)]
    if must_be_sealed:
        checks.append(Check(name="sealed", ok=False, detail="The file carries no seal: anybody could have made it."))
    return None, checks


def _check_proof(opened: Opened) -> list[Check]:
    """Hold the proof of the public line, where there is one, against the facts; its signature asks for the keys."""
    if not opened.proofs:
        return []
    found = [each for proof in opened.proofs for each in books.verify_attached(proof, *opened.attachments[:1])]
    wrong = [each.detail for each in found if each.ok is False]
    told = wrong or [each.detail for each in found if each.name == "line"]
    return [Check(name="public_books", ok=not wrong and len(opened.proofs) == 1, detail=" ".join(told))]


def _left_open(seal: Seal | None, trusted: AbstractSet[str]) -> tuple[str, ...]:
    if seal is None:
        return (UNSEALED,)
    return () if trusted else (COMPARE.format(fingerprint=seal.fingerprint),)


def _text(facts: dict[str, Any] | None, name: str) -> str | None:
    value = facts.get(name) if facts else None
    return value if isinstance(value, str) else None
