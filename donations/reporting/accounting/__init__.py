"""Room: reporting. The journal of a year for the accountant's own program: beancount, QuickBooks, Xero."""

from donations.reporting.accounting.beancount import write_beancount
from donations.reporting.accounting.iif import write_iif
from donations.reporting.accounting.journal import Journal, JournalEntry, JournalLine
from donations.reporting.accounting.qbo import write_qbo
from donations.reporting.accounting.xero import write_xero

PROGRAMS = {"beancount": write_beancount, "iif": write_iif, "qbo": write_qbo, "xero": write_xero}
"""What writes the journal for which program: entries written, the file whole or not at all."""

__all__ = ["PROGRAMS", "Journal", "JournalEntry", "JournalLine"]
