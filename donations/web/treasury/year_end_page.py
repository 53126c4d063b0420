"""Room: web. What stands in the way of closing a year, and the steps up to it."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from donations.errors import FieldRefusedError
from donations.web.fields import read_query
from donations.web.treasury.access import needs
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_year_end", __name__)
_YEAR: Final = re.compile(r"2[0-9]{3}", re.ASCII)


@routes.get("/treasury/year-end")
@needs("year", "see")
def year_end() -> ResponseReturnValue:
    """Show what stands in the way, the gravest first; changes nothing."""
    return render_template("treasury/year_end.html", found=desks().year_end.look(_year()))


def _year() -> int:
    text = read_query(request).get("year", "").strip()
    if not text:
        return desks().year_end.nearest_year()
    if not _YEAR.fullmatch(text):
        raise FieldRefusedError("Write the year as 2026.", field="year")
    return int(text)
