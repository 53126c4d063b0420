from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from donations.cli import main

_FOUNDING = (
    *("setup", "--legal-name", "Desert Wardrobe Foundation", "--ein", "88-1234567", "--city", "Las Vegas"),
    *("--address", "100 Example Avenue", "--region", "NV", "--postal-code", "89101", "--public-charity"),
    *("--time-zone", "America/Los_Angeles", "--mail-from", "gifts@example.org"),
    *("--fees-funded-by", "the founding board", "--stripe-mode", "simulated"),
)


@dataclass(frozen=True, slots=True)
class _Operator:
    """Whoever types commands; every command runs in this process, as if it were its own."""

    home: Path
    environment: pytest.MonkeyPatch
    terminal: pytest.CaptureFixture[str]

    def run(self, *words: str, **settings: str) -> tuple[int, str, str]:
        """Run `almoner` with these words and settings; return its status, stdout and stderr."""
        with self.environment.context() as environment:
            for name in [name for name in os.environ if name.startswith("ALMONER_")]:
                environment.delenv(name)
            for name, value in {"ALMONER_HOME": str(self.home), **settings}.items():
                environment.setenv(name, value)
            environment.setattr(sys, "argv", ["almoner", *words])
            self.terminal.readouterr()
            with pytest.raises(SystemExit) as left:
                main()
        said = self.terminal.readouterr()
        return int(left.value.code or 0), said.out, said.err


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder where one house is founded for all tests here."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def operator(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[_Operator]:
    """Found the house by the command if nobody has, and leave the logs as they were."""
    handlers, level = logging.root.handlers[:], logging.root.level
    at_desk = _Operator(home, monkeypatch, capsys)
    if not (home / "almoner.toml").exists():
        assert at_desk.run(*_FOUNDING)[0] == 0
    yield at_desk
    structlog.reset_defaults()
    logging.root.handlers[:], logging.root.level = handlers, level


def test_an_answer_in_json_is_alone_on_stdout_even_while_letters_fail(operator: _Operator) -> None:
    gift = ("simulate", "gift", "--amount-cents", "13000", "--email", "ada@example.org", "--name", "Ada Example")
    status, stdout, stderr = operator.run(*gift, "--json", ALMONER_MAIL_URL="smtp://127.0.0.1:9")
    assert status == 0
    answer = json.loads(stdout)
    assert answer["charge"].startswith("ch_")
    assert "effect_failed" in stderr
    assert "ada@example.org" not in stderr
    shown = json.loads(operator.run("gift", "show", answer["gift"], "--json")[1])
    assert (shown["state"], shown["amount_cents"]) == ("settled", 13_000)
    assert [receipt["status"] for receipt in shown["receipts"]] == ["valid"]


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (("gift", "show", "g_0000000000000000"), {}, "almoner: There is no gift g_0000000000000000.\n"),
        (("receipt", "resend", "R-2026-999999-9"), {}, "almoner: There is no document R-2026-999999-9.\n"),
        (("audit",), {"ALMONER_BASE_URL": "give.example.org"}, "almoner: ALMONER_BASE_URL must be an address"),
        (("audit",), {"ALMONER_STRIPE_API_KEY": "sk_live_1"}, "almoner: ALMONER_STRIPE_MODE=simulated refuses"),
    ],
)
def test_a_refusal_is_one_sentence_on_stderr_and_status_1(
    operator: _Operator, words: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    status, stdout, stderr = operator.run(*words, **environment)
    assert (status, stdout) == (1, "")
    assert stderr.startswith(sentence)
    assert stderr.count("\n") == 1


def test_wrong_usage_is_status_2(operator: _Operator) -> None:
    assert operator.run("gift", "show")[0] == 2
    assert operator.run("no-such-command")[0] == 2


def test_a_second_setup_overwrites_nothing(operator: _Operator) -> None:
    files = (operator.home / "almoner.toml", operator.home / "keys" / "secret_keys")
    before = [file.read_bytes() for file in files]
    operator.run(*_FOUNDING)
    assert [file.read_bytes() for file in files] == before


def test_the_dry_run_of_a_years_end_answers_what_stands_in_the_way_and_only_looks(operator: _Operator) -> None:
    answer = json.loads(operator.run("year-end", "2998", "--dry-run", "--json")[1])
    assert (answer["year"], answer["ready"]) == (2998, False)
    assert {"kind", "count", "examples", "blocks", "words"} <= set(answer["obstacles"][0])
    assert all(name.endswith("_cents") for name in answer["totals"])
    assert operator.run("year-end", "2998")[0] == 2
    status, stdout, stderr = operator.run("year-end", "2998", "--dry-run")
    assert (status, "2998 cannot be closed yet." in stderr + stdout) == (0, True)
