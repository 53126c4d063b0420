"""Ports of a history: paper that prints at once, pigeonholes for letters, and a fuse that cuts the power."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from donations.ports import (
    BalanceTransaction,
    CheckoutOrder,
    CheckoutPermit,
    Family,
    Letter,
    OpenCheckout,
    Payments,
    PledgeOrder,
    PrintedDocument,
    RefundFacts,
    RefundOrder,
    Ring,
    StripeBalance,
)

_Result = TypeVar("_Result")


class PowerCut(BaseException):
    """The process ends here, as by `kill -9`: nothing after this line runs."""


@dataclass(slots=True)
class Fuse:
    """Cuts the power before or after the n-th act of any port, when it was set; counts how often it did."""

    acts_left: int | None = None
    blown: int = 0

    def guard(self, act: Callable[[], _Result]) -> _Result:
        """Do the act, unless the power is cut just before it, or just after it was done."""
        self._tick()
        done = act()
        self._tick()
        return done

    def _tick(self) -> None:
        if self.acts_left is None:
            return
        self.acts_left -= 1
        if self.acts_left < 0:
            self.acts_left = None
            self.blown += 1
            raise PowerCut


@dataclass(frozen=True, slots=True)
class PaperPress:
    """Prints frozen facts as themselves, the same bytes every time."""

    fuse: Fuse

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:  # noqa: ARG002
        """Return a document that holds the facts."""
        pdf = b"%PDF-simulated " + hashlib.sha256(facts).digest()
        return self.fuse.guard(lambda: PrintedDocument(pdf=pdf, maker="paper"))


@dataclass(frozen=True, slots=True)
class Shelf:
    """Keeps files in memory, under the same rule as the folder: a name is given once."""

    fuse: Fuse
    kept: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, content: bytes) -> None:
        """Keep the bytes under a new name."""
        self.fuse.guard(lambda: self._put(name, content))

    def get(self, name: str) -> bytes:
        """Return the bytes of a name."""
        try:
            return self.kept[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    def remove(self, name: str) -> None:
        """Forget a name."""
        self.fuse.guard(lambda: self.kept.pop(name, None))

    def _put(self, name: str, content: bytes) -> None:
        if self.kept.setdefault(name, content) != content:
            raise FileExistsError(name)


@dataclass(frozen=True, slots=True)
class Pigeonholes:
    """Takes every letter for sure; each recipient keeps what came, repeats under one Message-ID and all."""

    fuse: Fuse
    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        """Take a letter."""
        self.fuse.guard(lambda: self.letters.append(letter))


@dataclass(frozen=True, slots=True)
class FusedPayments:
    """The card processor, with the power cut before or after a call now and then."""

    real: Payments
    fuse: Fuse

    def open_checkout(self, order: CheckoutOrder, permit: CheckoutPermit) -> OpenCheckout:
        """Open a checkout."""
        return self.fuse.guard(lambda: self.real.open_checkout(order, permit))

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        """Fetch what hangs on an object."""
        return self.fuse.guard(lambda: self.real.fetch_family(object_type, object_id))

    def end_checkout(self, checkout_id: str) -> None:
        """End a checkout."""
        self.fuse.guard(lambda: self.real.end_checkout(checkout_id))

    def open_portal(self, customer_id: str, permit: CheckoutPermit, *, return_url: str) -> str:
        """Open the customer portal."""
        return self.fuse.guard(lambda: self.real.open_portal(customer_id, permit, return_url=return_url))

    def change_pledge(self, order: PledgeOrder) -> None:
        """Change a subscription."""
        self.fuse.guard(lambda: self.real.change_pledge(order))

    def cancel_pledge(self, subscription_id: str, *, key: str) -> None:
        """End a subscription."""
        self.fuse.guard(lambda: self.real.cancel_pledge(subscription_id, key=key))

    def make_refund(self, order: RefundOrder) -> RefundFacts:
        """Give back."""
        return self.fuse.guard(lambda: self.real.make_refund(order))

    def fetch_balance(self) -> StripeBalance:
        """Return what Stripe holds."""
        return self.fuse.guard(self.real.fetch_balance)

    def list_balance_transactions(
        self, *, created_from: datetime, created_to: datetime | None = None
    ) -> Iterator[BalanceTransaction]:
        """Yield Stripe's own book."""
        rows = self.real.list_balance_transactions(created_from=created_from, created_to=created_to)
        return self.fuse.guard(lambda: rows)

    def list_events(self, *, created_from: datetime, types: Sequence[str]) -> Iterator[Ring]:
        """Yield what Stripe has told."""
        return self.fuse.guard(lambda: self.real.list_events(created_from=created_from, types=types))
