"""Room: log. The proof a donor carries: `c2sp.org/tlog-proof@v1`, with what opens the line's commitment as `extra`.

The format does not authenticate `extra`: it is believed only because its line hashes into the tree and its nonce
opens the commitment.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from donations.errors import LogRefusedError

HEADER: Final = "c2sp.org/tlog-proof@v1"
_SHAPE = re.compile(
    rf"{re.escape(HEADER)}\nextra ([A-Za-z0-9+/]+={{0,2}})\nindex (0|[1-9][0-9]{{0,17}})\n"
    r"((?:[A-Za-z0-9+/]{43}=\n)*)\n((?:[^\n]*\n)+)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That a line stands in the books, and what its commitment hides."""

    line: str
    nonce: bytes
    gift_on: date
    part: str
    index: int
    hashes: tuple[bytes, ...]
    note: str
    """The signed checkpoint, word for word."""

    @property
    def extra(self) -> bytes:
        """Return the line, the nonce, the day of the gift and the part, a line each."""
        nonce = base64.b64encode(self.nonce).decode()
        return f"{self.line}\n{nonce}\n{self.gift_on.isoformat()}\n{self.part}".encode()


def write_proof(proof: Proof) -> bytes:
    """Return the file `receipt.tlog-proof`."""
    steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof.hashes)
    extra = base64.b64encode(proof.extra).decode()
    return f"{HEADER}\nextra {extra}\nindex {proof.index}\n{steps}\n{proof.note}".encode()


def read_proof(file: bytes) -> Proof:
    """Return a proof from its file; raises `LogRefusedError` for anything that is not exactly one."""
    try:
        found = _SHAPE.fullmatch(file.decode())
        if found is None:
            raise LogRefusedError("This is not a proof of a line in the books.")
        line, nonce, gift_on, part = base64.b64decode(found[1], validate=True).decode().split("\n")
        proof = Proof(
            line=line,
            nonce=base64.b64decode(nonce, validate=True),
            gift_on=date.fromisoformat(gift_on),
            part=part,
            index=int(found[2]),
            hashes=tuple(base64.b64decode(step) for step in found[3].split()),
            note=found[4],
        )
    except (ValueError, binascii.Error):
        raise LogRefusedError("This is not a proof of a line in the books.") from None
    if write_proof(proof) != file:
        raise LogRefusedError("This is not a proof of a line in the books.")
    return proof
