"""Room: correspondence. What every letter is written with: house, greeting, links, and the tools of its templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from donations.correspondence.links import consent_token, pledge_token
from donations.money import format_dollars
from donations.outbox import Owed
from donations.paths import templates_folder
from donations.ports import Attachment, Letter
from donations.settings import Settings
from receipts import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What every letter is written with."""

    settings: Settings
    promise_is_kept: bool
    """Whether operations can pay the fees today; without it no letter says 100 %."""

    def house_context(self) -> dict[str, object]:
        """Return what every template may say of the charity."""
        return {
            "organisation": self.settings.organisation,
            "home_url": self.settings.base_url,
            "is_simulated": self.settings.stripe_mode == "simulated",
        }

    def pledge_url(self, reference: str, now: datetime) -> str:
        """Return the link by which a donor reaches the page of a pledge."""
        return f"{self.settings.base_url}/pledge/{pledge_token(self.settings.secret_keys, reference, now=now)}"

    def consent_url(self, reference: str, now: datetime) -> str:
        """Return the link by which the donor of a held gift decides about it."""
        return f"{self.settings.base_url}/consent/{consent_token(self.settings.secret_keys, reference, now=now)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter to be rendered: whom to, by which template, with what."""

    to: str
    template: str
    context: dict[str, object]
    attachments: tuple[Attachment, ...] = ()


def render_letter(draft: Draft, owed: Owed, stationery: Stationery, *, now: datetime) -> Letter:
    """Return the letter; its Message-ID is made of the outbox row's key, so the same one sent twice is recognised."""
    context = stationery.house_context() | draft.context
    return Letter(
        message_id=_message_id(owed.key, stationery.settings),
        to=draft.to,
        subject=_render(f"{draft.template}.subject.txt", context).strip(),
        text=_render(f"{draft.template}.txt", context),
        html=_render(f"{draft.template}.html", context),
        sent_at=now,
        attachments=draft.attachments,
    )


def _message_id(key: str, settings: Settings) -> str:
    host = urlsplit(settings.base_url).hostname or "localhost"
    return f"<{key.replace('/', '.')}@{host}>"


def _render(name: str, context: dict[str, object]) -> str:
    return _environment().get_template(name).render(context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(dollars=format_dollars, day=wording.long_day)
    return environment
