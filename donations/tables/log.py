"""Room: tables. The public log of the books: lines, the hashes of full tiles, checkpoints; and what opens a line.

All but `leaf_nonce` and what ties a line to its gift is public. A nonce that is gone leaves its line standing for
ever, and nobody can tell any more whose it was, but a donor who kept the receipt.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text, text

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Day, Instant, Whole, metadata

log_leaf = Table(
    "log_leaf",
    metadata,
    Column("idx", Whole, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("line", Text, nullable=False),
    # What it tells of, once: `entry/12/0`, `gift/7/2`, `receipt/R-…`, `void/3`, `report/2026-Q4/1`.
    Column("subject", Text, nullable=False, unique=True),
    Column("number", Text, ForeignKey("receipt.number"), unique=True),
    Column("month", Text, nullable=False),
    Column("children_cents", Whole, nullable=False),
    Column("operations_cents", Whole, nullable=False),
    Column("ref", Whole, ForeignKey("log_leaf.idx")),
    Column("gift_id", Whole, ForeignKey("gift.id")),
    Column("part", Whole, nullable=False),
    Column("parts", Whole, nullable=False),
    Column("appended_on", Day, nullable=False),
    CheckConstraint("idx >= 0", name="idx"),
    CheckConstraint("ref IS NULL OR ref < idx", name="ref"),
    CheckConstraint("part >= 1 AND part <= parts", name="part"),
    CheckConstraint(
        f"abs(children_cents) <= {CENTS_MAX} AND abs(operations_cents) <= {CENTS_MAX}"
        " AND (kind = 'balance' OR (children_cents >= 0 AND operations_cents >= 0))",
        name="cents",
    ),
    Index("ix_log_leaf_gift_id", "gift_id"),
    Index(
        "ix_log_leaf_parts",
        "idx",
        sqlite_where=text("kind = 'gift' AND parts > 1"),
        postgresql_where=text("kind = 'gift' AND parts > 1"),
    ),
    **STRICT,
)

leaf_nonce = Table(
    "leaf_nonce",
    metadata,
    Column("idx", Whole, ForeignKey("log_leaf.idx"), primary_key=True, autoincrement=False),
    Column("nonce", LargeBinary, nullable=False),
    **STRICT,
)

# The hashes of a full tile, 256 of 32 bytes: roots and proofs are told without reading the lines again.
log_tile = Table(
    "log_tile",
    metadata,
    Column("level", Whole, primary_key=True, autoincrement=False),
    Column("n", Whole, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    CheckConstraint("length(hashes) = 8192", name="full"),
    **STRICT,
)

log_checkpoint = Table(
    "log_checkpoint",
    metadata,
    Column("lines", Whole, primary_key=True, autoincrement=False),
    Column("root", Text, nullable=False),
    Column("signed", Text, nullable=False),
    Column("signed_at", Instant, nullable=False),
    CheckConstraint("lines > 0", name="lines"),
    **STRICT,
)

log_publication = Table(
    "log_publication",
    metadata,
    Column("lines", Whole, ForeignKey("log_checkpoint.lines"), primary_key=True, autoincrement=False),
    Column("published_at", Instant, nullable=False),
    **STRICT,
)

log_key = Table(
    "log_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("public", Text, nullable=False),
    Column("first_lines", Whole, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_lines", Whole),
    CheckConstraint("length(id) = 8", name="id"),
    **STRICT,
)

# How far the clerk has told of each kind of thing that happens; it decides nothing: I15 compares it with the book.
log_cursor = Table(
    "log_cursor",
    metadata,
    Column("source", Text, primary_key=True),
    Column("after", Whole, nullable=False),
    CheckConstraint("source IN ('filing', 'receipt', 'event', 'reversal')", name="source"),
    **STRICT,
)
