"""Cases at the give form and around it: forged thanks, thanks before the webhook, a storm of 429, private data."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from donations import ledger
from donations.cli.playing import Street
from donations.simulator import control
from donations.tables import Gift, GiftSettlement, InboxRow, Receipt, clothing_fund

_FORM = {"amount": "130.00", "name": "Zebulon Quickname", "email": "zq@example.org", "preference": "coats"}
_NOT_FOUND, _OK = 404, 200


def _get(street: Street, path: str) -> TestResponse:
    return street.door.get(path, base_url=street.rooms.settings.base_url)


def _thanks_path(checkout: dict[str, str]) -> str:
    return "/thanks/" + checkout["success_url"].rpartition("/thanks/")[2].partition("?")[0]


def _count(street: Street, row: type[GiftSettlement | Receipt]) -> int:
    with street.rooms.database.read() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def _checkout(street: Street) -> dict[str, str]:
    with street.stripe.cabinet.open() as drawer:
        (found,) = drawer.page("checkout.session", [], limit=-1)
    return found


def test_a_storm_of_429_postpones_everything_and_loses_nothing(street: Street) -> None:
    """Case 22."""
    street.give(_FORM, how="paid")
    control.order_fault(street.stripe, "*", "rate_limit", calls=60)
    street.deliver_and_drain()
    assert _count(street, GiftSettlement) == 0
    with street.rooms.database.read() as session:
        assert set(session.scalars(select(InboxRow.state))) == {"waiting"}
    control.clear_faults(street.stripe)
    for _ in range(12):
        control.advance(street.stripe, timedelta(minutes=10))
        street.worker().drain()
    assert _count(street, GiftSettlement) == _count(street, Receipt) == 1


def test_a_forged_thanks_page_is_not_there_and_a_true_one_books_nothing_without_money(street: Street) -> None:
    """Case 25."""
    reference = street.give(_FORM, how="left").begun.reference
    for forged in (reference, "0" * 32, "a" * 32, f"{reference}?paid=1"):
        assert _get(street, f"/thanks/{forged}").status_code == _NOT_FOUND, forged
    path = _thanks_path(_checkout(street))
    assert _get(street, path).status_code == _OK
    street.deliver_and_drain()
    assert _count(street, GiftSettlement) == _count(street, Receipt) == 0
    assert _get(street, path).status_code == _OK
    with street.rooms.database.read() as session:
        assert ledger.balance(session, "children", "income:gifts") == 0


def test_the_thanks_page_is_true_before_the_webhook_and_after_it(street: Street) -> None:
    """Case 26."""
    street.give(_FORM, how="paid")
    path, asked = _thanks_path(_checkout(street)), {"Accept": "application/json"}
    before = street.door.get(path, base_url=street.rooms.settings.base_url, headers=asked).get_json()
    assert before == {"state": "promised", "receipt": False}
    street.worker().drain()  # The page itself asked for news: Stripe's own webhook is still on its way.
    after = street.door.get(path, base_url=street.rooms.settings.base_url, headers=asked).get_json()
    assert after == {"state": "settled", "receipt": True}
    street.deliver_and_drain()
    assert _count(street, GiftSettlement) == _count(street, Receipt) == 1


def test_a_tampered_form_opens_no_checkout(street: Street) -> None:
    """Case 28."""
    tampered = (
        {"amount": "130.00", "other_amount": "1.00"},
        {"preference": "a certain child"},
        {"fee_cover_cents": "0", "clothing_fund": "1"},
        {"amount": ["130.00", "5.00"]},
    )
    for changes in tampered:
        answer = street.door.post(
            "/give",
            data={**_FORM, **changes},
            headers={"Origin": street.rooms.settings.base_url},
            base_url=street.rooms.settings.base_url,
        )
        assert answer.status_code in {400, 422}, changes
    with street.rooms.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Gift)) == 0


def test_no_data_of_a_donor_or_child_is_in_inbox_logs_metadata_or_addresses(
    street: Street, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Case 40."""
    caplog.set_level(0)
    street.give(_FORM, how="paid")
    street.deliver_and_drain()
    control.order_fault(street.stripe, "charges.*", "server_error", calls=3)
    street.give({**_FORM, "amount": "65.00"}, how="paid")
    street.deliver_and_drain()
    assert control.list_faults(street.stripe)[0].fired == 3, "a fault is where logs are tempted to tell"
    with street.rooms.database.read() as session:
        stored = [
            {column.name: str(getattr(row, column.name)) for column in InboxRow.__table__.columns}
            for row in session.scalars(select(InboxRow))
        ]
        codes = session.scalars(select(clothing_fund.c.code)).all()
    with street.stripe.cabinet.open() as drawer:
        kinds = ("checkout.session", "payment_intent", "charge")
        outside = [
            {name: each.get(name) for name in ("metadata", "success_url", "cancel_url", "url", "client_reference_id")}
            for kind in kinds
            for each in drawer.page(kind, [], limit=-1)
        ]
    assert stored
    assert outside
    heard = capsys.readouterr()
    for told in (json.dumps(stored), json.dumps(outside), heard.out, heard.err, caplog.text):
        for private in ("Zebulon", "Quickname", "zq@", "example.org", "coats", *codes):
            assert private not in told, private
