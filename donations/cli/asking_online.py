"""Room: cli. Asks the verification page that a document names what stands of it, and trusts it as far as its host.

The address comes out of a file that anybody may have made, so only https (or this machine) is asked, with little time
and few bytes, and nobody is followed to another host.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests

SECONDS: Final = (5, 10)
ANSWER_MAX: Final = 2**16
REDIRECTS_MAX: Final = 3
_PATH: Final = re.compile(r"/v/[0-9a-f]{32}", re.ASCII)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_STATUSES: Final = frozenset({"valid", "replaced", "void", "disputed"})


class NoAnswerError(Exception):
    """The page was not asked, or its answer is none; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """What the verification page says of a document; `host` is whose word it is."""

    host: str
    status: str
    number: str
    sha256: str | None
    seal: str | None


def ask_page(address: str) -> PageAnswer:
    """Return the page's answer; raises `NoAnswerError`."""
    host = _believe_address(address)
    facts = _read_facts(_fetch(address))
    if facts.get("status") not in _STATUSES or not isinstance(facts.get("number"), str):
        raise NoAnswerError(f"What {host} answers is not about a document.")
    return PageAnswer(
        host=host,
        status=facts["status"],
        number=facts["number"],
        sha256=_maybe(facts.get("sha256")),
        seal=_maybe(facts.get("seal")),
    )


def _believe_address(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        wrong = parts.username or parts.query or parts.fragment or not _PATH.fullmatch(parts.path)
    except ValueError:
        host, wrong = "", True
    is_safe = bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
    if wrong or not is_safe:
        raise NoAnswerError("The address in the document is not that of a verification page, so nobody was asked.")
    return host


def _fetch(address: str) -> bytes:
    try:
        with requests.Session() as session:
            # No password file, no proxy with a name of its own: the question is the same on every machine.
            session.trust_env = False
            for _ in range(REDIRECTS_MAX + 1):
                with session.get(
                    address,
                    headers={"Accept": "application/json"},
                    timeout=SECONDS,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    if not answer.is_redirect:
                        return _body(answer)
                    address = _same_place(address, answer.headers["Location"])
    except requests.RequestException as fault:
        raise NoAnswerError(f"The verification page could not be asked ({type(fault).__name__}).") from None
    raise NoAnswerError("The verification page sends its visitors round in circles.")


def _same_place(address: str, location: str) -> str:
    following = urljoin(address, location)
    if urlsplit(following)[:2] != urlsplit(address)[:2]:
        raise NoAnswerError("The verification page sends its visitors to another host; nobody followed.")
    return following


def _body(answer: requests.Response) -> bytes:
    if answer.status_code == requests.codes.not_found:
        raise NoAnswerError("The verification page does not know the document.")
    if answer.status_code != requests.codes.ok:
        raise NoAnswerError(f"The verification page answered with {answer.status_code}.")
    body = b""
    for piece in answer.iter_content(8192):
        body += piece
        if len(body) > ANSWER_MAX:
            raise NoAnswerError("The verification page answered more than a standing needs.")
    return body


def _read_facts(body: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(body)
    except (ValueError, RecursionError):
        raise NoAnswerError("The verification page's answer cannot be read.") from None
    if not isinstance(facts, dict):
        raise NoAnswerError("The verification page's answer cannot be read.")
    return facts


def _maybe(value: object) -> str | None:
    return value if isinstance(value, str) else None
