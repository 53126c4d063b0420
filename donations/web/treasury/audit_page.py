"""Room: web. Everything anybody did, the newest first: by day, by member, by what it was about."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from donations.audit_log import Search
from donations.errors import FieldRefusedError
from donations.web.fields import read_query
from donations.web.treasury.access import needs
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_audit", __name__)
_CAP = 80
_PAGE = 100


@routes.get("/treasury/audit")
@needs("audit", "see")
def show() -> ResponseReturnValue:
    """Show acts, the newest first, and find some among them."""
    fields = {name: value.strip()[:_CAP] for name, value in read_query(request).items()}
    acts = desks().audit.search(_search(fields))
    return render_template(
        "treasury/audit.html",
        acts=acts[:_PAGE],
        fields=fields,
        older=acts[_PAGE - 1].id if len(acts) > _PAGE else None,
        names={row.reference: row.name for row in desks().members.list_all()},
    )


def _search(fields: dict[str, str]) -> Search:
    day = _day(fields.get("day", ""))
    zone = desks().settings.zone
    return Search(
        subject=fields.get("subject") or None,
        actor=fields.get("actor") or None,
        day=day,
        until=None if day is None else day + timedelta(days=1),
        zone=zone,
        before=int(fields["before"]) if fields.get("before", "").isdecimal() and fields["before"].isascii() else None,
        limit=_PAGE + 1,
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldRefusedError("Write the day as 2026-12-31.", field="day") from None
