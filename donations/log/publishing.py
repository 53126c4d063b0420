"""Room: log. The public files: tiles, bundles, all lines in one file, keys and checkpoints, as the last publication.

Each is written under a new name and renamed; `state.json` comes last and alone says how far the files go, so that
what a crash left is simply written again. What is written grows with what is new, not with the book.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.log.lines import read_line
from donations.log.notes import Checkpoint, read_note
from donations.log.signing import known_keys, published_notes
from donations.log.stored import Stored, page_lines, read_lines
from donations.log.tiles import WIDTH, Bundle, Tile, fill_bundle, fill_tile, new_bundles, new_tiles
from donations.tables import log_checkpoint, log_publication

STATE: Final = "state.json"
_HEADER: Final = "version\tkind\tnumber\tmonth\tchildren_cents\toperations_cents\tref\tcommitment\n"


def books_folder(home: Path) -> Path:
    """Return the folder of the public files, which the worker writes and the web process serves."""
    return home / "books"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far the files go: lines, bytes of the file of all lines, and the sums of each kind for the page."""

    size: int
    entries_bytes: int
    sums: dict[str, list[int]]
    """By kind: how many lines, the children's cents, those of operations."""


def read_state(folder: Path) -> State:
    """Return how far the files of a folder go; of none, nothing."""
    try:
        known = json.loads((folder / STATE).read_text(encoding="ascii"))
    except FileNotFoundError:
        return State(size=0, entries_bytes=0, sums={})
    return State(size=known["size"], entries_bytes=known["entries_bytes"], sums=known["sums"])


def read_published(folder: Path) -> Checkpoint | None:
    """Return the published checkpoint, as the files have it."""
    try:
        return read_note((folder / "checkpoint").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def publish_files(session: Session, folder: Path) -> bool:
    """Bring the files of a folder to the last publication; return whether anything was written."""
    size = session.scalar(select(func.max(log_publication.c.lines))) or 0
    state = read_state(folder)
    if size <= state.size:
        return False
    stored = Stored(session)
    for tile in new_tiles(state.size, size):
        _write(folder, tile.path, fill_tile_of(stored, tile), tile)
    for bundle in new_bundles(state.size, size):
        lines = read_lines(session, bundle.first, bundle.first + bundle.width)
        _write(folder, bundle.path, fill_bundle(line.encode() for line in lines), bundle)
    sums = {kind: list(values) for kind, values in state.sums.items()}
    entries_bytes = _append_entries(session, folder, state, size, sums)
    note = session.scalars(select(log_checkpoint.c.signed).where(log_checkpoint.c.lines == size)).one()
    _replace(folder / "keys.json", _keys_json(session))
    _replace(folder / "checkpoints.txt", "\n".join(published_notes(session)).encode())
    _replace(folder / "checkpoint", note.encode())
    done = {"size": size, "entries_bytes": entries_bytes, "sums": sums}
    _replace(folder / STATE, json.dumps(done).encode())
    return True


def fill_tile_of(stored: Stored, tile: Tile) -> bytes:
    """Return a tile's bytes, a full one as it is stored."""
    if tile.width == WIDTH:
        return stored.tile(tile.level, tile.n)
    return fill_tile(tile, stored.node)


def _append_entries(session: Session, folder: Path, state: State, size: int, sums: dict[str, list[int]]) -> int:
    """Put the new lines behind the old ones as one more member of the gzip file; return its length."""
    target = folder / "entries.tsv.gz"
    fresh = target.with_name(f"{target.name}.new")
    fresh.unlink(missing_ok=True)
    if state.entries_bytes:
        shutil.copyfile(target, fresh)
        os.truncate(fresh, state.entries_bytes)
    with fresh.open("ab") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            if not state.entries_bytes:
                packed.write(_HEADER.encode())
            for lines in page_lines(session, state.size, size):
                packed.write("".join(f"{line}\n" for line in lines).encode())
                _add(sums, lines)
        raw.flush()
        os.fsync(raw.fileno())
    length = fresh.stat().st_size
    fresh.replace(target)
    return length


def _add(sums: dict[str, list[int]], lines: Sequence[str]) -> None:
    for text in lines:
        line = read_line(text)
        own = sums.setdefault(line.kind, [0, 0, 0])
        own[0] += 1
        own[1] += line.children_cents
        own[2] += line.operations_cents


def _keys_json(session: Session) -> bytes:
    keys: list[dict[str, Any]] = [
        {
            "name": known.key.name,
            "key_id": known.key.id.hex(),
            "algorithm": "Ed25519",
            "public_key": base64.b64encode(known.key.raw).decode(),
            "verifier_key": known.key.verifier_key,
            "first_size": known.first_size,
            "last_size": known.last_size,
        }
        for known in known_keys(session)
    ]
    return (json.dumps({"keys": keys}, indent=2) + "\n").encode()


def _write(folder: Path, path: str, content: bytes, of: Tile | Bundle) -> None:
    _replace(folder / path, content)
    if of.width == WIDTH:
        shutil.rmtree(folder / of.part_folder, ignore_errors=True)


def _replace(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.new")
    with fresh.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(file)
