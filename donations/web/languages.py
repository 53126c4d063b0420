"""Room: web. In which language this visitor reads: by the address, else by what the gift remembers, else the browser.

No cookie is set for it: `/es/give` and `/en/give` are the give page in a language, `/give` is it in the reader's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, has_request_context, request

from donations import languages
from donations.languages import LANGUAGES, Language, read_sentence, translate
from donations.settings import Settings

_ASKED: Final = "almoner.language"
_SPOKEN: Final = ("/about", "/why", "/give", "/transparency", "/thanks", "/v", "/pledge", "/consent", "/me", "/books")
"""Addresses that have a form in each language, with all below them; the home page as well."""
_LISTED: Final = ("/", "/about", "/why", "/give", "/transparency")
"""Of these search engines are told the other languages; the rest is reached by secret links."""
_ENGLISH_ONLY: Final = ("/treasury", "/simulated-stripe", "/webhooks/", "/static/", "/api/", "/embed")
_SAID: Final = ("text/html", "application/json", "application/problem+json")
NAMES: Final[dict[Language, str]] = {"en": "English", "es": "Español"}


class LanguageInAddress:
    """Takes the language off the front of an address before anyone else reads it: every rule meets the plain one."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on, with `/es/give` as `/give` and a note of the language."""
        path = environ.get("PATH_INFO", "")
        plain = path[3:] or "/"
        if path[:1] == "/" and path[1:3] in LANGUAGES and is_spoken(plain):
            environ["PATH_INFO"] = plain
            environ[_ASKED] = path[1:3]
        return self._application(environ, start_response)


def speak_languages(app: Flask, settings: Settings) -> None:
    """Let an application be asked, and answer, in each language."""
    app.wsgi_app = LanguageInAddress(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap it.
    languages.message_tools(app.jinja_env, language)
    app.jinja_env.filters.update(said=lambda text: read_sentence(text, language()) or text)
    app.jinja_env.tests.update(spoken=lambda text: read_sentence(text, language()) is not None)
    app.jinja_env.globals.update(at=at, language=language, other_languages=other_languages)
    app.jinja_env.globals.update(alternates=lambda: alternates(settings.base_url))

    @app.after_request
    def name_language(response: Response) -> Response:
        if response.mimetype in _SAID and not request.path.startswith(_ENGLISH_ONLY):
            response.headers.setdefault("Content-Language", language())
            if asked_language() is None:
                response.vary.add("Accept-Language")
        return response


def language() -> Language:
    """Return the language of this answer; English where no request is being answered."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        g.language = _choose()
    return cast("Language", g.language)


def prefer(remembered: Language) -> None:
    """Speak the language a gift or pledge was promised in, unless the address asks for another."""
    g.language = asked_language() or remembered


def say(message: str, **values: object) -> str:
    """Return a message in the reader's language, with its values."""
    told = translate(message, language())
    return told % values if values else told


def asked_language() -> Language | None:
    """Return the language the address itself asks for."""
    return cast("Language | None", request.environ.get(_ASKED))


def at(path: str) -> str:
    """Return one of our addresses in the language this one was asked in: a choice stays without a cookie."""
    asked = asked_language() if has_request_context() else None
    return path if asked is None else f"/{asked}{path}"


def other_languages(path: str = "") -> tuple[tuple[Language, str, str], ...]:
    """Return (code, own name, address) of this page in each other language, or of `path` where this is no page."""
    if request.path.startswith(_ENGLISH_ONLY):
        return ()
    query = f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string and not path else ""
    here = path or f"{request.path}{query}"
    return tuple((code, NAMES[code], f"/{code}{here}") for code in LANGUAGES if code != language())


def alternates(base_url: str) -> tuple[tuple[str, str], ...]:
    """Return (hreflang, address) for search engines: each language, and the address that asks the browser."""
    if not (request.path in _LISTED or request.path.startswith("/transparency/")):
        return ()
    spoken = tuple((str(code), f"{base_url}/{code}{request.path}") for code in LANGUAGES)
    return (*spoken, ("x-default", f"{base_url}{request.path}"))


def is_spoken(path: str) -> bool:
    """Return whether a plain address has a form in each language."""
    return path == "/" or any(path == one or path.startswith(f"{one}/") for one in _SPOKEN)


def _choose() -> Language:
    if request.path.startswith(_ENGLISH_ONLY):
        return "en"
    found = request.accept_languages.best_match(LANGUAGES, default="en")
    return asked_language() or cast("Language", found)
