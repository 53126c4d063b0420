"""Room: bank. Reads a file of the bank's, whichever kind it is."""

from __future__ import annotations

from donations.bank.csv_statement import read_csv_statement
from donations.bank.ofx import is_ofx, read_ofx
from donations.bank.statement import FILE_MAX, Statement, refused


def read_statement(content: bytes) -> Statement:
    """Return the statement in an OFX, QFX or CSV file; raises `FieldRefusedError` with the reason."""
    if not content:
        raise refused("Please choose the bank's file.")
    if len(content) > FILE_MAX:
        raise refused("This file is larger than 10 MiB. Please export a shorter time.")
    return read_ofx(content) if is_ofx(content) else read_csv_statement(content)
