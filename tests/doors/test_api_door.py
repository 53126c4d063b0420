"""The JSON API: who may read what, page by page, and never a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from donations import partners
from donations.admission.figures import READINGS_A_MINUTE
from donations.audit_log import COMMAND
from donations.errors import FieldRefusedError
from donations.partners.keys import TAKE_WITHIN
from donations.tables import ApiKey, ApiUse, Receipt
from donations.web.api.operations import OPERATIONS, Operation
from tests.api_room import ApiRoom, api_room, draw_key
from tests.databases import Foundry
from tests.doors.test_headers import FIXED


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[ApiRoom]:
    """Open a house with three gifts."""
    with api_room(foundry, tmp_path, cache_folder / "fonts") as opened:
        yield opened


def good_path(room: ApiRoom, operation: Operation) -> str:
    """Return an address of an operation that has an answer."""
    with room.rooms.database.read() as session:
        receipt = session.scalars(select(Receipt).limit(1)).one()
    treasury = room.key("treasury")
    values = {
        "reference": room.read("/gifts", treasury)["items"][0]["reference"],
        "number": receipt.number,
        "token": receipt.verify_token,
        "period": "2026",
    }
    return re.sub(r"\{(\w+)\}", lambda name: values[name[1]], operation.path)


def test_what_a_scope_holds_is_what_its_key_reads(room: ApiRoom) -> None:
    keys = {None: None, "public": room.key("public"), "treasury": room.key("treasury")}
    opens: dict[str | None, set[str | None]] = {
        None: {None},
        "public": {None, "public"},
        "treasury": {None, "public", "treasury"},
    }
    seen = []
    for operation in OPERATIONS:
        path = good_path(room, operation)
        for held, key in keys.items():
            answer = room.get(path, key)
            # Nothing is published yet: a report that is not there is a 404 to whoever may ask for it.
            good = 404 if operation.name == "read_report" else 200
            wanted = good if operation.scope in opens[held] else (401 if held is None else 403)
            seen.append((operation.path, held, answer.status_code == wanted))
            assert all(answer.headers.getlist(name) == [value] for name, value in FIXED.items())
            assert answer.headers["Cache-Control"] == "no-store"
    assert [one for one in seen if not one[2]] == []


def test_no_answer_holds_a_name_an_address_or_a_clothing_fund(room: ApiRoom) -> None:
    key = room.key("treasury")
    for operation in OPERATIONS:
        told = room.get(good_path(room, operation), key).get_data(as_text=True)
        assert "Ada" not in told
        assert "ada@" not in told
        assert "CF-" not in told


def test_pages_follow_one_another_and_end(room: ApiRoom) -> None:
    key, seen, path = room.key("treasury"), [], "/gifts?limit=2"
    while path:
        page = room.read(path, key)
        seen += [gift["reference"] for gift in page["items"]]
        path = f"/gifts?limit=2&cursor={page['next']}" if page["next"] else ""
    assert len(seen) == len(set(seen)) == 3
    receipts = room.read("/receipts?limit=1", key)
    after = room.read(f"/receipts?cursor={receipts['next']}", key)
    assert len(after["items"]) == 2
    assert after["next"] is None
    assert room.read("/donors", key)["items"][0]["name"] == "A•• E••••••"
    assert room.read("/payouts", key)["items"][0]["amount_cents"] > 0


def test_balances_of_each_fund_sum_to_nothing(room: ApiRoom) -> None:
    told = room.read("/balances", room.key("treasury"))["items"]
    for fund in ("children", "operations"):
        assert sum(line["balance_cents"] for line in told if line["fund"] == fund) == 0


def test_an_answer_that_did_not_change_is_not_sent_again(room: ApiRoom) -> None:
    key = room.key("treasury")
    tag = room.get("/gifts", key).headers["ETag"]
    again = room.get("/gifts", key, If_None_Match=tag)
    assert (again.status_code, again.get_data()) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/gifts?limit=0", 422, "limit"),
        ("/gifts?limit=101", 422, "limit"),
        ("/gifts?limit=1&limit=2", 422, "limit"),
        ("/gifts?cursor=x", 422, "cursor"),
        ("/gifts?email=ada@example.org", 422, "email"),
        ("/balances?on=2026-02-30", 422, "on"),
        ("/gifts?cursor=g_0123456789abcdef", 404, "reference"),
        ("/gifts/CF-0123456789", 404, None),
        ("/nothing", 404, None),
    ],
)
def test_every_refusal_is_a_problem_that_names_its_field(
    room: ApiRoom, path: str, status: int, field: str | None
) -> None:
    answer = room.get(path, room.key("treasury"))
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    told = answer.get_json()
    assert told["status"] == status
    assert [one["field"] for one in told["errors"]] == ([field] if field else [])


def test_a_wrong_a_revoked_and_no_key_are_the_same_refusal(room: ApiRoom) -> None:
    key = room.key("treasury")
    with room.rooms.database.read() as session:
        reference = session.scalars(select(ApiKey.reference)).one()
    now = room.rooms.clock.now()
    room.rooms.database.write(lambda session: partners.revoke_key(session, COMMAND, reference, now=now))
    told = [room.get("/gifts", sent) for sent in (None, "x", "almoner_" + "0" * 64, key)]
    assert {answer.status_code for answer in told} == {401}
    assert len({answer.get_data() for answer in told}) == 1
    assert {answer.headers["WWW-Authenticate"] for answer in told} == {'Bearer realm="almoner"'}


def test_a_key_is_kept_as_its_hash_and_shown_once(room: ApiRoom) -> None:
    key = room.key("treasury")
    now = room.rooms.clock.now()
    with room.rooms.database.read() as session:
        row = session.scalars(select(ApiKey)).one()
        assert key not in {str(getattr(row, column.name)) for column in ApiKey.__table__.columns}
    with pytest.raises(FieldRefusedError, match="shown once"):
        room.rooms.database.write(lambda session: partners.show_key(session, COMMAND, row.reference, now=now))


def test_a_key_that_nobody_took_in_three_days_lapses(room: ApiRoom) -> None:
    now, people = room.rooms.clock.now(), (COMMAND.reference, COMMAND.reference)
    agreed = room.rooms.database.write(
        lambda session: partners.agree_on_key(session, label="Late", scope="public", people=people, now=now)
    )
    late = now + TAKE_WITHIN + timedelta(seconds=1)
    with pytest.raises(FieldRefusedError, match="lapsed"):
        room.rooms.database.write(lambda session: partners.show_key(session, COMMAND, agreed, now=late))


def test_an_address_without_a_key_and_a_key_are_each_counted_by_the_minute(room: ApiRoom) -> None:
    key = draw_key(room.rooms, "public")
    answers = [room.get("/verify/" + "0" * 32).status_code for _ in range(READINGS_A_MINUTE["address"] + 2)]
    assert answers[-2:] == [429, 429]
    assert set(answers[:-2]) == {404}
    late = room.get("/gifts", "almoner_" + "0" * 64)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "60")
    assert room.get("/reports", key).status_code == 200
    with room.rooms.database.read() as session:
        assert not any("127.0.0.1" in who for who in session.scalars(select(ApiUse.who)))
