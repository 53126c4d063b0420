"""What becomes of a receipt when money goes back: every row of the tax rules' life cycle, in both years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from donations import acknowledgment, archive, invariants
from donations.acknowledgment import gather_statement, list_owed_documents, read_frozen
from donations.clerk import Correction, replace_receipt
from donations.cli.playing import Street
from donations.simulator import acts, control
from donations.simulator.acts import Acted
from donations.tables import Receipt
from donations.worker import open_workshop
from receipts.facts import AnnualStatement

_GIVEN = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
_LATER = {"same": _GIVEN + timedelta(days=12), "later": datetime(2027, 2, 10, 18, 0, tzinfo=UTC)}
_FORM = {"amount": "130.00", "name": "Ada Quickname", "email": "ada@example.org"}
_WORDS = {"valid": "Valid", "replaced": "Replaced", "void": "Void", "disputed": "Under review"}


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table: what happens, and which papers there are then, in either year."""

    name: str
    happen: Callable[[Street, str], list[Acted]]
    same: str
    later: str
    letters_same: tuple[str, ...] = ()
    letters_later: tuple[str, ...] = ()
    how: str = "paid"


def _refund(street: Street, charge: str) -> list[Acted]:
    return [acts.refund(street.stripe, charge)]


def _refund_a_part(street: Street, charge: str) -> list[Acted]:
    return [acts.refund(street.stripe, charge, 3_000)]


def _refund_that_fails(street: Street, charge: str) -> list[Acted]:
    gone = acts.refund(street.stripe, charge)
    street.deliver_and_drain()
    control.advance(street.stripe, timedelta(days=2))
    return [gone, acts.fail_refund(street.stripe, gone.objects[0])]


def _dispute(street: Street, charge: str) -> list[Acted]:
    return [acts.dispute(street.stripe, charge, outcome="open")]


def _dispute_won(street: Street, charge: str) -> list[Acted]:
    return _decided(street, charge, None, is_won=True)


def _dispute_lost(street: Street, charge: str) -> list[Acted]:
    return _decided(street, charge, None, is_won=False)


def _part_lost(street: Street, charge: str) -> list[Acted]:
    return _decided(street, charge, 3_000, is_won=False)


def _decided(street: Street, charge: str, cents: int | None, *, is_won: bool) -> list[Acted]:
    opened = acts.dispute(street.stripe, charge, cents, outcome="open")
    street.deliver_and_drain()
    control.advance(street.stripe, timedelta(days=2))
    return [opened, acts.end_dispute(street.stripe, opened.objects[0], is_won=is_won)]


def _taken_back(street: Street, charge: str) -> list[Acted]:
    return [acts.end_debit(street.stripe, charge, "returned")]


_ROWS = (
    _Row("full refund", _refund, "R 13000 void", "R 13000 valid, N 13000 valid", ("void",), ("notice",)),
    _Row(
        "partial refund",
        _refund_a_part,
        "R 13000 replaced, R 10000 valid",
        "R 13000 valid, N 3000 valid",
        ("receipt",),
        ("notice",),
    ),
    _Row("dispute opened", _dispute, "R 13000 disputed", "R 13000 disputed"),
    _Row(
        "refund failed",
        _refund_that_fails,
        "R 13000 replaced, R 13000 valid",
        "R 13000 valid, N 13000 replaced, N 13000 valid",
        ("receipt", "void"),
        ("notice", "notice"),
    ),
    _Row("dispute won", _dispute_won, "R 13000 valid", "R 13000 valid"),
    _Row("dispute lost", _dispute_lost, "R 13000 void", "R 13000 valid, N 13000 valid", ("void",), ("notice",)),
    _Row(
        "part of a dispute lost",
        _part_lost,
        "R 13000 replaced, R 10000 valid",
        "R 13000 valid, N 3000 valid",
        ("receipt",),
        ("notice",),
    ),
    _Row(
        "ACH return", _taken_back, "R 13000 void", "R 13000 valid, N 13000 valid", ("void",), ("notice",), "debited"
    ),
)


@pytest.mark.parametrize("year", ["same", "later"])
@pytest.mark.parametrize("row", _ROWS, ids=[row.name for row in _ROWS])
def test_every_row_of_the_life_cycle_leaves_the_papers_the_tax_rules_name(
    street: Street, row: _Row, year: str
) -> None:
    charge = _give(street, row.how)
    control.set_clock(street.stripe, _LATER[year])
    before = _letters(street)
    happened = row.happen(street, charge)
    street.deliver_and_drain()
    papers = _papers(street)
    assert ", ".join(f"{p.series} {p.amount_cents} {_status(street, p.number)}" for p in papers) == getattr(row, year)
    assert _document_letters(list((Counter(_letters(street)) - Counter(before)).elements())) == sorted(
        getattr(row, f"letters_{year}")
    )
    _assert_nothing_is_owed(street)
    _assert_pages(street, papers)
    _assert_statement_ties(street, donor_id=papers[0].donor_id)
    for event in (event for acted in happened for event in acted.events):
        control.resend(street.stripe, event)
    street.deliver_and_drain()
    assert [paper.number for paper in _papers(street)] == [paper.number for paper in papers]
    assert _documents_of(street, "R") + _documents_of(street, "N") == len(papers)


def test_a_statement_that_went_out_is_corrected_or_void_and_one_of_two_gifts_lists_both(street: Street) -> None:
    first, _ = _give(street), _give(street)
    year, donor_id = 2026, _papers(street)[0].donor_id
    statement = _ask(street, donor_id, year)
    assert [row.amount_cents for row in statement.rows] == [13_000, 13_000]
    assert len({row.gift_on for row in statement.rows}) == 1
    assert statement.total_cents == 26_000
    acts.refund(street.stripe, first, 3_000)
    street.deliver_and_drain()
    corrected = _ask(street, donor_id, year)
    assert (corrected.replaces, corrected.total_cents) == (statement.number, 23_000)
    assert [(row.was_cents, row.now_cents) for row in corrected.differences] == [(13_000, 10_000)]
    _assert_statement_ties(street, donor_id=donor_id)


def test_a_donor_with_nothing_net_gets_no_statement_and_one_that_went_out_is_void(street: Street) -> None:
    charge = _give(street)
    donor_id = _papers(street)[0].donor_id
    statement = _ask(street, donor_id, 2026)
    acts.refund(street.stripe, charge)
    street.deliver_and_drain()
    _request(street, donor_id, 2026)
    assert _documents_of(street, "S") == 1
    assert _status(street, statement.number) == "void"


def test_the_later_correction_says_in_its_mail_that_it_may_come_too_late(street: Street) -> None:
    _give(street)
    control.set_clock(street.stripe, datetime(2027, 4, 20, 18, 0, tzinfo=UTC))
    with street.rooms.database.read() as session:
        number = session.scalars(select(Receipt.number)).one()
    desk, wish = open_workshop(street.rooms).desk(), Correction(reason="misspelt_name", name="Ada Quick-Name")
    street.rooms.database.write(lambda session: replace_receipt(session, desk, number, wish))
    street.deliver_and_drain()
    letter = _letters(street)[-1]
    assert "It may come too late" in " ".join(letter.split())


def _give(street: Street, how: str = "paid") -> str:
    given = street.give(_FORM, how=how, at=_GIVEN)  # type: ignore[arg-type]  # A word of the table.
    assert given.played is not None
    charge = given.played.charge_id
    assert charge is not None
    if how == "debited":
        acts.end_debit(street.stripe, charge, "paid")
    street.deliver_and_drain()
    return charge


def _papers(street: Street) -> list[Receipt]:
    with street.rooms.database.read() as session:
        found = session.scalars(
            select(Receipt)
            .where(Receipt.series.in_(("R", "N")))
            .order_by(Receipt.series.desc(), Receipt.year, Receipt.n)
        ).all()
        session.expunge_all()
    return list(found)


def _status(street: Street, number: str) -> str:
    with street.rooms.database.read() as session:
        return archive.stand_of(session, archive.find_document(session, number)).status


def _documents_of(street: Street, series: str) -> int:
    with street.rooms.database.read() as session:
        return session.scalar(select(func.count()).select_from(Receipt).where(Receipt.series == series)) or 0


def _letters(street: Street) -> list[str]:
    """Return every letter as Message-ID and text, in the order they were sent."""
    folder = street.rooms.settings.home / "mail" / "new"
    letters = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    ]
    return [f"{each['Message-ID']}\n{_text_of(each)}" for each in letters]


def _text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _document_letters(letters: list[str]) -> list[str]:
    """Return which kind of letter about a document each is; letters on the money itself are left out."""
    kinds = [letter.split(".")[1] for letter in letters]
    return sorted(kind for kind in kinds if kind in {"receipt", "notice", "void"})


def _assert_nothing_is_owed(street: Street) -> None:
    with street.rooms.database.read() as session:
        assert list_owed_documents(session) == []
        assert [check for check in invariants.audit(session) if not check.ok and check.is_hard] == []


def _assert_pages(street: Street, papers: list[Receipt]) -> None:
    """Look each paper up: its word, the newest number of its chain, and nobody's name."""
    for paper in papers:
        answer = street.door.get(f"/v/{paper.verify_token}", base_url=street.rooms.settings.base_url)
        page = answer.get_data(as_text=True)
        assert f"</svg>{_WORDS[_status(street, paper.number)]}</h1>" in page
        assert paper.number in page
        assert not any(word in page for word in ("Quickname", "ada@"))
        assert answer.headers["X-Robots-Tag"] == "noindex"


def _ask(street: Street, donor_id: int, year: int) -> AnnualStatement:
    _request(street, donor_id, year)
    with street.rooms.database.read() as session:
        number = session.scalars(
            select(Receipt.number).where(Receipt.series == "S").order_by(Receipt.n.desc()).limit(1)
        ).one()
        document = read_frozen(session, number)
    assert isinstance(document, AnnualStatement)
    return document


def _request(street: Street, donor_id: int, year: int) -> None:
    now = street.rooms.clock.now()

    def ask(session: Session) -> None:
        acknowledgment.request_statement(session, donor_id=donor_id, year=year, now=now)

    street.rooms.database.write(ask)
    street.deliver_and_drain()


def _assert_statement_ties(street: Street, *, donor_id: int) -> None:
    """Compare what each year's statement would come to with the ledger's income accounts, to the cent."""
    with street.rooms.database.read() as session:
        said = _request_total(session, donor_id, 2026)
        booked = session.execute(
            text(
                "SELECT COALESCE(SUM(CASE WHEN credit.path LIKE 'income:%' THEN transfer.cents ELSE 0 END"
                " - CASE WHEN debit.path LIKE 'income:%' THEN transfer.cents ELSE 0 END), 0) FROM transfer"
                " JOIN entry ON entry.id = transfer.entry_id JOIN account credit ON credit.id = transfer.credit_id"
                " JOIN account debit ON debit.id = transfer.debit_id"
                " WHERE substr(CAST(entry.effective_on AS TEXT), 1, 4) = '2026' AND entry.kind <> 'opening'"
            )
        ).scalar_one()
    assert said == booked


def _request_total(session: Session, donor_id: int, year: int) -> int:
    """Return what a statement of today lists; one that went out already and says just this counts as it is."""
    gathered = gather_statement(session, donor_id, year)
    if isinstance(gathered, acknowledgment.GatheredStatement):
        return gathered.total_cents
    newest = session.scalar(
        select(Receipt.amount_cents).where(Receipt.series == "S").order_by(Receipt.n.desc()).limit(1)
    )
    return 0 if gathered is not None or newest is None else newest
