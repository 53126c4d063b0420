"""Room: log. What anyone can check of the public files alone: every line, the root, the signature, the numbers."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from donations.errors import LogRefusedError
from donations.log.lines import NONE, NUMBERED, read_line
from donations.log.notes import PublicKey, open_note, read_note
from donations.log.tiles import fill_tile, new_tiles
from donations.log.tree import Tree, leaf_hash, root


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCheck:
    """One thing that was checked, and what was found."""

    name: str
    ok: bool
    detail: str


def check_files(folder: Path) -> list[FileCheck]:
    """Check a folder of public files; what cannot be read is a check that failed, never an exception."""
    tree, checks = Tree(), list[FileCheck]()
    try:
        published = open_note((folder / "checkpoint").read_text(encoding="utf-8"), _read_keys(folder))
        lines = _read_lines(folder)
        checks.append(FileCheck(name="signature", ok=True, detail=f"{published.size} lines of {published.origin}"))
        tree.append(leaf_hash(line.encode()) for line in lines)
        checks.append(_check("lines", _wrong_lines(lines), f"{len(lines)} lines are well formed, no number twice"))
    except (LogRefusedError, OSError, EOFError, ValueError, KeyError) as fault:
        return [*checks, FileCheck(name="files", ok=False, detail=f"cannot be read: {fault}")]
    is_whole = len(tree) == published.size and root(published.size, tree.node) == published.root
    checks.append(
        FileCheck(
            name="root",
            ok=is_whole,
            detail="the lines are those that were signed" if is_whole else "the lines are not those that were signed",
        )
    )
    checks.append(_check("tiles", _wrong_tiles(folder, tree), "every tile holds the hashes of these lines"))
    checks.append(_check("earlier checkpoints", _wrong_history(folder, tree), "each is a beginning of this list"))
    return checks


def _check(name: str, wrong: Iterator[str], well: str) -> FileCheck:
    first = next(wrong, None)
    return FileCheck(name=name, ok=first is None, detail=first or well)


def _read_keys(folder: Path) -> list[PublicKey]:
    keys = json.loads((folder / "keys.json").read_text(encoding="utf-8"))["keys"]
    return [PublicKey(name=key["name"], raw=base64.b64decode(key["public_key"])) for key in keys]


def _read_lines(folder: Path) -> list[str]:
    with gzip.open(folder / "entries.tsv.gz", "rt", encoding="utf-8", newline="\n") as table:
        next(table)
        return [line.removesuffix("\n") for line in table]


def _wrong_lines(lines: list[str]) -> Iterator[str]:
    seen: dict[tuple[str, int], int] = {}
    for index, text in enumerate(lines):
        line = read_line(text)
        if line.ref.isdecimal() and int(line.ref) >= index:
            yield f"line {index} names a line that comes after it"
        if line.kind not in NUMBERED or line.number == NONE:
            continue
        _, year, n, _ = line.number.split("-")
        if (year, int(n)) in seen:
            yield f"{line.number} stands on lines {seen[year, int(n)]} and {index}"
        seen[year, int(n)] = index
    for year in {year for year, _ in seen}:
        numbers = {n for known, n in seen if known == year}
        missing = sorted(set(range(1, max(numbers) + 1)) - numbers)
        yield from (f"number {n} of {year} is missing" for n in missing)


def _wrong_tiles(folder: Path, tree: Tree) -> Iterator[str]:
    for tile in new_tiles(0, len(tree)):
        file = folder / tile.path
        if not file.is_file() or file.read_bytes() != fill_tile(tile, tree.node):
            yield f"{tile.path} is not there, or wrong"


def _wrong_history(folder: Path, tree: Tree) -> Iterator[str]:
    notes = (folder / "checkpoints.txt").read_text(encoding="utf-8").split("\n\n")
    for text in notes:
        if text.startswith("\u2014 "):
            continue
        old = read_note(f"{text}\n\n")
        if old.size > len(tree) or root(old.size, tree.node) != old.root:
            yield f"the checkpoint of {old.size} lines is not a beginning of this list"
