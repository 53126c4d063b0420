"""Interest of the bank and the charity's own money: operations' at once, no gift, and never the children's."""

from __future__ import annotations

from typing import Literal

import pytest
from sqlalchemy import select

from donations.bank.accepting import Saying
from donations.bank.matching import Act
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.reporting import part_eight, tie_out
from donations.tables import Gift, designation
from tests.bank_files import Told
from tests.bank_room import TODAY, accept, agreement_of, assert_sound, balance, take
from tests.clerk_room import open_funds, tick

_ACCOUNTS: tuple[Literal["children", "operations"], ...] = ("children", "operations")


@pytest.mark.parametrize("account", _ACCOUNTS)
@pytest.mark.parametrize(
    ("act", "path"), [("interest", "income:interest"), ("funding", "net-assets:without-restriction")]
)
def test_it_is_operations_wherever_it_came_and_fills_no_clothing_fund(
    book: Database, account: Literal["children", "operations"], act: Act, path: str
) -> None:
    open_funds(book, funds=1)
    take(book, Told(fitid="1", on=TODAY, cents=2_500), account=account)
    accept(book, Saying(act=act))
    tick(book)
    assert_sound(book)
    assert balance(book, "operations", f"assets:bank:{account}") == 2_500
    assert balance(book, "operations", path) == -2_500
    assert balance(book, "children", "assets:bank:children") == 0
    assert agreement_of(book, account).difference_cents == 0 or agreement_of(book, account).bank_cents is None
    with book.read() as session:
        assert session.scalars(select(designation)).all() == []
        assert session.scalars(select(Gift)).all() == []


def test_interest_is_line_3_of_the_form_and_no_contribution(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=2_500), Told(fitid="2", on=TODAY, cents=-100))
    accept(book, Saying(act="interest"))
    accept(book, Saying(act="interest"))
    with book.read() as session:
        form, tie = part_eight(session, TODAY.year), tie_out(session, TODAY.year)
    assert (form.line_3_cents, form.line_1h_cents) == (2_400, 0)
    assert (tie.e_cents, tie.difference_cents) == (0, 0)


def test_what_leaves_funds_nothing(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=-2_500))
    with pytest.raises(FieldRefusedError, match="Money that left funds nothing"):
        accept(book, Saying(act="funding"))
    assert balance(book, "operations", "assets:bank:children") == 0
