"""Room: log. The tree as the database holds it: full tiles as they are, the last ones from lines and roots."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.log.tiles import HEIGHT, WIDTH
from donations.log.tree import HASH_BYTES, leaf_hash, node_hash
from donations.tables import log_leaf, log_tile

_PAGE = 5_000


def read_lines(session: Session, first: int, end: int) -> list[str]:
    """Return the lines `first` … `end − 1`."""
    chosen = select(log_leaf.c.line).where(log_leaf.c.idx >= first, log_leaf.c.idx < end).order_by(log_leaf.c.idx)
    return list(session.scalars(chosen))


def page_lines(session: Session, first: int, end: int) -> Iterator[list[str]]:
    """Yield the lines `first` … `end − 1`, some thousands at a time."""
    for begun in range(first, end, _PAGE):
        yield read_lines(session, begun, min(begun + _PAGE, end))


class Stored:
    """Tells the nodes of the tree; a tile once read is kept, so use one for many proofs and none across a write."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._rows: dict[tuple[int, int, int], list[bytes]] = {}

    def node(self, level: int, n: int) -> bytes:
        """Return the hash of the perfect subtree (level, n)."""
        tile_level, height = divmod(level, HEIGHT)
        tile, place = divmod(n, WIDTH >> height)
        return self._row(tile_level, tile, height)[place]

    def tile(self, level: int, n: int) -> bytes:
        """Return the hashes of a tile, as many as there are."""
        if (level, n) not in self._tiles:
            self._tiles[level, n] = self._read(level, n)
        return self._tiles[level, n]

    def roots(self, level: int, first: int, end: int) -> bytes:
        """Return the roots of full tiles `first` … `end − 1` of a level."""
        chosen = select(log_tile.c.root).where(log_tile.c.level == level, log_tile.c.n >= first, log_tile.c.n < end)
        return b"".join(self._session.scalars(chosen.order_by(log_tile.c.n)))

    def _row(self, level: int, n: int, height: int) -> list[bytes]:
        """Return the whole nodes of a height within a tile, each hashed once."""
        if (level, n, height) not in self._rows:
            if height:
                below = self._row(level, n, height - 1)
                row = [node_hash(below[place], below[place + 1]) for place in range(0, len(below) - 1, 2)]
            else:
                hashes = self.tile(level, n)
                row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
            self._rows[level, n, height] = row
        return self._rows[level, n, height]

    def _read(self, level: int, n: int) -> bytes:
        full: bytes | None = self._session.scalar(
            select(log_tile.c.hashes).where(log_tile.c.level == level, log_tile.c.n == n)
        )
        if full is not None:
            return full
        if level:
            return self.roots(level - 1, n * WIDTH, (n + 1) * WIDTH)
        lines = read_lines(self._session, n * WIDTH, (n + 1) * WIDTH)
        return b"".join(leaf_hash(line.encode()) for line in lines)
