"""Room: migrations. Column types as the revisions know them: frozen, whatever `donations.tables` becomes later."""

from __future__ import annotations

import sqlalchemy as sa

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")
