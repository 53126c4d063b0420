"""Room: web. The treasury: every page of the staff, denied unless the member holds what its route declares."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask

from donations.clock import day_in_zone
from donations.web.treasury import (
    account_pages,
    appeal_pages,
    approving,
    audit_page,
    bank_pages,
    batch_pages,
    donor_pages,
    entering,
    erasure_pages,
    export_pages,
    gift_pages,
    goods_pages,
    import_page,
    key_pages,
    month_pages,
    partner_pages,
    payout_pages,
    search_page,
    spending_pages,
    staff_pages,
    start_page,
    statement_pages,
    suspense_page,
    tasks_page,
    year_end_page,
)
from donations.web.treasury.access import entered, form_token, refuse_undeclared
from donations.web.treasury.menu import is_here, menu_of
from donations.web.treasury.rooms import Treasury, install_treasury
from receipts import wording


def open_treasury(app: Flask, treasury: Treasury) -> None:
    """Add the treasury's doors to an application; stops the start if one declares no permission."""
    install_treasury(app.extensions, treasury)
    for routes in (
        entering.routes,
        start_page.routes,
        tasks_page.routes,
        search_page.routes,
        gift_pages.routes,
        goods_pages.routes,
        batch_pages.routes,
        donor_pages.routes,
        erasure_pages.routes,
        import_page.routes,
        spending_pages.routes,
        bank_pages.routes,
        month_pages.routes,
        payout_pages.routes,
        suspense_page.routes,
        year_end_page.routes,
        statement_pages.routes,
        export_pages.routes,
        approving.routes,
        staff_pages.routes,
        account_pages.routes,
        audit_page.routes,
        key_pages.routes,
        partner_pages.routes,
        appeal_pages.routes,
    ):
        app.register_blueprint(routes)
    app.context_processor(_furnish)
    app.jinja_env.filters["local_minute"] = lambda instant: _local_minute(treasury, instant)
    app.jinja_env.globals["printed_on"] = lambda: day_in_zone(treasury.clock.now(), treasury.settings.zone)
    refuse_undeclared(app)


def _local_minute(treasury: Treasury, instant: datetime) -> str:
    """Return an instant as the organisation's own clock showed it, to the minute."""
    here = instant.astimezone(treasury.settings.zone)
    return f"{wording.long_day(here.date())}, {here:%H:%M}"


def _furnish() -> dict[str, Any]:
    """Give the treasury's templates who is in, the menu and the form token."""
    found = entered()
    if found is None:
        return {}
    member = found.member
    return {"member": member, "menu": menu_of(member), "is_here": is_here, "form_token": form_token}
