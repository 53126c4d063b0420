"""Room: web. Is the house alive, may it serve, and what do browsers complain about."""

from __future__ import annotations

from threading import Lock

from flask import Blueprint, Response, request

from donations.web.errors import json_answer
from donations.web.house import house

REPORT_MAX = 8 * 1024


class BrowserReports:
    """How many reports of broken page rules browsers have sent; their content is neither kept nor echoed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.count = 0

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.count += 1


def health_routes(reports: BrowserReports) -> Blueprint:
    """Return the routes of health and of browsers' reports."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return Response("alive\n", content_type="text/plain; charset=utf-8")

    @routes.get("/readyz")
    def ready() -> Response:
        checks = dict(house().readiness())
        is_ready = all(checks.values())
        return json_answer({"ready": is_ready, "checks": checks}, 200 if is_ready else 503)

    @routes.post("/csp")
    def take_report() -> Response:
        request.max_content_length = REPORT_MAX
        request.get_data(cache=False)
        reports.add()
        return Response(status=204)

    return routes
