"""Room: correspondence. What every letter is written with: house, greeting, links, and the tools of its templates."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from donations.correspondence.links import card_token, consent_token, news_token, pledge_token
from donations.languages import message_tools
from donations.money import format_dollars
from donations.outbox import Owed
from donations.paths import templates_folder
from donations.ports import Attachment, Letter
from donations.settings import Settings
from receipts import wording
from receipts.wording import Language

LINE_MAX: Final = 78
"""Where the lines of a plain mail are broken, before values stand in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What every letter is written with."""

    settings: Settings
    promise_is_kept: bool
    """Whether operations can pay the fees today; without it no letter says 100 %."""

    def house_context(self, language: Language) -> dict[str, object]:
        """Return what every template may say of the charity; its pages are those in the reader's language."""
        return {
            "language": language,
            "organisation": self.settings.organisation,
            "home_url": self.home_url(language),
            "is_simulated": self.settings.stripe_mode == "simulated",
        }

    def home_url(self, language: Language) -> str:
        """Return where the addresses of our pages begin for a reader of a language."""
        return self.settings.base_url if language == "en" else f"{self.settings.base_url}/{language}"

    def pledge_url(self, reference: str, now: datetime) -> str:
        """Return the link by which a donor reaches the page of a pledge."""
        return f"{self.settings.base_url}/pledge/{pledge_token(self.settings.secret_keys, reference, now=now)}"

    def news_url(self, reference: str, now: datetime) -> str:
        """Return the link by which a donor ends the month's notes."""
        return f"{self.settings.base_url}/news/{news_token(self.settings.secret_keys, reference, now=now)}"

    def consent_url(self, reference: str, now: datetime) -> str:
        """Return the link by which the donor of a held gift decides about it."""
        return f"{self.settings.base_url}/consent/{consent_token(self.settings.secret_keys, reference, now=now)}"

    def card_url(self, reference: str, now: datetime) -> str:
        """Return the link by which whoever got a card asks for no other."""
        return f"{self.settings.base_url}/card/{card_token(self.settings.secret_keys, reference, now=now)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter to be rendered: whom to, by which template, with what."""

    to: str
    template: str
    context: dict[str, object]
    language: Language = "en"
    attachments: tuple[Attachment, ...] = ()
    unsubscribe_url: str | None = None


def render_letter(draft: Draft, owed: Owed, stationery: Stationery, *, now: datetime) -> Letter:
    """Return the letter; its Message-ID is made of the outbox row's key, so the same one sent twice is recognised."""
    context = stationery.house_context(draft.language) | draft.context
    return Letter(
        message_id=_message_id(owed.key, stationery.settings),
        to=draft.to,
        subject=" ".join(_render(f"{draft.template}.subject.txt", context, draft.language).split()),
        text=_render(f"{draft.template}.txt", context, draft.language),
        html=_render(f"{draft.template}.html", context, draft.language),
        sent_at=now,
        attachments=draft.attachments,
        unsubscribe_url=draft.unsubscribe_url,
    )


def _message_id(key: str, settings: Settings) -> str:
    host = urlsplit(settings.base_url).hostname or "localhost"
    return f"<{key.replace('/', '.')}@{host}>"


def _render(name: str, context: dict[str, object], language: Language) -> str:
    return _environment(language, is_plain=name.endswith(".txt")).get_template(name).render(context)


def _broken(message: str) -> str:
    """Return a message for plain text, its lines broken between words: catalogs hold each paragraph as one line."""
    return textwrap.fill(message, LINE_MAX, break_long_words=False, break_on_hyphens=False)


@cache
def _environment(language: Language, *, is_plain: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    message_tools(environment, lambda: language, shape=_broken if is_plain else str)
    environment.filters.update(
        dollars=format_dollars,
        day=partial(wording.long_day, language=language),
    )
    return environment
