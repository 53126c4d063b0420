"""Room: reporting. The questions treasurer, board and public ask of the book; it reads, and writes nothing but files.

The one exception is `publish`, which freezes a report. No public figure is anything but a query over the ledger.
"""

from donations.reporting.exports import Exported, export
from donations.reporting.periods import Period, parse_period
from donations.reporting.promise import Promise, promise_is_kept, read_promise

__all__ = ["Exported", "Period", "Promise", "export", "parse_period", "promise_is_kept", "read_promise"]
