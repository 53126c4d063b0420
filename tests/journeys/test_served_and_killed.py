"""The real processes, killed with SIGKILL while donors give: what a page acknowledged is stored, once."""

from __future__ import annotations

import json
import mailbox
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Foundry
from tests.journeys.donors import Donor
from tests.journeys.houses import founded

_DONORS = 5
_KILLS = 4
_START_SECONDS = 60
_ALMONER = [sys.executable, "-m", "donations"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Served:
    """`almoner serve` and `almoner work` as two processes, killed and started again on request."""

    def __init__(self, environ: dict[str, str], port: int) -> None:
        self.environ, self.port = environ, port
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = 0

    def start(self, name: str) -> None:
        """Start one of the two."""
        words = ["serve", "--port", str(self.port)] if name == "serve" else ["work"]
        self.processes[name] = subprocess.Popen(
            [*_ALMONER, *words], env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def await_answer(self) -> None:
        """Wait until the front door answers."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        pytest.fail("the house did not open its door")

    def kill(self, name: str) -> None:
        """End it as a power cut would, and count."""
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            self.kills += 1
        process.wait()

    def stop(self) -> None:
        """End what still runs."""
        for process in self.processes.values():
            process.kill()
            process.wait()


@contextmanager
def _served(foundry: Foundry, home: Path, faces: Path) -> Iterator[_Served]:
    port = _free_port()
    with founded(foundry, home, faces, clothing_funds=30, port=port) as settings:
        environ = {**os.environ, "ALMONER_HOME": str(home), "ALMONER_DATABASE_URL": settings.database_url}
        served = _Served(environ, port)
        try:
            yield served
        finally:
            served.stop()


def _command(served: _Served, *words: str) -> Any:  # noqa: ANN401  Whatever JSON the command answers.
    done = subprocess.run([*_ALMONER, *words], env=served.environ, capture_output=True, check=True, timeout=120)
    return json.loads(done.stdout) if "--json" in words else None


@pytest.mark.slow
def test_processes_killed_while_donors_give_lose_nothing_and_double_nothing(
    foundry: Foundry, tmp_path: Path, faces: Path
) -> None:
    chance = random.Random(2026)  # noqa: S311  Moments to die at are no secret.
    with _served(foundry, tmp_path / "house", faces) as served:
        served.start("serve")
        served.start("work")
        served.await_answer()
        donors = [
            Donor(
                f"http://127.0.0.1:{served.port}",
                {"amount": "130.00", "name": f"Donor {n}", "email": f"d{n}@example.org"},
            )
            for n in range(_DONORS)
        ]
        threads = [threading.Thread(target=_give_once, args=(donor,)) for donor in donors]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or served.kills < _KILLS:
            # A house that is killed before it ever answers would only teach the donors patience.
            served.await_answer()
            time.sleep(chance.uniform(0.1, 3.0))
            name = chance.choice(["serve", "work"])
            served.kill(name)
            served.start(name)
        for thread in threads:
            thread.join()
        served.stop()
        assert served.kills >= _KILLS
        _command(served, "simulate", "advance", "--days", "1")
        _command(served, "work", "--drain")
        _assert_all_is_there(served, donors, tmp_path / "house")


def _give_once(donor: Donor) -> None:
    donor.open_form()
    donor.give()
    donor.pay()


def _assert_all_is_there(served: _Served, donors: list[Donor], home: Path) -> None:
    assert _command(served, "audit", "--json")["ok"]
    assert all(donor.thanks_url for donor in donors)
    settled = [gift for gift in _command(served, "gift", "list", "--json") if gift["state"] == "settled"]
    assert len(settled) == len(donors), "every gift a donor was thanked for is settled, and no other"
    receipts = _command(served, "receipt", "list", "--json")
    assert sorted(receipt["number"][:13] for receipt in receipts) == [
        f"R-{receipts[0]['number'][2:6]}-{n:06d}" for n in range(1, len(donors) + 1)
    ]
    letters = {letter["Message-ID"] for letter in mailbox.Maildir(home / "mail")}
    assert letters == {f"<mail.receipt.{receipt['number']}@127.0.0.1>" for receipt in receipts}
