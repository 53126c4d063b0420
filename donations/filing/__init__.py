"""Room: filing. The clerk's lock and the one total order; clothing funds are opened and closed in it."""

from donations.filing.funds import (
    ClothingFundLine,
    FundState,
    close_clothing_fund,
    count_clothing_funds,
    derive_state,
    draw_clothing_fund_code,
    list_clothing_funds,
    open_clothing_funds,
    read_clothing_fund,
)
from donations.filing.idle import add_idle, idle_cents_of, read_idle_sources, take_idle
from donations.filing.order import (
    What,
    await_clerks_lock,
    file_entries,
    next_position,
    try_clerks_lock,
)
from donations.filing.places import read_places_of
from donations.filing.pool import children_cents_of, fill_from_filed, settle_designations, write_designations
from donations.filing.rows import insert_rows
from donations.ledger import first_open_day

__all__ = [
    "ClothingFundLine",
    "FundState",
    "What",
    "add_idle",
    "await_clerks_lock",
    "children_cents_of",
    "close_clothing_fund",
    "count_clothing_funds",
    "derive_state",
    "draw_clothing_fund_code",
    "file_entries",
    "fill_from_filed",
    "first_open_day",
    "idle_cents_of",
    "insert_rows",
    "list_clothing_funds",
    "next_position",
    "open_clothing_funds",
    "read_clothing_fund",
    "read_idle_sources",
    "read_places_of",
    "settle_designations",
    "take_idle",
    "try_clerks_lock",
    "write_designations",
]
