"""Room: log. Checkpoints and keys as the database keeps them, and the proof of a receipt's line."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from donations.errors import LogRefusedError
from donations.log.notes import Checkpoint, PublicKey, Signer, read_note, sign_note
from donations.log.proofs import Proof, write_proof
from donations.log.stored import Stored
from donations.log.tree import prove_consistency, prove_inclusion, root, verify_consistency
from donations.tables import GiftSettlement, leaf_nonce, log_checkpoint, log_key, log_leaf, log_publication

BOTH_SIGN = timedelta(days=365)
"""So long an old key signs beside the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key that signed, and the first and last size it signed."""

    key: PublicKey
    first_size: int
    last_size: int | None


def last_checkpoint(session: Session) -> Checkpoint | None:
    """Return the last checkpoint that was signed."""
    note = session.scalar(select(log_checkpoint.c.signed).order_by(log_checkpoint.c.lines.desc()).limit(1))
    return None if note is None else read_note(note)


def sign_end(session: Session, signers: Sequence[Signer], size: int, *, now: datetime) -> Checkpoint:
    """Sign the books at a size and return the checkpoint; the caller holds the clerk's lock.

    Raises `LogRefusedError` where that does not extend the last one signed: nothing then is written.
    """
    nodes = Stored(session).node
    last = last_checkpoint(session)
    signed = Checkpoint(origin=signers[0].name, size=size, root=root(size, nodes))
    if last is not None:
        proof = prove_consistency(last.size, size, nodes) if last.size <= size else ()
        if not verify_consistency((last.size, last.root), (size, signed.root), proof):
            raise LogRefusedError("The books do not go on from where they were last signed.")
        if last.size == size:
            return last
    note = sign_note(signed, _signing_now(session, signers, size, now))
    root_text = base64.b64encode(signed.root).decode()
    session.execute(insert(log_checkpoint).values(lines=size, root=root_text, signed=note, signed_at=now))
    return signed


def known_keys(session: Session) -> list[KnownKey]:
    """Return every key that signed these books, the newest first."""
    rows = session.execute(select(log_key).order_by(log_key.c.first_lines.desc(), log_key.c.first_at.desc()))
    return [
        KnownKey(
            key=PublicKey(name=row.name, raw=base64.b64decode(row.public)),
            first_size=row.first_lines,
            last_size=row.last_lines,
        )
        for row in rows
    ]


def published_notes(session: Session) -> Iterator[str]:
    """Yield every published checkpoint's note, the oldest first."""
    yield from session.scalars(
        select(log_checkpoint.c.signed)
        .join(log_publication, log_publication.c.lines == log_checkpoint.c.lines)
        .order_by(log_checkpoint.c.lines)
    )


def prove_receipt(session: Session, number: str, *, nodes: Stored | None = None) -> bytes | None:
    """Return the proof of a receipt's line at the first checkpoint that covers it, always the same bytes.

    None where no line carries the number, no checkpoint covers it yet, or its nonce was destroyed.
    """
    proofs = _prove(session, _of_receipt(number), nodes or Stored(session))
    return proofs[0] if proofs else None


def is_proof_coming(session: Session, number: str) -> bool:
    """Tell whether a receipt's line waits for the first checkpoint that covers it."""
    return any(row.signed is None for row in session.execute(_of_receipt(number)))


def prove_parts(session: Session, number: str, *, nodes: Stored | None = None) -> list[bytes]:
    """Return the proofs of every line of a receipt: of a large gift also those of its further parts, as they come."""
    gift = select(log_leaf.c.gift_id).where(log_leaf.c.number == number, log_leaf.c.kind == "gift").scalar_subquery()
    of_gift = (log_leaf.c.gift_id == gift) & (log_leaf.c.kind == "part")
    found = _opened().where((log_leaf.c.number == number) | of_gift).order_by(log_leaf.c.part)
    return _prove(session, found, nodes or Stored(session))


def part_text(kind: str, part: int, parts: int, gift_number: str | None) -> str:
    """Return how a commitment names a part; a further part names the receipt, since its line does not."""
    told = f"{part}/{parts}"
    return f"{told} {gift_number}" if kind == "part" and gift_number is not None else told


def _of_receipt(number: str) -> Select[Any]:
    return _opened().where(log_leaf.c.number == number)


def _opened() -> Select[Any]:
    gift_line = log_leaf.alias("gift_line")
    of_gift = (gift_line.c.gift_id == log_leaf.c.gift_id) & (gift_line.c.kind == "gift")
    covering = (
        select(log_checkpoint.c.signed)
        .where(log_checkpoint.c.lines > log_leaf.c.idx)
        .order_by(log_checkpoint.c.lines)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(log_leaf, leaf_nonce.c.nonce, GiftSettlement.gift_on, gift_line.c.number.label("first_number"))
        .add_columns(covering.label("signed"))
        .join(leaf_nonce, leaf_nonce.c.idx == log_leaf.c.idx)
        .join(GiftSettlement, GiftSettlement.gift_id == log_leaf.c.gift_id)
        .outerjoin(gift_line, of_gift)
    )


def _prove(session: Session, found: Select[Any], stored: Stored) -> list[bytes]:
    proofs = []
    for row in session.execute(found):
        if row.signed is None:
            continue
        size = read_note(row.signed).size
        proof = Proof(
            line=row.line,
            nonce=row.nonce,
            gift_on=row.gift_on,
            part=part_text(row.kind, row.part, row.parts, row.first_number),
            index=row.idx,
            hashes=prove_inclusion(row.idx, size, stored.node),
            note=row.signed,
        )
        proofs.append(write_proof(proof))
    return proofs


def _signing_now(session: Session, signers: Sequence[Signer], size: int, now: datetime) -> list[Signer]:
    """Return the signers whose turn it is, the newest first, and note the size at which each began and ended."""
    rows = {row.id: row for row in session.execute(select(log_key))}
    signing, newest_at = [], None
    for one in signers:
        key = one.public
        row = rows.get(key.id.hex())
        if row is None:
            session.execute(insert(log_key).values(_as_row(key, size, now)))
        if newest_at is None:
            newest_at = now if row is None else row.first_at
            signing.append(one)
        elif row is None or row.last_lines is None:
            if now < newest_at + BOTH_SIGN:
                signing.append(one)
            else:
                _end_key(session, key)
    return signing


def _as_row(key: PublicKey, size: int, now: datetime) -> dict[str, Any]:
    public = base64.b64encode(key.raw).decode()
    return {"id": key.id.hex(), "name": key.name, "public": public, "first_lines": size, "first_at": now}


def _end_key(session: Session, key: PublicKey) -> None:
    last = last_checkpoint(session)
    size = 0 if last is None else last.size
    session.execute(update(log_key).where(log_key.c.id == key.id.hex()).values(last_lines=size))
