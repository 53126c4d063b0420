"""Room: web. The front door as one Flask application, opened for one house."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from donations.money import format_dollars
from donations.paths import static_folder, templates_folder
from donations.web import (
    books,
    books_verify,
    card,
    consent,
    donor,
    erasure,
    giving,
    me,
    news,
    pages,
    picture,
    pledge,
    transparency,
    verify,
    webhook,
)
from donations.web.access import guard
from donations.web.assets import Assets, asset_routes
from donations.web.embed import embed_routes
from donations.web.errors import answer_errors
from donations.web.fonts import load_faces
from donations.web.health import BrowserReports, health_routes
from donations.web.house import House, install_house
from donations.web.languages import language, speak_languages
from receipts import wording


def open_front_door(house: House, *, font_folder: Path | None = None) -> Flask:
    """Return the application that serves a house; fonts are cut once into `font_folder` (below the home)."""
    app = Flask("donations", static_folder=None, template_folder=str(templates_folder()))
    app.url_map.merge_slashes = False
    install_house(app.extensions, house)
    guard(app, house.settings)
    answer_errors(app)
    assets = Assets(static_folder(), load_faces(font_folder or house.settings.home / "cache" / "fonts"))
    _furnish_templates(app, house, assets)
    speak_languages(app, house.settings)
    for routes in (
        pages.routes,
        giving.routes,
        webhook.routes,
        donor.routes,
        me.routes,
        erasure.routes,
        pledge.routes,
        consent.routes,
        picture.routes,
        news.routes,
        card.routes,
        verify.routes,
        transparency.routes,
        books.routes,
        books_verify.routes,
    ):
        app.register_blueprint(routes)
    app.register_blueprint(asset_routes(assets))
    app.register_blueprint(embed_routes(assets))
    app.register_blueprint(health_routes(BrowserReports()))
    return app


def _furnish_templates(app: Flask, house: House, assets: Assets) -> None:
    """Give every template its words and tools; everything is escaped, whatever a template is called."""
    app.jinja_options = {
        **app.jinja_options,
        "autoescape": True,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    organisation = house.settings.organisation
    app.jinja_env.globals.update(
        organisation=organisation,
        display_name=organisation.trade_name or organisation.legal_name,
        is_simulated=house.settings.stripe_mode == "simulated",
        asset=assets.address,
        wording=wording,
    )
    app.jinja_env.filters.update(
        dollars=format_dollars,
        whole_dollars=wording.whole_dollars,
        day=lambda day: wording.long_day(day, language()),
    )
