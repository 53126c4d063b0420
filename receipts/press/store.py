"""Room: press. Presses and fonts by the digest of their bytes, and which press serves which shape; plain files.

A file under its digest is never changed, so a document can be set again for as long as the folder is kept.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from receipts.press.blob import Press, digest_of, pack, unpack

_REFUSED: Final = "refused: "


class SpoiltPressError(ValueError):
    """A stored press or font is not the one its name says."""


class PressStore:
    """A folder of presses, fonts and shapes. `None` keeps all in memory, for as long as the process lives."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._held: dict[str, bytes] = {}

    def keep(self, press: Press, fonts: dict[str, bytes]) -> str:
        """Keep a press with its fonts for its shape and return its digest."""
        for digest, font in fonts.items():
            self._write(f"{digest}.font", font)
        content = pack(press)
        digest = digest_of(content)
        self._write(f"{digest}.press", content)
        self._write(f"{press.shape}.shape", digest.encode("ascii"))
        return digest

    def refuse(self, shape: str, why: str) -> None:
        """Remember that documents of a shape cannot be pressed, and why."""
        self._write(f"{shape}.shape", (_REFUSED + why).encode())

    def find(self, shape: str) -> str | None:
        """Return the digest of a shape's press, "" where the shape is refused, None where it was never compiled."""
        held = self._read(f"{shape}.shape")
        if held is None:
            return None
        said = held.decode()
        return "" if said.startswith(_REFUSED) else said

    def press(self, digest: str) -> Press:
        """Return the press of a digest; raises `SpoiltPressError`, and KeyError where there is none."""
        return unpack(self._checked(f"{digest}.press", digest))

    def fonts(self, press: Press) -> dict[str, bytes]:
        """Return the fonts of a press by their digests; raises as `press` does."""
        return {part.digest: self._checked(f"{part.digest}.font", part.digest) for part in press.fonts.values()}

    def _checked(self, name: str, digest: str) -> bytes:
        content = self._read(name)
        if content is None:
            raise KeyError(name)
        if digest_of(content) != digest:
            raise SpoiltPressError(f"{name} was changed")
        return content

    def _read(self, name: str) -> bytes | None:
        if self._folder is None:
            return self._held.get(name)
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        if self._folder is None:
            self._held[name] = content
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f".{name}.{os.getpid()}"
        draft.write_bytes(content)
        draft.replace(self._folder / name)
