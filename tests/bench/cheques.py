"""Benchmarks: an envelope of fifty cheques. What a person types for each, and what the house takes for its line."""

from __future__ import annotations

import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from time import perf_counter
from typing import Final

from donations.settings import Settings
from donations.staff import StaffDesk
from donations.staff.desk import add_member
from donations.wiring import Rooms, open_rooms
from tests.bench.facts import Measure

KEYS_A_SECOND: Final = 5
"""A slow hand: 60 words a minute; somebody who copies figures from paper."""
TEN_MINUTES: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Cheque:
    """What is written on a cheque and its envelope, as it is typed."""

    number: str
    amount: str
    name: str
    postmark: str
    """As a browser of the United States takes it: month, day and year without anything between."""

    @property
    def keys(self) -> int:
        """Return how many keys its line wants: its characters, a Tab between two fields, and Enter."""
        told = (self.number, self.amount, self.name, self.postmark)
        return sum(map(len, told)) + len(told)


_FIRST: Final = ("Ada", "Bea", "Cleo", "Dorothea", "Evangeline", "Francis", "Guadalupe", "Hal", "Ines", "Jonathan")
_LAST: Final = ("Example", "Otherwise", "Quintanilla", "Smith", "van der Berg")
CHEQUES: Final = tuple(
    Cheque(
        number=str(1001 + 7 * n),
        amount=f"{25 + 5 * n}.00",
        name=f"{_FIRST[n % 10]} {_LAST[n // 10]}",
        postmark="11202026",
    )
    for n in range(50)
)
_TOKEN: Final = re.compile(r'name="form_token" value="([0-9a-f]+)"')


def measure_envelope(settings: Settings) -> list[Measure]:
    """Return the time of one line, and of the whole envelope under a hand of `KEYS_A_SECOND`."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        times: list[float] = sorted(pool.submit(enter_envelope, settings).result())
    keys = sum(cheque.keys for cheque in CHEQUES)
    typed = keys / KEYS_A_SECOND
    return [
        Measure(
            name="a cheque's line kept and the next page made, 95th of a hundred",
            value=1000 * times[len(times) * 95 // 100],
            unit="ms",
            notes=f"median {1000 * times[len(times) // 2]:.1f} ms; {len(times)} lines of one batch",
        ),
        Measure(
            name="50 cheques entered by keyboard",
            value=typed + sum(times),
            unit="s",
            notes=f"{keys} keys at {KEYS_A_SECOND} a second: {typed:.0f} s, the house {sum(times):.1f} s; "
            f"ten minutes leave {(TEN_MINUTES - typed - sum(times)) / len(CHEQUES):.1f} s a cheque to pick it up",
        ),
    ]


def enter_envelope(settings: Settings) -> list[float]:
    """Enter the envelope line by line, as the form sends it; return the seconds of each line with its next page."""
    from donations.app import create_app  # noqa: PLC0415  # The web, in this process alone.

    with open_rooms(settings) as rooms:
        client = create_app(rooms).test_client()
        client.set_cookie("s", _sign_in(rooms), domain="127.0.0.1")
        page = client.get("/treasury/batches", base_url=settings.base_url)
        token = _TOKEN.findall(page.get_data(as_text=True))[0]
        opened = {"form_token": token, "count": "50", "total": "7375.00"}
        address = client.post("/treasury/batches", data=opened, base_url=settings.base_url).location or ""
        found = []
        for cheque in CHEQUES:
            told = {"cheque_number": cheque.number, "amount": cheque.amount, "name": cheque.name, "kind": "cheque"}
            days = {"postmarked_on": "2025-11-20", "received_on": "2025-11-23", "carrier": "us_mail"}
            fields = {"form_token": token, **told, **days}
            began = perf_counter()
            answer = client.post(address, data=fields, base_url=settings.base_url, follow_redirects=True)
            found.append(perf_counter() - began)
            if answer.status_code != 200:  # The next line's page, and nothing else.
                raise AssertionError(f"the line of {cheque.number} answers {answer.status_code}")
        return found


def _sign_in(rooms: Rooms) -> str:
    member = rooms.database.write(
        lambda session: add_member(
            session, name="Hand Example", email="hand@example.org", roles=["treasurer"], now=datetime.now(UTC)
        )
    )
    return StaffDesk(database=rooms.database, clock=rooms.clock).begin_session(member.id, with_key=True)
