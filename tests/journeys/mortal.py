"""A process that kills itself, as by `kill -9`, at the n-th edge: a statement, a file, a letter, a call to Stripe."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import psycopg
from sqlalchemy import Engine, event

from donations.gateways.files import FileFolder
from donations.ports import (
    BalanceTransaction,
    CheckoutOrder,
    CheckoutPermit,
    Family,
    Letter,
    Mailer,
    OpenCheckout,
    Payments,
    PledgeOrder,
    PrintedDocument,
    Printing,
    RefundFacts,
    RefundOrder,
    Ring,
    StripeBalance,
)

KILLED = -signal.SIGKILL
FINISHED = 0
_READS = ("SELECT", "PRAGMA", "--", "SHOW", "WITH")


class Fate:
    """Counts the edges a process comes to and ends it at the one it is to die at."""

    def __init__(self, edge: int) -> None:
        self._left = edge
        self._lock = threading.Lock()

    def edge(self) -> None:
        """Die here, if this is the edge; nothing is flushed, closed or rolled back."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
                signal.pause()

    def listen(self) -> None:
        """Make every SQL statement of this process that can write an edge, begins and commits included."""
        event.listen(Engine, "connect", self._on_connect)
        event.listen(Engine, "commit", lambda *_: self.edge())

    def _on_connect(self, connection: object, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(self._on_traced)
        elif isinstance(connection, psycopg.Connection):
            connection.cursor_factory = _traced_cursor(self._on_traced)

    def _on_traced(self, statement: str) -> None:
        # Killed between two reads a process leaves what it would leave before the first of them.
        if not statement.lstrip().upper().startswith(_READS):
            self.edge()


def _traced_cursor(told: Callable[[str], None]) -> type[psycopg.Cursor[Any]]:
    """Return a cursor that tells each statement before it is sent, whoever sends it."""

    class Traced(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **named: Any) -> Self:  # noqa: ANN401  psycopg's own signature.
            told(str(query))
            return super().execute(query, *rest, **named)

        def executemany(self, query: Any, *rest: Any, **named: Any) -> None:  # noqa: ANN401  As above.
            told(str(query))
            super().executemany(query, *rest, **named)

    return Traced


def run_mortal(life: Callable[[Fate], None], *, edge: int) -> int:
    """Run `life` in a forked child that dies at the n-th edge; return `KILLED` or `FINISHED`, else it is a bug."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            fate = Fate(edge)
            fate.listen()
            life(fate)
            status = 0
        finally:
            os._exit(status)
    _, state = os.waitpid(child, 0)
    return -os.WTERMSIG(state) if os.WIFSIGNALED(state) else os.WEXITSTATUS(state)


@dataclass(frozen=True, slots=True)
class MortalPayments:
    """Stripe, with an edge before each call and one after it: acted, but never heard."""

    payments: Payments
    fate: Fate

    def open_checkout(self, order: CheckoutOrder, permit: CheckoutPermit) -> OpenCheckout:
        """Open a checkout between two edges."""
        self.fate.edge()
        opened = self.payments.open_checkout(order, permit)
        self.fate.edge()
        return opened

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        """Fetch between two edges."""
        self.fate.edge()
        family = self.payments.fetch_family(object_type, object_id)
        self.fate.edge()
        return family

    def end_checkout(self, checkout_id: str) -> None:
        """End a checkout between two edges."""
        self.fate.edge()
        self.payments.end_checkout(checkout_id)
        self.fate.edge()

    def open_portal(self, customer_id: str, permit: CheckoutPermit, *, return_url: str) -> str:
        """Open a portal between two edges."""
        self.fate.edge()
        address = self.payments.open_portal(customer_id, permit, return_url=return_url)
        self.fate.edge()
        return address

    def change_pledge(self, order: PledgeOrder) -> None:
        """Change a subscription between two edges."""
        self.fate.edge()
        self.payments.change_pledge(order)
        self.fate.edge()

    def cancel_pledge(self, subscription_id: str, *, key: str) -> None:
        """End a subscription between two edges."""
        self.fate.edge()
        self.payments.cancel_pledge(subscription_id, key=key)
        self.fate.edge()

    def make_refund(self, order: RefundOrder) -> RefundFacts:
        """Give back between two edges."""
        self.fate.edge()
        made = self.payments.make_refund(order)
        self.fate.edge()
        return made

    def fetch_balance(self) -> StripeBalance:
        """Pass on."""
        return self.payments.fetch_balance()

    def list_balance_transactions(
        self, *, created_from: datetime, created_to: datetime | None = None
    ) -> Iterator[BalanceTransaction]:
        """Pass on."""
        return self.payments.list_balance_transactions(created_from=created_from, created_to=created_to)

    def list_events(self, *, created_from: datetime, types: Sequence[str]) -> Iterator[Ring]:
        """Pass on."""
        return self.payments.list_events(created_from=created_from, types=types)


@dataclass(frozen=True, slots=True)
class MortalMailer:
    """A mail server, with an edge before a letter and one after it was taken."""

    mailer: Mailer
    fate: Fate

    def send(self, letter: Letter) -> None:
        """Send between two edges."""
        self.fate.edge()
        self.mailer.send(letter)
        self.fate.edge()


@dataclass(frozen=True, slots=True)
class MortalFiles(FileFolder):
    """The file store, with an edge before a file is named and one after."""

    fate: Fate

    def put(self, name: str, content: bytes) -> None:
        """Store between two edges."""
        self.fate.edge()
        FileFolder.put(self, name, content)
        self.fate.edge()


@dataclass(frozen=True, slots=True)
class MortalPrinting:
    """The printing room, with an edge before and after each document."""

    printing: Printing
    fate: Fate

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:
        """Print between two edges."""
        self.fate.edge()
        printed = self.printing.print_document(facts, proof)
        self.fate.edge()
        return printed
