"""Room: gateways. Files that never change, in a local folder: written beside, synced, then named."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFolder:
    """The file store of a single machine; names are plain ASCII paths below its folder."""

    folder: Path

    def put(self, name: str, content: bytes) -> None:
        """Store durably under a new name; the same bytes again are fine, others raise `FileExistsError`."""
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._name(Path(written), target, content)
        finally:
            Path(written).unlink(missing_ok=True)

    def get(self, name: str) -> bytes:
        """Return the bytes; raises `FileNotFoundError`."""
        return self._path(name).read_bytes()

    def remove(self, name: str) -> None:
        """Remove the file of an erased document for good; one that is gone stays gone."""
        self._path(name).unlink(missing_ok=True)

    def path_of(self, name: str) -> Path:
        """Return where a stored file lies, for the operator's eyes."""
        return self._path(name)

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"not a file name of the store: {name!r}")
        return self.folder / name

    @staticmethod
    def _name(written: Path, target: Path, content: bytes) -> None:
        try:
            # A link never replaces what is there; a rename would.
            os.link(written, target)
        except FileExistsError:
            if target.read_bytes() != content:
                raise
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
