from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from donations.donors import (
    READY,
    Choices,
    chosen_mapping,
    look_at,
    plan_import,
    read_mapping,
    ready_mapping,
    suggest_choices,
    write_mapping,
)
from donations.donors.choosing import COLUMNS_MAX, STATUSES_MAX
from donations.errors import FieldRefusedError

ZONE = ZoneInfo("America/Los_Angeles")
PAPER = (
    b"Received From;Gift Amount;Date Received;ZIP Code;Status;Remarks\n"
    b"Ada Example;1.025,00;31.12.2024;01234;Paid;\nBo Example;25,00;13.01.2025;;Failed;thanks\n"
    b"Cy Example;5,50;02.01.2025;;Strange;\n"
)


def test_a_file_nobody_mapped_is_understood_by_its_names_and_values() -> None:
    look = look_at(PAPER)
    choices = suggest_choices(look)
    assert choices.fields == ("name", "amount", "date", "postal_code", "status", "")
    assert (choices.dates, choices.amounts, choices.source) == ("day_first", "comma", "")
    assert choices.statuses == {"Paid": "taken", "Failed": "left_out", "Strange": "unknown"}
    assert look.columns[0].samples == ("Ada Example", "Bo Example", "Cy Example")
    assert look.columns[5].samples == ("thanks",)
    plan = plan_import(PAPER, chosen_mapping(look, replace(choices, source="paper-book")), zone=ZONE)
    assert [(gift.name, gift.amount_cents, str(gift.given_on)) for gift in plan.gifts] == [
        ("Ada Example", 102_500, "2024-12-31")
    ]
    assert (plan.left_out, plan.lines, [row.line for row in plan.refused]) == (1, (2,), [4])


@pytest.mark.parametrize("name", READY)
def test_an_export_of_a_system_we_know_is_known_by_its_columns(name: str) -> None:
    mapping = ready_mapping(name)
    text = ",".join(mapping.columns.values()) + ",Other\n" + "," * len(mapping.columns) + "x\n"
    choices = suggest_choices(look_at(text.encode()))
    assert choices.source == name
    assert choices.fields == (*mapping.columns, "")
    assert choices.is_utc == mapping.is_utc


def test_what_is_missing_or_chosen_twice_is_named() -> None:
    look = look_at(b"Donor,Amount,Date,Sum\nAda,5,01/02/2025,5\n")
    good = Choices(source="book", fields=("name", "amount", "date", ""), dates="month_first")
    assert chosen_mapping(look, good).columns == {"name": "Donor", "amount": "Amount", "date": "Date"}
    wrong = {
        "name": replace(good, fields=("first_name", "amount", "date", "")),
        "amount": replace(good, fields=("name", "amount", "date", "amount")),
        "date": replace(good, fields=("name", "amount", "", "")),
        "source": replace(good, source="Ada's book!"),
    }
    for name, choices in wrong.items():
        with pytest.raises(FieldRefusedError) as refusal:
            chosen_mapping(look, choices)
        assert refusal.value.field == name


def test_a_first_and_a_last_name_are_left_out_where_the_whole_name_stands() -> None:
    look = look_at(b"First Name,Last Name,Donor Name,Amount\nA,B,A B,5\n")
    assert suggest_choices(look).fields == ("", "", "name", "amount")


def test_amounts_in_whole_cents_are_read_as_cents_and_nothing_else() -> None:
    content = b"Donor,Amount,Date\nAda,2550,2025-01-02\nBo,25.50,2025-01-02\n"
    look = look_at(content)
    choices = Choices(source="book", fields=("name", "amount", "date"), amounts="cents")
    plan = plan_import(content, chosen_mapping(look, choices), zone=ZONE)
    assert ([gift.amount_cents for gift in plan.gifts], len(plan.refused)) == ([2550], 1)


def test_a_table_too_wide_and_a_status_of_too_many_words_are_refused() -> None:
    wide = ",".join(f"c{n}" for n in range(COLUMNS_MAX + 1))
    with pytest.raises(FieldRefusedError, match="columns"):
        look_at(f"{wide}\n".encode())
    rows = "".join(f"A,5,2025-01-02,word{n}\n" for n in range(STATUSES_MAX + 1))
    with pytest.raises(FieldRefusedError, match="different values"):
        suggest_choices(look_at(f"Donor,Amount,Date,Status\n{rows}".encode()))


@pytest.mark.parametrize("name", READY)
def test_a_mapping_written_down_is_read_as_it_was(name: str) -> None:
    mapping = replace(ready_mapping(name), source='a "book"\\ \x7f\n😀', amounts="cents")
    assert read_mapping(write_mapping(mapping)) == mapping
