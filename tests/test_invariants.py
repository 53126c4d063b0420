"""Somebody with the file itself, guards torn off, breaks the book: the audit names what broke and the rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, create_engine, event, insert, text
from sqlalchemy.orm import Session

from donations import invariants, postings
from donations.database import Database
from donations.invariants import Check, broken_hard_invariants
from donations.tables import (
    Donor,
    Gift,
    GiftSettlement,
    clothing_fund,
    designation,
    filing,
    stripe_balance_transaction,
)
from tests.money_facts import NOW, TODAY, WHEN, fee, gift, post

ENTRY = (
    "INSERT INTO entry (id, kind, source_key, happened_at, effective_on, recorded_at, reverses, n_transfers, actor)"
    " VALUES ({id}, '{kind}', '{key}', '2026-11-22T00:00:00.000000Z', '{day}', '2026-11-22T18:30:15.250000Z',"
    " {reverses}, 1, 'mallory')"
)
LINE = "INSERT INTO transfer VALUES ({id}, 1, {fund}, {debit}, {credit}, {cents})"
FUND = (
    "INSERT INTO clothing_fund (id, code, queue_no, opened_on, target_cents, designated_cents, spent_cents, closed)"
    " VALUES (77, 'CF-0000000077', {queue_no}, '2026-11-22', 13000, {designated}, 0, {closed})"
)
RECEIPT = (
    "INSERT INTO receipt (series, year, n, number, kind, gift_id, donor_id, tax_year, amount_cents, issued_on,"
    " issued_at, facts_sha256, verify_token) VALUES ('R', 2026, {n}, 'R-2026-{n}', 'gift_receipt', {gift}, 1, 2026,"
    " 13000, '2026-11-22', '2026-11-22T00:00:00.000000Z', 'x', 'v{n}')"
)


GOODS = "INSERT INTO goods_gift VALUES (1, 'goods', 'here')"
ITEM = "INSERT INTO goods_item VALUES (1, 1, 1, 'coats', 2, 'new', '', 10)"
GONE = (
    "INSERT INTO goods_out VALUES (1, 'o', 'given', '2026-11-22', 0, 0, 'approved', 'ada',"
    " '2026-11-22T00:00:00.000000Z', 'ben', '2026-11-22T00:00:00.000000Z', 900)"
)
"""Three of two things: what is left is worth less than nothing, by as much as the forged entry took."""
RETURNED_WHOLE = (
    "INSERT INTO returned VALUES (3, 1, 13000, 420, 'refund', NULL)",
    "INSERT INTO filing VALUES (9, 'return', 3, NULL)",
)
EVENT = (
    "INSERT INTO receipt_event (id, number, kind, reason_code, recorded_at)"
    " VALUES ({id}, 'R-2026-1', '{kind}', 'refund', '2026-11-22T00:00:00.000000Z')"
)


def forged(  # noqa: PLR0913  # A transfer is six facts.
    fund: int,
    debit: int,
    credit: int,
    cents: int = 5,
    *,
    key: str = "forged",
    kind: str = "raw",
    reverses: str = "NULL",
) -> list[str]:
    """Return the SQL of an entry of one transfer, as a forger would write it."""
    entry = ENTRY.format(id=900, kind=kind, key=key, day=TODAY, reverses=reverses)
    return [entry, LINE.format(id=900, fund=fund, debit=debit, credit=credit, cents=cents)]


SABOTAGE: dict[str, tuple[str, list[str]]] = {
    "a transfer is missing": ("I2", ["DELETE FROM transfer WHERE entry_id = 1"]),
    "children's money is taken as made whole": ("I3", forged(1, 3900, 1010)),
    "children's money is in the operations bank": ("I4", forged(1, 1020, 4010)),
    "a forbidden direction is used": ("I4", forged(2, 1010, 3900)),
    "the children pay a fee": ("I5", forged(1, 5110, 1030)),
    "operations owes more than it has": ("I6", forged(2, 5130, 1020, 1_000_000)),
    "more is promised than there is": (
        "I7",
        ["UPDATE clothing_fund SET target_cents = 1000000, designated_cents = 1000000"],
    ),
    "a gift is designated twice": (
        "I8",
        [
            (
                "INSERT INTO designation (source_entry_id, clothing_fund_id, cents, reason, effective_on)"
                " VALUES (2, 1, 5, 'fill', '2026-11-22')"
            )
        ],
    ),
    "cents are idle while a fund is short": (
        "I8",
        [
            *forged(1, 1030, 4010),
            "INSERT INTO filing VALUES (9, 'gift', 900, NULL)",
            FUND.format(queue_no=9, designated=0, closed=0),
        ],
    ),
    "cents went back that a fund still holds": (
        "I8",
        [
            "INSERT INTO returned VALUES (3, 1, 5, 0, 'refund', NULL)",
            "INSERT INTO filing VALUES (9, 'return', 3, NULL)",
        ],
    ),
    "operations makes whole what never went back": (
        "I8",
        [
            *forged(1, 1010, 3900, 6, key="make-whole/btxn/txn_1"),
            "INSERT INTO returned VALUES (3, 1, 5, 0, 'refund', NULL)",
            "INSERT INTO filing VALUES (8, 'return', 3, NULL)",
            "INSERT INTO filing VALUES (9, 'make_whole', 900, NULL)",
        ],
    ),
    "a make-whole has no cause": (
        "I8",
        [
            *forged(1, 1010, 3900, 5, key="make-whole/btxn/txn_9"),
            "INSERT INTO filing VALUES (9, 'make_whole', 900, NULL)",
        ],
    ),
    "cents are called idle that a fund holds": ("I9", ["INSERT INTO idle_source VALUES (2, 2, 5)"]),
    "idle cents are forgotten": (
        "I9",
        [*forged(1, 1030, 4010), "INSERT INTO filing VALUES (9, 'gift', 900, NULL)"],
    ),
    "income never reached the clerk": ("I8", forged(1, 1030, 4010)),
    "a sum beside a fund lies": ("I9", ["UPDATE clothing_fund SET spent_cents = 5"]),
    "a purchase is of no fund": ("I9", forged(1, 5010, 1010)),
    "a younger fund was filled first": ("I10", [FUND.format(queue_no=-1, designated=0, closed=0)]),
    "a number is missing": ("I11", [RECEIPT.format(n=2, gift=1)]),
    "a number has no frozen facts": ("I11", [RECEIPT.format(n=1, gift=1)]),
    "a number was given out of turn": ("I11", [RECEIPT.format(n=1, gift=1), "DELETE FROM filing WHERE entry_id = 2"]),
    "a settled gift lies nowhere": ("I11", ["DELETE FROM filing WHERE entry_id = 2"]),
    "a valid receipt stands for money that went back": (
        "I11",
        [RECEIPT.format(n=1, gift=1), *RETURNED_WHOLE],
    ),
    "a hold has run out while the money is gone": (
        "I11",
        [
            RECEIPT.format(n=1, gift=1),
            *RETURNED_WHOLE,
            EVENT.format(id=1, kind="hold"),
            EVENT.format(id=2, kind="unhold"),
        ],
    ),
    "a receipt is void twice": (
        "I11",
        [RECEIPT.format(n=1, gift=1), EVENT.format(id=1, kind="void"), EVENT.format(id=2, kind="void")],
    ),
    "Stripe says another fee": ("I12", ["UPDATE stripe_balance_transaction SET fee_cents = 5"]),
    "a fee is booked that Stripe never took": ("I12", forged(2, 5110, 1030, key="btxn/txn_9")),
    "the bank says something else": (
        "I14",
        ["INSERT INTO bank_assertion VALUES (1020, '2026-11-30', 5, 'statement')"],
    ),
    "a line of the bank moves other cents than its entry": (
        "I14",
        [
            (
                "INSERT INTO bank_line VALUES"
                " (1, 'l_1', 1010, 'k', '2026-11-22', 7, 'other', '', '2026-11-22T00:00:00.000000Z')"
            ),
            *forged(1, 1010, 4010),
            "INSERT INTO bank_match VALUES (1, 1010, 900, 'deposit', 'ada', '2026-11-22T00:00:00.000000Z')",
        ],
    ),
    "an entry lies in a closed period": (
        "I17",
        [
            (
                "INSERT INTO period (id, closed_through, state, actor, recorded_at)"
                " VALUES (1, '2026-11-30', 'closed', 'ada', '2026-11-01T00:00:00.000000Z')"
            )
        ],
    ),
    "a reversal is no mirror": ("I17", forged(1, 4010, 1030, 12_999, reverses="2")),
    "the book holds goods that nobody gave": ("I18", forged(1, 1050, 4030)),
    "goods are on hand that the book does not hold": ("I18", [GOODS, ITEM]),
    "more goods left than came, and the book agrees": (
        "I18",
        [GOODS, ITEM, *forged(1, 5020, 1050, 5), GONE, "INSERT INTO goods_out_line VALUES (1, 1, 3)"],
    ),
    "a closed fund keeps unspent cents": ("P2", ["UPDATE clothing_fund SET closed = 1"]),
}


SAID = {
    "cents went back that a fund still holds": (
        "no source is designated beyond what it holds, and nothing else is a source"
    ),
    "operations makes whole what never went back": "operations makes no more of a gift whole than went back of it",
    "a make-whole has no cause": "every make-whole is of a fact that is filed",
    "cents are called idle that a fund holds": "the idle pool is what each source holds and no clothing fund does",
    "idle cents are forgotten": "the idle pool is what each source holds and no clothing fund does",
    "a hold has run out while the money is gone": "no valid receipt for a gift fully returned in its own tax year",
    "a receipt is void twice": "no document is void twice, held twice, or released without a hold",
}
"""Which of several queries under one number must be the one that finds it."""


@pytest.fixture
def healthy(database: Database) -> Database:
    """Write a small true history: operations funded, one gift settled, filed and designated, its fee taken."""
    opening = postings.opening_balance(
        day=TODAY, fund="operations", account="assets:bank:operations", cents=50_000, happened_at=NOW
    )
    post(database, opening, gift(cover=420), fee(cents=407))
    database.write(_settle)
    database.write(_file)
    return database


def _settle(session: Session) -> None:
    session.execute(insert(Donor).values(id=1, reference="d", name="A", email="a@x", email_key="a", name_key="a"))
    promise = {"amount_cents": 13_000, "fee_cover_cents": 420, "anonymous": 0, "origin": "web", "promised_at": NOW}
    hashes = {"form_token_hash": "f", "thanks_token_hash": "t", "control_statement_version": "control-2026-1"}
    session.execute(insert(Gift).values(id=1, reference="g", **promise, **hashes))
    kept = {"charge_id": "ch_1", "source_key": "charge/ch_1", "entry_id": 2, "donor_id": 1, "method": "card"}
    days = {"gift_on": TODAY, "gift_on_basis": "charged", "charged_at": NOW, "settled_at": NOW}
    session.execute(insert(GiftSettlement).values(gift_id=1, **kept, **days))
    said = {"id": "txn_1", "type": "charge", "reporting_category": "charge", "amount_cents": 13_420, "fee_cents": 407}
    source = {"currency": "usd", "source_id": "ch_1", "created_at": NOW, "available_on": NOW}
    session.execute(insert(stripe_balance_transaction).values(**said, **source))


def _file(session: Session) -> None:
    session.execute(
        insert(clothing_fund).values(id=1, code="CF-0000000001", queue_no=1, opened_on=TODAY, target_cents=13_000)
    )
    session.execute(insert(filing).values(position=1, what="opened", clothing_fund_id=1))
    session.execute(insert(filing).values(position=2, what="gift", entry_id=2))
    session.execute(
        insert(designation).values(
            source_entry_id=2, clothing_fund_id=1, cents=13_000, reason="fill", effective_on=TODAY
        )
    )


@contextmanager
def torn_open(database: Database) -> Iterator[Connection]:
    """Yield a connection with every guard and key out of the way, as the owner has it; undone afterwards."""
    engine = create_engine(database.url)
    if database.is_sqlite:
        event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.connect() as connection, connection.begin() as transaction:
        if database.is_sqlite:
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield connection
        transaction.rollback()
    engine.dispose()


def audited(database: Database) -> dict[str, Check]:
    with database.read() as session:
        return {check.id: check for check in invariants.audit(session)}


def test_a_true_book_has_nothing_to_name(healthy: Database) -> None:
    checks = audited(healthy)

    assert [check.id for check in checks.values() if not check.ok] == []
    assert {f"I{number}" for number in (*range(1, 13), 14, 17, 18)} <= checks.keys()


def test_each_way_to_break_the_book_is_named_with_its_rows(healthy: Database) -> None:
    for what, (broken, statements) in SABOTAGE.items():
        with torn_open(healthy) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            checks = {check.id: check for check in invariants.audit(Session(connection))}
        assert not checks[broken].ok, what
        assert SAID.get(what, "") in {row["broken"] if what in SAID else "" for row in checks[broken].rows}, what
    assert all(check.ok for check in audited(healthy).values())


def test_a_soft_rule_that_is_broken_stops_nothing_though_hard_ones_share_its_number(healthy: Database) -> None:
    frozen = "INSERT INTO frozen_facts (number, facts) VALUES ('R-2026-1', '{}')"
    with torn_open(healthy) as connection:
        for statement in (RECEIPT.format(n=1, gift=1), frozen):
            connection.exec_driver_sql(statement)
        soft = invariants.audit(Session(connection))
        connection.exec_driver_sql("DELETE FROM frozen_facts")
        both = invariants.audit(Session(connection))
    assert [row["broken"] for check in soft if not check.ok for row in check.rows] == [
        "a receipt that stands tells what of its gift was kept in its tax year"
    ]
    assert broken_hard_invariants(soft) == []
    assert [check.id for check in broken_hard_invariants(both)] == ["I11"]


def test_a_row_without_the_row_it_names_is_a_fault_of_the_file(healthy: Database) -> None:
    if not healthy.is_sqlite:
        return  # There no key can be switched off without the server's owner.
    with torn_open(healthy) as connection:
        connection.exec_driver_sql("INSERT INTO tray VALUES (4711)")
        checks = {check.id: check for check in invariants.audit(Session(connection), is_deep=True)}
    assert checks["F8"].rows[0]["table"] == "tray"
    assert audited(healthy)["F8"].ok


def test_money_that_waits_too_long_is_listed_and_money_that_moves_is_not(healthy: Database) -> None:
    post(healthy, postings.unclaimed_charge(charge_id="ch_9", cents=700, **WHEN))

    def stuck(days: int) -> Check:
        with healthy.read() as session:
            checks = invariants.audit(session, today=TODAY + timedelta(days=days))
        return next(check for check in checks if check.id == "I13")

    assert stuck(29).ok
    assert [row["old_cents"] for row in stuck(31).rows] == [700]
    assert broken_hard_invariants([stuck(31)]) == []
