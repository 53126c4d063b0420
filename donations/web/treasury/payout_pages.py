"""Room: web. Payouts: each with its certificate, down to the gift behind every row."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from donations.errors import NotFoundError
from donations.web.treasury.access import needs
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
    if not _PAYOUT.fullmatch(payout_id):
        abort(404)
    try:
        found = desks().bank.certify(payout_id)
    except NotFoundError:
        abort(404)
    return render_template("treasury/payout.html", found=found)
