"""Room: log. Checkpoints (C2SP tlog-checkpoint) and the notes that sign them (C2SP signed-note, Ed25519)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from donations.errors import LogRefusedError

_ED25519: Final = b"\x01"
_ID_BYTES: Final = 4
_SIGNATURE: Final = "\u2014 "
_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log has at some time: its name, how many lines, and their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A log's public key under its name, and the four bytes by which a signature says whose it is."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """Return SHA-256(name, newline, 0x01, key)[:4]."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:_ID_BYTES]

    @property
    def verifier_key(self) -> str:
        """Return the key in the one line other checkers of signed notes take."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.raw).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A log's private key; it never shows in a repr."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """Return its public half."""
        return PublicKey(name=self.name, raw=self.key.public_key().public_bytes_raw())


def sign_note(checkpoint: Checkpoint, signers: Sequence[Signer]) -> str:
    """Return the signed note: the checkpoint, an empty line, and a line for each signature."""
    text = checkpoint.text
    lines = [
        f"{_SIGNATURE}{one.name} {base64.b64encode(one.public.id + one.key.sign(text.encode())).decode()}\n"
        for one in signers
    ]
    return f"{text}\n{''.join(lines)}"


def read_note(note: str) -> Checkpoint:
    """Return what a note says, whoever signed it; raises `LogRefusedError` for what is not a checkpoint's note."""
    text, _, _ = note.partition("\n\n")
    found = _TEXT.fullmatch(f"{text}\n")
    if found is None:
        raise LogRefusedError("This is not the checkpoint of a log.")
    return Checkpoint(origin=found[1], size=int(found[2]), root=base64.b64decode(found[3]))


def open_note(note: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """Return a note's checkpoint if a known key signed it; raises `LogRefusedError`.

    Signatures by unknown keys are passed over; a wrong one by a known key refuses the whole note.
    """
    checkpoint = read_note(note)
    signed = 0
    known = {(key.name, key.id): key for key in keys if key.name == checkpoint.origin}
    for name, blob in _signatures(note):
        key = known.get((name, blob[:_ID_BYTES]))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.raw).verify(blob[_ID_BYTES:], checkpoint.text.encode())
        except InvalidSignature:
            raise LogRefusedError("The signature of this checkpoint is false.") from None
        signed += 1
    if not signed:
        raise LogRefusedError("No known key signed this checkpoint.")
    return checkpoint


def signing_ids(note: str) -> set[bytes]:
    """Return the ids of the keys that signed a note."""
    return {blob[:_ID_BYTES] for _, blob in _signatures(note)}


def _signatures(note: str) -> list[tuple[str, bytes]]:
    _, separator, lines = note.partition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise LogRefusedError("This note has no signature.")
    found = []
    for line in lines[:-1].split("\n"):
        name, _, blob = line.removeprefix(_SIGNATURE).partition(" ")
        if not line.startswith(_SIGNATURE):
            raise LogRefusedError("A line of this note's signatures is none.")
        try:
            found.append((name, base64.b64decode(blob, validate=True)))
        except binascii.Error:
            raise LogRefusedError("A signature of this note cannot be read.") from None
    return found
