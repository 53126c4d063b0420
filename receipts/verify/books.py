"""Room: verify. The public books and a receipt's proof, checked from files alone: one file, standard library only.

Run it where it lies: `python verify.py receipt FILE`, `books DIR` or `report FILE`. The exit status is 0 only if
everything that was asked could be checked and was right. Formats: C2SP tlog-proof, tlog-checkpoint, signed-note and
tlog-tiles; trees as in RFC 6962; Ed25519 as in RFC 8032.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import io
import json
import re
import sys
import zlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

FILE_MAX: Final = 20 * 2**20
_LINE_MAX: Final = 1_000
_HEADER: Final = b"version\tkind\tnumber\tmonth\tchildren_cents\toperations_cents\tref\tcommitment\n"
_PART_MAX: Final = 2**20
_MAGIC: Final = b"c2sp.org/tlog-proof@v1\n"
_HASH: Final = "[A-Za-z0-9+/]{43}="
_WHOLE: Final = "(0|[1-9][0-9]{0,14})"
_NOTE: Final = re.compile(rf"([^\s+]+)\n{_WHOLE}\n({_HASH})\n\n((?:— [^\s+]+ [A-Za-z0-9+/=]+\n)+)")
_PROOF: Final = re.compile(
    rf"c2sp\.org/tlog-proof@v1\nextra ([A-Za-z0-9+/=]+)\nindex {_WHOLE}\n((?:{_HASH}\n)*)\n(.+)", re.DOTALL
)
_EXTRA: Final = re.compile(
    r"([^\n]+)\n([A-Za-z0-9+/]{22}==)\n([0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    r"([1-9][0-9]{0,3}(?:/[1-9][0-9]{0,3})?(?: R-[0-9]{4}-[0-9]{6,15}-[0-9])?)",
    re.ASCII,
)
_NUMBER: Final = r"R-([0-9]{4})-([0-9]{6,15})-([0-9])"
_MONTH: Final = r"([0-9]{4})-(0[1-9]|1[0-2])"
_PERIOD: Final = r"([0-9]{4})(?:-Q([1-4]))?"
_CENTS: Final = f"(-?){_WHOLE}"
_LINE: Final = re.compile(
    rf"1\t([a-z-]+)\t(-|{_NUMBER})\t(?:{_MONTH}|{_PERIOD})\t{_CENTS}\t{_CENTS}\t([^\t\n]+)\t(-|{_HASH})", re.ASCII
)
_PATH: Final = re.compile(r"[a-z0-9][a-z0-9:/._-]*", re.ASCII)
_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")


class WrongError(Exception):
    """What was checked is not right; the sentence says in which way."""


class Finding(NamedTuple):
    """One thing that was asked: right, wrong, or (None) not to be checked with what there is."""

    name: str
    ok: bool | None
    detail: str


class Key(NamedTuple):
    """A key of the log and the sizes of the tree it may sign, both included; `last` is None while it is in use."""

    name: str
    public: bytes
    first: int
    last: int | None

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which a signature names its key."""
        return sha256(self.name.encode() + b"\n\x01" + self.public).digest()[:4]


class Checkpoint(NamedTuple):
    """A tree head as it was published: what was signed, and who is said to have signed it."""

    origin: str
    size: int
    root: bytes
    signed: bytes
    signatures: tuple[tuple[str, bytes], ...]


class Proof(NamedTuple):
    """A receipt's own line, what opens its commitment, and its way up to the root of a checkpoint."""

    line: str
    nonce: bytes
    gift_on: str
    part: str
    place: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint


class Tree:
    """The Merkle tree of RFC 6962, a line at a time: it holds the roots of its perfect subtrees, no more."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, line: bytes) -> None:
        """Take the next line, without its newline."""
        node, size = sha256(b"\0" + line).digest(), self.size
        while size & 1:
            node = sha256(b"\1" + self._peaks.pop() + node).digest()
            size >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of what was taken so far; an odd last node goes up as it is."""
        if not self._peaks:
            return sha256(b"").digest()
        node = self._peaks[-1]
        for left in self._peaks[-2::-1]:
            node = sha256(b"\1" + left + node).digest()
        return node


def root_of_proof(line: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes | None:
    """Return the root that a line at a place leads to (RFC 9162 §2.1.3.2), or None if no proof has this length."""
    node, place, last = sha256(b"\0" + line).digest(), index, size - 1
    if index > last:
        return None
    for beside in hashes:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = sha256(b"\1" + beside + node).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(b"\1" + node + beside).digest()
        place, last = place >> 1, last >> 1
    return node if last == 0 else None


# Ed25519 (RFC 8032 §5.1): points are (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z. No secret is ever handled here.
_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def _add(one: _Point, other: _Point) -> _Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]), (one[1] + one[0]) * (other[1] + other[0])
    c, d = 2 * one[3] * other[3] * _D, 2 * one[2] * other[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(factor: int, point: _Point) -> _Point:
    found: _Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _add(found, point)
        point, factor = _add(point, point), factor >> 1
    return found


def _point(encoded: bytes) -> _Point | None:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    x = x if (x * x - square) % _P == 0 else x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


_BASE: Final = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature (64 bytes) over a message is that of a public key (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:  # noqa: PLR2004  # The lengths of RFC 8032.
        return False
    key, nonce, scalar = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= _L or _BASE is None:
        return False
    hashed = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % _L
    left, right = _multiply(scalar, _BASE), _add(nonce, _multiply(hashed, key))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0


def _unbase(text: str, length: int | None = None) -> bytes:
    """Return the bytes of base64 in its one right spelling."""
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        content = b""
    if base64.b64encode(content).decode() != text or (length is not None and len(content) != length):
        raise WrongError("Something in it is not base64 as it should be written.")
    return content


def _text(content: bytes, what: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise WrongError(f"{what} is not text.") from None


def read_keys(content: bytes) -> list[Key]:
    """Return the keys of a keys.json; raises `WrongError`."""
    try:
        said: Any = json.loads(content)
        rows = said["keys"] if isinstance(said, dict) else said
        keys = [_key(row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise WrongError("keys.json cannot be read: it should list name, public key, first and last size.") from None
    if not keys:
        raise WrongError("keys.json names no key.")
    return keys


def _key(row: Any) -> Key:  # noqa: ANN401  # What a file says may be anything.
    public, name, first, last = _unbase(row["public_key"]), row["name"], row["first_size"], row.get("last_size")
    key = Key(str(name), public[1:] if public[:1] == b"\1" and len(public) == 33 else public, first, last)  # noqa: PLR2004
    if type(first) is not int or not (last is None or type(last) is int) or len(key.public) != 32:  # noqa: PLR2004
        raise TypeError(row)
    if row.get("key_id", key.key_id.hex()) != key.key_id.hex():
        raise WrongError(f"keys.json gives key {row['key_id']} an id that is not its own.")
    return key


def read_checkpoints(content: bytes) -> list[Checkpoint]:
    """Return the signed notes of a file, one after another; raises `WrongError` for anything else in it."""
    text, at, found = _text(content, "The checkpoint"), 0, list[Checkpoint]()
    while at < len(text):
        note = _NOTE.match(text, at)
        if note is None:
            raise WrongError("It is not a checkpoint with its signatures, or it ends in the middle of one.")
        lines = [line.split(" ") for line in note[4].splitlines()]
        signatures = tuple((name, _unbase(value)) for _, name, value in lines)
        signed = text[note.start() : note.start(4) - 1].encode()
        found.append(Checkpoint(note[1], int(note[2]), _unbase(note[3]), signed, signatures))
        at = note.end()
        while text[at : at + 1] == "\n":
            at += 1
    return found


def check_signature(checkpoint: Checkpoint, keys: Iterable[Key]) -> str:
    """Return a sentence on who signed; raises `WrongError` unless a key of that size did, and none falsely."""
    good, late = None, ""
    by_id = {(key.name, key.key_id): key for key in keys}
    for name, value in checkpoint.signatures:
        key = by_id.get((name, value[:4]))
        if key is None:
            continue
        if not is_signed(key.public, checkpoint.signed, value[4:]):
            raise WrongError(f"The signature of key {key.key_id.hex()} is false.")
        if name != checkpoint.origin:
            raise WrongError("It is signed by a key of another log.")
        if key.first <= checkpoint.size and (key.last is None or checkpoint.size <= key.last):
            good = key
        else:
            late = f" Key {key.key_id.hex()} signed it, but was not in use at size {checkpoint.size}."
    if good is None:
        raise WrongError(f"No key in keys.json that was in use at that size has signed it.{late}")
    return f"Key {good.key_id.hex()} of {good.name} signed the tree of {checkpoint.size:,} lines."


def read_proof(content: bytes) -> Proof:
    """Return what a receipt.tlog-proof says; raises `WrongError` unless it is whole."""
    found = _PROOF.fullmatch(_text(content, "The proof"))
    if found is None:
        raise WrongError("It is not a whole proof of the form c2sp.org/tlog-proof@v1.")
    extra = _EXTRA.fullmatch(_text(_unbase(found[1]), "What the proof says of the line"))
    checkpoints = read_checkpoints(found[4].encode())
    if extra is None or len(checkpoints) != 1:
        raise WrongError("It does not hold one line, its nonce, the gift's date, its part and one checkpoint.")
    hashes = tuple(_unbase(each) for each in found[3].split())
    return Proof(extra[1], _unbase(extra[2], 16), extra[3], extra[4], int(found[2]), hashes, checkpoints[0])


def find_attached(content: bytes) -> tuple[bytes, bytes | None]:
    """Return the proof in a file, which may be that proof itself, and the receipt.json beside it in a PDF."""
    if len(content) > FILE_MAX:
        raise WrongError("The file is too large for a receipt.")
    if not content.startswith(b"%PDF-"):
        return content, None
    if b"%%EOF" not in content[-1024:]:
        raise WrongError("The PDF ends in the middle.")
    parts = {part for start in _STREAM.finditer(content) for part in _unpack(content, start.end())}
    proofs = [part for part in parts if part.startswith(_MAGIC)]
    facts = [part for part in parts if part.startswith(b"{") and b'"verify_url"' in part]
    if len(proofs) != 1 or len(facts) > 1:
        count = "no" if not proofs else "more than one"
        raise WrongError(f"The PDF carries {count} proof that can be read: take the proof file for itself.")
    return proofs[0], facts[0] if facts else None


def _unpack(content: bytes, start: int) -> Iterator[bytes]:
    """Yield a stream as it stands, without the line end before `endstream`, and inflated where it can be."""
    end = content.find(b"endstream", start)
    raw = re.sub(rb"\r?\n\Z", b"", content[start : end if end >= 0 else None])
    if raw.startswith((_MAGIC, b"{")):
        yield raw if not raw.startswith(_MAGIC) or raw.endswith(b"\n") else raw + b"\n"
    try:
        yield zlib.decompressobj().decompress(raw, _PART_MAX)
    except zlib.error:
        return


class Rule(NamedTuple):
    """What a kind of line does: its sign for each fund, what `ref` must be, and whether it can give a number."""

    signs: tuple[int, int]
    ref: tuple[str, ...] | str
    numbers: bool = False


_RETURNS: Final = ("refund", "late-return", "disputed")
RULES: Final = {
    "gift": Rule((1, 1), "none", numbers=True),
    "goods": Rule((0, 0), "none", numbers=True),
    "part": Rule((1, 1), "none"),
    **dict.fromkeys(_RETURNS, Rule((-1, -1), ("gift", "part"))),
    "refund-failed": Rule((1, 1), ("refund", "late-return")),
    "reinstated": Rule((1, 1), ("disputed",)),
    "lost": Rule((0, 0), ("disputed",)),
    "void": Rule((0, 0), ("gift", "goods", "reissue", "withdrawn")),
    "reissue": Rule((0, 0), ("gift", "goods", "reissue", "void"), numbers=True),
    "withdrawn": Rule((0, 0), "any"),
    "spent": Rule((-1, -1), "path"),
    "recovered": Rule((1, 1), "path"),
    "moved": Rule((1, -1), "path"),
    "unassigned": Rule((1, 1), "path"),
    "assigned": Rule((-1, -1), "path"),
    "goods-in": Rule((0, 0), "path"),
    "goods-out": Rule((0, 0), "path"),
    "balance": Rule((0, 0), "path"),
    "report": Rule((0, 0), "sha256"),
}
_KINDS: Final = list(RULES)
_STEPS: Final = [{str(d): ((product + d) % 10 or 10) * 2 % 11 for d in range(10)} for product in range(11)]


class Line(NamedTuple):
    """A line taken apart. `until` counts months, so that the end of a quarter and of its last month are one."""

    kind: str
    number: str
    until: int
    is_period: bool
    cents: tuple[int, int]
    ref: str
    commitment: str


def read_line(text: str) -> Line:
    """Return the parts of a line that is written as it must be; raises `WrongError`."""
    found = _LINE.fullmatch(text)
    if found is None or found[1] not in RULES:
        raise WrongError("it is not written as a line of these books")
    (kind, number, year, place, digit, month_year, month, period_year, quarter) = found.group(*range(1, 10))
    minus, children, other_minus, operations, ref, commitment = found.group(*range(10, 16))
    if year and check_digit(f"82{year}{place}") != int(digit):
        raise WrongError(f"the number {number} has a wrong check digit")
    if (minus or other_minus) and kind not in {"balance", "withdrawn"}:
        raise WrongError("its cents are below zero")
    until = int(month_year) * 12 + int(month) if month else int(period_year) * 12 + 3 * int(quarter or 4)
    cents = (int(minus + children), int(other_minus + operations))
    return Line(kind, number, until, not month, cents, ref, commitment)


def check_digit(digits: str) -> int:
    """Return the check digit of ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits:
        product = _STEPS[product][digit]
    return (11 - product) % 10


class Book:
    """Adds up lines in their order and holds each against those before it."""

    def __init__(self, size: int) -> None:
        """`size` is how many lines the checkpoint promises: no number can be larger."""
        self._size = size
        self._kinds = bytearray()
        self._parents = array("q")
        self._cents = (array("q"), array("q"))
        self._left = (array("q"), array("q"))
        self._numbers: dict[str, bytearray] = {}
        self._void: set[int] = set()
        self._paths: dict[int, str] = {}
        """The account of each balance, by its line."""
        self._attested: dict[tuple[int, str, int], int] = {}
        self._by_month: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        self._closings: dict[int, tuple[list[int], list[int]]] = {}
        self.sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.reports: dict[str, int] = {}

    def take(self, text: str) -> None:
        """Take the next line; raises `WrongError` with a sentence that begins in lower case."""
        line = read_line(text)
        rule = RULES[line.kind]
        self._check_form(line, rule)
        parent = self._check_ref(line, rule)
        self._check_number(line, rule)
        signs, place = rule.signs, len(self._kinds)
        self._kinds.append(_KINDS.index(line.kind))
        self._parents.append(parent)
        for fund in (0, 1):
            self._cents[fund].append(line.cents[fund])
            self._left[fund].append(line.cents[fund])
        if line.kind == "withdrawn":
            signs = self._withdraw(line, parent)
        elif parent >= 0 and signs != (0, 0):
            self._take_back(line, parent)
        elif line.kind == "void":
            if parent in self._void:
                raise WrongError("it makes void what is void already")
            self._void.add(parent)
        elif line.kind == "report":
            self.reports.setdefault(line.ref, place)
        self._add(line, (signs[0] * line.cents[0], signs[1] * line.cents[1]))

    def check_numbers(self) -> str:
        """Return a sentence on the receipts' numbers; raises `WrongError` at a gap."""
        for year, seen in sorted(self._numbers.items()):
            if 0 in seen:
                raise WrongError(f"Number {seen.index(0) + 1} of {year} is missing from the books.")
        said = ", ".join(f"{year}: 1 to {len(seen):,}" for year, seen in sorted(self._numbers.items()))
        return f"Every receipt number stands in the books once ({said or 'none was given yet'})."

    def check_closings(self) -> str:
        """Return a sentence on the closing equation; raises `WrongError` where a period does not close."""
        for until, (ours, attested) in sorted(self._closings.items()):
            for fund, name in enumerate(("children's fund", "operations fund")):
                if ours[fund] != attested[fund]:
                    raise WrongError(
                        f"The {name} does not close at the end of {_month(until)}: its lines add up to "
                        f"{_dollars(ours[fund])}, the attested balances to {_dollars(attested[fund])}."
                    )
        if not self._closings:
            return "No period is closed yet: there is no attested balance to compare the sums with."
        last = _month(max(self._closings))
        return f"Opening, gifts, returns, suspense and spending give the attested balances of each period to {last}."

    def say_sums(self) -> str:
        """Return what all lines add up to, fund by fund."""
        kinds = [(kind, sums) for kind, sums in self.sums.items() if sums != [0, 0]]
        told = [
            f"{name} {_dollars(sum(sums[fund] for _, sums in kinds))}"
            + "".join(f", {kind} {_dollars(sums[fund])}" for kind, sums in kinds if sums[fund])
            for fund, name in enumerate(("Children's fund", "Operations fund"))
        ]
        return f"{len(self._kinds):,} lines were added up. {'. '.join(told)}."

    def _check_form(self, line: Line, rule: Rule) -> None:
        is_sum = rule.ref in {"path", "sha256"}
        if line.kind != "withdrawn" and line.is_period != is_sum and line.kind != "report":
            raise WrongError("it has a month where a period should be, or a period where a month should be")
        if line.kind in {"goods", "report"} and line.cents != (0, 0):
            raise WrongError("it gives an amount where there can be none")
        if line.kind == "moved" and line.cents[0] != line.cents[1]:
            raise WrongError("it does not take from one fund what it gives to the other")
        needs = line.kind in {"gift", "goods", "part", "reissue"}
        if (needs and line.commitment == "-") or (is_sum and line.commitment != "-"):
            raise WrongError("its commitment is missing, or stands where there can be none")

    def _check_ref(self, line: Line, rule: Rule) -> int:
        """Return the earlier line that a line speaks of, or -1."""
        if rule.ref == "none" and line.ref != "-":
            raise WrongError("it refers to something")
        if rule.ref == "path" and not _PATH.fullmatch(line.ref):
            raise WrongError("it names no account")
        if rule.ref == "sha256" and not re.fullmatch("[0-9a-f]{64}", line.ref):
            raise WrongError("it names no report")
        if rule.ref in {"none", "path", "sha256"}:
            return -1
        if not re.fullmatch(_WHOLE, line.ref) or int(line.ref) >= len(self._kinds):
            raise WrongError("it refers to no earlier line")
        kind = _KINDS[self._kinds[int(line.ref)]]
        if kind == "withdrawn" if rule.ref == "any" else kind not in rule.ref:
            raise WrongError(f"it refers to a line of kind {kind}, which does not fit")
        return int(line.ref)

    def _check_number(self, line: Line, rule: Rule) -> None:
        if line.number == "-":
            if line.kind == "reissue":
                raise WrongError("it names no receipt")
            return
        year, place = line.number[2:6], int(line.number[7:-2])
        seen = self._numbers.setdefault(year, bytearray())
        is_known = 0 < place <= len(seen) and seen[place - 1] > 0
        if not rule.numbers:
            if not is_known:
                raise WrongError(f"the number {line.number} was not given before")
            return
        if is_known:
            raise WrongError(f"the number {line.number} stands there twice")
        if not 0 < place <= self._size:
            raise WrongError(f"the number {line.number} leaves a gap")
        seen.extend(bytes(max(0, place - len(seen))))
        seen[place - 1] = 1

    def _take_back(self, line: Line, parent: int) -> None:
        """Take a return from its gift, or what came back from its return, which is then the gift's again."""
        for fund in (0, 1):
            left = self._left[fund]
            left[parent] -= line.cents[fund]
            if left[parent] < 0:
                raise WrongError("more goes back than there was")
            if line.kind not in _RETURNS:
                left[self._parents[parent]] += line.cents[fund]

    def _withdraw(self, line: Line, parent: int) -> tuple[int, int]:
        """Undo an earlier line and return the signs of that."""
        kind = _KINDS[self._kinds[parent]]
        signs = RULES[kind].signs
        if any(self._cents[fund][parent] != line.cents[fund] for fund in (0, 1)):
            raise WrongError("it withdraws another amount than that line has")
        for fund in (0, 1):
            left, above = self._left[fund], self._parents[parent]
            if kind in _RETURNS:
                left[above] += left[parent]
            elif above >= 0 and signs != (0, 0):
                left[above] += line.cents[fund]
                left[self._parents[above]] -= line.cents[fund]
            left[parent] = 0
        self._kinds[parent] = _KINDS.index("withdrawn")
        if kind == "balance":
            self._close(line, is_taken_back=True)
        return -signs[0], -signs[1]

    def _add(self, line: Line, cents: tuple[int, int]) -> None:
        is_late = line.is_period and line.until in self._closings
        for sums in (
            self._by_month[line.until],
            self.sums[line.kind],
            *([self._closings[line.until][0]] if is_late else []),
        ):
            sums[0] += cents[0]
            sums[1] += cents[1]
        if line.kind == "balance":
            self._paths[len(self._kinds) - 1] = line.ref
            self._close(line)

    def _close(self, line: Line, *, is_taken_back: bool = False) -> None:
        """Add an attested balance to its period, and hold what all lines up to that period's end give now.

        A later statement about the same account and fund takes the place of the earlier one.
        """
        path = self._paths[int(line.ref)] if is_taken_back else line.ref
        for fund in (0, 1):
            if line.cents[fund]:
                self._attested[line.until, path, fund] = 0 if is_taken_back else line.cents[fund]
        attested = [
            sum(cents for (until, _, of), cents in self._attested.items() if (until, of) == (line.until, fund))
            for fund in (0, 1)
        ]
        ours = [sum(sums[fund] for until, sums in self._by_month.items() if until <= line.until) for fund in (0, 1)]
        self._closings[line.until] = ours, attested


def _month(until: int) -> str:
    return f"{(until - 1) // 12}-{(until - 1) % 12 + 1:02d}"


def _dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


class Books(NamedTuple):
    """What a folder of public files was found to hold. `roots` are those of the sizes that were asked for."""

    findings: list[Finding]
    roots: dict[int, bytes]
    size: int
    reports: dict[str, int]


def read_books(folder: Path, sizes: Iterable[int] = ()) -> Books:
    """Read every line of a folder's books once and hold it all against checkpoint, keys and history."""
    head, about_head = _read_head(folder)
    history, about_history = _read_history(folder)
    wanted = {*sizes, *(each.size for each in history), *([head.size] if head else [])}
    tree, book, roots, fault = Tree(), Book(head.size if head else sys.maxsize), dict[int, bytes](), ""
    broken = ""
    try:
        for line in _lines(folder):
            if tree.size in wanted:
                roots[tree.size] = tree.root()
            tree.append(line)
            fault = fault or _take(book, line, tree.size - 1)
    except (WrongError, OSError, EOFError, zlib.error) as wrong:
        broken = str(wrong) if isinstance(wrong, WrongError) else "The entries cannot be read to their end."
    roots[tree.size] = tree.root()
    findings = [*about_head, _check_root(head, tree, broken)]
    findings.append(Finding("lines", not fault and not broken, fault or broken or book.say_sums()))
    if not fault and not broken:
        findings += [_try("numbers", book.check_numbers), _try("equation", book.check_closings)]
    return Books(
        [*findings, *about_history, *_check_history(history, roots, tree.size)], roots, tree.size, book.reports
    )


def _take(book: Book, line: bytes, place: int) -> str:
    """Return "" or a sentence on what is wrong with a line."""
    try:
        book.take(_text(line, "it"))
    except WrongError as wrong:
        return f"Line {place + 1:,} (index {place}): {wrong}."
    return ""


def _lines(folder: Path) -> Iterator[bytes]:
    """Yield every line of entries.tsv.gz, or of the bundles where that file is not there."""
    whole = folder / "entries.tsv.gz"
    if not whole.exists():
        yield from _bundled(folder / "tile" / "entries")
        return
    with gzip.open(whole) as opened, io.BufferedReader(opened) as stream:
        first = stream.readline(_LINE_MAX)
        if first != _HEADER:
            raise WrongError("The entries do not begin with the names of their columns.")
        while line := stream.readline(_LINE_MAX):
            if not line.endswith(b"\n"):
                raise WrongError("The entries end in the middle of a line.")
            yield line[:-1]


def _bundled(folder: Path) -> Iterator[bytes]:
    number, is_full = 0, True
    while is_full:
        digits = f"{number:03d}"
        digits = "0" * (-len(digits) % 3) + digits
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        place = folder.joinpath(*(f"x{group}" for group in groups[:-1]), groups[-1])
        parts = sorted((place.parent / f"{place.name}.p").glob("*"), key=lambda part: int(part.name))
        is_full = place.is_file()
        if not is_full and not parts:
            if number == 0:
                raise WrongError("There are no entries in this folder: neither entries.tsv.gz nor tile/entries.")
            return
        with (place if is_full else parts[-1]).open("rb") as stream:
            yield from _entries(stream, 256 if is_full else int(parts[-1].name))
        number += 1


def _entries(stream: BinaryIO, count: int) -> Iterator[bytes]:
    for _ in range(count):
        length = int.from_bytes(stream.read(2), "big")
        line = stream.read(length)
        if not line or len(line) != length:
            raise WrongError("A bundle of entries ends in the middle.")
        yield line
    if stream.read(1):
        raise WrongError("A bundle holds more entries than its name says.")


def _read_head(folder: Path) -> tuple[Checkpoint | None, list[Finding]]:
    head, findings = None, list[Finding]()
    try:
        (head,) = read_checkpoints((folder / "checkpoint").read_bytes())
    except (OSError, ValueError):
        findings.append(Finding("signature", False, "There is no single checkpoint in this folder."))  # noqa: FBT003
    except WrongError as wrong:
        findings.append(Finding("signature", False, str(wrong)))  # noqa: FBT003
    if head is not None:
        findings.append(_check_signed(head, folder / "keys.json"))
    return head, findings


def _check_signed(checkpoint: Checkpoint, keys: Path | None) -> Finding:
    if keys is None or not keys.exists():
        said = "Hashes checked, signature not checked: there is no keys.json of the charity to check it with."
        return Finding("signature", None, said)
    return _try("signature", lambda: check_signature(checkpoint, read_keys(keys.read_bytes())))


def _check_root(head: Checkpoint | None, tree: Tree, broken: str) -> Finding:
    if head is None:
        return Finding("root", None, "There is no checkpoint to hold the lines against.")
    same = (tree.size, tree.root()) == (head.size, head.root) and not broken
    if same:
        return Finding(
            "root", ok=True, detail=f"The {tree.size:,} lines are, to the last sign, those that were signed."
        )
    told = f"The lines are not those that were signed: {tree.size:,} were read, {head.size:,} were signed. {broken}"
    return Finding("root", ok=False, detail=told.strip())


def _read_history(folder: Path) -> tuple[list[Checkpoint], list[Finding]]:
    try:
        return read_checkpoints((folder / "checkpoints.txt").read_bytes()), []
    except OSError:
        told = "There is no checkpoints.txt: whether older books are beginnings of these was not checked."
        return [], [Finding("history", None, told)]
    except WrongError as wrong:
        return [], [Finding("history", ok=False, detail=f"checkpoints.txt: {wrong}")]


def _check_history(history: list[Checkpoint], roots: dict[int, bytes], size: int) -> list[Finding]:
    for each in history:
        if each.size > size or roots.get(each.size) != each.root:
            told = f"The books published at {each.size:,} lines are not a beginning of these: something was changed."
            return [Finding("history", ok=False, detail=told)]
    told = f"Each of the {len(history):,} published checkpoints is a beginning of these books."
    return [Finding("history", ok=True, detail=told)] if history else []


def _try(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, ok=True, detail=check())
    except WrongError as wrong:
        return Finding(name, ok=False, detail=str(wrong))


def verify_books(folder: Path) -> list[Finding]:
    """Add the whole book again from its public files and hold it against what was signed and said before."""
    return read_books(folder).findings


def verify_receipt(content: bytes, folder: Path | None = None, keys: Path | None = None) -> list[Finding]:
    """Check a receipt's PDF or its proof; with a folder also that the books everybody sees hold the same line."""
    try:
        attached, facts = find_attached(content)
        proof = read_proof(attached)
    except WrongError as wrong:
        return [Finding("proof", ok=False, detail=str(wrong))]
    findings = verify_attached(attached, facts)
    source = keys or (folder / "keys.json" if folder else None)
    findings.append(_check_signed(proof.checkpoint, source))
    if folder is None:
        return findings
    books = read_books(folder, [proof.checkpoint.size])
    published = [Finding(f"books_{each.name}", each.ok, each.detail) for each in books.findings]
    return [*findings, _check_beginning(proof.checkpoint, books), *published]


def verify_attached(attached: bytes, facts: bytes | None = None) -> list[Finding]:
    """Check a proof, and against the receipt.json beside it, but for who signed."""
    try:
        proof = read_proof(attached)
    except WrongError as wrong:
        return [Finding("proof", ok=False, detail=str(wrong))]
    findings = [Finding("proof", ok=True, detail="The proof is whole.")]
    findings += [_try("commitment", lambda: check_commitment(proof)), _try("line", lambda: check_inclusion(proof))]
    if facts is not None:
        findings.append(_try("paper", lambda: check_paper(proof, facts)))
    return findings


def _check_beginning(checkpoint: Checkpoint, books: Books) -> Finding:
    size = checkpoint.size
    if size > books.size:
        told = f"The books here have {books.size:,} lines, the receipt was made at {size:,}: take newer ones."
        return Finding("beginning", None, told)
    if books.roots.get(size) != checkpoint.root:
        told = "The books on the receipt are not a beginning of those published: two different lists were shown."
        return Finding("beginning", ok=False, detail=told)
    return Finding(
        "beginning", ok=True, detail=f"The published books begin with the {size:,} lines of the receipt's."
    )


def check_commitment(proof: Proof) -> str:
    """Return a sentence that the nonce opens the line; raises `WrongError`."""
    line = _parsed(proof)
    said = f"{line.number}\n{line.cents[0]}\n{line.cents[1]}\n{proof.gift_on}\n{proof.part}\n"
    committed = sha256(b"almoner-commitment-v1\n" + proof.nonce + said.encode()).digest()
    if base64.b64encode(committed).decode() != line.commitment:
        raise WrongError("Number, amounts and date do not open the line: it is not this gift's.")
    if line.kind != "reissue" and not line.is_period and _month(line.until) != proof.gift_on[:7]:
        raise WrongError("The line stands under another month than the gift's.")
    children, operations = map(_dollars, line.cents)
    return (
        f"The line is of this gift: {line.number}, {children} and {operations}, {proof.gift_on}, part {proof.part}."
    )


def _parsed(proof: Proof) -> Line:
    try:
        return read_line(proof.line)
    except WrongError as wrong:
        raise WrongError(f"The line cannot be used: {wrong}.") from None


def check_inclusion(proof: Proof) -> str:
    """Return a sentence that the line is in the tree of the proof's checkpoint; raises `WrongError`."""
    head = proof.checkpoint
    if root_of_proof(proof.line.encode(), proof.place, head.size, proof.hashes) != head.root:
        raise WrongError("The line does not lead to the root of the checkpoint: it is not in those books.")
    root = head.root.hex()[:16]
    return f"Your gift is line {proof.place + 1:,} of {head.size:,} in the books of {head.origin} (root {root}…)."


def check_paper(proof: Proof, facts: bytes) -> str:
    """Return a sentence that the receipt.json beside the proof says the same gift; raises `WrongError`."""
    line = _parsed(proof)
    try:
        said = json.loads(facts)
        number, gift_on = said["number"], said.get("gift_on")
        paid = _paper_cents(said)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise WrongError("The receipt.json in the PDF cannot be read.") from None
    share, _, named = proof.part.partition(" ")
    if number != (named or line.number):
        raise WrongError(
            f"The receipt has number {number}, the line {named or line.number}: it is another gift's line."
        )
    if gift_on != proof.gift_on:
        raise WrongError("The receipt has another date than the line.")
    count = int(share.partition("/")[2] or 1)
    if paid is not None and abs(paid - count * sum(line.cents)) > (2 * count if count > 1 else 0):
        raise WrongError("The receipt has another amount than the line.")
    whole = "" if count == 1 else f" It is one of {count} equal parts of the gift."
    return f"Number, date and amount on the receipt are those of the line.{whole}"


def _paper_cents(said: dict[str, Any]) -> int | None:
    """Return the dollars that reached the charity, in cents; None for goods, which have no amount."""
    if said.get("kind") == "in_kind_acknowledgment":
        return None
    money = (said.get("information") or {}).get("reached_us") or said["amount"]
    found = re.fullmatch(r"([0-9]{1,12})\.([0-9]{2})", money["value"], re.ASCII)
    if found is None or money["currency"] != "USD":
        raise ValueError(money)
    return int(found[1] + found[2])


def verify_report(content: bytes, folder: Path | None = None) -> list[Finding]:
    """Check that a published report.json is the one whose digest stands in the books."""
    digest = sha256(content).hexdigest()
    try:
        readable = isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        readable = False
    findings = [
        Finding("report", readable, f"The file is {'' if readable else 'no '}report.json (SHA-256 {digest}).")
    ]
    if folder is None:
        told = "Whether it is as it was published was not checked: say where the books are with --books."
        return [*findings, Finding("published", None, told)]
    books = read_books(folder)
    place = books.reports.get(digest)
    told = "No line of the books names this file: it was not published, or changed since."
    told = told if place is None else f"Line {place + 1:,} of the books names exactly this file."
    return [*findings, Finding("published", place is not None, told), *books.findings]


LIMITS: Final = {
    "receipt": "Never shown by hashes: that the money is there or was well used. A PDF's seal and its page are "
    "checked by `almoner receipt verify`; whether the receipt still stands, by its verification page.",
    "books": "Never shown by hashes: that the bank holds the money, that gifts without a receipt are all here, and "
    "that others see the same list. Compare size and root with what others keep.",
    "report": "Not checked here: the figures themselves; add the lines up and compare.",
}


def verdict(findings: Iterable[Finding]) -> str:
    """Return `right` if all that was asked is, `wrong` if anything is not, else `open`."""
    oks = [finding.ok for finding in findings]
    return "wrong" if False in oks else "open" if None in oks else "right"


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer the command line; return 0 only if everything that was asked is right."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Check a receipt, the public books or a report.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("receipt", "FILE"), ("books", "DIR"), ("report", "FILE")):
        command = commands.add_parser(name)
        command.add_argument("path", metavar=what, type=Path)
        if name != "books":
            command.add_argument("--books", metavar="DIR", type=Path, help="a folder with the published files")
        if name == "receipt":
            command.add_argument("--keys", metavar="FILE", type=Path, help="the charity's keys.json")
    asked = parser.parse_args(arguments)
    try:
        findings = _answer(asked)
    except OSError as fault:
        findings = [Finding("file", ok=False, detail=f"{fault.filename} cannot be read: {fault.strerror}.")]
    words = {True: "right       ", False: "WRONG       ", None: "not checked "}
    for finding in findings:
        sys.stdout.write(f"{words[finding.ok]}{finding.name}: {finding.detail}\n")
    sys.stdout.write(f"{LIMITS[asked.command]}\n")
    return 0 if verdict(findings) == "right" else 1


def _answer(asked: argparse.Namespace) -> list[Finding]:
    if asked.command == "books":
        return verify_books(asked.path)
    with asked.path.open("rb") as stream:
        content = stream.read(FILE_MAX + 1)
    if asked.command == "report":
        return verify_report(content, asked.books)
    return verify_receipt(content, asked.books, asked.keys)


if __name__ == "__main__":
    sys.exit(main())
