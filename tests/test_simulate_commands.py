"""What `almoner simulate` plays at Stripe without us, and what the house has made of it afterwards."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from donations.cli import almoner
from donations.cli.answers import refused

_FOUNDING = (
    *("setup", "--legal-name", "Desert Wardrobe Foundation", "--ein", "88-1234567", "--city", "Las Vegas"),
    *("--address", "100 Example Avenue", "--region", "NV", "--postal-code", "89101", "--public-charity"),
    *("--time-zone", "America/Los_Angeles", "--mail-from", "gifts@example.org"),
    *("--fees-funded-by", "the founding board", "--stripe-mode", "simulated"),
)
GIFT = ("simulate", "gift", "--amount-cents", "10000", "--email", "ada@example.org", "--name", "Ada Example")

pytestmark = pytest.mark.slow


@dataclass
class Operator:
    """Runs commands on a house of its own and reads what they answer in JSON."""

    capsys: pytest.CaptureFixture[str]

    def answers(self, *words: str) -> Any:  # noqa: ANN401 (JSON.)
        """Run a command that must succeed."""
        status, stdout = self.run(*words, "--json")
        assert status == 0, stdout
        return json.loads(stdout)

    def run(self, *words: str) -> tuple[int, str]:
        """Return exit status and standard output."""
        self.capsys.readouterr()
        try:
            with refused():
                almoner.main([*words], standalone_mode=False)
        except SystemExit as ended:
            return int(str(ended.code or 0)), self.capsys.readouterr().out
        return 0, self.capsys.readouterr().out

    def broken(self) -> list[str]:
        """Return the invariants that do not hold, but the one that wants operations funded beforehand."""
        status, stdout = self.run("audit", "--json")
        checks = json.loads(stdout)["checks"]
        assert status == int(any(not check["ok"] for check in checks))
        return [check["id"] for check in checks if not check["ok"] and check["id"] != "I6"]

    def state(self, gift: str) -> tuple[str, int]:
        """Return a gift's state and what of it went back."""
        shown = self.answers("gift", "show", gift)
        return shown["state"], shown["refunded_cents"]


@pytest.fixture
def operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Operator]:
    """Found a house and leave the logs as they were."""
    handlers, level = logging.root.handlers[:], logging.root.level
    monkeypatch.setenv("ALMONER_HOME", str(tmp_path))
    monkeypatch.setenv("ALMONER_STRIPE_MODE", "simulated")
    at_desk = Operator(capsys)
    assert at_desk.run(*_FOUNDING)[0] == 0
    yield at_desk
    structlog.reset_defaults()
    logging.root.handlers[:], logging.root.level = handlers, level


def test_a_refund_made_in_the_dashboard_arrives_and_a_failed_one_goes_again(operator: Operator) -> None:
    gift = operator.answers(*GIFT)["gift"]
    done = operator.answers("simulate", "refund", "--gift", gift, "--amount-cents", "2500")
    assert done["gift"] == gift
    assert (len(done["objects"]), len(done["events"])) == (1, 2)
    assert operator.state(gift) == ("settled", 2_500)
    operator.answers("simulate", "refund", "--gift", gift, "--amount-cents", "1000", "--fail")
    assert operator.state(gift) == ("settled", 2_500)
    assert operator.run("simulate", "refund", "--gift", gift, "--amount-cents", "7501")[0] == 1
    assert operator.broken() == []


def test_a_dispute_is_opened_won_and_another_lost(operator: Operator) -> None:
    gift = operator.answers(*GIFT)["gift"]
    begun = operator.answers("simulate", "dispute", "--gift", gift, "--outcome", "open")
    assert operator.state(gift)[0] == "disputed"
    won = operator.answers("simulate", "dispute", "--gift", gift, "--outcome", "won")
    assert won["objects"] == begun["objects"]
    assert operator.state(gift) == ("settled", 0)
    operator.answers("simulate", "dispute", "--gift", gift, "--outcome", "lost")
    assert operator.state(gift)[0] == "lost"
    assert operator.broken() == []


def test_a_bank_debit_is_on_its_way_paid_and_returned(operator: Operator) -> None:
    failing = operator.answers(*GIFT, "--method", "ach")["gift"]
    gift = operator.answers(*GIFT, "--method", "ach")["gift"]
    assert operator.state(gift)[0] == "processing"
    operator.answers("simulate", "ach", "--gift", failing, "--outcome", "failed")
    assert operator.state(failing)[0] == "failed"
    operator.answers("simulate", "ach", "--gift", gift, "--outcome", "paid")
    assert operator.state(gift)[0] == "settled"
    operator.answers("simulate", "ach", "--gift", gift, "--outcome", "returned")
    assert operator.state(gift)[0] == "lost"
    assert operator.broken() == []


def test_a_payout_reconciles_to_the_cent_and_one_that_fails_comes_back(operator: Operator) -> None:
    operator.answers(*GIFT)
    first = operator.answers("simulate", "payout")
    assert operator.answers("simulate", "book")["balance_cents"] == 0
    again = operator.answers("reconcile")
    assert again["ok"]
    assert [payout["payout"] for payout in again["payouts"]] == first["objects"]
    operator.answers(*GIFT)
    operator.answers("simulate", "payout", "--fail")
    assert operator.answers("simulate", "book")["balance_cents"] == 9_680
    assert operator.broken() == []


def test_webhooks_kept_back_change_nothing_until_they_are_delivered(operator: Operator) -> None:
    gift = operator.answers(*GIFT)["gift"]
    operator.answers("simulate", "refund", "--gift", gift, "--amount-cents", "2500", "--no-deliver")
    assert operator.state(gift) == ("settled", 0)
    operator.answers("simulate", "deliver", "--shuffle", "--duplicate", "--seed", "7")
    assert operator.state(gift) == ("settled", 2_500)


def test_what_cannot_be_played_is_refused_in_one_sentence(operator: Operator) -> None:
    nobody = "g_0000000000000000"
    assert operator.run("simulate", "refund", "--gift", nobody, "--amount-cents", "1")[0] == 1
    assert operator.run("simulate", "dispute", "--gift", nobody, "--outcome", "lost")[0] == 1
    assert operator.run("simulate", "ach", "--gift", nobody, "--outcome", "paid")[0] == 1
    assert operator.run("simulate", "payout")[0] == 1
