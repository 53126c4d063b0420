from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.verify import books
from tests.books_corpus import Case, corpus, good_lines, path, public, tree_head

CORPUS = corpus()
SOURCE = Path(books.__file__)


def lay_out(case: Case, folder: Path) -> tuple[bytes | None, Path | None, Path | None]:
    """Write a case's files and return the receipt, the folder of the books and the keys, where there are such."""
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    keys = folder / "keys.json"
    return (
        case.files.get("receipt"),
        folder if "entries.tsv.gz" in case.files else None,
        keys if keys.exists() else None,
    )


def judge(case: Case, folder: Path) -> list[books.Finding]:
    """Return what the verifier finds in a case's files."""
    receipt, whole, keys = lay_out(case, folder)
    if receipt is not None:
        return books.verify_receipt(receipt, whole, keys)
    assert whole is not None
    return books.verify_books(whole)


@pytest.mark.parametrize("name", CORPUS)
def test_every_case_is_judged_as_it_is(name: str, tmp_path: Path) -> None:
    case = CORPUS[name]
    found = judge(case, tmp_path)
    assert books.verdict(found) == case.verdict, found
    assert not case.wrong or case.wrong in {each.name for each in found if each.ok is False}, found


def test_the_file_runs_alone_and_its_status_tells(tmp_path: Path) -> None:
    """It is copied away and run by a Python that sees none of our packages."""
    alone = tmp_path / "verify.py"
    alone.write_bytes(SOURCE.read_bytes())
    statuses = {}
    for name in ("a true receipt and the book", "a receipt without keys", "a split view"):
        folder = tmp_path / name
        folder.mkdir()
        _, whole, _ = lay_out(CORPUS[name], folder)
        words = [str(folder / "receipt"), *(["--books", str(folder)] if whole else [])]
        ran = subprocess.run(
            [sys.executable, "-I", "-S", str(alone), "receipt", *words], capture_output=True, text=True, check=False
        )
        assert not ran.stderr
        statuses[name] = ran.returncode
    assert list(statuses.values()) == [0, 1, 1]


def test_bundles_are_read_where_the_one_file_is_not_there(tmp_path: Path) -> None:
    lines, _ = good_lines()
    lay_out(Case("right", public(lines)), tmp_path)
    (tmp_path / "entries.tsv.gz").unlink()
    bundle = tmp_path / "tile" / "entries" / "000.p"
    bundle.mkdir(parents=True)
    (bundle / str(len(lines))).write_bytes(b"".join(len(e).to_bytes(2, "big") + e for e in map(str.encode, lines)))
    assert books.verdict(books.verify_books(tmp_path)) == "right"


def test_a_million_lines_take_seconds(tmp_path: Path) -> None:
    """The suite takes a fiftieth: a law that each line costs the same, with room for a busy machine."""
    count, lines = 20_000, good_lines()[0][:24]
    mark = lines[0].rpartition("\t")[2]
    told = [f"1\tgift\t-\t2026-11\t{n}\t0\t-\t{mark}" for n in range(1, count)]
    lay_out(Case("right", public([lines[0], *told])), tmp_path)
    began = process_time()
    assert books.verdict(books.verify_books(tmp_path)) == "right"
    assert process_time() - began < 60 / 50


def test_a_published_report_is_found_and_a_changed_one_is_not(tmp_path: Path) -> None:
    lay_out(Case("right", public(good_lines()[0])), tmp_path)
    assert books.verdict(books.verify_report(b"{}", tmp_path)) == "right"
    assert books.verdict(books.verify_report(b"{ }", tmp_path)) == "wrong"
    assert books.verdict(books.verify_report(b"{}")) == "open"


# RFC 8032 §7.1, tests 1 to 3.
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("public_key", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_hold_and_each_flipped_bit_breaks_them(
    public_key: str, message: str, signature: str
) -> None:
    key, told, value = (bytes.fromhex(each) for each in (public_key, message, signature))
    assert books.is_signed(key, told, value)
    assert not books.is_signed(key, told + b"\0", value)
    for place in (0, 31, 32, 63):
        assert not books.is_signed(key, told, value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :])


def test_a_signature_is_refused_in_its_second_spelling() -> None:
    """S plus the order of the group would pass the same equation (RFC 8032 §5.1.7)."""
    key, told, value = (bytes.fromhex(each) for each in VECTORS[1])
    order = 2**252 + 27742317777372353535851937790883648493
    other = (int.from_bytes(value[32:], "little") + order).to_bytes(32, "little")
    assert not books.is_signed(key, told, value[:32] + other)


@given(size=st.integers(1, 40), data=st.data())
def test_a_proof_leads_to_the_root_from_its_place_alone(size: int, data: st.DataObject) -> None:
    leaves = [str(n).encode() for n in range(size)]
    place, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size + 1))
    tree, root, way = books.Tree(), tree_head(leaves), path(place, leaves)
    for leaf in leaves:
        tree.append(leaf)
    assert tree.root() == root == books.root_of_proof(leaves[place], place, size, way)
    assert (books.root_of_proof(leaves[place], other, size, way) == root) is (other == place)
    assert books.root_of_proof(leaves[place], place, size, [*way, sha256(b"").digest()]) != root
    assert not way or books.root_of_proof(leaves[place], place, size, way[:-1]) != root


@given(st.binary(max_size=300))
def test_no_file_breaks_the_verifier(content: bytes) -> None:
    assert books.verdict(books.verify_receipt(content)) == "wrong"
    assert books.verdict(books.verify_receipt(b"%PDF-1.7\nstream\n" + content + b"\n%%EOF")) == "wrong"
