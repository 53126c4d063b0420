"""Room: web. The donor's own papers by secret link."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from donations.web.house import house
from donations.web.verify import TOKEN

routes = Blueprint("donor", __name__)


@routes.get("/r/<token>.pdf")
def receipt(token: str) -> Response:
    """Hand out the printed receipt as it was printed; unknown, ended and mistyped are one 404.

    A copy is the same bytes: only a header marks it.
    """
    file = house().receipt_file(token) if TOKEN.fullmatch(token) else None
    if file is None:
        abort(404)
    answer = Response(file.pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{file.number}.pdf"'
    if file.is_copy:
        answer.headers["X-Almoner-Copy"] = "copy"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
