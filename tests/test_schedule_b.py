"""Schedule B: each donor once, gifts too small left out, every rule with its source, and line 1h tied to 0.00."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from donations import donors, ledger, postings
from donations.audit_log import COMMAND
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.offline.facts import OfflineWish
from donations.offline.recording import record_gift
from donations.reporting import ScheduleB, export, part_eight, schedule_b
from donations.reporting.schedule_b import _Gift, _is_above
from donations.tables import Donor
from tests.clerk_room import NOON, Giving, settle_all, tick
from tests.reporting_room import noon_of
from tests.returning_room import give_back
from tests.test_offline import HAND, TODAY

YEAR: Final = 2026
HOME: Final = {"address_line1": "1 Elm Street", "city": "Reno", "region": "NV", "postal_code": "01234"}
FORM: Final = "Form 990, Schedule B"
AMOUNTS: Final = ("person", "payroll", "noncash", "total")
BIG: Final = Giving(name="Big Giver", email="big@example.org", cents=600_000, address=HOME)


def _found(book: Database, year: int = YEAR) -> ScheduleB:
    with book.read() as session:
        return schedule_b(session, year)


def _rest(found: ScheduleB) -> dict[str, int]:
    return {code: cents for code, _, cents in found.rest if cents}


def _reference(book: Database, email: str) -> str:
    with book.read() as session:
        return session.scalars(select(Donor.reference).where(Donor.email == email)).one()


def test_a_donor_of_five_thousand_is_listed_and_everything_else_ties_to_line_1h(book: Database) -> None:
    near = Giving(name="Near", email="near@example.org", cents=499_999)
    small = Giving(name="Small", email="small@example.org", cents=99_999)
    settle_all(book, BIG, near, small, Giving(name="At", email="at@example.org", cents=500_000))
    found = _found(book)
    assert [(one.total_cents, one.gifts, one.above_special) for one in found.listed] == [
        (600_000, 1, True),
        (500_000, 1, False),
    ]
    assert _rest(found) == {"others": 499_999, "small": 99_999}
    with book.read() as session:
        assert found.line_1h_cents == part_eight(session, YEAR).line_1h_cents == 1_699_998
    assert found.difference_cents == 0


def test_gifts_below_a_thousand_are_not_added_up(book: Database) -> None:
    settle_all(book, *[Giving(cents=99_999) for _ in range(9)])
    assert (_found(book).listed, _rest(_found(book))) == ((), {"small": 899_991})
    settle_all(book, Giving(cents=250_000), Giving(cents=250_000), first=50)
    (one,) = _found(book).listed
    assert (one.gifts, one.total_cents, _rest(_found(book))) == (2, 500_000, {"small": 899_991})


def test_joined_rows_are_one_donor_and_taken_apart_two(book: Database) -> None:
    halves = [Giving(name=f"Half {n}", email=f"h{n}@example.org", cents=300_000, address=HOME) for n in (1, 2)]
    settle_all(book, *halves)
    assert _found(book).listed == ()
    one, other = (_reference(book, each.email) for each in halves)
    merged = book.write(lambda s: donors.merge(s, COMMAND, other, one, reason="same_person", now=NOON))
    (listed,) = _found(book).listed
    assert (listed.reference, listed.gifts, listed.total_cents) == (one, 2, 600_000)
    book.write(lambda s: donors.unmerge(s, COMMAND, merged, now=NOON + timedelta(days=1)))
    assert (_found(book).listed, _rest(_found(book))) == ((), {"others": 600_000})


def test_what_went_back_in_the_year_is_not_a_contribution_and_next_years_return_is_a_line_of_its_own(
    book: Database,
) -> None:
    settle_all(book, BIG)
    tick(book)
    give_back(book, 1, 50_000, at=noon_of(date(YEAR, 12, 1)))
    assert [one.total_cents for one in _found(book).listed] == [550_000]
    give_back(book, 1, 60_000, key="re_2", at=noon_of(date(YEAR + 1, 2, 1)))
    assert [one.total_cents for one in _found(book).listed] == [550_000]
    later = _found(book, YEAR + 1)
    assert (later.listed, _rest(later), later.line_1h_cents) == ((), {"earlier": -60_000}, -60_000)
    assert later.difference_cents == 0


def test_payroll_stands_in_its_own_column_and_goods_of_no_gift_in_a_line(book: Database) -> None:
    wage = OfflineWish(kind="payroll", amount_cents=700_000, name="Pay Giver", received_on=TODAY)
    book.write(lambda session: record_gift(session, wish=wage, hand=HAND))
    goods = postings.NewEntry(
        kind="goods",
        source_key="goods/1/in",
        happened_at=NOON,
        effective_on=TODAY,
        actor="treasurer",
        transfers=(postings.NewTransfer("children", "assets:goods", "income:goods", 4_500),),
    )
    book.write(lambda session: ledger.post(session, goods, recorded_at=NOON))
    found = _found(book)
    assert [(one.person_cents, one.payroll_cents, one.noncash_cents) for one in found.listed] == [(0, 700_000, 0)]
    assert (_rest(found), found.line_1h_cents, found.difference_cents) == ({"no_gift": 4_500}, 704_500, 0)


def test_the_special_rule_wants_more_than_two_percent_of_line_1h_and_more_than_five_thousand() -> None:
    def above(cents: int, line_1h: int) -> bool:
        return _is_above([_Gift(donor_id=1, method="card", money_cents=cents, goods_cents=0)], 500_000, line_1h)

    assert not above(500_000, 0)
    assert above(500_001, 0)
    assert not above(1_100_000, 70_000_000)
    assert not above(1_400_000, 70_000_000)
    assert above(1_400_001, 70_000_000)


def _sheet(book: Database, folder: Path, what: str) -> list[dict[str, str]]:
    out = folder / f"{what}.csv"
    export(book.read, what, year=YEAR, sheet_format="csv", out=out)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_file_prints_each_rule_with_its_source_and_ends_at_nothing(book: Database, tmp_path: Path) -> None:
    settle_all(book, BIG)
    rows = _sheet(book, tmp_path, "schedule-b")
    assert [row["total"] for row in rows if row["line"] == "rule"] == ["5000.00", "5000.00", "1000.00"]
    assert all(FORM in row["note"] for row in rows if row["line"] == "rule")
    assert (rows[-2]["line"], rows[-2]["total"]) == ("1h", "6000.00")
    assert (rows[-1]["line"], rows[-1]["total"]) == ("difference", "0.00")
    listed = [row for row in rows if row["donor"]]
    assert [(row["line"], row["person"], row["total"]) for row in listed] == [("1", "6000.00", "6000.00")]


def test_a_reviewers_file_names_nobody_and_the_filers_has_the_address_with_its_zeros(
    book: Database, tmp_path: Path
) -> None:
    settle_all(book, BIG)
    for row in _sheet(book, tmp_path, "schedule-b"):
        assert set(row) == {"line", "donor", "gifts", *AMOUNTS, "above_special", "note"}
        assert not {"Big Giver", *HOME.values()} & set(row.values())
    (named,) = [row for row in _sheet(book, tmp_path, "schedule-b-names") if row["donor"]]
    assert (named["name"], named["postal_code"], named["total"]) == ("Big Giver", "01234", "6000.00")


def test_the_workbook_adds_up_to_line_1h(book: Database, tmp_path: Path) -> None:
    settle_all(book, BIG, Giving(cents=200_000))
    out = tmp_path / "b.xlsx"
    made = export(book.read, "schedule-b", year=YEAR, sheet_format="xlsx", out=out)
    assert made.totals_cents == {"listed": 600_000, "not_listed": 200_000, "1h": 800_000, "difference": 0}
    page = openpyxl.load_workbook(out).active
    assert page is not None
    head, *rows = page.iter_rows(values_only=True)
    place = head.index("total")
    told = {str(row[0]): row[place] for row in rows}
    parts = [row[place] for row in rows if row[0] not in {"rule", "1h", "difference"}]
    assert sum(round(float(str(cents)) * 100) for cents in parts) == round(float(str(told["1h"])) * 100) == 800_000


def test_only_sheets_are_formats_of_it(book: Database, tmp_path: Path) -> None:
    with pytest.raises(FieldRefusedError, match="csv, xlsx, json"):
        export(book.read, "schedule-b", year=YEAR, sheet_format="iif", out=tmp_path / "x")


@given(cents=st.integers(1, 10**9), line_1h=st.integers(0, 10**10))
def test_who_is_above_the_special_rule_is_also_above_the_general_one(cents: int, line_1h: int) -> None:
    gifts = [_Gift(donor_id=1, method="card", money_cents=cents, goods_cents=0)]
    assert _is_above(gifts, 500_000, line_1h) == (cents > 500_000 and cents > line_1h * 2 / 100)
