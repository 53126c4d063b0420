"""Room: filing. The clerk's lock and the one total order; clothing funds are opened and closed in it."""

from donations.filing.funds import (
    ClothingFundLine,
    FundState,
    close_clothing_fund,
    derive_state,
    draw_clothing_fund_code,
    list_clothing_funds,
    open_clothing_funds,
)
from donations.filing.order import What, await_clerks_lock, file_entries, next_position, try_clerks_lock
from donations.filing.pool import children_cents_of, fill_clothing_funds, read_idle_sources, write_designations
from donations.filing.rows import insert_rows

__all__ = [
    "ClothingFundLine",
    "FundState",
    "What",
    "await_clerks_lock",
    "children_cents_of",
    "close_clothing_fund",
    "derive_state",
    "draw_clothing_fund_code",
    "file_entries",
    "fill_clothing_funds",
    "insert_rows",
    "list_clothing_funds",
    "next_position",
    "open_clothing_funds",
    "read_idle_sources",
    "try_clerks_lock",
    "write_designations",
]
