"""Room: log. Tiles and entry bundles as C2SP tlog-tiles names and fills them; 256 hashes or lines in a full one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from donations.log.tree import HASH_BYTES, Nodes, node_hash

WIDTH: Final = 256
HEIGHT: Final = 8
_DIGITS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tile of hashes: its level, number, and how many hashes it holds."""

    level: int
    n: int
    width: int

    @property
    def path(self) -> str:
        """Return its path below the log's address."""
        return f"tile/{self.level}/{_number(self.n)}{_partial(self.width)}"

    @property
    def part_folder(self) -> str:
        """Return the folder of its partial forms, which a full one makes needless."""
        return f"tile/{self.level}/{_number(self.n)}.p"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The lines of one tile of level 0, `first` … `first + width − 1`."""

    n: int
    width: int

    @property
    def first(self) -> int:
        """Return the index of its first line."""
        return self.n * WIDTH

    @property
    def path(self) -> str:
        """Return its path below the log's address."""
        return f"tile/entries/{_number(self.n)}{_partial(self.width)}"

    @property
    def part_folder(self) -> str:
        """Return the folder of its partial forms, which a full one makes needless."""
        return f"tile/entries/{_number(self.n)}.p"


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """Yield every tile that a log of `new` lines serves and a log of `old` did not."""
    level = 0
    while new >> (HEIGHT * level):
        had, has = old >> (HEIGHT * level), new >> (HEIGHT * level)
        yield from (Tile(level=level, n=n, width=width) for n, width in _grown(had, has))
        level += 1


def new_bundles(old: int, new: int) -> Iterator[Bundle]:
    """Yield every bundle of lines that a log of `new` lines serves and a log of `old` did not."""
    yield from (Bundle(n=n, width=width) for n, width in _grown(old, new))


def fill_tile(tile: Tile, nodes: Nodes) -> bytes:
    """Return a tile's bytes: its hashes, one behind the other."""
    first = tile.n * WIDTH
    return b"".join(nodes(HEIGHT * tile.level, first + place) for place in range(tile.width))


def fill_bundle(lines: Iterable[bytes]) -> bytes:
    """Return a bundle's bytes: each line behind its length of two bytes, the large one first."""
    return b"".join(len(line).to_bytes(2, "big") + line for line in lines)


def node_within(hashes: bytes, height: int, place: int) -> bytes:
    """Return the node of a height (0 … 8) within a tile, from the tile's hashes."""
    first, count = place << height, 1 << height
    row = [hashes[HASH_BYTES * n : HASH_BYTES * (n + 1)] for n in range(first, first + count)]
    while len(row) > 1:
        row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row), 2)]
    return row[0]


def _grown(had: int, has: int) -> Iterator[tuple[int, int]]:
    """Yield number and width of what is new when a row of hashes grows."""
    if had == has:
        return
    for n in range(had // WIDTH, -(-has // WIDTH)):
        yield n, min(WIDTH, has - n * WIDTH)


def _number(n: int) -> str:
    """Return a number in groups of three digits, all but the last behind an x: 1234067 is x001/x234/067."""
    groups = [f"{n % _DIGITS:03d}"]
    while n := n // _DIGITS:
        groups.append(f"x{n % _DIGITS:03d}")
    return "/".join(reversed(groups))


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"
