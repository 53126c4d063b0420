"""Room: bank. The desk at which statements are taken in, matched and agreed on, and months are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from donations import approvals
from donations.approvals import Request
from donations.audit_log import Actor
from donations.bank import accepting, agreeing, months, settling, undoing
from donations.bank.accepting import Hand, Saying
from donations.bank.accounts import BankAccount
from donations.bank.agreeing import Agreement, Assertion
from donations.bank.awaited import Awaited, list_awaited
from donations.bank.certificates import Certificate, PayoutSummary, certify, list_payouts
from donations.bank.lines import LineFacts, TakenIn, list_lines, take_in
from donations.bank.matching import WaitingLine, list_waiting
from donations.bank.months import Month, MonthLook
from donations.bank.reading import read_statement
from donations.bank.settling import ClearedAs, ClearedMoney
from donations.bank.statement import Statement
from donations.bank.suspense import HeldMoney, list_held
from donations.bank.undoing import UndoReason
from donations.clock import day_in_zone
from donations.database import Database
from donations.offline import Hand as OfflineHand
from donations.offline import OfflineWish
from donations.ports import Clock
from donations.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDesk:
    """Book against bank; each call is one transaction, audited where it changes anything."""

    database: Database
    clock: Clock
    settings: Settings

    def today(self) -> date:
        """Return the book's day."""
        return day_in_zone(self.clock.now(), self.settings.zone)

    def take_in(self, actor: Actor, account: BankAccount, content: bytes) -> tuple[TakenIn, Statement]:
        """Read a file of the bank's and keep its new lines; raises `FieldRefusedError` and changes nothing."""
        statement, now = read_statement(content), self.clock.now()
        done = self.database.write(lambda session: take_in(session, actor, account, statement, now=now))
        return done, statement

    def list_waiting(self) -> list[WaitingLine]:
        """Return the lines that wait for a person, each with what it may be."""
        with self.database.read() as session:
            return list_waiting(session)

    def list_latest(self, limit: int = 100) -> list[LineFacts]:
        """Return the latest lines, the newest first."""
        with self.database.read() as session:
            return list_lines(session, waiting_only=False, limit=limit)

    def list_awaited(self) -> list[Awaited]:
        """Return what the book awaits of the bank."""
        with self.database.read() as session:
            return list_awaited(session)

    def accept(self, actor: Actor, reference: str, saying: Saying) -> None:
        """Book one line; raises `FieldRefusedError` and `NotFoundError`."""
        self.database.write(lambda session: accepting.accept(session, reference, saying, self._hand(actor)))

    def accept_certain(self, actor: Actor) -> int:
        """Book every certain line and return how many."""
        return self.database.write(lambda session: accepting.accept_certain(session, self._hand(actor)))

    def agreement(self, account: BankAccount, on: date) -> Agreement:
        """Compare one account at the end of a day."""
        with self.database.read() as session:
            return agreeing.agreement(session, account, on)

    def assert_balance(self, actor: Actor, told: Assertion) -> Agreement:
        """Note what the bank says and return how it compares."""
        now = self.clock.now()

        def note(session: Session) -> Agreement:
            agreeing.assert_balance(session, actor, told, self.settings.zone, now=now)
            return agreeing.agreement(session, told.account, told.on)

        return self.database.write(note)

    def list_months(self) -> list[Month]:
        """Return every month of the book, the newest first."""
        with self.database.read() as session:
            return months.list_months(session, self.today())

    def look_at_month(self, name: str) -> MonthLook:
        """Return what stands in the way of closing a month."""
        with self.database.read() as session:
            return months.look_at_month(session, self.settings.zone, name, now=self.clock.now())

    def close_month(self, actor: Actor, name: str) -> None:
        """Close a month; raises `FieldRefusedError` with all that stands in the way."""
        self.database.write(lambda session: months.close_month(session, actor, self.settings.zone, self.clock, name))

    def ask_reopen(self, actor: Actor, name: str) -> str:
        """Freeze the request that a month be reopened and return its reference."""
        now = self.clock.now()

        def ask(session: Session) -> str:
            day = months.check_reopening(session, name)
            wish = Request(act="reopen_month", subject=name, content={"closed_through": day.isoformat()})
            return approvals.request(session, actor, wish, now=now)

        return self.database.write(ask)

    def ask_undo(self, actor: Actor, reference: str, reason: UndoReason) -> str:
        """Freeze the request that a match be undone and return its reference; raises `FieldRefusedError`."""
        now = self.clock.now()

        def ask(session: Session) -> str:
            line = undoing.check_undoing(session, reference)
            content = {
                "act": line.act,
                "entry": line.entry_key,
                "amount_cents": line.cents,
                "booked_on": line.booked_on.isoformat(),
                "reason": reason,
                "will_be_booked": undoing.tell_mirror(session, line) or ["nothing: the entry itself stands"],
            }
            wish = Request(act="correct_entry", subject=reference, content=content)
            return approvals.request(session, actor, wish, now=now)

        return self.database.write(ask)

    def list_payouts(self) -> list[PayoutSummary]:
        """Return the latest payouts, the newest first."""
        with self.database.read() as session:
            return list_payouts(session)

    def certify(self, payout_id: str) -> Certificate:
        """Return the certificate of a payout; raises `NotFoundError`."""
        with self.database.read() as session:
            return certify(session, payout_id)

    def list_held(self) -> list[HeldMoney]:
        """Return all money in suspense, the oldest first."""
        with self.database.read() as session:
            return list_held(session)

    def claim(self, actor: Actor, key: str, wish: OfflineWish) -> str:
        """Book money of suspense as a gift and return its reference; raises `FieldRefusedError`."""
        hand = self._offline_hand(actor)
        return self.database.write(lambda session: settling.claim(session, key, wish, hand))

    def clear(self, actor: Actor, key: str, as_what: ClearedAs) -> None:
        """Book money of operations' suspense as the cost it was; raises `FieldRefusedError`."""
        hand = self._offline_hand(actor)
        self.database.write(lambda session: settling.clear(session, key, as_what, hand))

    def list_cleared(self) -> list[ClearedMoney]:
        """Return the latest money of suspense that was cleared as a cost."""
        with self.database.read() as session:
            return settling.list_cleared(session)

    def wait_again(self, actor: Actor, key: str) -> None:
        """Take back that money of suspense was a cost; raises `NotFoundError` and `FieldRefusedError`."""
        hand = self._offline_hand(actor)
        self.database.write(lambda session: settling.wait_again(session, key, hand))

    def _offline_hand(self, actor: Actor) -> OfflineHand:
        return OfflineHand(
            actor=actor,
            now=self.clock.now(),
            zone=self.settings.zone,
            control_version=self.settings.organisation.control_statement_version,
        )

    def _hand(self, actor: Actor) -> Hand:
        return Hand(actor=actor, now=self.clock.now(), zone=self.settings.zone)
