from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import archive, ledger, postings
from donations.clock import day_in_zone
from donations.database import Database
from donations.errors import BrokenInvariantError, StripeAwayError, StripeRefusedError
from donations.gateways.files import FileFolder
from donations.leases import LEASE
from donations.ports import Family, Letter, MailRefusedError, PrintedDocument, PrintingFailedError
from donations.tables import GiftSettlement, InboxRow, OutboxRow, Printed, Receipt, ReceiptEvent, tray
from tests.clerk_room import NOON, ZONE, numbers
from tests.giving_room import (
    FakeMailer,
    FakePayments,
    FakePrinting,
    Outside,
    begin,
    charge,
    giving_desk,
    pdf_of,
    ring,
    tell,
    worker,
)

_Told = tuple[str, str, int, str | None]


class _KilledError(BaseException):
    """Stands for `kill -9`: no code of ours catches it."""


@dataclass
class _DyingFiles:
    """A file store after whose first put the process dies."""

    folder: FileFolder
    deaths: list[str] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> None:
        self.folder.put(name, content)
        if not self.deaths:
            self.deaths.append(name)
            raise _KilledError

    def get(self, name: str) -> bytes:
        return self.folder.get(name)

    def remove(self, name: str) -> None:
        self.folder.remove(name)


@dataclass
class _DyingMailer(FakeMailer):
    """A mail server that takes its first letter, after which the process dies."""

    def send(self, letter: Letter) -> None:
        FakeMailer.send(self, letter)
        if len(self.letters) == 1:
            raise _KilledError


@dataclass
class _SlowPayments(FakePayments):
    """A card processor that needs a minute for each answer."""

    outside: Outside | None = None

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        assert self.outside is not None
        self.outside.clock.move_on(seconds=61)
        return FakePayments.fetch_family(self, object_type, object_id)


@dataclass
class _CountedPrinting(FakePrinting):
    """Prints other bytes each time, as another version of its maker might."""

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:
        document = FakePrinting.print_document(self, facts, proof)
        return PrintedDocument(pdf=document.pdf + b" again" * len(self.printed), maker=f"fake:{len(self.printed)}")


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    """Give fakes of everything outside."""
    return Outside(files=FileFolder(folder=tmp_path))


def _give(book: Database, outside: Outside, *charge_numbers: int) -> list[str]:
    """Promise and pay one gift per number; its event `evt_<n>` is told."""
    references = []
    for number in charge_numbers:
        begun = begin(giving_desk(book, outside.payments, outside.clock), outside.clock)
        family = Family(checkout=None, charges=(charge(number, gift=begun.reference),))
        outside.payments.families[f"ch_{number}"] = family
        tell(book, ring(f"evt_{number}", object_id=f"ch_{number}"), at=outside.clock.now())
        references.append(begun.reference)
    return references


def _told(book: Database) -> list[_Told]:
    with book.read() as session:
        rows = session.scalars(select(InboxRow).order_by(InboxRow.id)).all()
    return [(row.event_id, row.state, row.tries, row.last_refusal) for row in rows]


def _owed(book: Database) -> dict[str, tuple[str, str | None]]:
    with book.read() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
    return {row.key.rpartition("/")[0]: (row.state, row.last_refusal) for row in rows}


def _letters(outside: Outside) -> list[Letter]:
    assert isinstance(outside.mailer, FakeMailer)
    return outside.mailer.letters


def _settled(book: Database) -> int:
    with book.read() as session:
        return len(session.scalars(select(GiftSettlement)).all())


def test_a_told_charge_becomes_a_gift_a_receipt_a_file_and_a_letter(book: Database, outside: Outside) -> None:
    _give(book, outside, 1)
    assert worker(book, outside).drain() > 0
    (number,) = numbers(book)
    with book.read() as session:
        pdf = pdf_of(archive.frozen_facts_of(session, number))
        file = session.scalars(select(Printed.file)).one()
    assert outside.files.get(file) == pdf
    (letter,) = _letters(outside)
    assert letter.to == "alex@example.org"
    assert letter.attachments[0].content == pdf
    assert _told(book) == [("evt_1", "done", 1, None)]
    assert _owed(book) == {"print": ("done", None), "mail/receipt": ("done", None)}


def test_a_second_round_finds_nothing_to_do(book: Database, outside: Outside) -> None:
    _give(book, outside, 1)
    worker(book, outside).drain()
    assert worker(book, outside).run_round() == 0
    assert (len(_letters(outside)), len(outside.printing.printed)) == (1, 1)


def test_one_poisoned_event_is_parked_and_stops_no_other(book: Database, outside: Outside) -> None:
    outside.payments.families["ch_bad"] = ValueError("alex@example.org has an odd charge")
    outside.payments.families["ch_refused"] = StripeRefusedError("No such charge.")
    tell(book, ring("evt_bad", object_id="ch_bad"), ring("evt_refused", object_id="ch_refused"))
    _give(book, outside, 1)
    worker(book, outside).drain()
    assert _told(book) == [
        ("evt_bad", "parked", 1, "ValueError"),
        ("evt_refused", "parked", 1, "StripeRefusedError"),
        ("evt_1", "done", 1, None),
    ]
    assert len(_letters(outside)) == 1


def test_money_of_another_mode_is_parked_for_a_person(book: Database, outside: Outside) -> None:
    outside.payments.families["ch_1"] = Family(checkout=None, charges=(charge(1, gift=None, livemode=True),))
    tell(book, ring("evt_1"))
    worker(book, outside).drain()
    assert _told(book) == [("evt_1", "parked", 1, "ModeConflictError")]


def test_an_object_no_money_hangs_on_is_looked_at_and_done(book: Database, outside: Outside) -> None:
    tell(book, ring("evt_1", object_type="customer", object_id="cus_1", type="a.type.not.heard.before"))
    worker(book, outside).drain()
    assert _told(book) == [("evt_1", "done", 1, None)]


def test_a_passing_fault_is_tried_again_later_and_then_heals(book: Database, outside: Outside) -> None:
    _give(book, outside, 1)
    outside.payments.faults = [StripeAwayError("Stripe does not answer.")] * 2
    worker(book, outside).drain()
    assert _told(book) == [("evt_1", "waiting", 1, "StripeAwayError")]
    outside.clock.move_on(seconds=13)
    worker(book, outside).drain()
    assert _told(book) == [("evt_1", "waiting", 2, "StripeAwayError")]
    outside.clock.move_on(seconds=26)
    worker(book, outside).drain()
    assert _told(book) == [("evt_1", "done", 3, None)]
    assert len(_letters(outside)) == 1


def test_what_a_slow_answer_left_unbegun_is_laid_back_and_done_in_its_turn(book: Database, outside: Outside) -> None:
    outside.payments = _SlowPayments(outside=outside)
    _give(book, outside, 1, 2, 3)
    worker(book, outside).run_round()
    assert sorted(state for _, state, _, _ in _told(book)) == ["done", "waiting", "waiting"]
    worker(book, outside).drain()
    assert [(state, tries) for _, state, tries, _ in _told(book)] == [("done", 1)] * 3
    assert Counter(outside.payments.fetched) == Counter(["ch_1", "ch_2", "ch_3"])
    assert _settled(book) == 3


def test_killed_after_the_print_was_stored_it_prints_again_to_the_same_file(book: Database, tmp_path: Path) -> None:
    files = _DyingFiles(FileFolder(folder=tmp_path))
    outside = Outside(files=files)
    _give(book, outside, 1)
    with pytest.raises(_KilledError):
        worker(book, outside).drain()
    assert _owed(book) == {"print": ("leased", None)}
    outside.clock.move_on(seconds=LEASE.total_seconds())
    worker(book, outside).drain()
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [str(path.relative_to(tmp_path)) for path in stored] == files.deaths
    assert len(outside.printing.printed) == 2
    assert len(_letters(outside)) == 1


def test_killed_after_the_letter_was_taken_it_is_sent_again_under_the_same_message_id(
    book: Database, outside: Outside
) -> None:
    outside.mailer = _DyingMailer()
    _give(book, outside, 1)
    with pytest.raises(_KilledError):
        worker(book, outside).drain()
    outside.clock.move_on(seconds=LEASE.total_seconds())
    worker(book, outside).drain()
    first, second = _letters(outside)
    assert first.message_id == second.message_id
    assert first.attachments == second.attachments
    assert _owed(book)["mail/receipt"] == ("done", None)


def test_a_holder_thought_dead_who_prints_late_changes_nothing(book: Database, outside: Outside) -> None:
    """Two holders of one print, by a lease that ran out: the first to finish decides which bytes stand."""
    outside.printing = _CountedPrinting()
    _give(book, outside, 1)
    other = worker(book, outside)
    late = True

    class Overtaken(_CountedPrinting):
        def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:
            nonlocal late
            if late:
                late = False
                outside.clock.move_on(seconds=LEASE.total_seconds())
                other.drain()
            return super().print_document(facts, proof)

    worker(
        book, Outside(files=outside.files, clock=outside.clock, payments=outside.payments, printing=Overtaken())
    ).drain()
    with book.read() as session:
        assert session.scalars(select(Printed.maker)).all() == ["fake:1"]
    assert len(_letters(outside)) == 1
    assert _owed(book) == {"print": ("done", None), "mail/receipt": ("done", None)}


def test_a_document_that_cannot_be_printed_is_parked_after_three_tries_and_stops_no_other(
    book: Database, outside: Outside
) -> None:
    _give(book, outside, 1)
    outside.printing.faults = [PrintingFailedError("time")] * 3
    for _ in range(3):
        worker(book, outside).drain()
        outside.clock.move_on(minutes=2)
    assert _owed(book) == {"print": ("parked", "PrintingFailedError")}
    _give(book, outside, 2)
    worker(book, outside).drain()
    assert len(_letters(outside)) == 1


def test_a_letter_refused_for_good_is_parked_and_one_refused_for_now_is_sent_later(
    book: Database, outside: Outside
) -> None:
    mailer = FakeMailer(
        faults=[MailRefusedError("SMTP 550", permanent=True), MailRefusedError("SMTP 421", permanent=False)]
    )
    outside.mailer = mailer
    _give(book, outside, 1, 2)
    worker(book, outside).drain()
    with book.read() as session:
        mails = select(OutboxRow.state).where(OutboxRow.kind == "mail_receipt").order_by(OutboxRow.id)
        assert session.scalars(mails).all() == ["parked", "waiting"]
    outside.clock.move_on(seconds=13)
    worker(book, outside).drain()
    assert len(mailer.letters) == 1


def test_no_letter_brings_a_file_that_was_damaged(book: Database, outside: Outside, tmp_path: Path) -> None:
    _give(book, outside, 1)
    outside.mailer = FakeMailer(faults=[MailRefusedError("SMTP 421", permanent=False)])
    worker(book, outside).drain()
    (file,) = (path for path in tmp_path.rglob("*.pdf"))
    file.chmod(0o600)
    file.write_bytes(b"%PDF-1.7 of something else")
    outside.clock.move_on(seconds=13)
    worker(book, outside).drain()
    assert _owed(book)["mail/receipt"] == ("parked", "BrokenInvariantError")
    assert _letters(outside) == []


def test_what_is_owed_is_still_sent_while_the_clerk_cannot_work(book: Database, outside: Outside) -> None:
    _give(book, outside, 1)
    outside.printing.faults = [PrintingFailedError("time")]
    worker(book, outside).drain()
    book.write(_lay_what_no_clerk_can_file)
    outside.clock.move_on(minutes=1)
    for _ in range(2):
        with pytest.raises(BrokenInvariantError):
            worker(book, outside).run_round()
    assert len(_letters(outside)) == 1


def _lay_what_no_clerk_can_file(session: Session) -> None:
    stray = postings.unclaimed_charge(
        charge_id="ch_stray", cents=500, happened_at=NOON, effective_on=day_in_zone(NOON, ZONE)
    )
    posted = ledger.post(session, stray, recorded_at=NOON)
    session.execute(insert(tray).values(entry_id=posted.entry_id))


def test_workers_at_once_send_one_letter_per_gift(book: Database, outside: Outside) -> None:
    _give(book, outside, *range(1, 9))
    tell(book, *(ring(f"evt_again_{n}", object_id=f"ch_{n}") for n in range(1, 9)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: worker(book, outside).drain(), range(4)))
    worker(book, outside).drain()
    assert _settled(book) == 8
    assert len(numbers(book)) == 8
    ids = [letter.message_id for letter in _letters(outside)]
    assert len(ids) == len(set(ids)) == 8


def test_the_loop_outlives_a_round_that_fails_and_stops_when_told(book: Database, outside: Outside) -> None:
    _give(book, outside, 1)
    stop = threading.Event()
    rounds: list[int] = []

    def chore() -> int:
        rounds.append(1)
        if len(rounds) == 1:
            raise RuntimeError
        if len(rounds) > 2:
            stop.set()
        return 0

    running = threading.Thread(target=worker(book, outside, chore).run, args=(stop,))
    running.start()
    running.join(timeout=60)
    assert not running.is_alive()
    assert len(_letters(outside)) == 1


def test_what_fell_due_after_a_pause_is_found_by_the_clock_alone(book: Database, outside: Outside) -> None:
    _give(book, outside, 1)
    outside.clock.instant -= timedelta(minutes=1)
    assert worker(book, outside).drain() == 0
    outside.clock.move_on(minutes=1)
    assert worker(book, outside).drain() > 0
    with book.read() as session:
        assert session.scalars(select(Receipt.issued_at)).one() == NOON


def test_a_receipt_that_became_void_before_its_letter_is_sent_to_nobody(book: Database, outside: Outside) -> None:
    _give(book, outside, 1, 2)
    away = FakeMailer(faults=[MailRefusedError("away", permanent=False) for _ in range(2)])
    worker(book, replace(outside, mailer=away)).run_round()
    first, second = numbers(book)
    assert away.letters == []
    book.write(
        lambda session: session.add(
            ReceiptEvent(number=first, kind="void", reason_code="refund", recorded_at=outside.clock.now())
        )
    )
    outside.clock.move_on(seconds=86_400)
    worker(book, outside).drain()
    assert isinstance(outside.mailer, FakeMailer)
    assert [letter.attachments[0].name for letter in outside.mailer.letters] == [f"receipt-{second}.pdf"]
    with book.read() as session:
        assert {row.state for row in session.scalars(select(OutboxRow))} == {"done"}
