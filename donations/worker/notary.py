"""Room: worker. The notary signs where the public books end, and publishes them by day; never two roots of one size.

The last signed (size, root) also stands in a register outside the database. Where our lines are fewer than it says,
or others, a backup was restored or somebody changed them: nothing is numbered or signed until a person decides.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from donations import alarms, clerk, filing, log
from donations.log import Checkpoint, Signer
from donations.log.publishing import books_folder, publish_files, read_published
from donations.tables import log_checkpoint, log_publication
from donations.worker.workshop import Workshop

_REGISTER: Final = "log-signed.txt"
_DAILY: Final = timedelta(days=1)
_WEEKLY: Final = timedelta(days=7)
_SHORTER: Final = "the public books are shorter than they were when last signed"
_DIFFERENT: Final = "the public books are not those that were last signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A size and its root, as the register keeps them."""

    size: int
    root: bytes


def sign_books(shop: Workshop) -> int:
    """Sign the books where they end now; return whether that was news. Without a key file nothing is signed."""
    with shop.database.read() as session:
        if log.count_lines(session) == _last_size(session) or clerk.owes_lines(session, shop.desk().today):
            # A book older than its log is signed once all of it is told: until then numbers may be missing.
            return 0
        signers = _signers(shop, session)
    if not signers:
        return 0
    return shop.database.write(lambda session: _sign(shop, session, signers))


def find_divergence(shop: Workshop) -> str | None:
    """Return what is wrong with the books against what was signed and published before, or None."""
    known = [
        last
        for last in (read_signed(shop.settings.registers), read_published(books_folder(shop.settings.home)))
        if last
    ]
    with shop.database.read() as session:
        wrong = _divergence(session, [*known])
    if wrong is not None:
        now = shop.clock.now()
        shop.database.write(lambda session: alarms.raise_again(session, "books_diverged", "log", now=now))
    return wrong


def publish_books(shop: Workshop, *, at_once: bool = False) -> int:
    """Publish the last signed books if it is time, finish what a crash left, and return whether that wrote files."""
    now, folder = shop.clock.now(), books_folder(shop.settings.home)
    with shop.database.read() as session:
        is_due = _is_due(shop, session, at_once=at_once)
    if is_due:
        shop.database.write(
            lambda session: (
                session.execute(insert(log_publication).values(lines=_last_size(session), published_at=now))
                if _is_due(shop, session, at_once=at_once)
                else None
            )
        )
    with shop.database.read() as session:
        return int(publish_files(session, folder))


def note_signed(folder: Path, signed: Checkpoint) -> None:
    """Append a size and its root to the register outside the database, durably."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _REGISTER).open("a", encoding="ascii") as register:
        register.write(f"{signed.size} {base64.b64encode(signed.root).decode()}\n")
        register.flush()
        os.fsync(register.fileno())


def read_signed(folder: Path) -> Signed | None:
    """Return the last size and root the register knows; a line a crash left unfinished is passed over."""
    try:
        lines = (folder / _REGISTER).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        size, _, root = line.partition(" ")
        if size.isdecimal() and len(root) == 44:  # noqa: PLR2004  # A SHA-256 in base64.
            return Signed(size=int(size), root=base64.b64decode(root))
    return None


def _sign(shop: Workshop, session: Session, signers: list[Signer]) -> int:
    if not filing.try_clerks_lock(session):
        return 0
    size = log.count_lines(session)
    if size == _last_size(session):
        return 0
    last = read_signed(shop.settings.registers)
    if _divergence(session, [last] if last else []) is not None:
        return 0
    # The register is told before the commit: what a crash then leaves only there is a true root of lines that stand.
    signed = log.sign_end(session, signers, size, now=shop.clock.now())
    note_signed(shop.settings.registers, signed)
    return 1


def _divergence(session: Session, known: list[Signed] | list[Signed | Checkpoint]) -> str | None:
    size, nodes = log.count_lines(session), log.Stored(session).node
    for one in known:
        if one.size > size:
            return _SHORTER
        if log.root(one.size, nodes) != one.root:
            return _DIFFERENT
    return None


def _signers(shop: Workshop, session: Session) -> list[Signer]:
    """Return the keys under the name the books have had from the first, else that of the site."""
    if shop.settings.log_key is None:
        return []
    known = log.known_keys(session)
    name = known[-1].key.name if known else f"{urlsplit(shop.settings.base_url).hostname}/books"
    return log.load_signers(shop.settings.log_key, name)


def _is_due(shop: Workshop, session: Session, *, at_once: bool) -> bool:
    """Tell whether the last signed books are to be published: once a day, k new lines or a week after the last."""
    size, now = _last_size(session), shop.clock.now()
    last = session.execute(select(log_publication).order_by(log_publication.c.lines.desc()).limit(1)).one_or_none()
    known, since = (0, None) if last is None else (last.lines, now - last.published_at)
    if size == known or at_once:
        return size != known
    if since is not None and since < _DAILY:
        return False
    begun = session.scalar(select(func.min(log_checkpoint.c.signed_at)))
    waited = since if since is not None else now - begun if begun is not None else timedelta()
    return size - known >= shop.settings.organisation.suppression_k or waited >= _WEEKLY


def _last_size(session: Session) -> int:
    return session.scalar(select(func.max(log_checkpoint.c.lines))) or 0
