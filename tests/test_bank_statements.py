"""A bank's file is read for its lines alone, in three formats; what is no statement is refused with a sentence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations.bank.reading import read_statement
from donations.errors import FieldRefusedError
from tests.bank_files import Told, csv_file, ofx, ofx_xml

DAY = date(2026, 11, 30)
PAID = Told(fitid="2026113001", on=DAY, cents=12_547, words="STRIPE TRANSFER ST-X1 acct 123456789012 &amp; more")
FEE = Told(fitid="f 2", on=DAY, cents=-1_200, words="MONTHLY SERVICE CHARGE", type="SRVCHG")


def test_the_three_formats_tell_the_same_days_cents_and_kinds() -> None:
    read = [read_statement(file) for file in (ofx([PAID, FEE]), ofx_xml([PAID, FEE]), csv_file([PAID, FEE]))]
    for statement in read:
        told = [(line.booked_on, line.cents, line.kind) for line in statement.lines]
        assert told == [(DAY, 12_547, "other"), (DAY, -1_200, "charge")]


def test_long_numbers_of_a_line_keep_their_last_four_digits() -> None:
    (line,) = read_statement(ofx([PAID])).lines
    assert line.words == "STRIPE TRANSFER ST-X1 acct …9012 & more"


def test_the_banks_balance_is_told() -> None:
    balance = read_statement(ofx([PAID], balance=(DAY, 99_95))).balance
    assert balance is not None
    assert (balance.on, balance.cents) == (DAY, 99_95)


def test_two_like_lines_of_a_file_without_ids_are_two_and_stay_the_same_two_in_a_longer_file() -> None:
    short = read_statement(csv_file([FEE, FEE])).lines
    longer = read_statement(csv_file([PAID, FEE, FEE, FEE])).lines
    assert len({line.key for line in short}) == 2
    assert {line.key for line in short} < {line.key for line in longer}


def test_a_csv_of_two_columns_for_credit_and_debit_is_understood() -> None:
    text = 'Date,Description,Debit,Credit\n2026-11-03,Deposit,,"1,300.00"\n2026-11-04,Cheque 7,12.50,\n'
    assert [line.cents for line in read_statement(text.encode()).lines] == [130_000, -1_250]


def test_brackets_are_a_minus() -> None:
    assert [line.cents for line in read_statement(b"Date,Amount\n11/3/26,($12.50)\n").lines] == [-1_250]


@given(
    lines=st.lists(
        st.tuples(st.integers(-(10**9), 10**9).filter(bool), st.dates(date(2020, 1, 1), date(2030, 12, 31))),
        max_size=30,
    )
)
def test_every_cent_and_day_of_a_statement_comes_through(lines: list[tuple[int, date]]) -> None:
    told = [Told(fitid=f"id-{n}", on=day, cents=cents) for n, (cents, day) in enumerate(lines)]
    for file in (ofx(told), ofx_xml(told), csv_file(told)):
        assert [(line.cents, line.booked_on) for line in read_statement(file).lines] == lines


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "choose the bank's file"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MiB"),
        (b"PK\x03\x04\x00 a spreadsheet", "not a CSV"),
        (b"Date,What\n2026-11-01,1\n", "one Amount or two"),
        (b"Date,Amount\nyesterday,1.00\n", "Line 2: 'yesterday' is no day"),
        (b"Date,Amount\n2026-02-30,1.00\n", "is no day"),
        (b"Date,Amount\n2026-11-01,1.005\n", "is no amount"),
        (b"Date,Amount\n2026-11-01,(5.00\n", "is no amount"),
        (ofx([PAID], currency="EUR"), "not in US dollars"),
        (ofx([PAID]).replace(b"125.47", b"1e5"), "no amount in whole cents"),
        (ofx([PAID]).replace(b"20261130120000", b"20261399"), "has no day"),
        (ofx([PAID, Told(fitid=PAID.fitid, on=DAY, cents=5)]), "two different lines"),
        (ofx([]).replace(b"STMTRS", b"INVSTMTRS"), "one bank account alone"),
        (ofx([PAID])[:-120], "ends in the middle"),
        (b'<?xml version="1.0"?><!DOCTYPE OFX [<!ENTITY a "b">]><OFX>&a;</OFX>', "can be read"),
    ],
)
def test_what_is_no_statement_is_refused_with_a_sentence(file: bytes, sentence: str) -> None:
    with pytest.raises(FieldRefusedError, match=sentence):
        read_statement(file)


@pytest.mark.parametrize(
    "body",
    [b"<A" + b" " * 2_000_000, b"<" * 2_000_000, (b"<A>" + b" " * 4_000) * 500, b"<A>" + b"x" * 5_000_000],
    ids=["endless tag", "only openings", "endless spaces", "endless text"],
)
def test_a_file_made_to_keep_us_busy_is_refused(body: bytes) -> None:
    # Unguarded, ofxtools' patterns took minutes for the first and 20 s for the third (8 MB).
    with pytest.raises(FieldRefusedError):
        read_statement(ofx([]).partition(b"<OFX>")[0] + b"<OFX>" + body)
