"""Room: log. The file of the log's keys: Ed25519 seeds, the newest first, in hexadecimal, a line each.

Only the worker reads it. It stands in no database and in no backup of one.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from donations.errors import SettingsRefusedError
from donations.log.notes import Signer

_SEED = re.compile("[0-9a-f]{64}", re.ASCII)


def draw_seed() -> str:
    """Return a new key as the file holds it."""
    return f"{secrets.token_hex(32)}\n"


def load_signers(file: Path, name: str) -> list[Signer]:
    """Return the keys of a file under the log's name, the newest first; none if there is no file."""
    try:
        seeds = file.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError):
        raise SettingsRefusedError(f"ALMONER_LOG_KEY_FILE: {file} cannot be read.") from None
    if not seeds or any(not _SEED.fullmatch(seed) for seed in seeds):
        raise SettingsRefusedError(f"ALMONER_LOG_KEY_FILE: {file} must hold 64 hex digits for each key.")
    return [Signer(name=name, key=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))) for seed in seeds]


def rotate_key(file: Path) -> None:
    """Put a new key before those of a file, which is replaced in one step; without a file, make the first."""
    old = file.read_text(encoding="ascii") if file.exists() else ""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as written:
        written.write(draw_seed() + old)
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(file)
