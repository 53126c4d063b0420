"""Room: web. Payouts: each with its certificate, down to the gift behind every row."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from donations.bank.certified import list_parts
from donations.errors import FieldRefusedError, NotFoundError
from donations.ports import PrintingFailedError
from donations.web.treasury.access import needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_payouts", __name__)
_PAYOUT: Final = re.compile(r"po_[A-Za-z0-9_]{1,60}", re.ASCII)


@routes.get("/treasury/payouts")
@needs("bank", "see")
def payouts() -> ResponseReturnValue:
    """Show the latest payouts and whether each is whole."""
    return render_template("treasury/payouts.html", payouts=desks().bank.list_payouts())


@routes.get("/treasury/payouts/<payout_id>")
@needs("bank", "see")
def certificate(payout_id: str) -> ResponseReturnValue:
    """Show the certificate of one payout."""
    return _page(payout_id)


@routes.post("/treasury/payouts/<payout_id>/certificate")
@needs("bank", "see")
def print_certificate(payout_id: str) -> ResponseReturnValue:
    """Hand out the certificate as a PDF for the auditor's folder; printed afresh each time."""
    staff_form()
    if not _PAYOUT.fullmatch(payout_id):
        abort(404)
    try:
        pdf = desks().certificates.print_certificate(payout_id)
    except NotFoundError:
        abort(404)
    except FieldRefusedError as refused:
        return _page(payout_id, problem=refused.sentence), refused.status
    except PrintingFailedError:
        return _page(payout_id, problem="The printing room could not print it just now. Please try again."), 503
    answer = Response(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="payout-{payout_id}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(payout_id: str, *, problem: str | None = None) -> str:
    if not _PAYOUT.fullmatch(payout_id):
        abort(404)
    try:
        found = desks().bank.certify(payout_id)
    except NotFoundError:
        abort(404)
    return render_template("treasury/payout.html", found=found, parts_of=list_parts(found), problem=problem)
