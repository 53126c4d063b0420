"""Whatever a donor writes becomes a correct document or a kind refusal, in little time and memory."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from donations.gateways.printing import PrintingRoom, Watch
from donations.web.text import Refused, TextRule, believe_line
from receipts import wording
from receipts.facts import LINE_MAX, NAME_MAX, DonorFacts, freeze
from tests.documents import samples
from tests.documents.hostile import hostile_donors

CPU_SECONDS_MAX = 2.0
MEMORY_MAX = 300 * 2**20
FEW, MANY = 72, 5_000
_TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def room() -> Iterator[PrintingRoom]:
    opened = PrintingRoom(samples.TEMPLATES)
    yield opened
    opened.close()


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(process: int) -> int:
    """Return the most memory the process ever held."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def _believed(name: str, lines: tuple[str, ...]) -> DonorFacts | None:
    """Return the donor as the form would let them in, or None where it answers with a kind sentence."""
    believed = [believe_line(name, TextRule(cap=NAME_MAX, needs="letter"))]
    believed += [believe_line(line, TextRule(cap=LINE_MAX)) for line in lines]
    for line in believed:
        if isinstance(line, Refused):
            assert line.why.endswith((".", "hand.")), line.why
            return None
    texts = [line for line in believed if isinstance(line, str)]
    return DonorFacts(name=texts[0], address_lines=tuple(line for line in texts[1:] if line)) if texts[0] else None


def _is_said(pdf: bytes, donor: DonorFacts) -> bool:
    """Tell whether each letter of the donor's stands in the document, or a box and the sentence on boxes."""
    said = _squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))
    if wording.BOX in said:
        return _squeezed(wording.BOXED_NOTE)[:20] in said
    written = _squeezed(donor.name + "".join(donor.address_lines))
    return not Counter(written) - Counter(said) if _is_plain(written) else bool(said)


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _is_plain(text: str) -> bool:
    """Tell whether the text is one whose letters a reader of PDFs gives back as they were written."""
    return all(ord(letter) < 0x250 for letter in text)


def _print_all(room: PrintingRoom, count: int) -> Counter[str]:
    found: Counter[str] = Counter()
    slowest = 0.0
    for way, name, lines in hostile_donors(count):
        donor = _believed(name, lines)
        if donor is None:
            found["refused"] += 1
            continue
        process = room.describe().process
        began = _cpu_seconds(process)
        printed = room.print_document(freeze(samples.receipt(donor=donor)))
        found["printed"] += 1
        if found["printed"] % Watch().documents:
            assert room.describe().process == process, f"{way}: the child did not outlive {name!r}"
            slowest = max(slowest, _cpu_seconds(process) - began)
        assert _is_said(printed.pdf, donor), f"{way}: {name!r} {lines!r}"
        found[way] += 1
    assert slowest < CPU_SECONDS_MAX
    assert _memory(room.describe().process) < MEMORY_MAX
    return found


@pytest.mark.slow
def test_hostile_donors_get_a_correct_document_or_a_kind_refusal(room: PrintingRoom) -> None:
    found = _print_all(room, FEW)
    assert found["printed"] + found["refused"] == FEW
    assert min(found["printed"], found["refused"]) > FEW // 6
    assert {"markup", "template", "right_to_left", "any_script"} <= set(found)


@pytest.mark.long
def test_five_thousand_hostile_donors_get_a_correct_document_or_a_kind_refusal(room: PrintingRoom) -> None:
    found = _print_all(room, MANY)
    assert found["printed"] + found["refused"] == MANY
