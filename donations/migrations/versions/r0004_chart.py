"""The funds, the chart of accounts, the list of what each fund may do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import WHOLE

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CHILDREN, OPERATIONS = 1, 2

# Number, path, kind, what the children's fund may do, what operations may do: D debit, C credit, - not at all.
CHART = (
    (1010, "assets:bank:children", "asset", "DC", "DC"),
    (1020, "assets:bank:operations", "asset", "-", "DC"),
    (1030, "assets:stripe", "asset", "DC", "DC"),
    (1032, "assets:stripe:disputed", "asset", "DC", "DC"),
    (1034, "assets:stripe:reserved", "asset", "-", "DC"),
    (1040, "assets:in-transit", "asset", "DC", "DC"),
    (1045, "assets:undeposited", "asset", "DC", "DC"),
    (1050, "assets:goods", "asset", "DC", "-"),
    (2010, "liabilities:payable", "liability", "DC", "DC"),
    (2020, "liabilities:suspense", "liability", "DC", "DC"),
    (3100, "net-assets:with-restriction", "net_asset", "DC", "-"),
    (3200, "net-assets:without-restriction", "net_asset", "-", "DC"),
    (3900, "net-assets:interfund", "net_asset", "C", "D"),
    (4010, "income:gifts", "income", "DC", "DC"),
    (4020, "income:fee-cover", "income", "-", "DC"),
    (4030, "income:goods", "income", "DC", "-"),
    (4050, "income:securities-sold", "income", "DC", "-"),
    (4070, "income:interest", "income", "-", "DC"),
    (4080, "income:refunds", "income", "DC", "DC"),
    (4090, "income:chargebacks", "income", "DC", "DC"),
    (5010, "expense:clothing", "expense", "DC", "DC"),
    (5020, "expense:goods-given", "expense", "DC", "-"),
    (5030, "expense:goods-discarded", "expense", "DC", "-"),
    (5110, "expense:processing-fees", "expense", "-", "DC"),
    (5120, "expense:dispute-fees", "expense", "-", "DC"),
    (5130, "expense:bank-charges", "expense", "-", "DC"),
)


def upgrade() -> None:
    """Write the fixed rows; `r0099_guards` seals them."""
    op.bulk_insert(
        sa.table("fund", sa.column("id", WHOLE), sa.column("name", sa.Text()), sa.column("restricted", WHOLE)),
        [
            {"id": CHILDREN, "name": "children", "restricted": 1},
            {"id": OPERATIONS, "name": "operations", "restricted": 0},
        ],
    )
    op.bulk_insert(
        sa.table(
            "account",
            sa.column("id", WHOLE),
            sa.column("number", WHOLE),
            sa.column("path", sa.Text()),
            sa.column("kind", sa.Text()),
        ),
        [{"id": number, "number": number, "path": path, "kind": kind} for number, path, kind, *_ in CHART],
    )
    op.bulk_insert(
        sa.table(
            "fund_account",
            sa.column("fund_id", WHOLE),
            sa.column("account_id", WHOLE),
            sa.column("may_debit", WHOLE),
            sa.column("may_credit", WHOLE),
        ),
        [
            {"fund_id": fund, "account_id": number, "may_debit": int("D" in may), "may_credit": int("C" in may)}
            for number, _, _, children, operations in CHART
            for fund, may in ((CHILDREN, children), (OPERATIONS, operations))
            if may != "-"
        ],
    )
