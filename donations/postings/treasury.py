"""Room: postings. What the treasurer books: openings, bank lines, cheques, clothing bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from donations.postings.chart import CHART, FundName
from donations.postings.entries import NewEntry, NewTransfer, lines, signed_line
from donations.postings.splitting import Parts

_BANK_CHILDREN = "assets:bank:children"
_BANK_OPERATIONS = "assets:bank:operations"
_PAYABLE = "liabilities:payable"
_UNDEPOSITED = "assets:undeposited"
_SUSPENSE = "liabilities:suspense"
_CLOTHING = "expense:clothing"
_NET_ASSETS: dict[FundName, str] = {
    "children": "net-assets:with-restriction",
    "operations": "net-assets:without-restriction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a fund holds in one account when the book begins; cents < 0 for what it owes."""

    fund: FundName
    account: str
    cents: int


def opening_balances(*, day: date, balances: Sequence[Opening], happened_at: datetime) -> NewEntry:
    """Book all opening balances of a day in one entry: each fund's assets against its net assets."""
    return NewEntry(
        kind="opening",
        source_key=f"opening/{day.isoformat()}",
        happened_at=happened_at,
        effective_on=day,
        actor="treasurer",
        transfers=lines(
            *(signed_line(each.fund, each.account, _NET_ASSETS[each.fund], each.cents) for each in balances)
        ),
    )


def opening_balance(*, day: date, fund: FundName, account: str, cents: int, happened_at: datetime) -> NewEntry:
    """Book the only opening balance of a day."""
    return opening_balances(
        day=day, balances=[Opening(fund=fund, account=account, cents=cents)], happened_at=happened_at
    )


def year_close(
    *, year: int, fund: FundName, balances: Mapping[str, int], happened_at: datetime, actor: str
) -> NewEntry | None:
    """Book a fund's income and expense accounts to its net assets on the year's last day; None if all are empty.

    `balances` are cents by account path at the end of that day, debit positive; other accounts stay as they are.
    """
    closed = [account.path for account in CHART if account.kind in {"income", "expense"}]
    moved = lines(*(signed_line(fund, _NET_ASSETS[fund], path, balances.get(path, 0)) for path in closed))
    if not moved:
        return None
    return NewEntry(
        kind="close",
        source_key=f"close/{year}/{fund}",
        happened_at=happened_at,
        effective_on=date(year, 12, 31),
        actor=actor,
        transfers=moved,
    )


def purchase(  # noqa: PLR0913  # A bill has two payers, a place and a day.
    *,
    reference: str,
    children_cents: int,
    operations_cents: int,
    paid_from: str,
    happened_at: datetime,
    effective_on: date,
    actor: str,
) -> NewEntry:
    """Book clothing bought: the children's part from their money, what exceeds the clothing fund from operations."""
    return NewEntry(
        kind="purchase",
        source_key=f"purchase/{reference}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(
            ("children", _CLOTHING, paid_from, children_cents),
            ("operations", _CLOTHING, paid_from, operations_cents),
        ),
    )


def bill_paid(  # noqa: PLR0913  # What was bought, what it owes and which time it is paid are three things.
    *,
    reference: str,
    n: int,
    transfers: Sequence[NewTransfer],
    happened_at: datetime,
    effective_on: date,
    actor: str,
) -> NewEntry:
    """Book the payment of a purchase on account: each fund pays what it owed, from the children's bank account.

    `n` is 1 unless an earlier payment was taken back.
    """
    owed = [line for line in transfers if line.credit == _PAYABLE]
    return NewEntry(
        kind="bill_paid",
        source_key=f"purchase/{reference}/paid" + (f"/{n}" if n > 1 else ""),
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(*((line.fund, _PAYABLE, _BANK_CHILDREN, line.cents) for line in owed)),
    )


def offline_gift(*, reference: str, cents: int, happened_at: datetime, effective_on: date, actor: str) -> NewEntry:
    """Book a cheque or cash gift to the children, not yet banked."""
    return NewEntry(
        kind="gift",
        source_key=f"gift/{reference}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(("children", _UNDEPOSITED, "income:gifts", cents)),
    )


def deposit(*, bank_line: str, parts: Parts, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book the bank line by which cheques, cash and wires were banked; `bank_line` is account/line."""
    return _bank_entry(
        "deposit",
        bank_line,
        happened_at,
        effective_on,
        ("children", _BANK_CHILDREN, _UNDEPOSITED, parts.children),
        ("operations", _BANK_CHILDREN, _UNDEPOSITED, parts.operations),
    )


def cheque_deposit(*, bank_line: str, cents: int, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book the same where all of it is the children's."""
    return deposit(bank_line=bank_line, parts=Parts(cents, 0), happened_at=happened_at, effective_on=effective_on)


def payout_arrival(
    *, bank_line: str, children_cents: int, operations_cents: int, happened_at: datetime, effective_on: date
) -> NewEntry:
    """Book a payout's arrival per fund; operations' share is negative when its fees exceed its income."""
    return _bank_entry(
        "payout_arrival",
        bank_line,
        happened_at,
        effective_on,
        signed_line("children", _BANK_CHILDREN, "assets:in-transit", children_cents),
        signed_line("operations", _BANK_CHILDREN, "assets:in-transit", operations_cents),
    )


def sweep(*, bank_line: str, cents: int, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book what operations paid into the children's bank account to make its own negative share there good.

    Cents < 0: what operations took of its own share there.
    """
    moved = signed_line("operations", _BANK_CHILDREN, _BANK_OPERATIONS, cents)
    return _bank_entry("sweep", bank_line, happened_at, effective_on, moved)


def bank_charge(*, bank_line: str, cents: int, place: str, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book what a bank took (cents < 0: gave back), on operations, whichever of the two accounts it took it from."""
    moved = signed_line("operations", "expense:bank-charges", place, cents)
    return _bank_entry("bank_charge", bank_line, happened_at, effective_on, moved)


def bank_interest(*, bank_line: str, cents: int, place: str, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book interest (cents < 0: taken back), no gift: operations' income, whichever account it came to."""
    moved = signed_line("operations", place, "income:interest", cents)
    return _bank_entry("interest", bank_line, happened_at, effective_on, moved)


def operations_funding(
    *, bank_line: str, cents: int, place: str, happened_at: datetime, effective_on: date
) -> NewEntry:
    """Book the charity's own money, put in from outside this book to pay fees: no gift, and never designated."""
    moved = signed_line("operations", place, "net-assets:without-restriction", cents)
    return _bank_entry("operations_funding", bank_line, happened_at, effective_on, moved)


def unknown_bank_line(  # noqa: PLR0913  # A line has a fund, a place and a day.
    *, bank_line: str, fund: FundName, cents: int, place: str, happened_at: datetime, effective_on: date
) -> NewEntry:
    """Book a line nobody can name: what came (cents > 0) or went waits in a fund's suspense."""
    moved = signed_line(fund, place, _SUSPENSE, cents)
    return _bank_entry("suspense", bank_line, happened_at, effective_on, moved)


def suspense_sent_back(
    *, bank_line: str, parts: Parts, place: str, happened_at: datetime, effective_on: date
) -> NewEntry:
    """Book the line by which money of suspense left again to whoever had sent it."""
    return _bank_entry(
        "suspense_returned",
        bank_line,
        happened_at,
        effective_on,
        ("children", _SUSPENSE, place, parts.children),
        ("operations", _SUSPENSE, place, parts.operations),
    )


def cleared_suspense(  # noqa: PLR0913  # Every amount and name is read from the treasurer's decision.
    *,
    suspense_key: str,
    n: int,
    cents: int,
    account: str,
    happened_at: datetime,
    effective_on: date,
    actor: str,
) -> NewEntry:
    """Book what came (cents > 0) into operations' suspense as less of a cost, or what went (< 0) as the cost."""
    return NewEntry(
        kind="suspense_cleared",
        source_key=f"suspense/{suspense_key}/resolved/{n}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(signed_line("operations", _SUSPENSE, account, cents)),
    )


def returned_cheque(*, bank_line: str, parts: Parts, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book the line by which the bank took a deposited cheque back."""
    return _bank_entry(
        "late_return",
        bank_line,
        happened_at,
        effective_on,
        ("children", "income:chargebacks", _BANK_CHILDREN, parts.children),
        ("operations", "income:chargebacks", _BANK_CHILDREN, parts.operations),
    )


def _bank_entry(
    kind: str, bank_line: str, happened_at: datetime, effective_on: date, *wanted: tuple[FundName, str, str, int]
) -> NewEntry:
    return NewEntry(
        kind=kind,
        source_key=f"bank/{bank_line}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="bank",
        transfers=lines(*wanted),
    )
