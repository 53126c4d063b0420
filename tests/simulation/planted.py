"""Bugs planted on purpose into a copy of the house: each must be found by living histories, or the build fails.

A new bug found in life is a new line here. Run as a module in the copy, it lives histories until one breaks.
"""

from __future__ import annotations

import logging
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from donations.web.fonts import load_faces
from tests.databases import fresh_database_url, open_foundry
from tests.simulation.history import History
from tests.simulation.world import open_world

FOUND = 3
"""The exit status of a run that broke."""
HISTORIES, STEPS = 60, 120
"""Tokens are drawn anew in each run, so no run is quite like another: twelve missed the rarest bug once in six."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One bug: in a file, a text that stands there exactly once gives way to another."""

    name: str
    file: str
    right: str
    wrong: str


_RETURNING = "donations/settlement/returning.py"
_SETTLING = "donations/settlement/settling.py"
_CLERK = "donations/clerk/returning.py"

BUGS = (
    Planted("a second charge for one gift is its gift too", _SETTLING, "and not has_charge and", "and"),
    Planted(
        "the fee is forgotten",
        _SETTLING,
        "        _book_fee(session, charge, charge.balance_transaction, books)\n",
        "",
    ),
    Planted(
        "another currency is booked by its own figure",
        _SETTLING,
        'if charge.currency == "usd":\n        return charge.amount_cents',
        "if charge.amount_cents:\n        return charge.amount_cents",
    ),
    Planted(
        "a refund that failed after it succeeded is ignored",
        _RETURNING,
        "if came is not None:",
        'if came is not None and refund.status == "pending":',
    ),
    Planted(
        "money the bank took back is ignored",
        _RETURNING,
        "if charge.failure_balance_transaction is not None:",
        'if charge.failure_balance_transaction is not None and charge.status == "succeeded":',
    ),
    Planted(
        "a dispute moves money by its amount, not by its rows",
        _RETURNING,
        "for row in dispute.balance_transactions:\n            yield",
        "for row in dispute.balance_transactions[:1]:\n            yield",
    ),
    Planted(
        "returns are keyed by their amounts",
        "donations/postings/returns.py",
        'source_key=f"btxn/{leg.txn_id}",\n        happened_at=leg.happened_at,\n'
        '        effective_on=leg.effective_on,\n        actor="stripe",\n        transfers=lines(*wanted, fee),',
        'source_key=f"btxn/{sum(each[3] for each in wanted)}",\n        happened_at=leg.happened_at,\n'
        '        effective_on=leg.effective_on,\n        actor="stripe",\n        transfers=lines(*wanted, fee),',
    ),
    Planted(
        "the fee of a return is forgotten",
        "donations/postings/returns.py",
        "_FEE_ACCOUNTS[leg.way], _STRIPE, leg.fee_cents)",
        "_FEE_ACCOUNTS[leg.way], _STRIPE, 0)",
    ),
    Planted(
        "money that went back stays designated",
        _CLERK,
        "    filing.write_designations(session, release.rows, on=turn.on)\n",
        "",
    ),
    Planted(
        "what went back leaves older funds short",
        _CLERK,
        "    if item.children_cents != 0:\n        filing.settle_designations(session, on=on)\n",
        "",
    ),
    Planted("spent money that went back is not made whole", _CLERK, "if release.pinned_cents:", "if False:"),
    Planted(
        "a receipt stays valid when its gift went back",
        _CLERK,
        "    acknowledgment.follow_return(session, item.gift_id, now=now)\n",
        "",
    ),
    Planted(
        "numbers have gaps",
        "donations/clerk/numbering.py",
        "self._last[series] += 1",
        "self._last[series] += 2",
    ),
    Planted(
        "what the sweep finds is put aside",
        "donations/worker/intake.py",
        'if told[0].origin == "sweep":\n            _settle_unheard(session, shop, family)',
        'if told[0].origin == "sweep":\n            pass',
    ),
    Planted("a gift that waits for its donor's words is booked at once", _SETTLING, "book_held if is_held else ", ""),
    Planted(
        "a held gift's cover waits with the children's fund",
        "donations/postings/gifts.py",
        '_SUSPENSE, gift_cents),\n            ("operations", _STRIPE, _SUSPENSE, fee_cover_cents),',
        "_SUSPENSE, gift_cents + fee_cover_cents),",
    ),
    Planted(
        "a gift taken out of the book keeps its cents in clothing funds",
        "donations/offline/correcting.py",
        "    session.execute(insert(tray).values(entry_id=entry_id))\n",
        "",
    ),
    Planted(
        "goods leave the shelf and not the book",
        "donations/postings/goods.py",
        "_EXPENSES[how], _GOODS, leaving.value_cents)",
        "_EXPENSES[how], _GOODS, 1)",
    ),
)


def live_until_one_breaks() -> int:
    """Live histories, each from its own seed; return `FOUND` when one broke, 0 when none did."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, open_foundry("sqlite", Path(folder), "planted") as foundry:
        cache = Path(folder) / "cache"
        load_faces(cache / "fonts")
        for seed in range(HISTORIES):
            home = Path(folder) / str(seed)
            home.mkdir()
            (home / "cache").symlink_to(cache)
            try:
                with fresh_database_url(foundry) as url, open_world(url, home) as world:
                    History(world, random.Random(seed)).run(STEPS)  # noqa: S311  A history to repeat, no secret.
            except Exception as fault:  # noqa: BLE001  A crash of the house is a bug found as well.
                sys.stdout.write(f"seed {seed}: {fault}\n")
                return FOUND
    return 0


if __name__ == "__main__":
    sys.exit(live_until_one_breaks())
