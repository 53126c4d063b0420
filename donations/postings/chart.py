"""Room: postings. The chart of accounts: what each account holds, and what each fund may do with it.

Account rows are numbered by their account number. The database holds the same list (migrations), sealed; a test
compares the two. A pair that is not here cannot be written: the children's fund has no account for a fee.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FundName = Literal["children", "operations"]
AccountKind = Literal["asset", "liability", "net_asset", "income", "expense"]

FUND_IDS: dict[FundName, int] = {"children": 1, "operations": 2}


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `children` and `operations` hold D where that fund may debit it and C where it may credit it."""

    number: int
    path: str
    kind: AccountKind
    children: str
    operations: str
    holds: str


CHART: tuple[Account, ...] = (
    Account(1010, "assets:bank:children", "asset", "DC", "DC", "the bank account payouts arrive at"),
    Account(1020, "assets:bank:operations", "asset", "", "DC", "the other bank account"),
    Account(1030, "assets:stripe", "asset", "DC", "DC", "Stripe balance, available and pending"),
    Account(1032, "assets:stripe:disputed", "asset", "DC", "DC", "withdrawn by a dispute whose outcome is open"),
    Account(1034, "assets:stripe:reserved", "asset", "", "DC", "held back by Stripe as a reserve"),
    Account(1040, "assets:in-transit", "asset", "DC", "DC", "payouts on their way to the bank"),
    Account(1045, "assets:undeposited", "asset", "DC", "DC", "cheques and cash not yet banked"),
    Account(1050, "assets:goods", "asset", "DC", "", "gifts in kind on hand, fair value"),
    Account(2010, "liabilities:payable", "liability", "DC", "DC", "bought and not yet paid"),
    Account(2020, "liabilities:suspense", "liability", "DC", "DC", "real money whose purpose is not yet known"),
    Account(3100, "net-assets:with-restriction", "net_asset", "DC", "", "closed years of the children's fund"),
    Account(3200, "net-assets:without-restriction", "net_asset", "", "DC", "closed years of operations"),
    Account(3900, "net-assets:interfund", "net_asset", "C", "D", "what operations made whole, never the other way"),
    Account(4010, "income:gifts", "income", "DC", "DC", "gifts, gross"),
    Account(4020, "income:fee-cover", "income", "", "DC", "what donors added to cover the fee"),
    Account(4030, "income:goods", "income", "DC", "", "gifts in kind"),
    Account(4050, "income:securities-sold", "income", "DC", "", "gain or loss on securities given and sold"),
    Account(4070, "income:interest", "income", "", "DC", "interest of the bank; no gift"),
    Account(4080, "income:refunds", "income", "DC", "DC", "gifts given back, against income"),
    Account(4090, "income:chargebacks", "income", "DC", "DC", "disputes lost and late returns, against income"),
    Account(5010, "expense:clothing", "expense", "DC", "DC", "clothing bought"),
    Account(5020, "expense:goods-given", "expense", "DC", "", "goods in kind given out"),
    Account(5030, "expense:goods-discarded", "expense", "DC", "", "goods in kind that could not be given out"),
    Account(5110, "expense:processing-fees", "expense", "", "DC", "card, bank and other Stripe fees"),
    Account(5120, "expense:dispute-fees", "expense", "", "DC", "what Stripe takes for a dispute"),
    Account(5130, "expense:bank-charges", "expense", "", "DC", "what the bank takes"),
)

_BY_PATH = {account.path: account for account in CHART}


def account_named(path: str) -> Account:
    """Return the account at a path of the chart; KeyError for any other."""
    return _BY_PATH[path]


def permitted(fund: FundName, path: str) -> str:
    """Return what a fund may do with an account: D, C, DC or nothing; a reversal may do the opposite too."""
    account = _BY_PATH[path]
    return account.children if fund == "children" else account.operations
