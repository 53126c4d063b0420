"""/treasury/year-end/statements: all asked for at once, one looked at, then mailed once, or printed by two people."""

from __future__ import annotations

import io
import mailbox
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from donations import outbox, reporting
from donations.cli.playing import Street, open_street
from donations.reporting.statement_rounds import take_step
from donations.simulator import control
from donations.tables import AuditAct, OutboxRow, Receipt
from donations.wiring import open_rooms
from tests.clerk_room import Giving, settle
from tests.databases import Foundry
from tests.journeys.houses import QuickPress, founded
from tests.treasury_room import TreasuryRoom, staffed

PAGE = "/treasury/year-end/statements"
DONORS = 7
ON_PAPER = "Donor 1"


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a house to which seven people gave, one of them without an e-mail address, after the year is over."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, open_rooms(settings) as opened:
        street = open_street(replace(opened, printing=QuickPress()))
        now = street.rooms.clock.now()
        for number in range(1, DONORS + 1):
            email = f"donor{number}@example.org" if number > 1 else ""
            giving = Giving(name=f"Donor {number}", email=email, cents=1_000 * number, charged_at=now)
            street.rooms.database.write(partial(settle, number=number, giving=giving))
        street.worker().drain()
        control.set_clock(street.stripe, datetime(now.year + 1, 1, 10, 20, tzinfo=UTC))
        yield staffed(street)


def _year(room: TreasuryRoom) -> int:
    return room.rooms.clock.now().year - 1


def _act(room: TreasuryRoom, act: str, *, year: int | None = None) -> tuple[int, str]:
    year = year or _year(room)
    answer = room.browser("treasurer").send(PAGE, {"year": str(year), "act": act}, page=f"{PAGE}?year={year}")
    return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)


def _shown(room: TreasuryRoom) -> str:
    return room.browser("treasurer").get(f"{PAGE}?year={_year(room)}").get_data(as_text=True)


def _numbers(room: TreasuryRoom) -> list[str]:
    with room.rooms.database.read() as session:
        chosen = select(Receipt.number).where(Receipt.kind == "annual_statement").order_by(Receipt.n)
        return list(session.scalars(chosen))


def _letters(street: Street) -> list[str]:
    folder = street.rooms.settings.home / "mail"
    box = mailbox.Maildir(folder, create=False)
    return [str(mail["To"]) for mail in box if "statement" in str(mail["Subject"]).lower()]


def _make(room: TreasuryRoom) -> list[str]:
    assert _act(room, "ask")[0] == 303
    room.street.worker().drain()
    return _numbers(room)


def test_every_donor_gets_one_statement_and_the_page_tells_how_far_it_is(room: TreasuryRoom) -> None:
    assert "None is made yet." in _shown(room)
    assert _act(room, "ask") == (303, f"{PAGE}?year={_year(room)}")
    assert "Being made: 0 of 7 donors" in _shown(room)
    assert _act(room, "ask")[0] == 303
    room.street.worker().drain()
    assert len(_numbers(room)) == DONORS
    assert "All that can be made are made." in _shown(room)
    with room.rooms.database.read() as session:
        found = reporting.read_progress(session, _year(room))
        asked = session.scalars(select(OutboxRow.subject).where(OutboxRow.kind == "ask_statements")).all()
    assert (found.mail.printed, found.print.printed, found.failures) == (DONORS - 1, 1, ())
    assert len([one for one in asked if one.endswith(" 0 0")]) == 1
    assert "example.org" not in _shown(room).partition("<main")[2].partition("</main")[0]
    assert _make(room) == _numbers(room)[:DONORS]
    assert _letters(room.street) == []


def test_nothing_is_mailed_before_one_was_looked_at_and_then_each_once(room: TreasuryRoom) -> None:
    status, page = _act(room, "mail")
    assert (status, "not all made yet" in page) == (422, True)
    numbers = _make(room)
    status, page = _act(room, "mail")
    assert (status, "look at one of the samples first" in page) == (422, True)
    treasurer = room.browser("treasurer")
    looked = treasurer.get(f"{PAGE}/{numbers[-1]}.pdf")
    assert (looked.status_code, looked.mimetype, looked.headers["Cache-Control"]) == (
        200,
        "application/pdf",
        "no-store",
    )
    for _ in range(2):
        assert _act(room, "mail")[0] == 303
        room.street.worker().drain()
    assert sorted(_letters(room.street)) == [f"donor{n}@example.org" for n in range(2, DONORS + 1)]
    with room.rooms.database.read() as session:
        acts = list(session.scalars(select(AuditAct.act).order_by(AuditAct.id)))
    assert acts == ["ask_statements", "statement_seen", "mail_statements", "mail_statements"]


def test_the_set_to_print_leaves_as_one_zip_after_another_person_agreed(room: TreasuryRoom) -> None:
    status, page = _act(room, "print")
    assert (status, "not all made yet" in page) == (422, True)
    _make(room)
    status, asked = _act(room, "print")
    assert (status, asked.startswith("/treasury/approvals/")) == (303, True)
    there = f"/treasury/exports/{asked.rpartition('/')[2]}"
    treasurer = room.browser("treasurer")
    assert treasurer.send(there, {}, page="/treasury/exports").status_code == 422
    assert treasurer.send(asked, {"decision": "approve"}).status_code == 403
    assert room.browser("approver").send(asked, {"decision": "approve"}).status_code == 303
    room.street.worker().drain()
    got = treasurer.send(there, {}, page="/treasury/exports")
    assert got.headers["Content-Disposition"] == f"attachment; filename=statements-{_year(room)}.zip"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.is_streamed
    with zipfile.ZipFile(io.BytesIO(got.get_data())) as archive:
        assert archive.testzip() is None
        index, *files = archive.namelist()
        assert ON_PAPER in archive.read(index).decode("utf-8")
        assert [len(archive.read(file)) > 0 for file in files] == [True]
    got.close()
    assert list(room.rooms.settings.home.glob(".export-*")) == []


def test_a_year_that_is_not_over_has_no_statements_yet(room: TreasuryRoom) -> None:
    for act in ("ask", "mail"):
        status, page = _act(room, act, year=_year(room) + 1)
        assert (status, "is not over" in page) == (422, True)
    assert _numbers(room) == []


@pytest.mark.parametrize(("year", "act"), [("26", "ask"), ("", "ask"), ("2020", ""), ("2020", "burn")])
def test_what_is_no_wish_changes_nothing(room: TreasuryRoom, year: str, act: str) -> None:
    answer = room.browser("treasurer").send(PAGE, {"year": year, "act": act}, page=f"{PAGE}?year=2020")
    assert answer.status_code == 422
    with room.rooms.database.read() as session:
        assert session.scalars(select(OutboxRow.id).where(OutboxRow.kind == "ask_statements")).all() == []


def test_only_who_may_ask_about_documents_looks_at_one_and_only_at_a_statement(room: TreasuryRoom) -> None:
    number = _make(room)[0]
    assert room.browser("approver").get(f"{PAGE}/{number}.pdf").status_code == 403
    stale = room.browser("treasurer", fresh=False).get(f"{PAGE}/{number}.pdf")
    assert stale.headers["Location"].startswith("/treasury/step-up")
    with room.rooms.database.read() as session:
        receipt = session.scalars(select(Receipt.number).where(Receipt.series == "R").limit(1)).one()
    for other in (receipt, "S-2026-999999-0", "x"):
        assert room.browser("treasurer").get(f"{PAGE}/{other}.pdf").status_code == 404


def test_a_step_that_died_after_its_commit_is_not_taken_twice(room: TreasuryRoom) -> None:
    """Whatever of a round is carried out again, by whomever, owes nothing a second time."""
    assert _act(room, "ask")[0] == 303
    year = _year(room)
    write = room.rooms.database.write
    for _ in range(3):
        write(partial(take_step, kind="ask_statements", subject=f"{year} 0 0 0", now=room.rooms.clock.now()))
    room.street.worker().drain()
    assert len(_numbers(room)) == DONORS
    for _ in range(3):
        write(partial(take_step, kind="mail_statements", subject=f"{year} 0 0 0", now=room.rooms.clock.now()))
    room.street.worker().drain()
    assert len(_letters(room.street)) == DONORS - 1
    with room.rooms.database.read() as session:
        assert not outbox.is_due(session, now=room.rooms.clock.now())
