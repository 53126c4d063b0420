"""The printing room: one child with limits, replaced when it is late, dead or worn; its faults stay its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from donations.gateways.printing import PrintingRoom, Watch
from donations.ports import Printing, PrintingFailedError
from receipts.facts import DonorFacts, freeze
from receipts.render import print_pdf
from tests.documents import samples

HANG = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
DEVOUR = "{{ ('x' * 999999) * 9999 }}"


@pytest.fixture(scope="module")
def room() -> Iterator[PrintingRoom]:
    opened = PrintingRoom(samples.TEMPLATES)
    yield opened
    opened.close()


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """Copy the templates and spoil the receipt: each number that ends so misbehaves in its own way."""
    copied: Path = shutil.copytree(samples.TEMPLATES, tmp_path / "documents")
    file = copied / "gift_receipt" / "template.html"
    asks = '<img alt="x" src="http://127.0.0.1:9/x.png">'
    reads = '<img alt="x" src="file:///etc/hostname">'
    faults = {"hang": HANG, "devour": DEVOUR, "call": asks, "read": reads}
    tests = "".join(
        f'{{% if document.donor.name == "{name}" %}}{fault}{{% endif %}}' for name, fault in faults.items()
    )
    file.write_text(file.read_text(encoding="utf-8").replace("</main>", tests + "</main>"), encoding="utf-8")
    return copied


def facts_of(name: str) -> bytes:
    return freeze(samples.receipt(donor=DonorFacts(name=name)))


def child_after(room: PrintingRoom, facts: bytes) -> int:
    """Print, and return the process that did."""
    process = room.describe().process
    room.print_document(facts)
    return process


def test_the_room_prints_what_the_press_prints(room: PrintingRoom) -> None:
    printing: Printing = room
    facts = freeze(samples.receipt())
    printed, expected = printing.print_document(facts), print_pdf(facts, samples.TEMPLATES)
    assert sha256(printed.pdf).digest() == sha256(expected.pdf).digest()
    assert printed.maker == expected.maker == room.describe().maker


@pytest.mark.slow
def test_threads_may_share_the_room(room: PrintingRoom) -> None:
    kinds = [*samples.KINDS, "gift_receipt"]
    printed: dict[int, bytes] = {}

    def work(place: int) -> None:
        printed[place] = room.print_document(freeze(samples.sample(kinds[place]))).pdf

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(kinds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(printed[place]) > 20_000 for place in range(len(kinds))] == [True] * len(kinds)
    assert printed[kinds.index("gift_receipt")] == printed[len(kinds) - 1]


def test_the_child_holds_no_secret_and_few_files(room: PrintingRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.close()
    monkeypatch.setenv("ALMONER_STRIPE_API_KEY", "sk_live_canary")
    room.print_document(freeze(samples.receipt()))
    child = room.describe().process
    environment = Path(f"/proc/{child}/environ").read_bytes()
    assert b"canary" not in environment
    assert b"ALMONER" not in environment
    assert len(list(Path(f"/proc/{child}/fd").iterdir())) <= 8
    limits = Path(f"/proc/{child}/limits").read_text()
    assert "Max open files            64" in limits
    assert f"Max address space         {2**30}" in limits
    assert "Max core file size        0" in limits


def test_the_child_has_no_network_where_the_host_allows_that(room: PrintingRoom) -> None:
    allowed = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0  # noqa: S607
    assert room.describe().network != allowed
    child = room.describe().process
    here, there = Path("/proc/self/ns/net").readlink(), Path(f"/proc/{child}/ns/net").readlink()
    assert (here != there) == allowed


def test_facts_that_are_no_document_are_refused_and_the_child_lives_on(room: PrintingRoom) -> None:
    room.print_document(freeze(samples.receipt()))
    before = room.describe().process
    for rubbish in (b"", b"{}", freeze(samples.receipt()).replace(b"13428", b"13429")):
        with pytest.raises(PrintingFailedError, match="DocumentRefusedError"):
            room.print_document(rubbish)
    assert room.describe().process == before


@pytest.mark.slow
def test_a_child_that_devours_memory_or_asks_outside_fails_its_document_only(spoilt: Path) -> None:
    room = PrintingRoom(spoilt, watch=Watch(seconds=20.0))
    room.describe()
    faults = []
    for name in ("devour", "call", "read"):
        with pytest.raises(PrintingFailedError) as failed:
            room.print_document(facts_of(name))
        faults.append(str(failed.value))
        assert room.print_document(facts_of("Ana")).pdf.startswith(b"%PDF")
    room.close()
    assert len(faults) == 3
    assert faults[1:] == ["FatalURLFetchingError", "FatalURLFetchingError"]
    assert faults[0] in {"MemoryError", "it ended with -9", "it ended with -6", "it ended with 1"}


@pytest.mark.slow
def test_a_child_that_hangs_is_killed_and_the_next_document_is_printed_by_another(spoilt: Path) -> None:
    room = PrintingRoom(spoilt, watch=Watch(seconds=20.0))
    first = child_after(room, facts_of("Ana"))
    room._watch = Watch(seconds=1.0)  # noqa: SLF001 - a shorter patience once the child has started.
    with pytest.raises(PrintingFailedError, match="took too long"):
        room.print_document(facts_of("hang"))
    room._watch = Watch(seconds=20.0)  # noqa: SLF001
    second = child_after(room, facts_of("Ana"))
    room.close()
    assert first != second
    assert not Path(f"/proc/{first}").exists()


@pytest.mark.slow
def test_a_child_that_was_killed_between_two_documents_is_replaced(room: PrintingRoom) -> None:
    first = child_after(room, freeze(samples.receipt()))
    os.kill(first, signal.SIGKILL)
    while ") Z " not in Path(f"/proc/{first}/stat").read_text():
        time.sleep(0.01)
    second = child_after(room, freeze(samples.receipt()))
    assert first != second


@pytest.mark.slow
def test_a_worn_child_is_replaced_and_takes_its_folder_along() -> None:
    room = PrintingRoom(samples.TEMPLATES, watch=Watch(documents=2))
    first = child_after(room, freeze(samples.receipt()))
    home = Path(Path(f"/proc/{first}/cwd").readlink())
    room.print_document(freeze(samples.receipt()))
    assert not Path(f"/proc/{first}").exists()
    assert not home.exists()
    second = child_after(room, freeze(samples.receipt()))
    room.close()
    assert second != first


def test_a_room_that_cannot_print_says_why_before_any_facts_are_told(tmp_path: Path) -> None:
    with pytest.raises(PrintingFailedError, match=r"house\.css"):
        PrintingRoom(tmp_path / "nowhere").describe()


_BUSY = """
import sys, time
from receipts import press_child
press_child.CPU_SECONDS_EACH = 1
press_child.limit_process()
for documents in range(int(sys.argv[1])):
    press_child.renew_cpu_limit()
    began = time.process_time()
    while time.process_time() - began < float(sys.argv[2]):
        pass
print("printed")
"""


def _busy_child(documents: int, seconds: float) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-c", _BUSY, str(documents), str(seconds)]
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)  # Our own text.


def test_a_document_that_takes_more_than_its_share_of_time_ends_its_child() -> None:
    ended = _busy_child(1, 30)
    assert (ended.returncode, ended.stdout) == (-signal.SIGPROF, "")


def test_a_child_outlives_any_number_of_documents_that_keep_to_their_share() -> None:
    ended = _busy_child(6, 0.4)
    assert (ended.returncode, ended.stdout) == (0, "printed\n"), ended.stderr
