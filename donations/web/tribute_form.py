"""Room: web. The part of the give form about somebody else: whom the donor honors, and who is to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeVar, get_args

from donations.correspondence import leads_away
from donations.tributes import TributeWish
from donations.web.text import EMAIL_CAP, Refused, TextRule, believe_email, believe_line
from receipts.wording import DedicationKind

TRIBUTE_CAPS: Final = {
    "tribute_kind": 10,
    "tribute_name": 120,
    "notify_name": 120,
    "notify_email": EMAIL_CAP,
    "tribute_message": 200,
}
TRIBUTE_LABELS: Final = {
    "tribute_name": "The name of who is honored",
    "notify_name": "The name of who is told",
    "notify_email": "The address of who is told",
    "tribute_message": "The message",
}
_KINDS: Final[dict[str, DedicationKind]] = {kind: kind for kind in get_args(DedicationKind)}
_WRITTEN: Final = ("tribute_name", "notify_name", "notify_email", "tribute_message")
_Believed = TypeVar("_Believed")


class Reading(Protocol):
    """What reads a form's fields and keeps what is wrong with each."""

    @property
    def fields(self) -> Mapping[str, str]:
        """Return the fields as sent."""
        ...

    def believe(self, name: str, rule: Callable[[str], _Believed | Refused], /) -> _Believed | None:
        """Return the believed value of a field, or None once its problem is noted."""
        ...


def read_tribute(reading: Reading) -> TributeWish | None:
    """Return the tribute of a form, or None where none was asked for; what is wrong is noted field by field."""
    written = {name: " ".join(reading.fields.get(name, "").split()) for name in _WRITTEN}
    is_asked = any(written.values())
    kind = reading.believe("tribute_kind", lambda text: _kind(text, is_asked=is_asked))
    if kind is None:
        return None
    is_told = bool(written["notify_name"] or written["notify_email"] or written["tribute_message"])
    name = reading.believe("tribute_name", lambda text: _name(text, is_needed=True))
    notify_name = reading.believe("notify_name", lambda text: _name(text, is_needed=is_told))
    notify_email = reading.believe("notify_email", lambda text: _email(text, is_needed=is_told))
    message = reading.believe("tribute_message", _message)
    return TributeWish(
        kind=kind,
        name=name or "",
        notify_name=notify_name or "",
        notify_email=notify_email or "",
        message=message or "",
    )


def _kind(text: str, *, is_asked: bool) -> DedicationKind | Refused | None:
    if text in _KINDS:
        return _KINDS[text]
    if text or is_asked:
        return Refused("Please choose whether you give in honor or in memory of somebody.")
    return None


def _name(text: str, *, is_needed: bool) -> str | Refused:
    line = believe_line(text, TextRule(cap=TRIBUTE_CAPS["tribute_name"], needs="letter"))
    if isinstance(line, Refused):
        return line
    if is_needed and not line:
        return Refused("is needed, or leave the whole dedication out.")
    return _without_links(line)


def _email(text: str, *, is_needed: bool) -> str | Refused:
    if text.strip():
        return believe_email(text)
    return Refused("is needed, or leave the card out.") if is_needed else ""


def _message(text: str) -> str | Refused:
    line = believe_line(" ".join(text.split()), TextRule(cap=TRIBUTE_CAPS["tribute_message"]))
    return line if isinstance(line, Refused) else _without_links(line)


def _without_links(line: str) -> str | Refused:
    return Refused("must hold no web or e-mail address.") if leads_away(line) else line
