"""The tree of the public books: every proof leads to the root, and nothing that was tampered with does."""

from __future__ import annotations

import base64
import hashlib
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from donations import log
from donations.errors import LogRefusedError
from donations.log import Checkpoint, Line, Opening, Proof, Signer, Tree

_VECTORS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
_SIGNER = Signer(name="example.org/books", key=Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
_NUMBER = "R-2026-000123-0"


def grown(count: int) -> Tree:
    """Return a tree of so many different lines."""
    tree = Tree()
    tree.append(log.leaf_hash(str(n).encode()) for n in range(count))
    return tree


def plain_root(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962 §2.1 defines it, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return log.node_hash(plain_root(leaves[:middle]), plain_root(leaves[middle:]))


def test_the_roots_of_the_standard_vectors_are_theirs() -> None:
    tree = Tree()
    tree.append(log.leaf_hash(bytes.fromhex(one)) for one in _VECTORS)
    assert {size: log.root(size, tree.node).hex() for size in _ROOTS} == _ROOTS
    assert log.root(0, tree.node) == hashlib.sha256(b"").digest()


def test_every_line_of_every_tree_to_130_is_proved_and_no_changed_proof_is_believed() -> None:
    tree = grown(130)
    leaves = [tree.node(0, n) for n in range(130)]
    for size in range(1, 131):
        end = log.root(size, tree.node)
        assert end == plain_root(leaves[:size])
        for index in range(size):
            proof, leaf = log.prove_inclusion(index, size, tree.node), leaves[index]
            assert log.verify_inclusion(leaf, index, size, proof, end)
            assert not log.verify_inclusion(leaf, index, size, (*proof, leaf), end)
            assert not log.verify_inclusion(leaf, index, size, proof[:-1], end) or not proof
            assert not log.verify_inclusion(leaf, (index + 1) % size, size, proof, end) or size == 1
            assert not log.verify_inclusion(log.leaf_hash(leaf), index, size, proof, end)
            for place, step in enumerate(proof):
                turned = bytes([step[0] ^ 1]) + step[1:]
                assert not log.verify_inclusion(leaf, index, size, (*proof[:place], turned, *proof[place + 1 :]), end)


def test_every_single_bit_of_a_proof_counts() -> None:
    tree = grown(7)
    proof, end = log.prove_inclusion(4, 7, tree.node), log.root(7, tree.node)
    for place, step in enumerate(proof):
        for bit in range(256):
            turned = (int.from_bytes(step, "big") ^ (1 << bit)).to_bytes(32, "big")
            changed = (*proof[:place], turned, *proof[place + 1 :])
            assert not log.verify_inclusion(tree.node(0, 4), 4, 7, changed, end)


def test_every_beginning_of_every_tree_to_130_is_proved_and_no_other_root_is() -> None:
    tree = grown(130)
    roots = [log.root(size, tree.node) for size in range(131)]
    for new in range(131):
        for old in range(new + 1):
            proof = log.prove_consistency(old, new, tree.node)
            assert log.verify_consistency((old, roots[old]), (new, roots[new]), proof)
            forked = log.leaf_hash(roots[old])
            assert not log.verify_consistency((old, forked), (new, roots[new]), proof)
            assert not log.verify_consistency((old, roots[old]), (new, forked), proof) or old == 0
            assert not log.verify_consistency((old, roots[old]), (new, roots[new]), (*proof, forked))


@given(st.lists(st.lists(st.binary(max_size=8), max_size=40), max_size=8))
def test_lines_appended_in_batches_are_the_tree_of_lines_appended_one_by_one(batches: list[list[bytes]]) -> None:
    in_batches, one_by_one = Tree(), Tree()
    for batch in batches:
        in_batches.append(log.leaf_hash(line) for line in batch)
        for line in batch:
            one_by_one.append([log.leaf_hash(line)])
    assert len(in_batches) == len(one_by_one)
    assert log.root(len(in_batches), in_batches.node) == log.root(len(one_by_one), one_by_one.node)


def test_a_proof_outside_the_tree_is_an_error() -> None:
    with pytest.raises(IndexError):
        log.prove_inclusion(3, 3, grown(3).node)
    with pytest.raises(IndexError):
        log.prove_consistency(4, 3, grown(3).node)


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, []),
        (1, ["tile/0/000.p/1"]),
        (255, ["tile/0/000.p/255"]),
        (256, ["tile/0/000", "tile/1/000.p/1"]),
        (257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
    ],
)
def test_a_log_of_a_size_serves_these_tiles(size: int, paths: list[str]) -> None:
    assert [tile.path for tile in log.new_tiles(0, size)] == paths


def test_a_log_of_70000_lines_has_three_levels_and_its_numbers_are_grouped() -> None:
    paths = [tile.path for tile in log.new_tiles(0, 70_000)]
    assert paths[-4:] == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert log.Tile(level=0, n=1_234_067, width=256).path == "tile/0/x001/x234/067"
    assert log.Bundle(n=1_234_067, width=3).path == "tile/entries/x001/x234/067.p/3"
    assert [tile.path for tile in log.new_tiles(255, 257)] == ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]
    assert list(log.new_tiles(257, 257)) == []


def test_a_line_has_one_spelling() -> None:
    opening = Opening(number=_NUMBER, children_cents=10_000, operations_cents=330, gift_on=date(2026, 11, 22))
    line = Line(
        kind="gift",
        number=_NUMBER,
        month="2026-11",
        children_cents=10_000,
        operations_cents=330,
        commitment=opening.commit(bytes(16)),
    )
    told = f"{_NUMBER}\n10000\n330\n2026-11-22\n1/1\n".encode()
    hidden = base64.b64encode(hashlib.sha256(b"almoner-commitment-v1\n" + bytes(16) + told).digest()).decode()
    assert line.text == f"1\tgift\t{_NUMBER}\t2026-11\t10000\t330\t-\t{hidden}"
    assert log.read_line(line.text) == line
    for wrong in (
        line.text + "\n",
        line.text.replace("10000", "010000"),
        line.text.replace("10000", "-1"),
        "2" + line.text[1:],
    ):
        with pytest.raises(LogRefusedError):
            log.read_line(wrong)


def test_a_note_is_signed_by_both_keys_and_a_forged_one_is_refused() -> None:
    other = Signer(name=_SIGNER.name, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    said = Checkpoint(origin=_SIGNER.name, size=3, root=log.root(3, grown(3).node))
    note = log.sign_note(said, [_SIGNER, other])
    assert note.startswith(
        f"example.org/books\n3\n{base64.b64encode(said.root).decode()}\n\n\u2014 example.org/books "
    )
    key = _SIGNER.public
    assert key.id == hashlib.sha256(b"example.org/books\n\x01" + key.raw).digest()[:4]
    assert log.open_note(note, [key]) == log.open_note(note, [other.public]) == said
    stranger = Signer(name=_SIGNER.name, key=Ed25519PrivateKey.from_private_bytes(bytes([7] * 32)))
    for keys, told in (
        ([stranger.public], note),
        ([key], note.replace("\n3\n", "\n4\n")),
        ([key], note[: note.index("\u2014")]),
    ):
        with pytest.raises(LogRefusedError):
            log.open_note(told, keys)


def test_a_proof_is_read_as_it_was_written_and_nothing_else_is_one() -> None:
    tree = grown(5)
    note = log.sign_note(Checkpoint(origin=_SIGNER.name, size=5, root=log.root(5, tree.node)), [_SIGNER])
    hashes = log.prove_inclusion(2, 5, tree.node)
    proof = Proof(
        line="a line", nonce=bytes(16), gift_on=date(2026, 11, 22), part="1/1", index=2, hashes=hashes, note=note
    )
    file = log.write_proof(proof)
    assert file.startswith(b"c2sp.org/tlog-proof@v1\nextra ")
    assert b"\nindex 2\n" in file
    assert log.read_proof(file) == proof
    for wrong in (b"", file[:40], file.replace(b"index 2", b"index 02"), file.replace(b"@v1", b"@v2"), b"\n" + file):
        with pytest.raises(LogRefusedError):
            log.read_proof(wrong)


@given(cents=st.integers(1, 10**9), most=st.integers(100, 10**7))
def test_a_gift_told_in_parts_is_told_to_the_cent_and_no_part_is_too_large(cents: int, most: int) -> None:
    parts = log.split_cents(cents, log.count_parts(cents, most))
    assert sum(parts) == cents
    assert max(parts) <= most
    assert max(parts) - min(parts) <= 1
