"""Room: log. The Merkle tree of RFC 6962 over lines: roots and proofs, and their checks after RFC 9162 §2.1.

An odd last node is promoted, never doubled. All that is read of a tree is the hash of a perfect subtree, so whoever
can tell those (memory, a database, tiles) can prove: node (level, n) covers the lines n·2^level … (n+1)·2^level − 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

Nodes = Callable[[int, int], bytes]
"""Tells the hash of the perfect subtree (level, n); it lies within the tree that is asked about."""

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(line: bytes) -> bytes:
    """Return the hash of one line."""
    return hashlib.sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, nodes: Nodes) -> bytes:
    """Return the root of the first `size` lines."""
    return _hash_of(0, size, nodes) if size else EMPTY_ROOT


def prove_inclusion(index: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """Return the hashes by which a line leads to the root of `size` lines, its sibling first."""
    if not 0 <= index < size:
        raise IndexError(f"line {index} is not in a tree of {size}")
    path, first, end = [], 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(_hash_of(middle, end, nodes))
            end = middle
        else:
            path.append(_hash_of(first, middle, nodes))
            first = middle
    return tuple(reversed(path))


def prove_consistency(old: int, new: int, nodes: Nodes) -> tuple[bytes, ...]:
    """Return the hashes by which the tree of `old` lines is shown to be the beginning of the tree of `new`."""
    if not 0 <= old <= new:
        raise IndexError(f"a tree of {old} is not the beginning of a tree of {new}")
    if old in {0, new}:
        return ()
    path: list[bytes] = []
    first, end, is_whole = 0, new, True
    while old != end:
        middle = first + _split(end - first)
        if old <= middle:
            path.append(_hash_of(middle, end, nodes))
            end = middle
        else:
            path.append(_hash_of(first, middle, nodes))
            first, is_whole = middle, False
    if not is_whole:
        path.append(_hash_of(first, end, nodes))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Tell whether a leaf's hash leads to a root by this proof, and by nothing but it (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or any(len(step) != HASH_BYTES for step in proof):
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == expected


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Tell whether one (size, root) is the beginning of another by this proof (RFC 9162 §2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 <= old_size <= new_size or any(len(step) != HASH_BYTES for step in proof):
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if old_size == new_size:
        return not proof and old_root == new_root
    steps = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    return bool(steps) and _climb(old_size - 1, new_size - 1, steps) == (old_root, new_root)


def _climb(place: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return both roots a consistency proof leads to, or None for one of a wrong length."""
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


class Tree:
    """A tree in memory: the hashes of its perfect subtrees, by level."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    def __len__(self) -> int:
        """Return how many lines it has."""
        return len(self._levels[0])

    def append(self, leaves: Iterable[bytes]) -> None:
        """Add the hashes of lines at the end."""
        for leaf in leaves:
            level, found = 0, leaf
            self._levels[0].append(found)
            while not len(self._levels[level]) & 1:
                found = node_hash(self._levels[level][-2], found)
                level += 1
                if level == len(self._levels):
                    self._levels.append([])
                self._levels[level].append(found)

    def node(self, level: int, n: int) -> bytes:
        """Return the hash of a perfect subtree."""
        return self._levels[level][n]


def _split(count: int) -> int:
    """Return the largest power of two below a count above one."""
    return 1 << ((count - 1).bit_length() - 1)


def _hash_of(first: int, end: int, nodes: Nodes) -> bytes:
    """Return the hash of the lines first … end − 1, of which `first` is where a subtree begins."""
    count = end - first
    if not count & (count - 1):
        level = count.bit_length() - 1
        return nodes(level, first >> level)
    middle = first + _split(count)
    return node_hash(_hash_of(first, middle, nodes), _hash_of(middle, end, nodes))
