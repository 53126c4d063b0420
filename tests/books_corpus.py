"""Public books written by a small hand of their own, good ones and tampered ones: one corpus for both verifiers.

It shares no line with the service's own log: trees and proofs are the recursions of RFC 6962, word for word.
"""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from receipts.numbers import format_number

ORIGIN: Final = "give.example.org/books"
FIRST, SECOND, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in (1, 2, 3))
ROTATED_AT: Final = 20
HEADER: Final = "version\tkind\tnumber\tmonth\tchildren_cents\toperations_cents\tref\tcommitment\n"
Verdict = Literal["right", "wrong", "open"]


def _base(content: bytes) -> str:
    return b64encode(content).decode()


def tree_head(leaves: list[bytes]) -> bytes:
    """Return MTH of RFC 6962 §2.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + tree_head(leaves[:half]) + tree_head(leaves[half:])).digest()


def path(place: int, leaves: list[bytes]) -> list[bytes]:
    """Return PATH of RFC 6962 §2.1.1."""
    if len(leaves) <= 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if place < half:
        return [*path(place, leaves[:half]), tree_head(leaves[half:])]
    return [*path(place - half, leaves[half:]), tree_head(leaves[:half])]


def raw_key(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_key().public_bytes_raw()


def key_id(key: Ed25519PrivateKey) -> bytes:
    """Return the four bytes of C2SP signed-note."""
    return sha256(f"{ORIGIN}\n\x01".encode() + raw_key(key)).digest()[:4]


def sign(lines: list[str], *keys: Ed25519PrivateKey) -> str:
    """Return the checkpoint of these lines."""
    text = f"{ORIGIN}\n{len(lines)}\n{_base(tree_head([line.encode() for line in lines]))}\n"
    return text + "\n" + "".join(f"— {ORIGIN} {_base(key_id(key) + key.sign(text.encode()))}\n" for key in keys)


def keys_json() -> bytes:
    """Return two keys: the first ended where the second had been signing for ten lines."""
    rows: list[dict[str, object]] = [
        {"first_size": 0, "last_size": ROTATED_AT + 10, "public_key": _base(raw_key(FIRST))},
        {"first_size": ROTATED_AT, "last_size": None, "public_key": _base(b"\1" + raw_key(SECOND))},
    ]
    ids = (key_id(FIRST).hex(), key_id(SECOND).hex())
    return json.dumps(
        {"keys": [{"name": ORIGIN, "key_id": id_, **row} for id_, row in zip(ids, rows, strict=True)]}
    ).encode()


@dataclass(frozen=True)
class Given:
    """A gift as its donor knows it."""

    index: int
    number: str
    children: int
    operations: int
    gift_on: str
    part: str = "1/1"

    @property
    def nonce(self) -> bytes:
        """Return sixteen bytes of this gift alone."""
        return sha256(f"nonce {self.index}".encode()).digest()[:16]

    def line(self, kind: str = "gift", ref: str = "-") -> str:
        """Return the public line."""
        told = f"{self.number}\n{self.children}\n{self.operations}\n{self.gift_on}\n{self.part}\n".encode()
        commitment = _base(sha256(b"almoner-commitment-v1\n" + self.nonce + told).digest())
        cents = f"{self.children}\t{self.operations}"
        return f"1\t{kind}\t{self.number}\t{self.gift_on[:7]}\t{cents}\t{ref}\t{commitment}"


@dataclass(frozen=True)
class Case:
    """Files a person holds, and what both verifiers must say of them."""

    verdict: Verdict
    files: Mapping[str, bytes] = field(default_factory=dict)
    wrong: str = ""
    """The finding that must be wrong; empty where none is."""


def prove(lines: list[str], gift: Given, note: str, *, line: str = "") -> str:
    """Return the proof file of a gift."""
    extra = f"{line or lines[gift.index]}\n{_base(gift.nonce)}\n{gift.gift_on}\n{gift.part}"
    hashes = "".join(f"{_base(each)}\n" for each in path(gift.index, [each.encode() for each in lines]))
    return f"c2sp.org/tlog-proof@v1\nextra {_base(extra.encode())}\nindex {gift.index}\n{hashes}\n{note}"


def paper(gift: Given, proof: str, *, packed: bool = True, cents: int | None = None) -> bytes:
    """Return something that carries both attachments as a PDF does."""
    paid = gift.children + gift.operations if cents is None else cents
    amount = {"value": f"{paid // 100}.{paid % 100:02d}", "currency": "USD"}
    facts = {
        "kind": "gift_receipt",
        "number": gift.number,
        "gift_on": gift.gift_on,
        "amount": amount,
        "verify_url": "x",
    }
    out = b"%PDF-1.7\n"
    for number, content in enumerate((json.dumps(facts).encode(), proof.encode()), start=1):
        data = zlib.compress(content) if packed else content
        named = b"/Filter /FlateDecode" if packed else b""
        out += b"%d 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, named, len(data), data)
    return out + b"startxref\n0\n%%EOF\n"


def good_lines() -> tuple[list[str], list[Given]]:
    """Return a small true book: gifts, a return that came back, a void, goods, a split gift and a closed quarter."""
    gifts = [
        Given(n, format_number("R", 2026, n + 1), 13_000 + n, n % 3 * 100, f"2026-1{n % 2}-02") for n in range(24)
    ]
    lines, mark = [gift.line() for gift in gifts], _base(bytes(32))
    plus = [
        f"refund\t-\t2026-11\t3000\t0\t3\t{mark}",
        f"refund-failed\t-\t2026-11\t1000\t0\t24\t{mark}",
        f"disputed\t-\t2026-12\t13004\t100\t4\t{mark}",
        f"reinstated\t-\t2026-12\t13004\t100\t26\t{mark}",
        f"void\t-\t2026-12\t0\t0\t5\t{mark}",
        f"reissue\t{format_number('R', 2026, 25)}\t2026-12\t0\t0\t5\t{mark}",
        f"goods\t{format_number('R', 2026, 26)}\t2026-12\t0\t0\t-\t{mark}",
        f"gift\t-\t2026-12\t700\t0\t-\t{mark}",
        "withdrawn\t-\t2026-12\t700\t0\t31\t-",
        "spent\t-\t2026-Q4\t100000\t0\texpense:clothing\t-",
        "moved\t-\t2026-Q4\t500\t500\tnet-assets:interfund\t-",
    ]
    children = sum(gift.children for gift in gifts) - 2_000 - 100_000 + 500
    operations = sum(gift.operations for gift in gifts) - 500
    plus += [
        f"balance\t-\t2026-Q4\t{children - 10}\t{operations}\tassets:stripe\t-",
        "balance\t-\t2026-Q4\t10\t0\tassets:bank:children\t-",
        f"report\t-\t2026-Q4\t0\t0\t{sha256(b'{}').hexdigest()}\t-",
    ]
    return [*lines, *("1\t" + each for each in plus)], gifts


def public(lines: list[str], *, entries: list[str] | None = None) -> dict[str, bytes]:
    """Return the published files of lines; `entries` are those of the file where they are not the signed ones."""
    told = (HEADER + "".join(f"{line}\n" for line in (lines if entries is None else entries))).encode()
    notes = [sign(lines[:size], *keys) for size, keys in ((10, [FIRST]), (25, [FIRST, SECOND]))]
    head = sign(lines, SECOND)
    return {
        "entries.tsv.gz": gzip.compress(told, mtime=0),
        "checkpoint": head.encode(),
        "checkpoints.txt": "\n".join([*notes, head]).encode(),
        "keys.json": keys_json(),
    }


def swapped(lines: list[str], place: int, line: str) -> list[str]:
    """Return lines with another one in a place."""
    return [*lines[:place], line, *lines[place + 1 :]]


def corpus() -> dict[str, Case]:
    """Return every case by its name."""
    lines, gifts = good_lines()
    files, mine = public(lines), gifts[7]
    note = sign(lines[:25], FIRST, SECOND)
    proof = prove(lines[:25], mine, note)
    return {
        **_good(lines, files, mine, proof),
        **_bad_files(lines, files),
        **_bad_lines(lines, gifts),
        **_bad_receipts(lines, files, mine, proof),
        **_bad_keys(lines, files, mine),
    }


def _good(lines: list[str], files: dict[str, bytes], mine: Given, proof: str) -> dict[str, Case]:
    keys = {"keys.json": files["keys.json"]}
    part = replace(mine, index=9, number="-", part=f"2/3 {mine.number}")
    told = [*lines[:9], part.line("part"), *lines[10:25]]
    whole = paper(mine, prove(told, part, sign(told, FIRST)), cents=3 * (part.children + part.operations))
    return {
        "a true book": Case("right", files),
        "a true receipt and the book": Case("right", {"receipt": paper(mine, proof), **files}),
        "a true receipt, not packed": Case("right", {"receipt": paper(mine, proof, packed=False), **files}),
        "a proof alone with the keys": Case("right", {"receipt": proof.encode(), **keys}),
        "one of three equal parts": Case("right", {"receipt": whole, **keys}),
        "a receipt without keys": Case("open", {"receipt": paper(mine, proof)}),
        "a book without its keys": Case("open", {name: files[name] for name in files if name != "keys.json"}),
        "a book without its history": Case(
            "open", {name: files[name] for name in files if name != "checkpoints.txt"}
        ),
        "a receipt newer than the book": Case(
            "open", {"receipt": prove(lines, mine, sign(lines, SECOND)).encode(), **public(lines[:33])}
        ),
    }


def _bad_files(lines: list[str], files: dict[str, bytes]) -> dict[str, Case]:
    """Return files that were changed after they were signed."""
    entries = {
        "a changed line": swapped(lines, 6, lines[6].replace("13006", "13007")),
        "a dropped tail": lines[:-1],
        "a doubled line": [*lines[:4], lines[3], *lines[4:]],
        "two lines in another order": [*lines[:3], lines[4], lines[3], *lines[5:]],
    }
    cases = {name: Case("wrong", public(lines, entries=told), "root") for name, told in entries.items()}
    told = "".join(f"{line}\n" for line in lines).encode()
    half = files["entries.tsv.gz"][: len(files["entries.tsv.gz"]) // 2]
    text = (HEADER + "".join(f"{line}\n" for line in lines))[:-9].encode()
    other = [*lines[:8], lines[9], lines[8], *lines[10:25]]
    return {
        **cases,
        "half a file": Case("wrong", {**files, "entries.tsv.gz": half}, "root"),
        "entries without their columns": Case(
            "wrong", {**files, "entries.tsv.gz": gzip.compress(told, mtime=0)}, "root"
        ),
        "half a line": Case("wrong", {**files, "entries.tsv.gz": gzip.compress(text, mtime=0)}, "root"),
        "half a checkpoint": Case("wrong", {**files, "checkpoint": files["checkpoint"][:-20]}, "signature"),
        "an older book that was no beginning": Case(
            "wrong", {**files, "checkpoints.txt": sign(other, FIRST).encode()}, "history"
        ),
    }


def _bad_lines(lines: list[str], gifts: list[Given]) -> dict[str, Case]:
    """Return books that are signed as they are and wrong in themselves."""
    mark = _base(bytes(32))
    told = {
        "a number twice": (swapped(lines, 9, replace(gifts[9], number=gifts[8].number).line()), "lines"),
        "a number left out": (swapped(lines, 9, replace(gifts[9], number="-").line()), "numbers"),
        "a number with a slip": (
            swapped(lines, 9, lines[9].replace(gifts[9].number, gifts[9].number[:-1] + "9")),
            "lines",
        ),
        "a return above its gift": (swapped(lines, 24, f"1\trefund\t-\t2026-11\t13004\t0\t3\t{mark}"), "lines"),
        "a return of no gift": (swapped(lines, 24, f"1\trefund\t-\t2026-11\t3000\t0\t30\t{mark}"), "lines"),
        "a return below zero": (swapped(lines, 24, f"1\trefund\t-\t2026-11\t-3000\t0\t3\t{mark}"), "lines"),
        "a receipt void twice": (swapped(lines, 24, lines[28].replace("2026-12", "2026-11")), "lines"),
        "an unknown kind": (swapped(lines, 24, lines[24].replace("refund", "rebate")), "lines"),
        "a day instead of a month": (swapped(lines, 24, lines[24].replace("2026-11", "2026-11-02")), "lines"),
        "more spent than is said": (swapped(lines, 33, lines[33].replace("100000", "99000")), "equation"),
    }
    return {name: Case("wrong", public(book), found) for name, (book, found) in told.items()}


def _bad_receipts(lines: list[str], files: dict[str, bytes], mine: Given, proof: str) -> dict[str, Case]:
    begun, note = lines[:25], sign(lines[:25], FIRST, SECOND)
    other = replace(mine, number=format_number("R", 2026, 9))
    dearer = replace(mine, children=mine.children + 1)
    fork = [*begun[:3], begun[3].replace("13003", "13303"), *begun[4:]]
    at = proof.index("extra ") + 6
    end = proof.index("\n", at)
    extra = b64decode(proof[at:end]).decode()

    def told(extra: str) -> bytes:
        return (proof[:at] + _base(extra.encode()) + proof[end:]).encode()

    cases = {
        "two donors shown one leaf": (paper(other, proof), "paper"),
        "a split view": (prove(fork, mine, sign(fork, FIRST)).encode(), "beginning"),
        "a swapped nonce": (told(extra.replace(_base(mine.nonce), _base(bytes(16)))), "commitment"),
        "a forged extra": (prove(begun, dearer, note, line=dearer.line()).encode(), "line"),
        "another date in extra": (told(extra.replace(f"\n{mine.gift_on}\n", "\n2026-11-03\n")), "commitment"),
        "changed cents on the paper": (paper(mine, proof, cents=99_999), "paper"),
        "a hash too many": (proof.replace("\n\n", f"\n{_base(bytes(32))}\n\n", 1).encode(), "line"),
        "another index": (proof.replace("\nindex 7\n", "\nindex 6\n").encode(), "line"),
        "half a proof": (proof[: len(proof) // 2].encode(), "proof"),
        "half a PDF": (paper(mine, proof)[:-40], "proof"),
        "no proof in the PDF": (b"%PDF-1.7\n%%EOF\n", "proof"),
        "two proofs in the PDF": (paper(mine, proof) + paper(mine, prove(fork, mine, note)), "proof"),
    }
    return {name: Case("wrong", {"receipt": file, **files}, found) for name, (file, found) in cases.items()}


def _bad_keys(lines: list[str], files: dict[str, bytes], mine: Given) -> dict[str, Case]:
    def head(*keys: Ed25519PrivateKey) -> dict[str, bytes]:
        return {**files, "checkpoint": sign(lines, *keys).encode()}

    false = sign(lines, SECOND).replace(_base(key_id(SECOND))[:4], "AAAA")
    keys = {"keys.json": files["keys.json"]}
    stranger = prove(lines[:9], mine, sign(lines[:9], STRANGER)).encode()
    early = prove(lines[:9], mine, sign(lines[:9], SECOND)).encode()
    broken = sign(lines[:9], FIRST).replace("\n9\n", "\n8\n")
    return {
        "a stranger beside the key": Case("right", head(STRANGER, SECOND)),
        "a wrong key": Case("wrong", head(STRANGER), "signature"),
        "the old key after rotation": Case("wrong", head(FIRST), "signature"),
        "a signature under another id": Case("wrong", {**files, "checkpoint": false.encode()}, "signature"),
        "a receipt signed by a stranger": Case("wrong", {"receipt": stranger, **keys}, "signature"),
        "a receipt signed before the key began": Case("wrong", {"receipt": early, **keys}, "signature"),
        "a signature over another size": Case(
            "wrong", {"receipt": prove(lines[:9], mine, broken).encode(), **keys}, "signature"
        ),
        "keys that cannot be read": Case("wrong", {**files, "keys.json": b'{"keys": [{}]}'}, "signature"),
    }
