"""Room: donors. Takes in what another system received: history, never money of this book and never a receipt.

A file is read, planned and told first (the dry run); the same plan is then written once. Rows are known again by the
other system's id, or else by the digest of their cells, so a file taken in twice adds nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import audit_log, tokens
from donations.audit_log import Actor
from donations.database import insert_once
from donations.donors.csv_file import Table, read_table
from donations.donors.mapping import ColumnMapping, needed_columns
from donations.donors.rows import HistoricGift, RowRefusedError, believe_row
from donations.errors import FieldRefusedError
from donations.tables import Donor, ImportedFile, ImportedGift


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that cannot be believed: its first line in the file, the sentence, and its cells."""

    line: int
    sentence: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What taking a file in would do; nothing is written yet."""

    source: str
    sha256: str
    columns: tuple[str, ...]
    gifts: tuple[HistoricGift, ...]
    refused: tuple[RefusedRow, ...]
    left_out: int
    """Rows whose status says that no money came."""
    lines: tuple[int, ...] = ()
    """Where each of the gifts begins in the file."""

    @property
    def total_cents(self) -> int:
        """Return what was given, less what went back."""
        return sum(gift.amount_cents - gift.refunded_cents for gift in self.gifts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What taking a file in did."""

    reference: str | None
    """The file's, or None when every row was known."""
    taken: int
    known: int


def plan_import(content: bytes, mapping: ColumnMapping, *, zone: ZoneInfo) -> ImportPlan:
    """Read a file and say what would come of it; raises `FieldRefusedError` for a file without the columns."""
    table = read_table(content)
    _expect_columns(table, mapping)
    gifts, lines, refused, left_out = [], [], [], 0
    seen: Counter[str] = Counter()
    for line, cells in table.rows:
        try:
            gift = believe_row(cells, mapping, zone=zone, row_key=_row_key(cells, mapping, seen))
        except RowRefusedError as why:
            refused.append(RefusedRow(line=line, sentence=why.sentence, cells=tuple(cells.values())))
            continue
        if gift is None:
            left_out += 1
        else:
            gifts.append(gift)
            lines.append(line)
    return ImportPlan(
        source=mapping.source,
        sha256=hashlib.sha256(content).hexdigest(),
        columns=table.columns,
        gifts=tuple(gifts),
        refused=tuple(refused),
        left_out=left_out,
        lines=tuple(lines),
    )


def take_in(session: Session, actor: Actor, plan: ImportPlan, *, now: datetime) -> ImportOutcome:
    """Write the gifts of a plan that are not known yet; donors are told apart by e-mail and name, never merged."""
    known = _known_keys(session, plan)
    fresh = [gift for gift in plan.gifts if gift.row_key not in known]
    if not fresh:
        return ImportOutcome(reference=None, taken=0, known=len(plan.gifts))
    reference = tokens.draw_reference("i")
    told: dict[str, str | int] = {
        "sha256": plan.sha256,
        "source": plan.source,
        "taken": len(fresh),
        "refused": len(plan.refused),
    }
    written = insert(ImportedFile).values(reference=reference, **told, actor=actor.reference, recorded_at=now)
    session.execute(written)
    file_id = session.scalars(select(ImportedFile.id).where(ImportedFile.reference == reference)).one()
    for gift in fresh:
        _write(session, gift, source=plan.source, file_id=file_id)
    audit_log.record(session, actor, "import_gifts", at=now, subject=reference, facts=told)
    return ImportOutcome(reference=reference, taken=len(fresh), known=len(plan.gifts) - len(fresh))


def count_known(session: Session, plan: ImportPlan) -> int:
    """Return how many gifts of a plan were taken in before."""
    known = _known_keys(session, plan)
    return sum(gift.row_key in known for gift in plan.gifts)


def _known_keys(session: Session, plan: ImportPlan) -> set[str]:
    return set(session.scalars(select(ImportedGift.row_key).where(ImportedGift.source == plan.source)))


def _write(session: Session, gift: HistoricGift, *, source: str, file_id: int) -> None:
    values = {
        "reference": tokens.draw_reference("h"),
        "file_id": file_id,
        "source": source,
        "row_key": gift.row_key,
        "donor_id": _donor_id(session, gift),
        "amount_cents": gift.amount_cents,
        "refunded_cents": gift.refunded_cents,
        "given_on": gift.given_on,
        **gift.address,
    }
    insert_once(session, ImportedGift, values, key=("source", "row_key"))


def _donor_id(session: Session, gift: HistoricGift) -> int:
    """Return the row of the exact pair of e-mail and name; without an e-mail, the address tells namesakes apart."""
    home = " ".join(value or "" for value in gift.address.values()).strip()
    name_key = gift.name if gift.email else f"{gift.name} · {home}"
    keys = {"email_key": gift.email.casefold(), "name_key": name_key.casefold()}
    values = {"reference": tokens.draw_reference("d"), "name": gift.name, "email": gift.email, **keys}
    insert_once(session, Donor, values, key=("email_key", "name_key"))
    pair = (Donor.email_key == keys["email_key"], Donor.name_key == keys["name_key"])
    return session.scalars(select(Donor.id).where(*pair)).one()


def _expect_columns(table: Table, mapping: ColumnMapping) -> None:
    missing = sorted(needed_columns(mapping) - set(table.columns))
    if missing:
        raise FieldRefusedError(
            f"This file has no column {', '.join(missing)}. Is it an export of {mapping.source}?", field="mapping"
        )


def _row_key(cells: dict[str, str], mapping: ColumnMapping, seen: Counter[str]) -> str:
    told = cells.get(mapping.columns.get("key", ""), "")
    if told:
        return told
    digest = hashlib.sha256(json.dumps(cells, sort_keys=True).encode("utf-8")).hexdigest()
    seen[digest] += 1  # Two equal rows of one file are two gifts.
    return f"{digest}/{seen[digest]}"
