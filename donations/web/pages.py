"""Room: web. The pages that ask nothing: home, and how it works."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from donations.clock import day_in_zone
from donations.languages import LANGUAGES
from donations.web.house import house
from donations.web.languages import language
from receipts import wording
from receipts.rules import us

routes = Blueprint("pages", __name__)
_HOME_FIGURES = ("gifts_received_cents", "fees_paid_by_operations_cents", "spent_cents", "children_clothed")
_PRIVATE = ("/r/", "/v/", "/thanks/", "/pledge/", "/consent/", "/news/", "/card/", "/treasury")
_ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: {prefix}{path}\n" for prefix in ("", *(f"/{code}" for code in LANGUAGES)) for path in _PRIVATE
)


@routes.get("/")
def home() -> str:
    """Show what $130 does, that it is safe, and one button."""
    organisation, report = house().settings.organisation, house().live_report()
    return render_template(
        "giving/home.html",
        ask=wording.say_ask(organisation.set_price_cents, language()),
        promise=_promise(),
        report=report,
        figures=[report.figures[id_] for id_ in _HOME_FIGURES if id_ in report.figures],
    )


@routes.get("/about")
def about() -> str:
    """Show how a gift becomes clothing, and how to help besides money."""
    organisation = house().settings.organisation
    today = day_in_zone(house().clock.now(), house().settings.zone)
    return render_template(
        "giving/about.html",
        ask=wording.say_ask(organisation.set_price_cents, language()),
        promise=_promise(),
        control_statement=wording.say_control_statement(
            organisation.legal_name, version=organisation.control_statement_version, language=language()
        ),
        variance=wording.say_variance(language()),
        deduction_note=us.deduction_note(today.year, us.all_thresholds(organisation.own_thresholds)),
    )


@routes.get("/why")
def why() -> str:
    """Show why clothes protect, where to report, and how to help besides money."""
    return render_template("giving/why.html")


@routes.get("/robots.txt")
def robots() -> Response:
    """Keep secret links out of search engines; who looks for a way to give shall find it."""
    return Response(_ROBOTS, content_type="text/plain; charset=utf-8")


def _promise() -> wording.Said | None:
    return wording.say_promise(language()) if house().promise_is_kept() else None
