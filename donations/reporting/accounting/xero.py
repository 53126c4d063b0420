"""Room: reporting. The journal as Xero's manual-journal import: a row for each line, the fund as tracking.

Columns: Xero Central, "Import manual journals" (template ManualJournal.csv); rows of one narration and day are one
journal and add up to nothing. Days as an organisation in the United States writes them. No Xero was at hand.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from donations.reporting.accounting.journal import Journal
from donations.reporting.sheets import neutralise, written_whole

_COLUMNS = (
    "*Narration",
    "*Date",
    "Description",
    "*AccountCode",
    "*TaxRate",
    "*Amount",
    "TrackingName1",
    "TrackingOption1",
)


def write_xero(journal: Journal, out: Path) -> int:
    """Write the year's entries; return how many."""
    count = 0
    with written_whole(out) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for each in journal.entries_to_be_closed():
            narration = neutralise(f"{each.kind.replace('_', ' ')} {each.source_key}")
            day = f"{each.day:%m/%d/%Y}"
            for line in each.lines:
                amount = Decimal(line.cents).scaleb(-2)
                writer.writerow(
                    (narration, day, line.account.path, line.account.number, "Tax Exempt", amount, "Fund", line.fund)
                )
            count += 1
    return count
