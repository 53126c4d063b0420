"""Room: web. The import's form: a file that travels in the page and is kept nowhere, and what was chosen for it.

A browser cannot fill in a file again. So the page carries the file's own bytes back, packed, to whoever sent them;
the server writes them to no disk. The package is signed for the member who sent it, so that the page still counts
after a key was proved in another tab, which begins a new sign-in.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from donations import tokens
from donations.donors import AMOUNT_FORMATS, DATE_FORMATS, FIELDS, MEANINGS, Choices, FileLook, Meaning, with_statuses
from donations.donors.csv_file import FILE_MAX
from donations.errors import FieldRefusedError
from donations.web.treasury.access import member_in
from donations.web.treasury.rooms import desks

UPLOAD_MAX: Final = 16 * 1024 * 1024
"""A file of 10 MiB that cannot be packed any smaller, in the letters of a form."""
LIFE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A file as the page carries it, and the signature for the member who sent it."""

    text: str
    seal: str


def pack(content: bytes) -> Package:
    """Return the package of a file."""
    text = base64.b64encode(zlib.compress(content)).decode("ascii")
    settings, now = desks().settings, desks().clock.now()
    return Package(text=text, seal=tokens.sign(settings.secret_keys, "staff-import", _subject(text), now=now))


def is_own_package(fields: Mapping[str, str]) -> bool:
    """Tell whether a form carries a package that this member was handed within the last hour."""
    now = desks().clock.now()
    found = tokens.unsign(desks().settings.secret_keys, "staff-import", fields.get("seal", ""), now=now)
    return found is not None and found[0] == _subject(fields.get("package", "")) and now - found[1] <= LIFE


def unpack(fields: Mapping[str, str]) -> bytes:
    """Return the file of a package; raises `FieldRefusedError`."""
    # Whose it is comes first: nothing a stranger packed is opened.
    content = _opened(fields["package"]) if is_own_package(fields) else b""
    if not content:
        raise FieldRefusedError("This page is too old. Please choose the file again.", field="file")
    return content


def _opened(package: str) -> bytes:
    try:
        return zlib.decompressobj().decompress(base64.b64decode(package, validate=True), FILE_MAX + 1)
    except (binascii.Error, zlib.error, ValueError):
        return b""


def read_choices(fields: Mapping[str, str], look: FileLook) -> Choices:
    """Return what was chosen for each column; raises `FieldRefusedError` for a choice that is none of ours."""
    chosen = tuple(fields.get(f"column_{place}", "") for place in range(len(look.columns)))
    dates, amounts = fields.get("dates", ""), fields.get("amounts", "")
    if not set(chosen) <= {"", *FIELDS} or dates not in DATE_FORMATS or amounts not in AMOUNT_FORMATS:
        raise FieldRefusedError("Please choose from the lists of this page.", field="columns")
    choices = Choices(
        source=fields.get("source", "").strip().casefold(),
        fields=chosen,
        dates=dates,
        amounts=next(one for one in AMOUNT_FORMATS if one == amounts),
        is_utc=fields.get("is_utc") == "1",
    )
    return with_statuses(look, choices, _told_statuses(fields))


def digest_of(content: bytes, choices: Choices) -> str:
    """Return the digest of a file under these choices: what is taken in is what was tried."""
    told = [choices.source, choices.fields, choices.dates, choices.amounts, choices.is_utc]
    statuses = sorted(choices.statuses.items())
    return hashlib.sha256(
        json.dumps([*told, statuses]).encode("utf-8") + hashlib.sha256(content).digest()
    ).hexdigest()


def _told_statuses(fields: Mapping[str, str]) -> dict[str, Meaning]:
    """Return the meanings told, by the word each stands beside: its place may have changed since."""
    words = {name.removeprefix("word_"): word for name, word in fields.items() if name.startswith("word_")}
    told = {word: fields.get(f"meaning_{place}", "") for place, word in words.items()}
    return {word: one for word, meaning in told.items() for one in MEANINGS if one == meaning}


def _subject(text: str) -> str:
    return f"{member_in().member.actor.staff_id}:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"
